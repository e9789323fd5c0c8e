import { getIn, getString, isObject, type JsonValue, type ObjectRef } from '../../base/index.ts'
import { conditionsOf, fluxKindOf, getCondition, inventoryOf, referencesOf } from '../../flux/index.ts'
import { type KubeObject, refOf } from '../../kube/index.ts'
import type { FluxObject, Health } from '../../protocol/index.ts'

/** Whether somebody reconciles a kind in the cluster at hand. */
export type IsManaged = (kind: string) => boolean

/** A live Flux object cut down to what views show. */
export function summarise(object: KubeObject, isManaged: IsManaged): FluxObject {
  const ready = getCondition(conditionsOf(object), 'Ready')
  const references = referencesOf(object)
  const source = references.find(({ role }) => role === 'source' || role === 'chart')
  const health = healthOf(object, isManaged)
  return {
    ref: refOf(object),
    health,
    reason: ready?.reason ?? '',
    message: health === 'unmanaged' ? `no controller for ${object.kind} yet` : (ready?.message ?? ''),
    suspended: isSuspended(object),
    revision: revisionOf(object),
    detail: detailOf(object),
    ...(source === undefined ? {} : { source: toRef(source) }),
    dependsOn: references.filter(({ role }) => role === 'dependency').map(toRef),
    inventorySize: inventoryOf(object).length,
    version: getString(object, 'metadata', 'resourceVersion') ?? '',
  }
}

/** How a Flux object is doing: its conditions, unless it is suspended or nobody looks after it. */
export function healthOf(object: KubeObject, isManaged: IsManaged): Health {
  if (isSuspended(object)) return 'suspended'
  const conditions = conditionsOf(object)
  const ready = getCondition(conditions, 'Ready')
  const generation = getIn(object, ['metadata', 'generation'])
  const observed = getIn(object, ['status', 'observedGeneration'])
  const isStale = typeof generation === 'number' && typeof observed === 'number' && observed !== generation
  if (ready === undefined) {
    if (isStatic(object)) return 'ready'
    return isManaged(object.kind) ? 'reconciling' : 'unmanaged'
  }
  if (isStale && !isManaged(object.kind)) return 'unmanaged'
  if (getCondition(conditions, 'Stalled')?.status === 'True') return 'failed'
  if (ready.status === 'True') return isStale ? 'reconciling' : 'ready'
  if (ready.status === 'Unknown') return 'reconciling'
  return ready.reason === 'Progressing' || ready.reason === 'DependencyNotReady' ? 'reconciling' : 'failed'
}

/** Kinds that are just data for others, and HelmRepositories of OCI registries, never get a status. */
function isStatic(object: KubeObject): boolean {
  if (object.kind === 'HelmRepository') return getString(object, 'spec', 'type') === 'oci'
  return object.kind === 'Provider' || object.kind === 'Alert'
}

function isSuspended(object: KubeObject): boolean {
  return getIn(object, ['spec', 'suspend']) === true
}

function revisionOf(object: KubeObject): string {
  const history = getIn(object, ['status', 'history', 0])
  return (
    getString(object, 'status', 'lastAppliedRevision') ??
    getString(object, 'status', 'artifact', 'revision') ??
    (isObject(history) ? getString(history, 'chartVersion') : undefined) ??
    getString(object, 'status', 'lastAttemptedRevision') ??
    ''
  )
}

function detailOf(object: KubeObject): string {
  const spec = object['spec']
  const chart = getString(spec, 'chart', 'spec', 'chart') ?? getString(spec, 'chartRef', 'name')
  return (
    getString(spec, 'url') ??
    getString(spec, 'path') ??
    chart ??
    getString(spec, 'bucketName') ??
    listed(getIn(spec, ['artifacts']))
  )
}

/** The artifacts of an ArtifactGenerator by name. */
function listed(artifacts: JsonValue | undefined): string {
  if (!Array.isArray(artifacts)) return ''
  return artifacts.flatMap((artifact) => getString(artifact, 'name') ?? []).join(', ')
}

function toRef({
  apiVersion,
  kind,
  name,
  namespace,
}: {
  apiVersion: string
  kind: string
  name: string
  namespace: string
}): ObjectRef {
  return { apiVersion, kind, name, ...(namespace === '' ? {} : { namespace }) }
}

/** True for objects that the views Sources and Workloads list. */
export function isListed(kind: string): boolean {
  const role = fluxKindOf({ kind })?.role
  return role === 'source' || role === 'applier' || kind === 'ArtifactGenerator'
}
