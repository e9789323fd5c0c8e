import { getIn, getString, isObject, type JsonObject, jsonEqual } from '../../base/index.ts'
import type { KubeObject, ObjectMeta } from '../../kube/index.ts'
import {
  ApiError,
  badRequest,
  conflict,
  type FieldError,
  invalid,
  invalidValue,
  MODIFIED_TEXT,
  notFound,
} from '../http/errors.ts'
import { statusKeeps } from '../resources/status-metadata.ts'
import type { Strategy } from '../resources/strategy.ts'
import type { ResourceType } from '../resources/types.ts'
import { createObject } from './create.ts'
import { finishDeletion } from './delete.ts'
import { type Machine, strategyContext, type WriteContext } from './machine.ts'
import { finalizersOf, isDeleting, makeUid, namespaceOf, tidyMetadata, uidOf } from './metadata.ts'
import {
  admit,
  clientObject,
  commit,
  draftOf,
  prepared,
  sameObject,
  settle,
  strategyOf,
  toStorage,
} from './pipeline.ts'
import { validateMetadata, validateMetadataUpdate } from './validate-metadata.ts'

export interface UpdateTarget {
  readonly type: ResourceType
  readonly namespace: string
  readonly name: string
}

export interface UpdateOutcome {
  readonly object: KubeObject
  readonly created: boolean
}

/** Makes the next state from the live one; both in the request's version. The answer is a private draft. */
export type Produce = (live: KubeObject) => KubeObject

export interface UpdateOptions {
  /** A PUT: resourceVersion rules of full updates hold. */
  readonly put?: boolean
  /** `produce` recorded managed fields itself (server-side apply). */
  readonly managed?: boolean
}

/**
 * Changes one object. The order of steps follows apiserver's registry `Store.Update` and `rest.BeforeUpdate`: lock
 * check, defaults, what the client may not change put back, validation, managed fields, nothing written when nothing
 * changed, and the deletion finished when the last finalizer went.
 * @throws ApiError
 */
export function updateObject(
  machine: Machine,
  target: UpdateTarget,
  context: WriteContext,
  produce: Produce,
  options: UpdateOptions = {},
): UpdateOutcome {
  const { type, namespace, name } = target
  const entry = machine.store.get(type.collection, namespace, name)
  if (entry === undefined) throw notFound(type, name)
  const strategy = strategyOf(machine, type)
  const live = entry.object
  const produced = produce(clientObject(machine, live, type))
  checkIdentity(target, produced)
  checkLock(type, live, produced, strategy, options)
  tidyMetadata(produced.metadata)
  if (produced['status'] === null) delete produced['status']
  const old = clientObject(machine, live, type)
  const request = { operation: 'UPDATE', type, namespace, name, old, context } as const
  let next = prepared(machine, type, old, produced, context, options.managed === true)
  admit(machine, 'mutate', { ...request, object: next })
  next = toStorage(machine, type, next)
  if (type !== machine.registry.ofCollection(type.collection)) strategy.defaults?.(next)
  const fixed = fixedErrors(next.metadata, live.metadata)
  restoreSystemFields(next.metadata, live.metadata)
  separateStatus(type, strategy, next, live, { subresource: context.subresource, now: machine.clock.now() })
  if (context.subresource === '') {
    const cluster = strategyContext(machine, () => makeUid(machine.random))
    strategy.prepareForUpdate?.(next, live, cluster)
  }
  countGeneration(type, strategy, next, live, context.subresource)
  validateNext(machine, target, strategy, next, live, { context, fixed })
  const changes = next.metadata['generation'] !== live.metadata['generation'] || strategy.generation !== true
  if (changes && context.subresource === '') {
    context.warnings.push(...(strategy.warnings?.(next, live) ?? []))
  }
  admit(machine, 'validate', { ...request, object: clientObject(machine, next, type) })
  if (sameObject(next, live)) return { object: clientObject(machine, live, type), created: false }
  if (isDeleting(live) && finalizersOf(next).length === 0 && graceOver(next) && !holdsNamespace(type, next)) {
    if (!context.dryRun) finishDeletion(machine, type, namespace, live)
    return { object: clientObject(machine, next, type), created: false }
  }
  const stored = commit(machine, type, namespace, next, context.dryRun)
  if (!context.dryRun) settle(machine, type, namespace, stored)
  return { object: clientObject(machine, stored, type), created: false }
}

