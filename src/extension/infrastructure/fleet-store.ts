import * as vscode from 'vscode'
import {
  type FleetCluster,
  type FleetObject,
  fleetChanged,
  fleetObjects,
  fleetTree,
  type WorkloadParams,
} from '../../protocol/index.ts'
import { inBackground } from './errors.ts'
import type { WorkerClient } from './worker-client.ts'

/** What the workspace declares, as the worker last told. */
export class FleetStore implements vscode.Disposable {
  readonly #worker: WorkerClient
  readonly #log: vscode.LogOutputChannel
  /** Answers of this revision, and how they looked, by workload. */
  readonly #objects = new Map<string, ObjectsEntry>()
  readonly #disposables: vscode.Disposable[]
  readonly #changed = new vscode.EventEmitter<void>()
  readonly #revised = new vscode.EventEmitter<void>()
  #clusters: readonly FleetCluster[] = []
  #print = ''
  #loaded = false
  #asking = false
  #stale = false

  /** Fires when what views show of the fleet differs: a tree that is refreshed for nothing loses clicks. */
  readonly onDidChange: vscode.Event<void> = this.#changed.event
  /** Fires for each revision of the files, also when only what is built from them may differ. */
  readonly onDidRevise: vscode.Event<void> = this.#revised.event

  constructor(worker: WorkerClient, log: vscode.LogOutputChannel) {
    this.#worker = worker
    this.#log = log
    this.#disposables = [worker.onDidStart(() => this.#refresh()), worker.on(fleetChanged, () => this.#refresh())]
  }

  /** True once the worker has answered for the first time. */
  get loaded(): boolean {
    return this.#loaded
  }

  get clusters(): readonly FleetCluster[] {
    return this.#clusters
  }

  /** The objects that a workload renders to; asked once for each revision. */
  objects(params: WorkloadParams): Promise<readonly FleetObject[]> {
    const key = `${params.fleetCluster}\0${params.workload}`
    const known = this.#objects.get(key)
    if (known !== undefined) return known.answer
    const entry: ObjectsEntry = { params, answer: this.#worker.request(fleetObjects, params), print: '' }
    this.#objects.set(key, entry)
    entry.answer.then(
      (objects) => {
        entry.print = JSON.stringify(objects)
      },
      () => this.#objects.delete(key),
    )
    return entry.answer
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables, this.#changed, this.#revised).dispose()
  }

  /** One question at a time; changes meanwhile lead to one more. */
  #refresh(): void {
    this.#stale = true
    if (!this.#asking) inBackground(this.#log, 'fleet', this.#load())
  }

  async #load(): Promise<void> {
    this.#asking = true
    try {
      while (this.#stale) {
        this.#stale = false
        const clusters = await this.#worker.request(fleetTree, null)
        const print = JSON.stringify(clusters)
        const objectsDiffer = await this.#objectsDiffer()
        const differs = print !== this.#print || objectsDiffer || !this.#loaded
        this.#clusters = clusters
        this.#print = print
        this.#loaded = true
        this.#revised.fire()
        if (differs) this.#changed.fire()
      }
    } finally {
      this.#asking = false
    }
  }

  /** Asks again for the objects on show. */
  async #objectsDiffer(): Promise<boolean> {
    const before = [...this.#objects.values()]
    this.#objects.clear()
    let differs = false
    for (const { params, print } of before) {
      const objects = await this.objects(params).catch(() => undefined)
      if (JSON.stringify(objects) !== print) differs = true
    }
    return differs
  }
}

interface ObjectsEntry {
  readonly params: WorkloadParams
  readonly answer: Promise<readonly FleetObject[]>
  print: string
}
