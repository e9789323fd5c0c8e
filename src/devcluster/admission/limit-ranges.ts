import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { compareQuantities, parseQuantity, type Quantity } from '../../kube/index.ts'
import { forbidden } from '../http/errors.ts'
import type { Admission, AdmissionRequest } from '../operations/admission.ts'
import type { Machine } from '../operations/machine.ts'

/** LimitRanges: requests and limits that a Pod's containers leave open, and bounds for them (plugin LimitRanger). */
export const limitRanges: Admission = {
  mutate: (machine, request) => {
    for (const items of rangesOf(machine, request)) note(request, fillAll(request, items))
  },
  validate: (machine, request) => {
    const errors: string[] = []
    for (const item of rangesOf(machine, request).flat()) {
      for (const container of containersOf(request)) errors.push(...bounds(container, item))
    }
    if (errors.length > 0)
      throw forbidden(request.type, request.name, errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`)
  },
}

function containersOf({ operation, type, object }: AdmissionRequest): JsonObject[] {
  const spec = operation === 'CREATE' && type.collection === 'pods' ? object?.['spec'] : undefined
  if (!isObject(spec)) return []
  return [spec['containers'], spec['initContainers']].flatMap((list) =>
    Array.isArray(list) ? list.filter(isObject) : [],
  )
}

/** The limits for containers of each LimitRange. */
function rangesOf(machine: Machine, { operation, type, namespace }: AdmissionRequest): JsonObject[][] {
  if (operation !== 'CREATE' || type.collection !== 'pods') return []
  return machine.store
    .collection('limitranges')
    .list(namespace)
    .map(({ object }) =>
      isObject(object['spec']) && Array.isArray(object['spec']['limits'])
        ? object['spec']['limits'].filter(isObject).filter((item) => item['type'] === 'Container')
        : [],
    )
}

/** Fills in what is open; answers what was done, container by container. */
function fillAll(request: AdmissionRequest, items: readonly JsonObject[]): string[] {
  const spec = request.object?.['spec']
  const init =
    isObject(spec) && Array.isArray(spec['initContainers']) ? new Set<unknown>(spec['initContainers']) : new Set()
  return containersOf(request).flatMap((container) => {
    const who = `${init.has(container) ? 'init container' : 'container'} ${String(container['name'])}`
    const requests = items.flatMap((item) => fill(container, 'requests', item['defaultRequest']))
    const limits = items.flatMap((item) => fill(container, 'limits', item['default']))
    return [
      ...(requests.length > 0 ? [`${requests.sort().join(', ')} request for ${who}`] : []),
      ...(limits.length > 0 ? [`${limits.sort().join(', ')} limit for ${who}`] : []),
    ]
  })
}

/** The annotation by which the Pod says what it owes to a LimitRange. */
function note(request: AdmissionRequest, done: readonly string[]): void {
  if (done.length === 0 || request.object === undefined) return
  const { metadata } = request.object
  const annotations = isObject(metadata['annotations']) ? metadata['annotations'] : {}
  metadata['annotations'] = {
    ...annotations,
    'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${done.join('; ')}`,
  }
}

/** Answers the names of the resources that were open. */
function fill(container: JsonObject, field: 'limits' | 'requests', defaults: JsonValue | undefined): string[] {
  if (!isObject(defaults)) return []
  const resources: JsonObject = isObject(container['resources']) ? container['resources'] : {}
  const given = isObject(resources[field]) ? resources[field] : {}
  container['resources'] = resources
  resources[field] = { ...defaults, ...given }
  return Object.keys(defaults).filter((name) => !Object.hasOwn(given, name))
}

function bounds(container: JsonObject, item: JsonObject): string[] {
  const resources = isObject(container['resources']) ? container['resources'] : {}
  const errors: string[] = []
  for (const [field, word, from, wrong] of [
    ['min', 'minimum', 'requests', -1],
    ['max', 'maximum', 'limits', 1],
  ] as const) {
    const noun = from === 'requests' ? 'request' : 'limit'
    for (const [name, bound] of Object.entries(isObject(item[field]) ? item[field] : {})) {
      const given = isObject(resources[from]) ? resources[from][name] : undefined
      const a = quantityOf(given)
      const b = quantityOf(bound)
      if (b === undefined) continue
      if (a === undefined)
        errors.push(`${word} ${name} usage per Container is ${String(bound)}.  No ${noun} is specified`)
      else if (compareQuantities(a, b) === wrong)
        errors.push(`${word} ${name} usage per Container is ${String(bound)}, but ${noun} is ${String(given)}`)
    }
  }
  return errors
}

function quantityOf(value: JsonValue | undefined): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const parsed = parseQuantity(String(value))
  return parsed.ok ? parsed.value : undefined
}
