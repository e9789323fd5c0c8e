import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'
import type { NotificationSpec, RequestSpec, WorkerSettings } from '../../../src/protocol/index.ts'

const entry = fileURLToPath(new URL('../../../src/worker/main.ts', import.meta.url))

export interface PublishedDiagnostic {
  readonly range: {
    readonly start: { line: number; character: number }
    readonly end: { line: number; character: number }
  }
  readonly code: string
  readonly message: string
  readonly severity: number
}

/** A worker in a process of its own, spoken to as an editor does, on a workspace made of the given files. */
export class TestClient {
  readonly root: string
  readonly connection: MessageConnection
  readonly process: ChildProcess
  readonly #diagnostics = new Map<string, readonly PublishedDiagnostic[]>()
  readonly #waiting = new Set<() => void>()
  #errors = ''

  constructor(files: Readonly<Record<string, string>>) {
    this.root = mkdtempSync(join(tmpdir(), 'fluxkit-worker-'))
    for (const [path, text] of Object.entries(files)) this.write(path, text)
    this.process = spawn(process.execPath, [entry, '--stdio'], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.process.stderr!.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString()
    })
    this.connection = createMessageConnection(
      new StreamMessageReader(this.process.stdout!),
      new StreamMessageWriter(this.process.stdin!),
    )
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

  /** What the worker wrote to standard error: it must be nothing. */
  get errors(): string {
    return this.#errors
  }

  async start(settings: Partial<WorkerSettings> = {}): Promise<void> {
    const folder = { uri: pathToFileURL(this.root).href, name: 'test' }
    const full: WorkerSettings = {
      kubeconfigs: [join(this.root, 'kubeconfig')],
      allowedContexts: [],
      trusted: true,
      storage: join(this.root, '.storage'),
      pollInterval: 10,
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

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve))
    await this.connection.sendRequest('shutdown').catch(() => undefined)
    await this.connection.sendNotification('exit').catch(() => undefined)
    await ended
    this.connection.dispose()
    rmSync(this.root, { recursive: true, force: true })
  }
}
