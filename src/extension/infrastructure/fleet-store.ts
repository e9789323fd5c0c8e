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
  readonly #objects = new Map<string, Promise<readonly FleetObject[]>>()
  readonly #disposables: vscode.Disposable[]
  readonly #changed = new vscode.EventEmitter<void>()
  #clusters: readonly FleetCluster[] = []
  #loaded = false
  #asking = false
  #stale = false

  readonly onDidChange: vscode.Event<void> = this.#changed.event

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

  /** The objects that a workload renders to; asked once for each state of the workspace. */
  objects(params: WorkloadParams): Promise<readonly FleetObject[]> {
    const key = `${params.fleetCluster}\0${params.workload}`
    let answer = this.#objects.get(key)
    if (answer === undefined) {
      answer = this.#worker.request(fleetObjects, params)
      this.#objects.set(key, answer)
      answer.catch(() => this.#objects.delete(key))
    }
    return answer
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables, this.#changed).dispose()
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
        this.#clusters = await this.#worker.request(fleetTree, null)
        this.#objects.clear()
        this.#loaded = true
        this.#changed.fire()
      }
    } finally {
      this.#asking = false
    }
  }
}
