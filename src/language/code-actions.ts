import type { TextRange } from '../base/index.ts'
import type { CodeAction, LanguageContext } from './types.ts'

/** The fixes of the problems that touch a range of a file. */
export function codeActions(_context: LanguageContext, _path: string, _range: TextRange): readonly CodeAction[] {
  return []
}
