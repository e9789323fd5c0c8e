/** What the trees show, as plain values: no VS Code in here, so that it can be tested as functions. */
import type { ObjectRef } from '../../base/index.ts'
import { type ClusterInfo, type FleetCluster, type Health, objectId, objectLabel } from '../../protocol/index.ts'
import type { TreeNode } from './nodes.ts'

export interface Row {
  readonly id: string
  readonly label: string
  readonly description: string
  readonly tooltip: string
  readonly icon: string
  /** A theme colour id; none for the default. */
  readonly color?: string
  readonly contextValue: string
  readonly expand: 'none' | 'collapsed' | 'expanded'
}

const healthIcons: Readonly<Record<Health, readonly [icon: string, color: string | undefined, word: string]>> = {
  ready: ['pass-filled', 'testing.iconPassed', 'Ready'],
  reconciling: ['sync~spin', 'charts.blue', 'Reconciling'],
  failed: ['error', 'testing.iconFailed', 'Failed'],
  suspended: ['debug-pause', 'disabledForeground', 'Suspended'],
  unmanaged: ['circle-slash', 'charts.yellow', 'No controller yet'],
  unknown: ['circle-outline', undefined, 'Unknown'],
}

/** The word that views and screen readers use for a health. */
export function healthWord(health: Health): string {
  return healthIcons[health][2]
}

/** Everything a tree shows of a node. */
export function rowOf(node: TreeNode): Row {
  switch (node.type) {
    case 'cluster':
      return clusterRow(node.cluster)
    case 'fluxCounts':
      return plainRow(`${node.cluster}/counts/${node.label}`, node.label, node.detail, 'info')
    case 'clusterGroup':
      return {
        ...plainRow(`${node.view}/${node.cluster.id}`, node.cluster.name, node.cluster.server, 'server-environment'),
        expand: 'expanded',
      }
    case 'live':
      return liveRow(node)
    case 'inventory':
      return inventoryRow(node)
    case 'fleetCluster': {
      const { id, name, path } = node.cluster
      return {
        ...plainRow(`fleet/${id}`, name, fleetClusterPlace(node.cluster), 'server-environment'),
        contextValue: 'fleetCluster',
        // What nothing reaches has no path; it is a footnote to the entry points.
        expand: path === '' ? 'collapsed' : 'expanded',
      }
    }
    case 'fleetWorkload':
      return fleetWorkloadRow(node)
    case 'fleetSource': {
      const { ref, detail } = node.source
      const row = plainRow(
        `fleet/${node.cluster.id}/source/${objectId(ref)}`,
        ref.name,
        detail === '' ? ref.kind : `${ref.kind} · ${detail}`,
        sourceIcon(ref),
      )
      return { ...row, contextValue: `fleet:${ref.kind}` }
    }
    case 'fleetObject': {
      const { ref } = node.object
      const row = plainRow(
        `fleet/${node.cluster.id}/${node.owner}/${objectId(ref)}`,
        ref.name,
        kindAndNamespace(ref),
        kindIcon(ref.kind),
      )
      return { ...row, tooltip: objectLabel(ref), contextValue: 'fleet:object' }
    }
  }
}

/** `main@sha1:0123456789…` cut to what one compares by eye. */
export function shortRevision(revision: string): string {
  return revision.replace(/(sha1|sha256):([0-9a-f]{8})[0-9a-f]+/, '$1:$2')
}

function plainRow(id: string, label: string, description: string, icon: string): Row {
  return {
    id,
    label,
    description,
    tooltip: description === '' ? label : `${label}\n${description}`,
    icon,
    contextValue: '',
    expand: 'none',
  }
}

function clusterRow(cluster: ClusterInfo): Row {
  const engine = cluster.engine.phase === 'stopped' || cluster.engine.phase === 'failed' ? 'idle' : 'engine'
  const notes = [
    ...(cluster.engine.phase === 'running' ? ['engine running'] : []),
    ...(cluster.engine.phase === 'starting' ? ['engine starting…'] : []),
    ...(cluster.engine.phase === 'failed' ? [`engine failed: ${cluster.engine.message}`] : []),
    ...(cluster.current ? ['current'] : []),
    ...(cluster.state === 'open' ? [cluster.server] : []),
    ...(cluster.state === 'opening' ? ['connecting…'] : []),
    ...(cluster.state === 'failed' ? [cluster.message] : []),
    ...(cluster.state === 'closed' && cluster.kind === 'dev' ? ['stopped'] : []),
  ]
  const icons = { closed: 'debug-disconnect', opening: 'sync~spin', open: 'vm-active', failed: 'error' } as const
  const colors = {
    closed: undefined,
    opening: 'charts.blue',
    open: 'testing.iconPassed',
    failed: 'testing.iconFailed',
  } as const
  const color = colors[cluster.state]
  return {
    id: `cluster/${cluster.id}`,
    label: cluster.name,
    description: notes.join(' · '),
    tooltip: [...new Set([cluster.name, ...notes, cluster.message])].filter((line) => line !== '').join('\n'),
    icon: icons[cluster.state],
    ...(color === undefined ? {} : { color }),
    contextValue: `cluster:${cluster.kind}:${cluster.state}:${engine}`,
    // Expanding a context is what opens it; a stopped dev cluster is started by its own button.
    expand: cluster.kind === 'dev' && cluster.state === 'closed' ? 'none' : 'collapsed',
  }
}

