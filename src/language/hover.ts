import type { Hover, LanguageContext } from './types.ts'

/** What is to know about the field, reference or variable at an offset. */
export function hover(_context: LanguageContext, _path: string, _offset: number): Hover | undefined {
  return undefined
}
