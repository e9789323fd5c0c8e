import type { DocumentLink, LanguageContext } from './types.ts'

/** The paths written in a file that lead to another file or directory of the workspace. */
export function documentLinks(_context: LanguageContext, _path: string): readonly DocumentLink[] {
  return []
}
