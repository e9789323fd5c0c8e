import type { Completion, LanguageContext } from './types.ts'

/** What can be written at an offset, best first. */
export function completion(_context: LanguageContext, _path: string, _offset: number): readonly Completion[] {
  return []
}
