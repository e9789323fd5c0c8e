import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  createMessageConnection,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import type { NotificationSpec, RequestSpec, WorkerSettings } from '../../../src/protocol/index.ts'
import { startWorker } from '../../../src/worker/index.ts'

const entry = fileURLToPath(new URL('../../../src/worker/main.ts', import.meta.url))
const cli = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))

interface Place {
  readonly line: number
  readonly character: number
}

export interface PublishedDiagnostic {
  readonly range: { readonly start: Place; readonly end: Place }
  readonly code: string
  readonly message: string
  readonly severity: number
}

interface Line {
  readonly reader: MessageReader
  readonly writer: MessageWriter
}

/**
 * A worker spoken to as an editor does, on a workspace made of the given files: in this process over a pair of streams,
 * which spares each test the start of a process, or in a process of its own.
 */
export class TestClient {
  readonly root: string
  readonly connection: MessageConnection
  readonly #diagnostics = new Map<string, readonly PublishedDiagnostic[]>()
  readonly #waiting = new Set<() => void>()
  readonly #exited: Promise<void>
  #exit: () => void = () => undefined
  #errors = ''

  constructor(files: Readonly<Record<string, string>>, options: { readonly ownProcess?: boolean } = {}) {
    this.root = mkdtempSync(join(tmpdir(), 'fluxkit-worker-'))
    for (const [path, text] of Object.entries(files)) this.write(path, text)
    this.#exited = new Promise((resolve) => {
      this.#exit = resolve
    })
    const { reader, writer } = options.ownProcess ? this.#spawn() : this.#inProcess()
    this.connection = createMessageConnection(reader, writer)
    this.connection.onNotification(
      'textDocument/publishDiagnostics',
      (params: { uri: string; diagnostics: PublishedDiagnostic[] }) => {
        this.#diagnostics.set(params.uri, params.diagnostics)
        for (const wake of this.#waiting) wake()
      },
    )
    this.connection.onRequest('client/registerCapability', () => null)
    this.connection.listen()
  }

  /** What the worker wrote to standard error, or logged as an error: it must be nothing. */
  get errors(): string {
    return this.#errors
  }

  async start(settings: Partial<WorkerSettings> = {}): Promise<void> {
    // Not the developer's own dev clusters.
    process.env['FLUXKIT_CACHE'] = join(this.root, '.cache')
    const folder = { uri: pathToFileURL(this.root).href, name: 'test' }
    const full: WorkerSettings = {
      kubeconfigs: [join(this.root, 'kubeconfig')],
      allowedContexts: [],
      trusted: true,
      storage: join(this.root, '.storage'),
      pollInterval: 10,
      downloadCharts: true,
      remoteBases: false,
      oldFluxVersions: false,
      ...settings,
    }
    await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: folder.uri,
      workspaceFolders: [folder],
      capabilities: { workspace: { workspaceFolders: true } },
      initializationOptions: full,
    })
    await this.connection.sendNotification('initialized', {})
  }

  write(path: string, text: string): void {
    const full = join(this.root, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
  }

  uri(path: string): string {
    return pathToFileURL(join(this.root, path)).href
  }

  open(path: string, text: string, version = 1): Promise<void> {
    return this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: this.uri(path), languageId: 'yaml', version, text },
    })
  }

  change(path: string, text: string, version: number): Promise<void> {
    return this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.uri(path), version },
      contentChanges: [{ text }],
    })
  }

  /** Tells the worker that a file has changed on the disk. */
  touch(path: string): Promise<void> {
    return this.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: this.uri(path), type: 2 }],
    })
  }

  request<P, R>(spec: RequestSpec<P, R>, params: P): Promise<R> {
    return this.connection.sendRequest(spec.method, params)
  }

  on<P>(spec: NotificationSpec<P>, listener: (params: P) => void): void {
    this.connection.onNotification(spec.method, listener)
  }

  diagnostics(path: string): readonly PublishedDiagnostic[] {
    return this.#diagnostics.get(this.uri(path)) ?? []
  }

  /** Resolves when the diagnostics of a file are as wanted; the test's own time limit ends a wait in vain. */
  async untilDiagnostics(
    path: string,
    wanted: (diagnostics: readonly PublishedDiagnostic[]) => boolean,
  ): Promise<void> {
    while (!wanted(this.diagnostics(path))) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake)
          resolve()
        }
        this.#waiting.add(wake)
      })
    }
  }

  /** Ends the worker as an editor does. */
  async stop(): Promise<void> {
    await this.connection.sendRequest('shutdown')
    await this.connection.sendNotification('exit')
    await this.#exited
    this.connection.dispose()
    rmSync(this.root, { recursive: true, force: true })
  }

  #spawn(): Line {
    const child = spawn(process.execPath, [entry, '--stdio'], { stdio: ['pipe', 'pipe', 'pipe'] })
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString()
    })
    child.once('exit', () => this.#exit())
    return { reader: new StreamMessageReader(child.stdout), writer: new StreamMessageWriter(child.stdin) }
  }

  #inProcess(): Line {
    const toWorker = new PassThrough()
    const fromWorker = new PassThrough()
    const reader = new StreamMessageReader(toWorker)
    const writer = new StreamMessageWriter(fromWorker)
    startWorker(createConnection(ProposedFeatures.all, reader, writer), {
      cli,
      storage: join(this.root, '.storage'),
      exit: () => this.#exit(),
    })
    return { reader: new StreamMessageReader(fromWorker), writer: new StreamMessageWriter(toWorker) }
  }
}