/** Updates, or creates where there is nothing yet (server-side apply, and the few kinds that allow it in PUT). */
export function upsertObject(
  machine: Machine,
  target: UpdateTarget,
  context: WriteContext,
  produce: (live: KubeObject | undefined) => KubeObject,
  options: UpdateOptions = {},
): UpdateOutcome {
  const { type, namespace, name } = target
  if (machine.store.get(type.collection, namespace, name) !== undefined) {
    return updateObject(machine, target, context, produce, options)
  }
  const draft = produce(undefined)
  checkIdentity(target, draft)
  return {
    object: createObject(machine, type, namespace, draft, context, { managed: options.managed === true }),
    created: true,
  }
}

/** A draft of a Pod on a node. */
export function boundTo(pod: KubeObject, nodeName: string): KubeObject {
  const draft = draftOf(pod)
  draft['spec'] = { ...(isObject(draft['spec']) ? draft['spec'] : {}), nodeName }
  return draft
}

/** A Namespace also has finalizers in its spec. */
function holdsNamespace(type: ResourceType, object: KubeObject): boolean {
  if (type.collection !== 'namespaces') return false
  const finalizers = getIn(object, ['spec', 'finalizers'])
  return Array.isArray(finalizers) && finalizers.length > 0
}

function graceOver(object: KubeObject): boolean {
  const grace = object.metadata['deletionGracePeriodSeconds']
  return grace === undefined || grace === 0
}

