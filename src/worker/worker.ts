import {
  type Connection,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Disposable } from '../base/index.ts'
import { settingsChanged, type WorkerSettings } from '../protocol/index.ts'
import { liveStatusIn } from './clusters/live-status.ts'
import { ClusterRegistry } from './clusters/registry.ts'
import { Dispatcher, messageOf } from './dispatch.ts'
import { registerLanguage } from './lsp/features.ts'
import { LensRefresh } from './lsp/lens-refresh.ts'
import { Releases } from './releases/releases.ts'
import { registerRequests } from './requests.ts'
import { DevCluster } from './run/dev-cluster.ts'
import { EngineHost } from './run/engine-host.ts'
import { initialSettings } from './settings.ts'
import { FleetViews } from './workspace/fleet-views.ts'
import { ReleaseViews } from './workspace/release-views.ts'
import { WorkspaceRemotes } from './workspace/remote-bases.ts'
import { pathOfUri } from './workspace/uris.ts'
import { Workspace } from './workspace/workspace.ts'

export interface WorkerOptions {
  /** The CLI's entry (`dist/cli.js`), run as a process of its own for the dev cluster. */
  readonly cli: string
  /** Where to keep the dev cluster when the client names no place. */
  readonly storage: string
  /** Ends the process. */
  readonly exit: (code: number) => void
}

/**
 * Serves one client over a connection until it says `exit` or the connection breaks.
 * A client that sends no `WorkerSettings` as initialization options gets the language features only.
 */
export function startWorker(connection: Connection, options: WorkerOptions): Disposable {
  const settings = { current: initialSettings(undefined, options.storage) }
  const dispatcher = new Dispatcher(connection)
  const documents = new TextDocuments(TextDocument)
  const workspace: Workspace = new Workspace(connection, dispatcher, () => remotes.source)
  const remotes = new WorkspaceRemotes({
    settings,
    onChange: () => workspace.refetched(),
    onError: (error) => dispatcher.log('error', `remote bases: ${messageOf(error)}`),
  })
  const releases = new Releases({ connection, dispatcher, workspace, settings })
  const views = new FleetViews(workspace, new ReleaseViews(releases))
  const lenses = new LensRefresh(connection, dispatcher.log)
  const clusters = new ClusterRegistry(dispatcher, settings, () => lenses.soon())
  const devCluster = new DevCluster({ registry: clusters, dispatcher, settings, cli: options.cli })
  const engine = new EngineHost({ clusters, dispatcher, workspace, views, settings })
  const parts: readonly Disposable[] = [lenses, engine, devCluster, clusters, releases, workspace, remotes]
  let isShut = false
  const shut = (): void => {
    if (isShut) return
    isShut = true
    for (const part of parts) part.dispose()
  }
  let roots: readonly string[] = []
  let tellsFolders = false

  connection.onInitialize((params) => {
    settings.current = initialSettings(params.initializationOptions, options.storage)
    releases.configure()
    remotes.configure()
    roots = rootsOf(params)
    tellsFolders = params.capabilities.workspace?.workspaceFolders === true
    if (params.capabilities.window?.workDoneProgress === true) {
      workspace.showProgress()
      releases.showProgress()
    }
    if (params.capabilities.workspace?.codeLens?.refreshSupport === true) lenses.support()
    return capabilities
  })
  connection.onInitialized(() => {
    workspace.setFolders(roots)
    devCluster.attach().catch((error: unknown) => dispatcher.log('warn', `dev cluster: ${messageOf(error)}`))
    // The library throws when the client has not said that it tells of folders.
    if (!tellsFolders) return
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const gone = new Set(removed.map(({ uri }) => pathOfUri(uri)))
      roots = [...roots.filter((root) => !gone.has(root)), ...added.flatMap(({ uri }) => pathOfUri(uri) ?? [])]
      workspace.setFolders(roots)
    })
  })
  documents.onDidOpen(({ document }) => workspace.open(document.uri, document.getText()))
  documents.onDidChangeContent(({ document }) => workspace.open(document.uri, document.getText()))
  documents.onDidClose(({ document }) => workspace.close(document.uri))
  // A save is told at once; the file watcher takes its time.
  documents.onDidSave(({ document }) => workspace.touch([document.uri]))
  connection.onDidChangeWatchedFiles(({ changes }) => workspace.touch(changes.map(({ uri }) => uri)))
  dispatcher.receive(settingsChanged, (next: WorkerSettings) => {
    settings.current = next
    releases.configure()
    remotes.configure()
    return clusters.refresh()
  })
  registerLanguage(connection, dispatcher, workspace, liveStatusIn(clusters))
  registerRequests(dispatcher, { views, clusters, devCluster, engine, releases })
  connection.onShutdown(shut)
  connection.onExit(() => {
    shut()
    options.exit(0)
  })
  documents.listen(connection)
  connection.listen()
  return { dispose: shut }
}

const capabilities: InitializeResult = {
  capabilities: {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    hoverProvider: true,
    completionProvider: { triggerCharacters: [':', ' ', '/', '-', '{', '"'] },
    definitionProvider: true,
    referencesProvider: true,
    documentSymbolProvider: true,
    workspaceSymbolProvider: true,
    codeActionProvider: { codeActionKinds: ['quickfix', 'refactor'] },
    codeLensProvider: {},
    documentLinkProvider: {},
    renameProvider: { prepareProvider: true },
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  },
  serverInfo: { name: 'fluxkit' },
}

function rootsOf(params: InitializeParams): readonly string[] {
  const uris = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : [])
  return uris.flatMap((uri) => pathOfUri(uri) ?? [])
}
