import { systemClock } from '../host/index.ts'
import {
  act,
  buildOrigin,
  buildWorkload,
  chartFile,
  closeCluster,
  devClusterId,
  devCluster as devClusterSpec,
  diffWorkload,
  engine as engineSpec,
  exportManifest,
  findWorkload,
  fleetObjects,
  fleetTree,
  graph,
  handOver,
  type InventoryItem,
  inventory,
  listClusters,
  liveManifest,
  locate,
  objectId,
  objectLabel,
  openCluster,
} from '../protocol/index.ts'
import { actOn } from './clusters/actions.ts'
import { diffAgainst } from './clusters/diff.ts'
import { liveGraph } from './clusters/live-graph.ts'
import { exportText, liveText } from './clusters/manifest.ts'
import type { ClusterRegistry } from './clusters/registry.ts'
import { type Dispatcher, UserError } from './dispatch.ts'
import type { Releases } from './releases/releases.ts'
import type { DevCluster } from './run/dev-cluster.ts'
import type { EngineHost } from './run/engine-host.ts'
import type { FleetViews } from './workspace/fleet-views.ts'

export interface RequestTargets {
  readonly views: FleetViews
  readonly clusters: ClusterRegistry
  readonly devCluster: DevCluster
  readonly engine: EngineHost
  readonly releases: Releases
}

/** Kinds whose reconciliation may find another version of a chart. */
const chartKinds: ReadonlySet<string> = new Set(['HelmRelease', 'HelmChart', 'HelmRepository', 'OCIRepository'])

/** The requests of the protocol: each is one line to whoever does the work. */
export function registerRequests(dispatcher: Dispatcher, targets: RequestTargets): void {
  registerFleet(dispatcher, targets)
  registerClusters(dispatcher, targets)
  const { devCluster, engine } = targets
  dispatcher.handle(devClusterSpec, async ({ command }) => {
    if (command !== 'start') await engine.stop(devClusterId)
    await devCluster[command]()
    return null
  })
  dispatcher.handle(engineSpec, async ({ cluster, command, fleetCluster }) => {
    if (command === 'run') await engine.run(cluster, fleetCluster)
    else await engine.stop(cluster)
    return null
  })
}

function registerFleet(dispatcher: Dispatcher, { views }: RequestTargets): void {
  dispatcher.handle(fleetTree, () => views.tree())
  dispatcher.handle(fleetObjects, (params) => views.objects(params))
  dispatcher.handle(buildWorkload, (params) => views.build(params))
  dispatcher.handle(buildOrigin, (params) => views.origin(params))
  dispatcher.handle(chartFile, (params) => views.chartFile(params))
  dispatcher.handle(locate, ({ ref }) => ({ locations: views.locate(ref) }))
  dispatcher.handle(findWorkload, ({ ref }) => views.findWorkload(ref))
}

function registerClusters(dispatcher: Dispatcher, { views, clusters, devCluster, releases }: RequestTargets): void {
  dispatcher.handle(listClusters, async () => {
    await devCluster.settled
    return clusters.list()
  })
  dispatcher.receive(handOver, () => devCluster.handOver())
  dispatcher.handle(openCluster, async ({ cluster }) => (await clusters.open(cluster)).objects())
  dispatcher.handle(closeCluster, ({ cluster }) => {
    clusters.close(cluster)
    return null
  })
  dispatcher.handle(inventory, ({ cluster, ref }) => clusters.session(cluster).inventory(ref))
  const fetchObject = async (cluster: string, ref: Parameters<typeof objectLabel>[0]) => {
    const object = await clusters.session(cluster).client.get(ref)
    if (object === undefined) throw new UserError(`${objectLabel(ref)} is not in the cluster`)
    return object
  }
  dispatcher.handle(liveManifest, async ({ cluster, ref }) => ({ text: liveText(await fetchObject(cluster, ref)) }))
  dispatcher.handle(exportManifest, async ({ cluster, ref }) => ({ text: exportText(await fetchObject(cluster, ref)) }))
  dispatcher.handle(act, ({ cluster, verb, refs }) => {
    clusters.requireAllowed(cluster)
    // Who asks the controllers for newer charts wants to see them here too.
    if (verb.startsWith('reconcile') && refs.some(({ kind }) => chartKinds.has(kind))) releases.renew()
    return actOn(clusters.session(cluster).client, verb, refs, systemClock.now())
  })
  dispatcher.handle(diffWorkload, async (params, cancellation) => {
    clusters.requireAllowed(params.cluster)
    const { client } = clusters.session(params.cluster)
    const release = await views.renderedRelease(params)
    if (release !== undefined) {
      const { diffRelease } = await import('./clusters/release-diff.ts')
      return diffRelease(client, release, cancellation)
    }
    const { rendered, kustomization } = views.rendered(params)
    return diffAgainst(client, kustomization, rendered, cancellation)
  })
  dispatcher.handle(graph, async ({ scope, cluster }) => {
    if (scope === 'fleet') return views.graph(cluster)
    const session = clusters.session(cluster)
    const objects = session.objects()
    const inventories = new Map<string, readonly InventoryItem[]>()
    for (const { ref, inventorySize } of objects) {
      if (inventorySize > 0) inventories.set(objectId(ref), await session.inventory(ref))
    }
    const title = (await clusters.list()).find(({ id }) => id === cluster)?.name ?? cluster
    return liveGraph(title, objects, inventories)
  })
}