function checkIdentity(target: UpdateTarget, next: KubeObject): void {
  if (!isObject(next.metadata)) throw badRequest('metadata is required')
  const name = next.metadata.name
  if (typeof name !== 'string' || name === '') {
    throw badRequest(`the name of the object (${target.name} based on URL) was undeterminable: name must be provided`)
  }
  if (name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`)
  }
  if (!target.type.namespaced) {
    delete next.metadata['namespace']
    return
  }
  const namespace = namespaceOf(next)
  if (namespace === '') next.metadata['namespace'] = target.namespace
  else if (namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
}

function checkLock(
  type: ResourceType,
  live: KubeObject,
  next: KubeObject,
  strategy: Strategy,
  options: UpdateOptions,
): void {
  const uid = uidOf(next)
  if (uid !== '' && uid !== uidOf(live)) {
    // A patch is refused together with whatever else is wrong with its outcome.
    if (options.put !== true) return
    const at = [type.custom === undefined ? '' : type.group, type.resource, namespaceOf(live), live.metadata.name]
    const key = `/registry/${at.filter((part) => part !== '').join('/')}`
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(live)}`
    throw conflict(
      type,
      live.metadata.name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
    )
  }
  const version = getString(next, 'metadata', 'resourceVersion') ?? ''
  if (version === '' || version === '0') {
    // A merge with what is there has a version, unless it takes it away.
    if (strategy.lockedUpdates === true && options.managed !== true) {
      const error = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')
      throw invalid({ group: type.group, kind: type.resource }, live.metadata.name, [error])
    }
    return
  }
  if (!/^[0-9]+$/.test(version)) {
    throw new ApiError(500, '', `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)
  }
  if (version !== live.metadata['resourceVersion']) throw conflict(type, live.metadata.name, MODIFIED_TEXT)
}

/** What the system says of an object's identity and deletion is not for clients to change. */
function fixedErrors(next: ObjectMeta, live: ObjectMeta): FieldError[] {
  return (['uid', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const).flatMap((key) => {
    const value = next[key]
    const same = value === undefined || value === null || value === '' || value === live[key]
    return same ? [] : [invalidValue(`metadata.${key}`, value, 'field is immutable')]
  })
}

const OWNED_BY_SYSTEM = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
] as const

function restoreSystemFields(next: ObjectMeta, live: ObjectMeta): void {
  for (const key of OWNED_BY_SYSTEM) {
    const value = live[key]
    if (value === undefined) delete next[key]
    else next[key] = value
  }
  const prefix = live['generateName']
  if (prefix !== undefined && next['generateName'] === undefined) next['generateName'] = prefix
}

/** A write to the object leaves its status, a write to the status leaves everything else. */
function separateStatus(
  type: ResourceType,
  strategy: Strategy,
  next: KubeObject,
  live: KubeObject,
  { subresource, now }: { readonly subresource: string; readonly now: number },
): void {
  if (!type.subresources.includes('status')) return
  if (subresource === 'status' || subresource === 'approval') {
    const status = next['status']
    const managed = next.metadata['managedFields']
    for (const key of Object.keys(next)) if (key !== 'metadata') delete next[key]
    Object.assign(next, live, {
      metadata: type.custom === undefined ? statusMetadata(type, next.metadata, live.metadata) : { ...live.metadata },
    })
    if (managed === undefined) delete next.metadata['managedFields']
    else next.metadata['managedFields'] = managed
    if (status === undefined) delete next['status']
    else next['status'] = status
    if (subresource === 'status') strategy.prepareForStatus?.(next, live, now)
    else strategy.prepareForApproval?.(next, live, now)
  } else if (live['status'] === undefined) delete next['status']
  else next['status'] = live['status']
}

/** What built-in kinds let a status update change in metadata. */
function statusMetadata(type: ResourceType, next: ObjectMeta, live: ObjectMeta): ObjectMeta {
  const keeps = statusKeeps(type.collection)
  if (keeps === undefined) return { ...next }
  if (keeps === 'all') return { ...live }
  const key = keeps === 'labels' ? 'labels' : 'ownerReferences'
  const { [key]: _given, ...rest } = next
  const kept = live[key]
  return { ...rest, name: live.name, ...(kept === undefined ? {} : { [key]: kept }) }
}

/** The schema of the status is looked at alone: messages name values from there, fields do not. */
function namedInStatus(error: FieldError): FieldError {
  const { field } = error
  if (!/^status($|[.[])/.test(field)) return error
  const name = field.replace(/^status\.?/, '')
  return { ...error, message: error.message.replace(`: ${field} in body `, () => `: ${name} in body `) }
}

function countGeneration(
  type: ResourceType,
  strategy: Strategy,
  next: KubeObject,
  live: KubeObject,
  subresource: string,
): void {
  if (strategy.generation !== true) return
  const hasStatus = type.subresources.includes('status')
  const noted =
    strategy.generationOfAnnotations === true &&
    subresource === '' &&
    !jsonEqual(next.metadata['annotations'] ?? {}, live.metadata['annotations'] ?? {})
  if (noted || !jsonEqual(content(next, hasStatus), content(live, hasStatus))) {
    next.metadata['generation'] = Number(live.metadata['generation'] ?? 0) + 1
  }
}

function content(object: KubeObject, hasStatus: boolean): JsonObject {
  const { metadata: _metadata, status, apiVersion: _version, kind: _kind, ...rest } = object as JsonObject
  return hasStatus || status === undefined ? rest : { ...rest, status }
}

function validateNext(
  machine: Machine,
  target: UpdateTarget,
  strategy: Strategy,
  next: KubeObject,
  live: KubeObject,
  { context, fixed }: { readonly context: WriteContext; readonly fixed: readonly FieldError[] },
): void {
  const { type } = target
  const cluster = strategyContext(machine, () => makeUid(machine.random))
  const errors: FieldError[] = validateMetadata(type, next, strategy)
  errors.push(...fixed, ...validateMetadataUpdate(next, live))
  const faults = machine.schemas.validate(type, next, live)
  errors.push(...(context.subresource === 'status' ? faults.map(namedInStatus) : faults))
  if (context.subresource === '') {
    const of = strategy.validate?.(next, cluster, live) ?? []
    const change = strategy.validateUpdate?.(next, live, cluster) ?? []
    errors.push(...(strategy.updateErrorsFirst === true ? [...change, ...of] : [...of, ...change]))
  } else if (context.subresource === 'status') errors.push(...(strategy.validateStatus?.(next, live) ?? []))
  else if (context.subresource === 'approval') errors.push(...(strategy.validateApproval?.(next, live) ?? []))
  if (errors.length > 0) throw invalid(type, next.metadata.name, errors)
}
