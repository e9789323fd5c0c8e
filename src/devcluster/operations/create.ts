import { getString, isObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { ApiError, alreadyExists, badRequest, type FieldError, invalid } from '../http/errors.ts'
import type { ResourceType } from '../resources/types.ts'
import { DEFINITIONS } from './delete.ts'
import type { Machine, WriteContext } from './machine.ts'
import { strategyContext } from './machine.ts'
import { fillSystemFields, generateName, isDeleting, makeUid, namespaceOf, tidyMetadata } from './metadata.ts'
import { admit, clientObject, commit, prepared, settle, strategyOf, toStorage } from './pipeline.ts'
import { validateMetadata } from './validate-metadata.ts'

/**
 * Creates an object from a private draft in the request's version. Order of steps after apiserver's
 * `rest.BeforeCreate` and registry `Store.Create`.
 * @throws ApiError
 */
export function createObject(
  machine: Machine,
  type: ResourceType,
  namespace: string,
  draft: KubeObject,
  context: WriteContext,
  options: { readonly managed?: boolean } = {},
): KubeObject {
  checkTarget(type, namespace, draft)
  if (options.managed !== true && getString(draft, 'metadata', 'resourceVersion')) {
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created')
  }
  refuseTerminating(machine, type)
  const strategy = strategyOf(machine, type)
  const uid = makeUid(machine.random)
  const prefix = getString(draft, 'metadata', 'generateName') ?? ''
  const generated = !draft.metadata.name && prefix !== ''
  if (generated) draft.metadata.name = freeName(machine, type, namespace, prefix)
  fillSystemFields(draft.metadata, machine.clock.now(), uid)
  tidyMetadata(draft.metadata)
  let next = prepared(machine, type, undefined, draft, context, options.managed === true)
  const request = { operation: 'CREATE', type, namespace, name: draft.metadata.name, old: undefined, context } as const
  admit(machine, 'mutate', { ...request, object: next })
  next = toStorage(machine, type, next)
  if (type !== machine.registry.ofCollection(type.collection)) strategy.defaults?.(next)
  const cluster = { ...strategyContext(machine, () => makeUid(machine.random)), user: context.user }
  if (type.subresources.includes('status')) {
    if (type.custom !== undefined) {
      delete next['status']
      // Custom resources are defaulted again when they are read from the store: a Flux object nobody has looked at yet shows `observedGeneration: -1`.
      machine.schemas.setDefaults(machine.registry.ofCollection(type.collection) ?? type, next)
    } else if (strategy.prepareForCreate === undefined) next['status'] = {}
  }
  strategy.prepareForCreate?.(next, cluster)
  if (type.custom !== undefined || strategy.generation === true) next.metadata['generation'] = 1
  const errors: FieldError[] = validateMetadata(type, next, strategy)
  errors.push(...machine.schemas.validate(type, next, undefined))
  errors.push(...(strategy.validate?.(next, cluster) ?? []))
  if (errors.length > 0) throw invalid(type, next.metadata.name ?? '', errors)
  context.warnings.push(...(strategy.warnings?.(next) ?? []))
  admit(machine, 'validate', { ...request, name: next.metadata.name, object: clientObject(machine, next, type) })
  const taken = machine.store.get(type.collection, namespace, next.metadata.name)
  if (taken !== undefined) {
    const refusal = alreadyExists(type, next.metadata.name)
    if (!isDeleting(taken.object)) throw refusal
    throw new ApiError(409, refusal.reason, `object is being deleted: ${refusal.message}`, refusal.details)
  }
  const stored = commit(machine, type, namespace, next, context.dryRun)
  if (!context.dryRun) settle(machine, type, namespace, stored)
  return clientObject(machine, stored, type)
}

/** A definition that is going takes no new objects: its finalizer waits for the last of them. */
function refuseTerminating(machine: Machine, type: ResourceType): void {
  if (type.custom === undefined) return
  const definition = machine.store.get(DEFINITIONS, '', type.collection)
  if (definition === undefined || !isDeleting(definition.object)) return
  const why = 'create not allowed while custom resource definition is terminating'
  throw new ApiError(405, 'MethodNotAllowed', why, { group: type.group, kind: type.resource })
}

function freeName(machine: Machine, type: ResourceType, namespace: string, prefix: string): string {
  for (let attempt = 0; attempt < 8; attempt++) {
    const name = generateName(prefix, machine.random)
    if (machine.store.get(type.collection, namespace, name) === undefined) return name
  }
  throw alreadyExists(type, prefix)
}

/** The request's namespace rules: what the URL says must be what the object says. */
export function checkTarget(type: ResourceType, namespace: string, draft: KubeObject): void {
  if (!isObject(draft.metadata)) throw badRequest('metadata is required')
  const own = namespaceOf(draft)
  if (type.namespaced) {
    if (namespace === '') throw badRequest('an empty namespace may not be set during creation')
    if (own === '') draft.metadata['namespace'] = namespace
    else if (own !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
    }
  } else delete draft.metadata['namespace']
}
