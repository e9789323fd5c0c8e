import {
  checkConfigMapKey,
  checkDnsLabel,
  checkDnsSubdomain,
  checkQualifiedName,
  checkRelaxedEnvVarName,
  compareQuantities,
  parseQuantity,
  quantityText,
} from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { checkNoBacksteps } from './pod-paths.ts'

const ENV_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
/** What a volume of the downward API may name. */
export const VOLUME_PATHS: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]
/** What either may name, as conversion to the internal version knows it. */
const KNOWN_PATHS = new Set([...ENV_PATHS, ...VOLUME_PATHS, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase'])
const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]
const DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

/** A reference to a field of the Pod. */
export function checkFieldRef(reference: Field, allowed: readonly string[]): void {
  if (reference.text('apiVersion') === '') {
    reference.required('apiVersion')
    return
  }
  const path = reference.text('fieldPath')
  if (path === '') {
    reference.required('fieldPath')
    return
  }
  const subscript = /^(.*)\['(.*)'\]$/s.exec(path)
  const base = subscript?.[1] ?? path
  const convertible = subscript === null ? KNOWN_PATHS.has(path) : /^metadata\.(annotations|labels)$/.test(base)
  if (reference.text('apiVersion') !== 'v1') {
    reference.invalid(
      'fieldPath',
      path,
      `error converting fieldPath: unsupported pod version: ${reference.text('apiVersion')}`,
    )
    return
  }
  if (!convertible) {
    const what = subscript === null ? path : base
    const why =
      subscript === null ? `field label not supported: ${what}` : `field label does not support subscript: ${path}`
    reference.invalid('fieldPath', path, `error converting fieldPath: ${why}`)
    return
  }
  if (subscript !== null) {
    const key = base === 'metadata.annotations' ? subscript[2]!.toLowerCase() : subscript[2]!
    reference.faults('', key, checkQualifiedName(key))
  } else if (!allowed.includes(path)) reference.unsupported('fieldPath', path, [...allowed].sort())
}

/** A reference to a request or limit of a container. */
export function checkResourceFieldRef(reference: Field, volume: boolean): void {
  const resource = reference.text('resource')
  if (volume && reference.text('containerName') === '') reference.required('containerName')
  else if (resource === '') reference.required('resource')
  else if (!RESOURCES.includes(resource) && !/^(requests|limits)\.hugepages-/.test(resource)) {
    reference.unsupported('resource', resource, RESOURCES)
  }
  const divisor = parseQuantity(String(reference.value['divisor'] ?? '0'))
  const zero = parseQuantity('0')
  if (!divisor.ok || !zero.ok || compareQuantities(divisor.value, zero.value) === 0) return
  const text = quantityText(divisor.value)
  const name = resource.replace(/^(requests|limits)\./, '')
  if (name === 'cpu') {
    if (text !== '1' && text !== '1m') {
      reference.invalid('divisor', resource, "only divisor's values 1m and 1 are supported with the cpu resource")
    }
    return
  }
  const what =
    name === 'memory'
      ? 'memory'
      : name === 'ephemeral-storage'
        ? 'local ephemeral storage'
        : name.startsWith('hugepages-')
          ? 'hugepages'
          : ''
  if (what !== '' && !DIVISORS.includes(text)) {
    reference.invalid(
      'divisor',
      resource,
      `only divisor's values ${DIVISORS.join(', ')} are supported with the ${what} resource`,
    )
  }
}

function checkKeyRef(reference: Field): void {
  reference.faults('name', reference.text('name'), checkDnsSubdomain(reference.text('name')))
  const key = reference.text('key')
  if (key === '') reference.required('key')
  else reference.faults('key', key, checkConfigMapKey(key))
}

function checkFileKeyRef(reference: Field): void {
  const key = reference.text('key')
  if (key === '') reference.required('key')
  else reference.faults('key', key, checkRelaxedEnvVarName(key))
  const volume = reference.text('volumeName')
  if (volume === '') reference.required('volumeName')
  else reference.faults('volumeName', volume, checkDnsLabel(volume))
  const path = reference.text('path')
  if (path === '') reference.required('path')
  else checkNoBacksteps(reference, 'path', path)
}

function checkValueFrom(variable: Field): void {
  const source = variable.object('valueFrom')
  if (source === undefined) return
  let count = 0
  for (const name of ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef']) {
    const reference = source.object(name)
    if (reference === undefined) continue
    count++
    if (name === 'fieldRef') checkFieldRef(reference, ENV_PATHS)
    else if (name === 'resourceFieldRef') checkResourceFieldRef(reference, false)
    else if (name === 'fileKeyRef') checkFileKeyRef(reference)
    else checkKeyRef(reference)
  }
  if (count === 0) {
    source.invalid(
      '',
      '',
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
    )
  } else if (variable.text('value') !== '') {
    source.invalid('', '', 'may not be specified when `value` is not empty')
  } else if (count > 1) source.invalid('', '', 'may not have more than one field specified at a time')
}

/** `env` and `envFrom` of a container. */
export function checkEnvironment(container: Field): void {
  for (const variable of container.objects('env')) {
    const name = variable.text('name')
    if (name === '') variable.required('name')
    else variable.faults('name', name, checkRelaxedEnvVarName(name))
    checkValueFrom(variable)
  }
  for (const source of container.objects('envFrom')) {
    const prefix = source.text('prefix')
    if (prefix !== '') source.faults('prefix', prefix, checkRelaxedEnvVarName(prefix))
    let count = 0
    for (const key of ['configMapRef', 'secretRef']) {
      const reference = source.object(key)
      if (reference === undefined) continue
      count++
      const name = reference.text('name')
      if (name === '') reference.required('name')
      // References may be a prefix of a generated name: a dash at the end is fine.
      else reference.faults('name', name, checkDnsSubdomain(name.replace(/-$/, 'a')))
    }
    if (count === 0) container.invalid('envFrom', '', 'must specify one of: `configMapRef` or `secretRef`')
    else if (count > 1) container.invalid('envFrom', '', 'may not have more than one field specified at a time')
  }
}
