import { isObject, type JsonObject, type JsonValue, rfc3339 } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { conflict, notFound } from '../http/errors.ts'
import type { ResourceType } from '../resources/types.ts'
import type { Machine, WriteContext } from './machine.ts'
import { finalizersOf, isDeleting, uidOf } from './metadata.ts'
import { admit, clientObject, commit, strategyOf } from './pipeline.ts'

/** Keeps a definition until its objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'
/** Where CustomResourceDefinitions are stored. */
export const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io'

export type Propagation = 'Background' | 'Foreground' | 'Orphan'

export interface DeleteRequest {
  readonly propagation: Propagation | undefined
  readonly gracePeriodSeconds: number | undefined
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
}

export interface DeleteOutcome {
  /** The object in its last (or terminating) state, in the request's version. */
  readonly object: KubeObject
  /** False while finalizers or a grace period keep it. */
  readonly gone: boolean
}

/**
 * Deletes one object or starts its deletion, after apiserver's registry `Store.Delete`: preconditions, the garbage
 * collector's finalizers from the propagation policy, deletionTimestamp while finalizers or grace remain.
 * @throws ApiError
 */
export function deleteObject(
  machine: Machine,
  target: { readonly type: ResourceType; readonly namespace: string; readonly name: string },
  request: DeleteRequest,
  context: WriteContext,
): DeleteOutcome {
  const { type, namespace, name } = target
  const entry = machine.store.get(type.collection, namespace, name)
  if (entry === undefined) throw notFound(type, name)
  const live = entry.object
  checkPreconditions(type, live, request)
  const old = clientObject(machine, live, type)
  const admission = { operation: 'DELETE', type, namespace, name, object: undefined, old, context } as const
  admit(machine, 'mutate', admission)
  admit(machine, 'validate', admission)
  const grace = graceOf(type, live, request)
  const finalizers = finalizersAfter(machine, type, live, request.propagation)
  const namespaceKept = type.collection === 'namespaces' && namespaceFinalizers(live).length > 0
  if (finalizers.length === 0 && grace === 0 && !namespaceKept) {
    if (!context.dryRun) finishDeletion(machine, type, namespace, live)
    return { object: clientObject(machine, live, type), gone: true }
  }
  const next = terminating(machine, type, live, finalizers, grace)
  if (next === live) return { object: clientObject(machine, live, type), gone: false }
  return { object: clientObject(machine, commit(machine, type, namespace, next, context.dryRun), type), gone: false }
}

/** Removes an object from the store; dependents are the garbage collector's work. */
export function finishDeletion(machine: Machine, type: ResourceType, namespace: string, object: KubeObject): void {
  machine.store.remove(type.collection, namespace, object.metadata.name)
}

function checkPreconditions(type: ResourceType, live: KubeObject, request: DeleteRequest): void {
  const name = live.metadata.name
  // These name the kind where others name the resource.
  const about = { group: type.group, resource: type.kind }
  if (request.uid !== undefined && request.uid !== uidOf(live)) {
    const why = `the UID in the precondition (${request.uid}) does not match the UID in record (${uidOf(live)})`
    throw conflict(about, name, `${why}. The object might have been deleted and then recreated`)
  }
  const version = String(live.metadata['resourceVersion'])
  if (request.resourceVersion !== undefined && request.resourceVersion !== version) {
    const why = `the ResourceVersion in the precondition (${request.resourceVersion}) does not match the ResourceVersion in record (${version})`
    throw conflict(about, name, `${why}. The object might have been modified`)
  }
}

/** Only pods that run on a node end gracefully. */
function graceOf(type: ResourceType, live: KubeObject, request: DeleteRequest): number {
  if (type.collection !== 'pods') return 0
  const spec = live['spec'] as { nodeName?: unknown; terminationGracePeriodSeconds?: unknown } | undefined
  const status = live['status'] as { phase?: unknown } | undefined
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed'
  if (typeof spec?.nodeName !== 'string' || spec.nodeName === '' || ended) return 0
  const own = typeof spec.terminationGracePeriodSeconds === 'number' ? spec.terminationGracePeriodSeconds : 30
  return Math.max(0, request.gracePeriodSeconds ?? own)
}

function namespaceFinalizers(live: KubeObject): unknown[] {
  const finalizers = (live['spec'] as { finalizers?: unknown } | undefined)?.finalizers
  return Array.isArray(finalizers) ? finalizers : []
}

function finalizersAfter(
  machine: Machine,
  type: ResourceType,
  live: KubeObject,
  propagation: Propagation | undefined,
): string[] {
  const current = finalizersOf(live)
  const policy = propagation ?? impliedPolicy(current) ?? strategyOf(machine, type).defaultPropagation ?? 'Background'
  const kept = current.filter((name) => name !== 'orphan' && name !== 'foregroundDeletion')
  if (type.collection === DEFINITIONS && !isDeleting(live) && !kept.includes(CLEANUP_FINALIZER)) {
    kept.push(CLEANUP_FINALIZER)
  }
  if (policy === 'Orphan') kept.push('orphan')
  if (policy === 'Foreground') kept.push('foregroundDeletion')
  return kept
}

function impliedPolicy(finalizers: readonly string[]): Propagation | undefined {
  if (finalizers.includes('orphan')) return 'Orphan'
  return finalizers.includes('foregroundDeletion') ? 'Foreground' : undefined
}

function terminating(
  machine: Machine,
  type: ResourceType,
  live: KubeObject,
  finalizers: readonly string[],
  grace: number,
): KubeObject {
  const metadata = { ...live.metadata }
  if (finalizers.length > 0) metadata['finalizers'] = [...finalizers]
  else delete metadata['finalizers']
  const before =
    typeof metadata['deletionGracePeriodSeconds'] === 'number' ? metadata['deletionGracePeriodSeconds'] : undefined
  if (!isDeleting(live)) {
    metadata['deletionTimestamp'] = rfc3339(machine.clock.now() + grace * 1000)
    metadata['deletionGracePeriodSeconds'] = grace
    if (typeof metadata['generation'] === 'number') metadata['generation'] += 1
  } else if (before !== undefined && grace < before) {
    metadata['deletionTimestamp'] = rfc3339(machine.clock.now() + grace * 1000)
    metadata['deletionGracePeriodSeconds'] = grace
  } else if (finalizers.join() === finalizersOf(live).join()) return live
  const next: KubeObject = { ...live, metadata }
  if (type.collection === DEFINITIONS && !isDeleting(live)) {
    delete metadata['deletionGracePeriodSeconds']
    metadata['generation'] = live.metadata['generation']!
    next['status'] = withTermination(live['status'], rfc3339(machine.clock.now()))
  }
  if (type.collection === 'namespaces') {
    // A Namespace has no grace period of its own.
    delete metadata['deletionGracePeriodSeconds']
    next['status'] = { ...(live['status'] as object | undefined), phase: 'Terminating' }
  }
  return next
}

/** What a definition's status says while its objects are deleted. */
function withTermination(status: JsonValue | undefined, time: string): JsonObject {
  const before = isObject(status) ? status : {}
  const conditions = Array.isArray(before['conditions']) ? before['conditions'] : []
  const condition = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: time,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  }
  return { ...before, conditions: [...conditions, condition] }
}
