import { isObject, type JsonObject, jsonClone, jsonEqual } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { Strategy } from '../resources/strategy.ts'
import type { ResourceType } from '../resources/types.ts'
import type { AdmissionRequest } from './admission.ts'
import { type Machine, strategyContext, type WriteContext } from './machine.ts'
import { makeUid } from './metadata.ts'
import { Reinvocation } from './reinvocation.ts'

const NO_STRATEGY: Strategy = {}
/** Custom resources count generations and insist on a resourceVersion in PUT. */
const CUSTOM_STRATEGY: Strategy = { generation: true, lockedUpdates: true }

/** The rules of a type's kind. */
export function strategyOf(machine: Machine, type: ResourceType): Strategy {
  if (type.custom !== undefined) return CUSTOM_STRATEGY
  return machine.strategies.get(type.collection) ?? NO_STRATEGY
}

/** A draft in the storage version; the draft itself when it already is. */
export function toStorage(machine: Machine, type: ResourceType, draft: KubeObject): KubeObject {
  const slash = type.storage.apiVersion.indexOf('/')
  return machine.fields.convert(draft, {
    group: slash < 0 ? '' : type.storage.apiVersion.slice(0, slash),
    version: type.storage.apiVersion.slice(slash + 1),
    kind: type.storage.kind,
  })
}

/**
 * A decoded object as the registry gets it: defaulted, and with the manager's change recorded, before anything that the
 * server itself fills in (which nobody is to own). `managed`: server-side apply recorded it already.
 */
export function prepared(
  machine: Machine,
  type: ResourceType,
  live: KubeObject | undefined,
  draft: KubeObject,
  context: WriteContext,
  managed: boolean,
): KubeObject {
  machine.schemas.setDefaults(type, draft)
  // Kinds have their defaults in the stored version; other versions get them after conversion.
  const stored = type === machine.registry.ofCollection(type.collection)
  if (stored) strategyOf(machine, type).defaults?.(draft)
  if (managed) return draft
  const { manager, subresource } = context
  return machine.fields.update({ type, live, next: draft, manager, subresource, now: machine.clock.now() })
}

/** A stored object as the type's version shows it. */
export function clientObject(machine: Machine, stored: KubeObject, type: ResourceType): KubeObject {
  return machine.fields.convert(stored, type)
}

/** Runs one phase of admission over a write; the mutating one twice where that is needed. */
export function admit(machine: Machine, phase: 'mutate' | 'validate', request: AdmissionRequest): void {
  if (phase === 'validate') {
    for (const step of machine.admission) step.validate?.(machine, request)
    return
  }
  const rounds = new Reinvocation()
  for (const step of machine.admission) step.mutate?.(machine, request, rounds)
  if (!rounds.needed) return
  rounds.again = true
  for (const step of machine.admission) step.mutate?.(machine, request, rounds)
}

/** Stores a finished object under the next revision; a dry run gets the same answer without the store. */
export function commit(
  machine: Machine,
  type: ResourceType,
  namespace: string,
  object: KubeObject,
  dryRun: boolean,
): KubeObject {
  if (dryRun) return object
  const metadata = { ...object.metadata, resourceVersion: String(machine.store.nextRevision()) }
  return machine.store.put(type.collection, namespace, orderFields({ ...object, metadata })).object
}

/** Lets the API server's own controllers say what they have to of an object that was just stored. */
export function settle(machine: Machine, type: ResourceType, namespace: string, stored: KubeObject): void {
  const status = strategyOf(machine, type).settle?.(
    stored,
    strategyContext(machine, () => makeUid(machine.random)),
  )
  if (status === undefined) return
  const kind = machine.registry.ofCollection(type.collection) ?? type
  const next = draftOf(stored)
  next['status'] = status
  const now = machine.clock.now()
  const live = draftOf(stored)
  // A list that is there, if empty: its items have owners, it has none.
  if (isObject(live['status']) && live['status']['conditions'] === null) live['status']['conditions'] = []
  const update = { type: kind, live, next, manager: 'apiserver', subresource: 'status', now }
  commit(machine, kind, namespace, machine.fields.update(update), false)
}

/** apiVersion, kind and metadata first, as clients expect to read them. */
function orderFields(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, ...rest } = object
  return { apiVersion, kind, metadata, ...rest }
}

/** A draft that may be changed freely. */
export function draftOf(object: KubeObject): KubeObject {
  return jsonClone(object as JsonObject) as KubeObject
}

/** Equality that leaves out what a write always changes: resourceVersion, and times in managedFields. */
export function sameObject(a: KubeObject, b: KubeObject): boolean {
  return jsonEqual(withoutNoise(a), withoutNoise(b))
}

function withoutNoise(object: KubeObject): JsonObject {
  const { managedFields, resourceVersion: _version, ...metadata } = object.metadata
  const out: JsonObject = { ...object, metadata }
  if (Array.isArray(managedFields)) {
    out['managedFields'] = managedFields.map((entry) => {
      if (!isObject(entry)) return entry
      const { time: _time, ...rest } = entry
      return rest
    })
  }
  return out
}
