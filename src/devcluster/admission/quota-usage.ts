import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { addQuantities, type KubeObject, parseQuantity, type Quantity, quantityText } from '../../kube/index.ts'
import type { Machine } from '../operations/machine.ts'

/** Amounts by the names that a ResourceQuota gives them. */
export type Usage = Map<string, Quantity>

const COUNTED = new Set([
  'pods',
  'services',
  'configmaps',
  'secrets',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
])
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']

/** What one object counts for (kubernetes pkg/quota/v1/evaluator/core). Pods that ended count for nothing. */
export function usageOf(collection: string, object: KubeObject): Usage {
  const usage: Usage = new Map()
  const one = quantity('1')!
  usage.set(`count/${collection}`, one)
  if (COUNTED.has(collection)) usage.set(collection, one)
  const spec = isObject(object['spec']) ? object['spec'] : {}
  if (collection === 'pods') {
    const phase = isObject(object['status']) ? object['status']['phase'] : undefined
    if (phase === 'Succeeded' || phase === 'Failed') return new Map([['count/pods', one]])
    addCompute(usage, spec)
  } else if (collection === 'services') {
    if (spec['type'] === 'LoadBalancer') usage.set('services.loadbalancers', one)
    if (spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer') usage.set('services.nodeports', one)
  } else if (collection === 'persistentvolumeclaims') {
    const amount = quantity(at(spec, 'resources', 'requests', 'storage'))
    if (amount !== undefined) usage.set('requests.storage', amount)
  }
  return usage
}

function addCompute(usage: Usage, spec: JsonObject): void {
  const containers = Array.isArray(spec['containers']) ? spec['containers'].filter(isObject) : []
  for (const name of COMPUTE) {
    for (const field of ['requests', 'limits']) {
      for (const container of containers) {
        const amount = quantity(at(container, 'resources', field, name))
        if (amount === undefined) continue
        const keys = field === 'requests' ? [`requests.${name}`, name] : [`limits.${name}`]
        for (const key of keys) usage.set(key, sum(usage.get(key), amount))
      }
    }
  }
}

/** Extended resources are counted under the name of their requests only. */
function isMeasured(name: string): boolean {
  return !name.includes('/') || /^(count\/|requests\.)|\.storageclass\.storage\.k8s\.io\//.test(name)
}

/** What a namespace uses of the things that a quota limits. */
export function namespaceUsage(machine: Machine, namespace: string, names: readonly string[]): Usage {
  const total: Usage = new Map(names.filter(isMeasured).map((name) => [name, quantity('0')!]))
  const collections = new Set<string>()
  for (const name of names) {
    if (name.startsWith('count/')) collections.add(name.slice(6))
    else if (COUNTED.has(name)) collections.add(name)
    else if (name.startsWith('services.')) collections.add('services')
    else collections.add(name === 'requests.storage' ? 'persistentvolumeclaims' : 'pods')
  }
  for (const collection of collections) {
    for (const { object } of machine.store.collection(collection).list(namespace)) {
      for (const [name, amount] of usageOf(collection, object))
        if (total.has(name)) total.set(name, sum(total.get(name), amount))
    }
  }
  return total
}

/** A quantity read from a manifest. */
export function quantity(value: JsonValue | undefined): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const parsed = parseQuantity(String(value))
  return parsed.ok ? parsed.value : undefined
}

/** `a=1,b=2`, sorted, of the named amounts. */
export function usageText(usage: Usage, names: readonly string[]): string {
  return [...names]
    .sort()
    .map((name) => `${name}=${quantityText(usage.get(name) ?? quantity('0')!)}`)
    .join(',')
}

/** The sum of two amounts, either of which may be missing. */
export function sum(a: Quantity | undefined, b: Quantity): Quantity {
  return a === undefined ? b : addQuantities(a, b)
}

function at(value: JsonValue | undefined, ...path: string[]): JsonValue | undefined {
  let current = value
  for (const key of path) current = isObject(current) ? current[key] : undefined
  return current
}
