import * as vscode from 'vscode'
import type { ObjectRef } from '../../base/index.ts'
import {
  type ClusterInfo,
  closeCluster,
  clustersChanged,
  type DevClusterCommand,
  devCluster,
  devClusterId,
  engine,
  type FluxObject,
  type InventoryItem,
  inventory,
  inventoryChanged,
  listClusters,
  objectId,
  objectsChanged,
  openCluster,
} from '../../protocol/index.ts'
import { inBackground } from './errors.ts'
import type { WorkerClient } from './worker-client.ts'

/** What the extension knows of clusters: a mirror of the worker's sessions, and the wish to have them again after a restart. */
export class ClusterStore implements vscode.Disposable {
  readonly #worker: WorkerClient
  readonly #log: vscode.LogOutputChannel
  readonly #objects = new Map<string, Map<string, FluxObject>>()
  readonly #inventories = new Map<string, Map<string, readonly InventoryItem[]>>()
  readonly #disposables: vscode.Disposable[]
  readonly #changed = new vscode.EventEmitter<void>()
  readonly #versions = new vscode.EventEmitter<ObjectVersion>()
  /** Clusters that were open, and where the engine ran and on what, to be taken up again after a crash of the worker. */
  readonly #wanted = new Set<string>()
  #engineWish: { readonly cluster: string; readonly fleetCluster: string | undefined } | undefined
  #clusters: readonly ClusterInfo[] = []

  /** Fires when clusters or their objects differ. */
  readonly onDidChange: vscode.Event<void> = this.#changed.event
  /** Fires for each object of which another version was seen. */
  readonly onDidSeeVersion: vscode.Event<ObjectVersion> = this.#versions.event

