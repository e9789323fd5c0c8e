import type { TextRange } from '../base/index.ts'
import type { LanguageContext, RenameResult } from './types.ts'

/** The range and text of the name that can be renamed at an offset; `undefined` when there is none. */
export function prepareRename(
  _context: LanguageContext,
  _path: string,
  _offset: number,
): { readonly range: TextRange; readonly name: string } | undefined {
  return undefined
}

/** Renames the object declared or named at an offset, and every reference to it. */
export function rename(_context: LanguageContext, _path: string, _offset: number, _newName: string): RenameResult {
  return { edits: [] }
}
