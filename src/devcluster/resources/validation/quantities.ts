import {
  checkQualifiedName,
  compareQuantities,
  parseQuantity,
  type Quantity,
  quantityText,
} from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { sorted } from './selectors.ts'

const STANDARD_CONTAINER = ['cpu', 'memory', 'ephemeral-storage']
/** Names without a domain that mean something somewhere: in containers, quotas or on nodes. */
const STANDARD = new Set([
  ...STANDARD_CONTAINER,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
])

/** A quantity of a draft, undefined when it is none. */
export function quantityOf(value: unknown): Quantity | undefined {
  const parsed = typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value)) : undefined
  return parsed?.ok ? parsed.value : undefined
}

/** -1, 0 or 1. */
export function signOf(quantity: Quantity): number {
  const zero = quantityOf('0')
  return zero === undefined ? 0 : Math.sign(compareQuantities(quantity, zero))
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-')
}

/** Native resources have no domain, or Kubernetes' own. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

/** `ValidateResourceName`: a qualified name; without a domain, a well-known one. */
export function checkResourceName(parent: Field, key: string, name: string): boolean {
  const faults = checkQualifiedName(name)
  parent.faults(key, name, faults)
  if (faults.length > 0) return false
  if (!name.includes('/') && !STANDARD.has(name) && !isHugePages(name)) {
    parent.invalid(key, name, 'must be a standard resource type or fully qualified')
    return false
  }
  return true
}

/** Names of what containers can ask for. */
export function checkContainerResourceName(parent: Field, key: string, name: string): void {
  checkResourceName(parent, key, name)
  if (!name.includes('/')) {
    if (!STANDARD_CONTAINER.includes(name) && !isHugePages(name)) {
      parent.invalid(key, name, 'must be a standard resource for containers')
    }
  } else if (!isNative(name) && (name.startsWith('requests.') || checkQualifiedName(`requests.${name}`).length > 0)) {
    parent.invalid(key, name, "doesn't follow extended resource name standard")
  }
}

function checkPodResourceName(parent: Field, key: string, name: string): void {
  if (!checkResourceName(parent, key, name)) return
  if (name !== 'cpu' && name !== 'memory' && !isHugePages(name)) {
    parent.unsupported(key, name, ['cpu', 'hugepages-', 'memory'])
  }
}

const INTEGRAL = ['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps']
const INTEGRAL_TOO = ['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers']

/** `ValidateResourceQuantityValue`: not negative; whole numbers for what is counted. */
export function checkResourceAmount(parent: Field, key: string, name: string, value: unknown): void {
  const quantity = quantityOf(value)
  if (quantity === undefined) return
  const text = quantityText(quantity)
  if (signOf(quantity) < 0) parent.invalid(key, text, 'must be greater than or equal to 0')
  const counted = INTEGRAL.includes(name) || INTEGRAL_TOO.includes(name) || !isNative(name)
  if (counted && /\.|m$|u$|n$/.test(text)) parent.invalid(key, text, 'must be an integer')
}

const CONTAINER_OVERCOMMIT = (name: string): boolean => isNative(name) && !isHugePages(name)

/** `resources` of a container, or of a whole Pod. */
export function checkResources(parent: Field, of: 'container' | 'pod'): void {
  const checkName = of === 'pod' ? checkPodResourceName : checkContainerResourceName
  const limits = parent.object('limits')?.value ?? {}
  const requests = parent.object('requests')?.value ?? {}
  for (const [name, value] of sorted(Object.entries(limits))) {
    checkName(parent, `limits[${name}]`, name)
    checkResourceAmount(parent, `limits[${name}]`, name, value)
  }
  for (const [name, value] of sorted(Object.entries(requests))) {
    checkName(parent, `requests[${name}]`, name)
    checkResourceAmount(parent, `requests[${name}]`, name, value)
    const request = quantityOf(value)
    const limit = quantityOf(limits[name])
    if (limit !== undefined && request !== undefined) {
      const order = compareQuantities(request, limit)
      const detail = `${name} limit of ${quantityText(limit)}`
      if (order !== 0 && !CONTAINER_OVERCOMMIT(name)) {
        parent.invalid('requests', quantityText(request), `must be equal to ${detail}`)
      } else if (order > 0) parent.invalid('requests', quantityText(request), `must be less than or equal to ${detail}`)
    } else if (limit === undefined && !CONTAINER_OVERCOMMIT(name)) {
      parent.required('limits', 'Limit must be set for non overcommitable resources')
    }
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    parent.forbidden('', 'HugePages require cpu or memory')
  }
}
