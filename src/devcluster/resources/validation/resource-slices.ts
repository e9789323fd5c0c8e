import type { JsonObject } from '../../../base/index.ts'
import { checkDnsLabel, checkDnsSubdomain, checkLabelValue, checkQualifiedName } from '../../../kube/index.ts'
import { goValue } from '../go-values.ts'
import { checkDeviceName } from './devices.ts'
import { Field } from './field.ts'
import { checkNodeSelector } from './pod-scheduling.ts'
import { checkDriverName } from './volume-claims.ts'

const MAX_DEVICES = 128
/** Devices with taints, counters or lists take more room. */
const MAX_LARGE_DEVICES = 64
const MAX_MEMBERS = 32
const MAX_TAINTS = 16
const MAX_VALUE = 64
const MAX_POOL = 253
const EFFECTS = ['NoExecute', 'NoSchedule', 'None']
const SINGLE = ['bool', 'int', 'string', 'version'] as const
const LISTS = ['bools', 'ints', 'strings', 'versions'] as const
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/

/** Spec of a ResourceSlice (pkg/apis/resource/validation); shared counters and request policies are not looked into. `live`: the spec before. */
export function checkResourceSlice(spec: Field, live: JsonObject | undefined): void {
  checkDriverName(spec, 'driver')
  checkPool(spec.struct('pool'))
  if (live !== undefined) checkFixed(spec, new Field(live, '', []))
  checkPlace(spec)
  const devices = spec.objects('devices')
  const large = devices.some((device) => device.count('taints') > 0 || device.count('consumesCounters') > 0)
  const max = large ? MAX_LARGE_DEVICES : MAX_DEVICES
  if (devices.length > max) {
    spec.tooMany('devices', devices.length, max)
    return
  }
  for (const device of devices) checkDevice(device)
  const names = devices.map((device) => device.text('name'))
  for (const [i, name] of names.entries()) if (names.indexOf(name) < i) spec.duplicate(`devices[${i}]`, name)
}

function checkFixed(spec: Field, live: Field): void {
  const why = 'field is immutable'
  const pool = spec.struct('pool').text('name')
  if (pool !== live.struct('pool').text('name')) spec.invalid('pool.name', pool, why)
  const driver = spec.text('driver')
  if (driver !== live.text('driver')) spec.invalid('driver', driver, why)
  const node = spec.value['nodeName'] ?? null
  if (node !== (live.value['nodeName'] ?? null)) spec.invalid('nodeName', node, why)
}

function checkPool(pool: Field): void {
  const name = pool.text('name')
  if (name === '') pool.required('name')
  else {
    if (name.length > MAX_POOL) pool.tooLong('name', MAX_POOL)
    for (const part of name.split('/')) pool.faults('name', part, checkDnsSubdomain(part))
  }
  const count = pool.number('resourceSliceCount') ?? 0
  if (count <= 0) pool.invalid('resourceSliceCount', count, 'must be greater than zero')
  const generation = pool.number('generation') ?? 0
  if (generation < 0) pool.invalid('generation', generation, 'must be greater than or equal to zero')
}

/** Where the devices are: said in one way of four. */
function checkPlace(spec: Field): void {
  const set: string[] = []
  if (spec.text('nodeName') !== '') {
    set.push('`nodeName`')
    spec.faults('nodeName', spec.text('nodeName'), checkDnsSubdomain(spec.text('nodeName')))
  } else if (spec.given('nodeName')) {
    spec.invalid('nodeName', '', 'must be either unset or set to a non-empty string')
  }
  const selector = spec.object('nodeSelector')
  if (selector !== undefined) {
    set.push('`nodeSelector`')
    checkNodeSelector(selector)
  }
  for (const key of ['allNodes', 'perDeviceNodeSelection']) {
    if (spec.flag(key)) set.push(`\`${key}\``)
    else if (spec.given(key)) spec.invalid(key, false, 'must be either unset or set to true')
  }
  const why = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'
  if (set.length === 0) spec.required('', why)
  else if (set.length > 1) spec.invalid('', `{${set.join(', ')}}`, `${why}, but multiple fields are set`)
}

function checkDevice(device: Field): void {
  device.faults('name', device.text('name'), checkDnsLabel(device.text('name')))
  const count = device.count('attributes') + device.count('capacity')
  if (count > MAX_MEMBERS) {
    device.invalid('', count, `the total number of attributes and capacities must not exceed ${MAX_MEMBERS}`)
  }
  const attributes = device.struct('attributes')
  for (const name of Object.keys(attributes.value).sort()) {
    checkDeviceName(device, 'attributes', name)
    checkAttribute(new Field(attributes.struct(name).value, device.at(`attributes[${name}]`), device.errors))
  }
  for (const name of Object.keys(device.struct('capacity').value).sort()) {
    checkDeviceName(device, 'capacity', name)
    const policy = device.struct('capacity').struct(name).given('requestPolicy')
    if (policy && !device.flag('allowMultipleAllocations')) {
      device.forbidden(`capacity[${name}].requestPolicy`, 'allowMultipleAllocations must be true')
    }
  }
  if (device.count('taints') > MAX_TAINTS) device.tooMany('taints', device.count('taints'), MAX_TAINTS)
  else for (const taint of device.objects('taints')) checkTaint(taint)
}

/** One attribute: a value of one type. */
function checkAttribute(attribute: Field): void {
  const given = [...SINGLE, ...LISTS].filter((key) => attribute.given(key))
  for (const key of ['string', 'version'] as const) {
    if (attribute.given(key)) checkText(attribute, key, attribute.text(key), key === 'version')
  }
  for (const key of ['strings', 'versions'] as const) {
    for (const [i, text] of attribute.texts(key).entries()) {
      checkText(attribute, `${key}[${i}]`, text, key === 'versions')
    }
  }
  if (given.length === 1) return
  const shown = given.length === 0 ? '' : goValue('DeviceAttribute', attribute.value)
  attribute.invalid('', shown, 'exactly one value must be specified')
}

function checkText(attribute: Field, key: string, text: string, version: boolean): void {
  if (version && !SEMVER.test(text)) {
    attribute.invalid(key, text, 'must be a string compatible with semver.org spec 2.0.0')
  }
  if (text.length > MAX_VALUE) attribute.tooLong(key, MAX_VALUE)
}

function checkTaint(taint: Field): void {
  const [key, value] = [taint.text('key'), taint.text('value')]
  taint.faults('key', key, checkQualifiedName(key))
  if (value !== '') taint.faults('value', value, checkLabelValue(value))
  taint.oneOf('effect', EFFECTS, true)
}
