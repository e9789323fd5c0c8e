import * as vscode from 'vscode'
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  State,
  TransportKind,
} from 'vscode-languageclient/node'
import {
  handOver,
  log as logSpec,
  type NotificationSpec,
  type RequestSpec,
  settingsChanged,
} from '../../protocol/index.ts'
import { inBackground } from './errors.ts'
import { onSettingsChange, workerSettings } from './settings.ts'

/** The extension's end of the line to the worker: starts it, restarts it after a crash, and checks what it says. */
export class WorkerClient implements vscode.Disposable {
  readonly #client: LanguageClient
  readonly #log: vscode.LogOutputChannel
  readonly #started = new vscode.EventEmitter<void>()
  readonly #ended = new vscode.EventEmitter<void>()
  readonly #disposables: vscode.Disposable[] = []

  /** Fires after each start: the first, those after a crash, and those asked for. State in the worker is then gone. */
  readonly onDidStart: vscode.Event<void> = this.#started.event
  /** Fires when the worker has ended, by a crash or on purpose. */
  readonly onDidEnd: vscode.Event<void> = this.#ended.event

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    this.#log = log
    this.#client = new LanguageClient('fluxkit', 'Fluxkit', serverOptions(context), clientOptions(context, log))
    this.#disposables.push(
      this.#client.onDidChangeState(({ newState }) => {
        if (newState === State.Running) this.#started.fire()
        if (newState === State.Stopped) this.#ended.fire()
      }),
      this.on(logSpec, ({ level, message }) => log[level](message)),
      onSettingsChange(() => {
        inBackground(log, 'settings', this.#client.sendNotification(settingsChanged.method, workerSettings(context)))
      }),
    )
  }

  /** Starts the worker; nothing has to wait for it, requests do by themselves. */
  start(): void {
    inBackground(this.#log, 'start of the worker', this.#client.start())
  }

  /** A fresh worker in place of this one; the dev cluster goes on meanwhile. */
  async restart(): Promise<void> {
    if (this.#client.state === State.Starting) await this.#nextStart()
    if (!this.#client.isRunning()) return this.#client.start()
    await this.#client.sendNotification(handOver.method, null)
    await this.#client.restart()
  }

  /** Sends a request, once the worker has started. Rejects when the answer is not what the protocol says. */
  async request<P, R>(spec: RequestSpec<P, R>, params: P, token?: vscode.CancellationToken): Promise<R> {
    const answer: unknown = await this.#client.sendRequest(spec.method, params ?? null, token)
    if (!spec.result(answer)) throw new Error(`the worker's answer to ${spec.method} is malformed`)
    return answer
  }

  /** Listens to a notification of the worker; malformed ones are logged and dropped. */
  on<P>(spec: NotificationSpec<P>, listener: (params: P) => void): vscode.Disposable {
    return this.#client.onNotification(spec.method, (params: unknown) => {
      if (spec.params(params)) listener(params)
      else this.#log.error(`dropped a malformed ${spec.method}`)
    })
  }

  #nextStart(): Promise<void> {
    return new Promise((resolve) => {
      const listener = this.onDidStart(() => {
        listener.dispose()
        resolve()
      })
    })
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables, this.#started, this.#ended).dispose()
    // The worker ends itself, and its children, when the line breaks.
    inBackground(this.#log, 'stop of the worker', this.#client.dispose())
  }
}

function serverOptions(context: vscode.ExtensionContext): ServerOptions {
  const module = context.asAbsolutePath('dist/worker.js')
  // What V8 made of the worker's code is kept for the next start, which takes a third less of the processor for it. Node
  // starts as well where it cannot write there, or does not know the variable.
  const env = { NODE_COMPILE_CACHE: vscode.Uri.joinPath(context.globalStorageUri, 'code').fsPath }
  return {
    run: { module, transport: TransportKind.ipc, options: { env } },
    debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6019'] } },
  }
}

function clientOptions(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): LanguageClientOptions {
  // Generators read any file, so every change of the workspace counts; the worker leaves out what it has no use for.
  const watcher = vscode.workspace.createFileSystemWatcher('**/*')
  context.subscriptions.push(watcher)
  return {
    documentSelector: [{ scheme: 'file', language: 'yaml' }],
    synchronize: { fileEvents: watcher },
    initializationOptions: workerSettings(context),
    outputChannel: log,
    traceOutputChannel: log,
    connectionOptions: { maxRestartCount: 10 },
    progressOnInitialization: false,
    diagnosticCollectionName: 'fluxkit',
  }
}
