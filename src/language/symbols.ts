import type { DocumentSymbol, LanguageContext, WorkspaceSymbol } from './types.ts'

/** The objects of a file, with their top-level fields as children. */
export function documentSymbols(_context: LanguageContext, _path: string): readonly DocumentSymbol[] {
  return []
}

/** Objects of the fleet whose name, kind or namespace holds the letters of the query in order; best first, at most 200. */
export function workspaceSymbols(_context: LanguageContext, _query: string): readonly WorkspaceSymbol[] {
  return []
}
