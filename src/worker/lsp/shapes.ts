/** LSP shapes out of the core's plain data. The only place, with `workspace/`, that knows both. */
import {
  CodeActionKind,
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  InsertTextFormat,
  type CodeAction as LspCodeAction,
  type CodeLens as LspCodeLens,
  type DocumentSymbol as LspDocumentSymbol,
  type Location as LspLocation,
  SymbolKind as LspSymbolKind,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver'
import type { Fix, Location } from '../../base/index.ts'
import type {
  CodeAction,
  CodeLens,
  Completion,
  CompletionKind,
  DocumentSymbol,
  FileEdit,
  SymbolKind,
} from '../../language/index.ts'
import type { Folder } from '../workspace/folder.ts'
import { releaseWorkload } from '../workspace/release-views.ts'
import { uriOfPath } from '../workspace/uris.ts'

const completionKinds: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  field: CompletionItemKind.Field,
  value: CompletionItemKind.Value,
  enum: CompletionItemKind.EnumMember,
  reference: CompletionItemKind.Reference,
  file: CompletionItemKind.File,
  folder: CompletionItemKind.Folder,
  variable: CompletionItemKind.Variable,
  snippet: CompletionItemKind.Snippet,
}

const symbolKinds: Readonly<Record<SymbolKind, LspSymbolKind>> = {
  object: LspSymbolKind.Object,
  namespace: LspSymbolKind.Namespace,
  field: LspSymbolKind.Field,
  file: LspSymbolKind.File,
}

export function toLocation(folder: Folder, location: Location): LspLocation {
  const found = folder.locate(location)!
  return { uri: found.uri, range: found.range }
}

export function toCompletion(folder: Folder, path: string, item: Completion): CompletionItem {
  return {
    label: item.label,
    kind: completionKinds[item.kind],
    sortText: item.sortText,
    textEdit: { range: folder.range(path, item.range), newText: item.newText },
    insertTextFormat: item.snippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    ...(item.detail === undefined ? {} : { detail: item.detail }),
    ...(item.markdown === undefined ? {} : { documentation: { kind: 'markdown', value: item.markdown } }),
    ...(item.deprecated ? { deprecated: true } : {}),
  }
}

export function toSymbol(folder: Folder, path: string, symbol: DocumentSymbol): LspDocumentSymbol {
  return {
    name: symbol.name === '' ? ' ' : symbol.name,
    detail: symbol.detail,
    kind: symbolKinds[symbol.kind],
    range: folder.range(path, symbol.range),
    selectionRange: folder.range(path, symbol.selection),
    children: symbol.children.map((child) => toSymbol(folder, path, child)),
  }
}

export function symbolKindOf(kind: SymbolKind): LspSymbolKind {
  return symbolKinds[kind]
}

export function toEdit(folder: Folder, edits: readonly FileEdit[]): WorkspaceEdit {
  const changes: Record<string, TextEdit[]> = {}
  for (const { path, range, newText } of edits) {
    const uri = uriOfPath(folder.absolute(path))
    changes[uri] = [...(changes[uri] ?? []), { range: folder.range(path, range), newText }]
  }
  return { changes }
}

export function toCodeAction(folder: Folder, action: CodeAction, diagnostics: readonly Diagnostic[]): LspCodeAction {
  const mended = diagnostics.filter(({ code }) => code === action.code)
  return {
    title: action.title,
    kind: action.kind === 'quickfix' ? CodeActionKind.QuickFix : CodeActionKind.Refactor,
    edit: toEdit(folder, action.fix.edits satisfies Fix['edits']),
    isPreferred: action.preferred,
    ...(mended.length === 0 ? {} : { diagnostics: mended }),
  }
}

/** The command `fluxkit.lens` of the extension gets the lens's own data; other editors show the title alone. */
export function toCodeLens(folder: Folder, path: string, lens: CodeLens): LspCodeLens {
  return {
    range: folder.range(path, lens.range),
    command: {
      title: lens.title,
      command: 'fluxkit.lens',
      arguments: [
        {
          command: lens.command,
          ref: lens.ref,
          ...(lens.kustomization === undefined ? {} : { workload: lens.kustomization }),
          ...(lens.release === undefined ? {} : { workload: releaseWorkload(lens.release) }),
          ...(lens.target === undefined ? {} : { target: folder.locate(lens.target) }),
        },
      ],
    },
  }
}
