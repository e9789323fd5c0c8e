import {
  type CancellationToken,
  type Connection,
  LSPErrorCodes,
  type Hover as LspHover,
  ResponseError,
} from 'vscode-languageserver'
import type { ObjectRef } from '../../base/index.ts'
import {
  codeActions,
  codeLenses,
  completion,
  definition,
  documentLinks,
  documentSymbols,
  hover,
  type LanguageContext,
  prepareRename,
  references,
  rename,
  workspaceSymbols,
} from '../../language/index.ts'
import type { Dispatcher } from '../dispatch.ts'
import type { Folder } from '../workspace/folder.ts'
import { releaseChartPlace } from '../workspace/release-views.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { symbolKindOf, toCodeAction, toCodeLens, toCompletion, toEdit, toLocation, toSymbol } from './shapes.ts'

/** One line of Markdown on the state of an object in the open clusters. */
export type LiveStatus = (ref: ObjectRef, cluster: string | undefined) => string | undefined

interface Place {
  readonly folder: Folder
  readonly path: string
  readonly context: LanguageContext
}

/** Registers the language features: each finds the file, asks the core, and translates. */
export function registerLanguage(
  connection: Connection,
  dispatcher: Dispatcher,
  workspace: Workspace,
  liveStatus: LiveStatus,
): void {
  /** Runs inside the boundary; a file outside the workspace has the empty answer. */
  function at<R>(name: string, uri: string, token: CancellationToken, empty: R, body: (place: Place) => R): Promise<R> {
    return dispatcher.run(name, token, () => {
      const found = workspace.find(uri)
      if (found === undefined) return empty
      return body({ ...found, context: found.folder.language(liveStatus) })
    })
  }
  const offsetIn = ({ folder, path }: Place, position: { line: number; character: number }): number =>
    folder.lines(path).offsetAt(position)

  connection.onHover(({ textDocument, position }, token) =>
    at<LspHover | null>('hover', textDocument.uri, token, null, (place) => {
      const found = hover(place.context, place.path, offsetIn(place, position))
      if (found === undefined) return null
      return {
        contents: { kind: 'markdown', value: found.markdown },
        range: place.folder.range(place.path, found.range),
      }
    }),
  )
  connection.onCompletion(({ textDocument, position }, token) =>
    at('completion', textDocument.uri, token, [], (place) =>
      completion(place.context, place.path, offsetIn(place, position)).map((item) =>
        toCompletion(place.folder, place.path, item),
      ),
    ),
  )
  connection.onDefinition(({ textDocument, position }, token) =>
    at('definition', textDocument.uri, token, [], (place) =>
      definition(place.context, place.path, offsetIn(place, position)).flatMap(({ from, target }) => {
        const found = 'release' in target ? releaseChartPlace(place.folder, target) : toLocation(place.folder, target)
        if (found === undefined) return []
        const { uri, range } = found
        return [
          {
            originSelectionRange: place.folder.range(place.path, from),
            targetUri: uri,
            targetRange: range,
            targetSelectionRange: { start: range.start, end: range.start },
          },
        ]
      }),
    ),
  )
  connection.onReferences(({ textDocument, position }, token) =>
    at('references', textDocument.uri, token, [], (place) =>
      references(place.context, place.path, offsetIn(place, position)).map((target) =>
        toLocation(place.folder, target),
      ),
    ),
  )
  connection.onDocumentSymbol(({ textDocument }, token) =>
    at('documentSymbol', textDocument.uri, token, [], (place) =>
      documentSymbols(place.context, place.path).map((symbol) => toSymbol(place.folder, place.path, symbol)),
    ),
  )
  connection.onCodeAction(({ textDocument, range, context }, token) =>
    at('codeAction', textDocument.uri, token, [], (place) => {
      const lines = place.folder.lines(place.path)
      const offsets = { start: lines.offsetAt(range.start), end: lines.offsetAt(range.end) }
      return codeActions(place.context, place.path, offsets).map((action) =>
        toCodeAction(place.folder, action, context.diagnostics),
      )
    }),
  )
  connection.onCodeLens(({ textDocument }, token) =>
    at('codeLens', textDocument.uri, token, [], (place) =>
      codeLenses(place.context, place.path).map((lens) => toCodeLens(place.folder, place.path, lens)),
    ),
  )
  connection.onDocumentLinks(({ textDocument }, token) =>
    at('documentLink', textDocument.uri, token, [], (place) =>
      documentLinks(place.context, place.path).map(({ range, target, tooltip }) => ({
        range: place.folder.range(place.path, range),
        target: toLocation(place.folder, target).uri,
        tooltip,
      })),
    ),
  )
  registerRename(connection, at, offsetIn)
  connection.onWorkspaceSymbol(({ query }, token) =>
    dispatcher.run('workspaceSymbol', token, () => {
      workspace.flush()
      return workspace.folders.flatMap((folder) =>
        workspaceSymbols(folder.language(liveStatus), query).map(({ name, detail, kind, location }) => ({
          name,
          kind: symbolKindOf(kind),
          containerName: detail,
          location: toLocation(folder, location),
        })),
      )
    }),
  )
}

function registerRename(
  connection: Connection,
  at: <R>(name: string, uri: string, token: CancellationToken, empty: R, body: (place: Place) => R) => Promise<R>,
  offsetIn: (place: Place, position: { line: number; character: number }) => number,
): void {
  connection.onPrepareRename(({ textDocument, position }, token) =>
    at('prepareRename', textDocument.uri, token, null, (place) => {
      const found = prepareRename(place.context, place.path, offsetIn(place, position))
      if (found === undefined) return null
      return { range: place.folder.range(place.path, found.range), placeholder: found.name }
    }),
  )
  connection.onRenameRequest(async ({ textDocument, position, newName }, token) => {
    const answer = await at('rename', textDocument.uri, token, undefined, (place) => {
      const { edits, refused } = rename(place.context, place.path, offsetIn(place, position), newName)
      return { edit: toEdit(place.folder, edits), refused }
    })
    if (answer?.refused !== undefined) throw new ResponseError(LSPErrorCodes.RequestFailed, answer.refused)
    return answer?.edit
  })
}