function liveRow({ cluster, object }: Extract<TreeNode, { type: 'live' }>): Row {
  const { ref, health, revision, reason, message } = object
  const [icon, color, word] = healthIcons[health]
  const status =
    health === 'failed' || health === 'unmanaged'
      ? health === 'failed'
        ? reason || word
        : word.toLowerCase()
      : shortRevision(revision)
  return {
    id: `live/${cluster.id}/${objectId(ref)}`,
    label: ref.name,
    description: [ref.kind === 'Kustomization' ? '' : ref.kind, status, ref.namespace ?? '']
      .filter((part) => part !== '')
      .join(' · '),
    tooltip: [objectLabel(ref), `${word}${reason === '' ? '' : ` (${reason})`}`, message, revision, object.detail]
      .filter((line) => line !== '')
      .join('\n\n'),
    icon,
    ...(color === undefined ? {} : { color }),
    contextValue: `live:${ref.kind}:${object.suspended ? 'suspended' : 'active'}`,
    expand: object.inventorySize > 0 ? 'collapsed' : 'none',
  }
}

function inventoryRow({ cluster, owner, item }: Extract<TreeNode, { type: 'inventory' }>): Row {
  const [icon, color, word] = healthIcons[item.health]
  return {
    id: `live/${cluster.id}/${objectId(owner)}/${objectId(item.ref)}`,
    label: item.ref.name,
    description: kindAndNamespace(item.ref),
    tooltip: [objectLabel(item.ref), word, item.message].filter((line) => line !== '').join('\n\n'),
    icon,
    ...(color === undefined ? {} : { color }),
    contextValue: 'inventory',
    expand: 'none',
  }
}

function fleetWorkloadRow({ cluster, workload }: Extract<TreeNode, { type: 'fleetWorkload' }>): Row {
  const { ref, errors, warnings } = workload
  const faults = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : ''].filter(
    Boolean,
  )
  const color = errors > 0 ? 'list.errorForeground' : warnings > 0 ? 'list.warningForeground' : undefined
  return {
    id: `fleet/${cluster.id}/${workload.id}`,
    label: ref.name,
    description: [ref.kind === 'Kustomization' ? '' : ref.kind, ...faults, workload.detail, ref.namespace ?? '']
      .filter(Boolean)
      .join(' · '),
    tooltip: [objectLabel(ref), workload.detail, ...faults].join('\n'),
    icon: errors > 0 ? 'error' : warnings > 0 ? 'warning' : workload.suspended ? 'debug-pause' : workloadIcon(ref),
    ...(color === undefined ? {} : { color }),
    contextValue: `fleet:${ref.kind}`,
    expand: ref.kind === 'Kustomization' && workload.parent === undefined ? 'expanded' : 'collapsed',
  }
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function kindAndNamespace(ref: ObjectRef): string {
  return ref.namespace === undefined ? ref.kind : `${ref.kind} · ${ref.namespace}`
}

function workloadIcon(ref: ObjectRef): string {
  return ref.kind === 'HelmRelease' ? 'package' : 'layers'
}

function sourceIcon(ref: ObjectRef): string {
  return ref.kind === 'GitRepository' ? 'source-control' : 'archive'
}

function kindIcon(kind: string): string {
  switch (kind) {
    case 'Secret':
      return 'lock'
    case 'ConfigMap':
      return 'symbol-key'
    case 'Namespace':
      return 'symbol-namespace'
    case 'Service':
    case 'Ingress':
      return 'globe'
    default:
      return 'symbol-misc'
  }
}

/** Where an entry point lies: the workspace folder, where there are several, and the directory in it. */
export function fleetClusterPlace({ folder, path }: FleetCluster): string {
  return [folder, path].filter(Boolean).join(' · ')
}
