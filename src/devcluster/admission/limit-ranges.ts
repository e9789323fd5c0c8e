import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { compareQuantities, parseQuantity, type Quantity } from '../../kube/index.ts'
import { forbidden } from '../http/errors.ts'
import type { Admission, AdmissionRequest } from '../operations/admission.ts'
import type { Machine } from '../operations/machine.ts'

/** LimitRanges: requests and limits that a Pod's containers leave open, and bounds for them (plugin LimitRanger). */
export const limitRanges: Admission = {
  mutate: (machine, request) => {
    for (const container of containersOf(request)) {
      for (const item of itemsOf(machine, request)) {
        fill(container, 'limits', item['default'])
        fill(container, 'requests', item['defaultRequest'])
      }
    }
  },
  validate: (machine, request) => {
    const errors: string[] = []
    for (const item of itemsOf(machine, request)) {
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

function itemsOf(machine: Machine, { operation, type, namespace }: AdmissionRequest): JsonObject[] {
  if (operation !== 'CREATE' || type.collection !== 'pods') return []
  return machine.store
    .collection('limitranges')
    .list(namespace)
    .flatMap(({ object }) =>
      isObject(object['spec']) && Array.isArray(object['spec']['limits'])
        ? object['spec']['limits'].filter(isObject)
        : [],
    )
    .filter((item) => item['type'] === 'Container')
}

function fill(container: JsonObject, field: 'limits' | 'requests', defaults: JsonValue | undefined): void {
  if (!isObject(defaults)) return
  const resources: JsonObject = isObject(container['resources']) ? container['resources'] : {}
  container['resources'] = resources
  resources[field] = { ...defaults, ...(isObject(resources[field]) ? resources[field] : {}) }
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
