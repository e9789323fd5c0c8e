import type { Location } from '../base/index.ts'
import type { LanguageContext } from './types.ts'

/** Every place that refers to the object declared or named at an offset, its declaration first. */
export function references(_context: LanguageContext, _path: string, _offset: number): readonly Location[] {
  return []
}
