import { type JsonObject, jsonEqual, setOwn } from '../../../base/index.ts'
import { checkDnsLabel, checkQualifiedName } from '../../../kube/index.ts'
import { goValue } from '../go-values.ts'
import type { Field } from './field.ts'
import { checkTolerations } from './pod-scheduling.ts'
import { checkLabels } from './selectors.ts'

const MAX_PARAMETERS = 512
const MAX_PARAMETER_BYTES = 256 * 1024

/** A StorageClass (pkg/apis/storage/validation). */
export function checkStorageClass(object: Field): void {
  checkProvisioner(object, 'provisioner')
  checkParameters(object)
  if (object.text('reclaimPolicy') !== '') object.oneOf('reclaimPolicy', ['Delete', 'Retain'])
  if (!object.given('volumeBindingMode')) object.required('volumeBindingMode')
  else object.oneOf('volumeBindingMode', ['Immediate', 'WaitForFirstConsumer'])
  checkTopologies(object)
}

/** The name of what provides volumes. */
export function checkProvisioner(object: Field, key: string): void {
  const provisioner = object.text(key).toLowerCase()
  if (provisioner === '') object.required(key)
  else object.faults(key, provisioner, checkQualifiedName(provisioner))
}

/** `parameters` of a class: how many, and how long all of them. */
export function checkParameters(object: Field): void {
  const entries = object.entries('parameters')
  if (entries.length > MAX_PARAMETERS) {
    object.tooLong('parameters', MAX_PARAMETERS)
    return
  }
  let size = 0
  for (const [key, value] of entries) {
    if (key === '') object.invalid('parameters', key, 'field can not be empty.')
    size += key.length + value.length
  }
  if (size > MAX_PARAMETER_BYTES) object.tooLong('parameters', MAX_PARAMETER_BYTES)
}

function checkTopologies(object: Field): void {
  // As upstream, whose list begins with as many empty terms as there are terms.
  const seen = new Set<string>(['{}'])
  for (const term of object.objects('allowedTopologies')) {
    const requirements: JsonObject = {}
    for (const item of term.objects('matchLabelExpressions')) {
      const values = item.texts('values')
      if (values.length === 0) item.required('values')
      for (const [i, value] of values.entries()) {
        if (values.indexOf(value) < i) item.duplicate(`values[${i}]`, value)
      }
      const key = item.text('key')
      item.faults('key', key, checkQualifiedName(key))
      if (Object.hasOwn(requirements, key)) item.duplicate('key', key)
      setOwn(requirements, key, [...new Set(values)].sort())
    }
    const id = JSON.stringify(requirements)
    if (seen.has(id)) term.duplicate('matchLabelExpressions', '')
    seen.add(id)
  }
}

/** A RuntimeClass (pkg/apis/node/validation). */
export function checkRuntimeClass(object: Field): void {
  const handler = object.text('handler')
  if (handler === '') object.required('handler')
  else object.faults('handler', handler, checkDnsLabel(handler))
  const scheduling = object.object('scheduling')
  if (scheduling === undefined) return
  checkLabels(scheduling, 'nodeSelector')
  checkTolerations(scheduling, 'tolerations')
  const tolerations = scheduling.objects('tolerations').map(({ value }) => goValue('Toleration', value))
  for (const [i, toleration] of tolerations.entries()) {
    const known = tolerations.slice(0, i).some((other) => jsonEqual(other, toleration))
    if (known) scheduling.duplicate(`tolerations[${i}]`, toleration)
  }
}

const LIFECYCLES = ['Persistent', 'Ephemeral']

/** Spec of a CSIDriver. */
export function checkDriverSpec(spec: Field): void {
  if (spec.given('fsGroupPolicy')) spec.oneOf('fsGroupPolicy', ['File', 'None', 'ReadWriteOnceWithFSType'])
  const audiences = new Set<string>()
  for (const request of spec.objects('tokenRequests')) {
    const audience = request.text('audience')
    if (audiences.has(audience)) {
      request.duplicate('audience', audience)
      continue
    }
    audiences.add(audience)
    const seconds = request.number('expirationSeconds')
    if (seconds === undefined) continue
    if (seconds < 600) request.invalid('expirationSeconds', seconds, 'may not specify a duration less than 10 minutes')
    if (seconds > 2 ** 32) {
      request.invalid('expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds')
    }
  }
  for (const mode of spec.texts('volumeLifecycleModes')) {
    if (!LIFECYCLES.includes(mode)) spec.unsupported('volumeLifecycleModes', mode, LIFECYCLES)
  }
  const period = spec.number('nodeAllocatableUpdatePeriodSeconds')
  if (period !== undefined && period < 10) {
    spec.invalid('nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds')
  }
  const key = 'serviceAccountTokenInSecrets'
  if (spec.given(key) && spec.count('tokenRequests') === 0) {
    spec.invalid(key, spec.flag(key), `${key} is set but no tokenRequests are specified`)
  }
}

const MAX_PRIORITY = 1_000_000_000
const SYSTEM: ReadonlyMap<string, number> = new Map([
  ['system-cluster-critical', 2_000_000_000],
  ['system-node-critical', 2_000_001_000],
])

/** A PriorityClass (pkg/apis/scheduling/validation). */
export function checkPriorityClass(object: Field, name: string): void {
  const value = object.number('value') ?? 0
  const system = SYSTEM.get(name)
  if (name.startsWith('system-')) {
    if (system !== value || object.flag('globalDefault')) {
      const fault =
        system === undefined
          ? `${name} is not a known system priority class`
          : system === value
            ? `globalDefault of ${name} must be false`
            : `value of ${name} PriorityClass must be ${system}`
      const why = `priority class names with 'system-' prefix are reserved for system use only. error: ${fault}`
      object.forbidden('metadata.name', why)
    }
  } else if (value > MAX_PRIORITY) {
    object.forbidden('value', `maximum allowed value of a user defined priority is ${MAX_PRIORITY}`)
  }
  if (object.given('preemptionPolicy')) object.oneOf('preemptionPolicy', ['PreemptLowerPriority', 'Never'], true)
}
