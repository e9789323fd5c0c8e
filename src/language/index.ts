/**
 * What an editor asks about a file: plain data in and out, offsets into the file's text, no LSP shapes.
 * Invariants: no I/O but through the fleet's file system; a feature never throws on a broken document.
 */
export { codeActions } from './code-actions.ts'
export { codeLenses } from './code-lenses.ts'
export { completion } from './completion.ts'
export { definition } from './definition.ts'
export { documentLinks } from './document-links.ts'
export { hover } from './hover.ts'
export { references } from './references.ts'
export { prepareRename, rename } from './rename.ts'
export { documentSymbols, workspaceSymbols } from './symbols.ts'
export type * from './types.ts'
