import { isObject } from '../../../base/index.ts'
import { type CelBase, compile, dynType, kubernetesBase } from '../../../cel/index.ts'
import {
  checkCIdentifier,
  checkDnsLabel,
  checkDnsSubdomain,
  checkLabelValue,
  checkQualifiedName,
} from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { checkDriverName } from './volume-claims.ts'

const MAX_REQUESTS = 32
const MAX_LIST = 32
const MAX_ALTERNATIVES = 8
const MAX_ID = 32
const MAX_TEXT = 10 * 1024
const EFFECTS = ['NoExecute', 'NoSchedule', 'None']

/** The environment of selectors, made when the first of an object is compiled. */
class Selectors {
  #base: CelBase | undefined

  check(cel: Field): void {
    const text = cel.text('expression')
    if (text.length > MAX_TEXT) {
      cel.tooLong('expression', MAX_TEXT)
      return
    }
    this.#base ??= kubernetesBase()
    const compiled = compile(text, this.#base.environment(new Map([['device', dynType]])))
    if (!('program' in compiled)) {
      // Nothing has no first column, and no line to show.
      const [first = ''] = compiled.problem.text.split('\n')
      const why = text === '' ? first.replace('<input>:1:1:', '<input>:1:0:') : compiled.problem.text
      cel.invalid('expression', text, `compilation failed: ${why}`)
      return
    }
    const type = compiled.program.type.key
    if (type !== 'bool' && type !== 'dyn') {
      cel.invalid('expression', text, `must evaluate to bool or the unknown type, not ${type}`)
    }
  }
}

/** The elements of a list, when there are not too many; `key`: each may be there once. */
function bounded(parent: Field, key: string, max: number): Field[] {
  const count = parent.count(key)
  if (count <= max) return parent.objects(key)
  parent.tooMany(key, count, max)
  return []
}

function checkUnique(parent: Field, key: string, names: readonly string[]): void {
  for (const [i, name] of names.entries()) if (names.indexOf(name) < i) parent.duplicate(`${key}[${i}]`, name)
}

/** Spec of a ResourceClaim (pkg/apis/resource/validation), also inside a template. */
export function checkClaimDevices(spec: Field): void {
  const devices = spec.struct('devices')
  const selectors = new Selectors()
  const names = requestNames(devices)
  const requests = bounded(devices, 'requests', MAX_REQUESTS)
  for (const request of requests) checkRequest(request, selectors)
  checkUnique(
    devices,
    'requests',
    requests.map((request) => request.text('name')),
  )
  for (const constraint of bounded(devices, 'constraints', MAX_LIST)) {
    checkReferences(constraint, names)
    checkConstraint(constraint)
  }
  for (const config of bounded(devices, 'config', MAX_LIST)) {
    checkReferences(config, names)
    checkConfig(config)
  }
}

/** What a claim's other parts may name: requests, and `request/alternative`. */
function requestNames(devices: Field): Set<string> {
  const names = new Set<string>()
  for (const request of devices.objects('requests')) {
    const name = request.text('name')
    names.add(name)
    for (const part of request.objects('firstAvailable')) names.add(`${name}/${part.text('name')}`)
  }
  return names
}

function checkRequest(request: Field, selectors: Selectors): void {
  request.faults('name', request.text('name'), checkDnsLabel(request.text('name')))
  const exactly = request.object('exactly')
  const several = request.count('firstAvailable') > 0
  const why = 'exactly one of `exactly` or `firstAvailable` is required'
  if (exactly === undefined && !several) request.required('', why)
  else if (exactly !== undefined && several) request.invalid('', null, `${why}, but multiple fields are set`)
  else if (exactly !== undefined) checkWish(exactly, selectors)
  else {
    const parts = bounded(request, 'firstAvailable', MAX_ALTERNATIVES)
    for (const part of parts) {
      part.faults('name', part.text('name'), checkDnsLabel(part.text('name')))
      checkWish(part, selectors)
    }
    checkUnique(
      request,
      'firstAvailable',
      parts.map((part) => part.text('name')),
    )
  }
}

/** What a request, or one of its alternatives, asks for. */
function checkWish(wish: Field, selectors: Selectors): void {
  const name = wish.text('deviceClassName')
  if (name === '') wish.required('deviceClassName')
  else wish.faults('deviceClassName', name, checkDnsSubdomain(name))
  checkSelectors(wish, selectors)
  const mode = wish.text('allocationMode')
  const count = wish.number('count') ?? 0
  if (mode === 'All') {
    if (count !== 0) wish.invalid('count', count, "must not be specified when allocationMode is 'All'")
  } else if (mode !== 'ExactCount') wish.unsupported('allocationMode', mode, ['All', 'ExactCount'])
  else if (count <= 0) wish.invalid('count', count, 'must be greater than zero')
  for (const toleration of wish.objects('tolerations')) checkToleration(toleration)
}

function checkSelectors(parent: Field, selectors: Selectors): void {
  for (const selector of bounded(parent, 'selectors', MAX_LIST)) {
    const cel = selector.object('cel')
    if (cel === undefined) selector.required('cel')
    else selectors.check(cel)
  }
}

function checkToleration(toleration: Field): void {
  const [key, value, operator] = [toleration.text('key'), toleration.text('value'), toleration.text('operator')]
  if (key !== '') toleration.faults('key', key, checkQualifiedName(key))
  if (operator === 'Exists') {
    if (value !== '') toleration.invalid('value', value, 'must be empty for operator `Exists`')
  } else if (operator === 'Equal') toleration.faults('value', value, checkLabelValue(value))
  else toleration.oneOf('operator', ['Equal', 'Exists'], true)
  if (toleration.text('effect') !== '') toleration.oneOf('effect', EFFECTS)
}

function checkReferences(part: Field, names: ReadonlySet<string>): void {
  const why = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
  const requests = part.texts('requests')
  if (requests.length > MAX_REQUESTS) {
    part.tooMany('requests', requests.length, MAX_REQUESTS)
    return
  }
  for (const [i, name] of requests.entries()) {
    const at = `requests[${i}]`
    const segments = name.split('/')
    if (segments.length <= 2) for (const segment of segments) part.faults(at, segment, checkDnsLabel(segment))
    if (!names.has(name)) part.invalid(at, name, why)
  }
  checkUnique(part, 'requests', requests)
}

function checkConstraint(constraint: Field): void {
  const key = ['matchAttribute', 'distinctAttribute'].find((member) => constraint.given(member))
  if (key === undefined) {
    const why = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'
    constraint.required('', why)
    return
  }
  const name = constraint.text(key)
  checkDeviceName(constraint, key, name)
  if (!name.includes('/')) {
    constraint.invalid(key, name, 'a fully qualified name must be a domain and a name separated by a slash')
  }
}

/** The name of an attribute or a capacity: an identifier, perhaps after a domain. */
export function checkDeviceName(parent: Field, key: string, name: string): void {
  const parts = name.split('/')
  if (parts.length > 2) return
  const id = parts[parts.length - 1]!
  if (parts.length === 2 && parts[0] === '') parent.invalid(key, '', 'the domain must not be empty')
  else if (parts.length === 2) checkDriverName(parent, key, parts[0])
  if (parts.length === 2 && id === '') parent.invalid(key, '', 'the name must not be empty')
  else {
    if (id.length > MAX_ID) parent.tooLong(key, MAX_ID)
    parent.faults(key, id, checkCIdentifier(id))
  }
}

function checkConfig(config: Field): void {
  const opaque = config.object('opaque')
  if (opaque === undefined) {
    config.required('opaque')
    return
  }
  checkDriverName(opaque, 'driver')
  const parameters = opaque.value['parameters']
  if (parameters === undefined || parameters === null) opaque.required('parameters')
  else if (JSON.stringify(parameters).length > MAX_TEXT) opaque.tooLong('parameters', MAX_TEXT)
  else if (!isObject(parameters)) opaque.invalid('parameters', '<value omitted>', 'must be a valid JSON object')
}

/** Spec of a DeviceClass. */
export function checkDeviceClass(spec: Field): void {
  checkSelectors(spec, new Selectors())
  for (const config of bounded(spec, 'config', MAX_LIST)) checkConfig(config)
  const name = spec.text('extendedResourceName')
  if (spec.given('extendedResourceName') && !isExtendedName(name)) {
    spec.invalid('extendedResourceName', name, 'must be a valid extended resource name')
  }
}

/** True for a resource of a domain that is not Kubernetes' own. */
function isExtendedName(name: string): boolean {
  if (!name.includes('/') || name.includes('kubernetes.io/') || name.startsWith('requests.')) return false
  return checkQualifiedName(`requests.${name}`).length === 0
}
