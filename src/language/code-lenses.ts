import type { CodeLens, LanguageContext } from './types.ts'

/** The buttons above each Flux object of a file. */
export function codeLenses(_context: LanguageContext, _path: string): readonly CodeLens[] {
  return []
}