  constructor(worker: WorkerClient, log: vscode.LogOutputChannel) {
    this.#worker = worker
    this.#log = log
    this.#disposables = [
      worker.onDidStart(() => inBackground(log, 'clusters', this.#resume())),
      worker.onDidEnd(() => this.#lose()),
      worker.on(clustersChanged, (clusters) => this.#setClusters(clusters)),
      worker.on(objectsChanged, ({ cluster, upserted, removed }) => this.#applyDelta(cluster, upserted, removed)),
      worker.on(inventoryChanged, ({ cluster, ref, items }) => this.#setInventory(cluster, ref, items)),
    ]
  }

  get clusters(): readonly ClusterInfo[] {
    return this.#clusters
  }

  cluster(id: string): ClusterInfo | undefined {
    return this.#clusters.find((cluster) => cluster.id === id)
  }

  openClusters(): readonly ClusterInfo[] {
    return this.#clusters.filter((cluster) => cluster.state === 'open')
  }

  /** Clusters whose objects are on show: open ones, and those that are on their way back after a crash of the worker. */
  shownClusters(): readonly ClusterInfo[] {
    return this.#clusters.filter(({ id, state }) => state === 'open' || (state === 'opening' && this.#objects.has(id)))
  }

  /** The Flux objects of an open cluster. */
  objects(cluster: string): readonly FluxObject[] {
    return [...(this.#objects.get(cluster)?.values() ?? [])]
  }

  object(cluster: string, ref: ObjectRef): FluxObject | undefined {
    return this.#objects.get(cluster)?.get(objectId(ref))
  }

  async open(id: string): Promise<void> {
    this.#wanted.add(id)
    const objects = await this.#worker.request(openCluster, { cluster: id })
    this.#objects.set(id, new Map(objects.map((object) => [objectId(object.ref), object])))
    // A new session watches no inventory yet; views that show one ask again.
    this.#inventories.delete(id)
    this.#changed.fire()
  }

  async close(id: string): Promise<void> {
    this.#wanted.delete(id)
    await this.#worker.request(closeCluster, { cluster: id })
    this.#forget(id)
    this.#changed.fire()
  }

  /** What a workload applied; the first call asks the worker, which tells of changes from then on. */
  async inventory(cluster: string, ref: ObjectRef): Promise<readonly InventoryItem[]> {
    const known = this.#inventories.get(cluster)?.get(objectId(ref))
    if (known !== undefined) return known
    const items = await this.#worker.request(inventory, { cluster, ref })
    this.#setInventory(cluster, ref, items)
    return items
  }

  async runEngine(cluster: string, fleetCluster: string | undefined): Promise<void> {
    await this.#worker.request(engine, { cluster, command: 'run', fleetCluster })
    this.#engineWish = { cluster, fleetCluster }
  }

  /** Starts, stops or empties the dev cluster; a stop ends the engine in it too. */
  async commandDevCluster(command: DevClusterCommand): Promise<void> {
    if (command !== 'start' && this.#engineWish?.cluster === devClusterId) this.#engineWish = undefined
    await this.#worker.request(devCluster, { command })
  }

  async stopEngine(cluster: string): Promise<void> {
    this.#engineWish = undefined
    await this.#worker.request(engine, { cluster, command: 'stop' })
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables, this.#changed, this.#versions).dispose()
  }

  /** After a start: a worker that was started again has no sessions, so what was open is opened again. */
  async #resume(): Promise<void> {
    this.#setClusters(await this.#worker.request(listClusters, null))
    for (const id of [...this.#objects.keys()]) if (!this.#wanted.has(id)) this.#forget(id)
    for (const id of this.#wanted) {
      if (this.cluster(id) !== undefined) inBackground(this.#log, `opening ${id} again`, this.open(id))
    }
    const wish = this.#engineWish
    if (wish !== undefined) await this.runEngine(wish.cluster, wish.fleetCluster)
  }

  /** Without a worker nothing is open; what was is on its way back. */
  #lose(): void {
    this.#clusters = this.#clusters.map((cluster) => ({
      ...cluster,
      state: cluster.state === 'open' ? 'opening' : cluster.state,
      engine: cluster.engine.phase === 'running' ? { phase: 'starting', message: '' } : cluster.engine,
    }))
    this.#changed.fire()
  }

  #setClusters(clusters: readonly ClusterInfo[]): void {
    this.#clusters = clusters
    for (const { id, kind, state } of clusters) {
      if (state === 'closed') this.#forget(id)
      // The worker opens the dev cluster by itself when it has started.
      if (kind === 'dev') {
        if (state === 'open') this.#wanted.add(id)
        else if (state === 'closed') this.#wanted.delete(id)
      }
    }
    this.#changed.fire()
  }

  #applyDelta(cluster: string, upserted: readonly FluxObject[], removed: readonly string[]): void {
    const objects = this.#objects.get(cluster) ?? new Map<string, FluxObject>()
    this.#objects.set(cluster, objects)
    for (const id of removed) {
      objects.delete(id)
      this.#inventories.get(cluster)?.delete(id)
    }
    let differs = removed.length > 0
    for (const object of upserted) {
      const id = objectId(object.ref)
      const before = objects.get(id)
      if (before === undefined || looks(before) !== looks(object)) differs = true
      objects.set(id, object)
      this.#versions.fire({ cluster, id, version: object.version })
    }
    // A tree that is refreshed for nothing loses clicks: versions alone are nothing to see.
    if (differs) this.#changed.fire()
  }

  #setInventory(cluster: string, owner: ObjectRef, items: readonly InventoryItem[]): void {
    const inventories = this.#inventories.get(cluster) ?? new Map<string, readonly InventoryItem[]>()
    this.#inventories.set(cluster, inventories)
    const before = inventories.get(objectId(owner))
    inventories.set(objectId(owner), items)
    for (const { ref, version } of items) this.#versions.fire({ cluster, id: objectId(ref), version })
    if (before === undefined || before.map(looks).join() !== items.map(looks).join()) this.#changed.fire()
  }

  #forget(cluster: string): void {
    this.#objects.delete(cluster)
    this.#inventories.delete(cluster)
  }
}

/** All of an object that views show. */
function looks(object: FluxObject | InventoryItem): string {
  return JSON.stringify({ ...object, version: '' })
}

/** Another version of an object was seen in a cluster. */
export interface ObjectVersion {
  readonly cluster: string
  readonly id: string
  readonly version: string
}
