import { isObject, type JsonObject, type JsonValue, jsonEqual } from '../../../base/index.ts'
import { checkDnsLabel, type KubeObject } from '../../../kube/index.ts'
import {
  duplicate,
  type FieldError,
  fieldNotFound,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../http/errors.ts'
import { validateLabels } from '../../operations/validate-metadata.ts'
import { list, sub, text } from './draft.ts'

/** The checks of a PodSpec that users run into (kubernetes pkg/apis/core/validation). */
export function podSpecErrors(spec: JsonObject | undefined, field: string): FieldError[] {
  if (spec === undefined) return [required(`${field}.containers`)]
  const errors: FieldError[] = []
  const volumes = new Set<string>()
  for (const [i, volume] of list(spec, 'volumes').entries()) {
    const name = text(volume, 'name')
    const at = `${field}.volumes[${i}].name`
    if (name === '') errors.push(required(at))
    else if (volumes.has(name)) errors.push(duplicate(at, name))
    else for (const why of checkDnsLabel(name)) errors.push(invalidValue(at, name, why))
    volumes.add(name)
  }
  const containers = list(spec, 'containers')
  if (containers.length === 0) errors.push(required(`${field}.containers`))
  const names = new Set<string>()
  for (const group of ['containers', 'initContainers'] as const) {
    for (const [i, container] of list(spec, group).entries()) {
      errors.push(...containerErrors(container, `${field}.${group}[${i}]`, names, volumes))
    }
  }
  const policy = text(spec, 'restartPolicy')
  if (!['Always', 'OnFailure', 'Never'].includes(policy)) {
    errors.push(notSupported(`${field}.restartPolicy`, policy, ['Always', 'OnFailure', 'Never']))
  }
  return errors
}

function containerErrors(
  container: JsonObject,
  field: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = []
  const name = text(container, 'name')
  if (name === '') errors.push(required(`${field}.name`))
  else for (const why of checkDnsLabel(name)) errors.push(invalidValue(`${field}.name`, name, why))
  if (names.has(name)) errors.push(duplicate(`${field}.name`, name))
  names.add(name)
  const image = text(container, 'image')
  if (image === '') errors.push(required(`${field}.image`))
  else if (image.trim() !== image) {
    errors.push(invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace'))
  }
  const policy = text(container, 'imagePullPolicy')
  if (!['Always', 'IfNotPresent', 'Never'].includes(policy)) {
    errors.push(notSupported(`${field}.imagePullPolicy`, policy, ['Always', 'IfNotPresent', 'Never']))
  }
  errors.push(...portErrors(container, field))
  for (const [i, variable] of list(container, 'env').entries()) {
    if (text(variable, 'name') === '') errors.push(required(`${field}.env[${i}].name`))
    if (text(variable, 'value') !== '' && isObject(variable['valueFrom'])) {
      errors.push(invalidValue(`${field}.env[${i}].valueFrom`, '', 'may not be specified when `value` is not empty'))
    }
  }
  const paths = new Set<string>()
  for (const [i, mount] of list(container, 'volumeMounts').entries()) {
    const at = `${field}.volumeMounts[${i}]`
    const volume = text(mount, 'name')
    const path = text(mount, 'mountPath')
    if (volume === '') errors.push(required(`${at}.name`))
    else if (!volumes.has(volume)) errors.push(fieldNotFound(`${at}.name`, volume))
    if (path === '') errors.push(required(`${at}.mountPath`))
    else if (paths.has(path)) errors.push(invalidValue(`${at}.mountPath`, path, 'must be unique'))
    paths.add(path)
  }
  return errors
}

function portErrors(container: JsonObject, field: string): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [i, port] of list(container, 'ports').entries()) {
    const at = `${field}.ports[${i}]`
    const name = text(port, 'name')
    if (name !== '' && names.has(name)) errors.push(duplicate(`${at}.name`, name))
    names.add(name)
    if (name.length > 15) errors.push(invalidValue(`${at}.name`, name, 'must be no more than 15 characters'))
    const number = Number(port['containerPort'] ?? 0)
    if (number === 0) errors.push(required(`${at}.containerPort`))
    else if (!(number >= 1 && number <= 65535)) {
      errors.push(invalidValue(`${at}.containerPort`, number, 'must be between 1 and 65535, inclusive'))
    }
    const protocol = text(port, 'protocol')
    if (!['TCP', 'UDP', 'SCTP'].includes(protocol)) {
      errors.push(notSupported(`${at}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']))
    }
  }
  return errors
}

/** Selector and template of a workload: present, valid, and of one mind. */
export function selectorErrors(spec: JsonObject | undefined, options: { readonly selector: boolean }): FieldError[] {
  const errors: FieldError[] = []
  const selector = sub(spec, 'selector')
  const template = sub(spec, 'template')
  const labels = sub(template, 'metadata', 'labels') ?? {}
  errors.push(...validateLabels(labels, 'spec.template.metadata.labels'))
  if (options.selector) {
    if (selector === undefined) errors.push(required('spec.selector'))
    else if (
      Object.keys(sub(selector, 'matchLabels') ?? {}).length === 0 &&
      list(selector, 'matchExpressions').length === 0
    ) {
      errors.push(invalidValue('spec.selector', selector, 'empty selector is invalid for deployment'))
    } else if (!selectorMatches(selector, labels)) {
      errors.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'))
    }
  }
  return errors
}

/** A `metav1.LabelSelector` against labels. */
export function selectorMatches(selector: JsonValue | undefined, labels: JsonObject): boolean {
  if (!isObject(selector)) return false
  for (const [key, value] of Object.entries(sub(selector, 'matchLabels') ?? {})) if (labels[key] !== value) return false
  for (const term of list(selector, 'matchExpressions')) {
    const key = text(term, 'key')
    const has = Object.hasOwn(labels, key)
    const values = Array.isArray(term['values']) ? term['values'] : []
    const within = has && values.includes(labels[key]!)
    const operator = text(term, 'operator')
    if (operator === 'In' ? !within : operator === 'NotIn' ? within : operator === 'Exists' ? !has : has) return false
  }
  return true
}

const POD_UPDATE_TEXT =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** A running Pod's spec stands still but for a few fields. */
export function podUpdateErrors(next: KubeObject, live: KubeObject): FieldError[] {
  const before = comparable(live)
  const after = comparable(next)
  return jsonEqual(before, after) ? [] : [forbiddenField('spec', POD_UPDATE_TEXT)]
}

function comparable(pod: KubeObject): JsonObject {
  const spec = sub(pod, 'spec') ?? {}
  const {
    activeDeadlineSeconds: _deadline,
    tolerations: _tolerations,
    terminationGracePeriodSeconds: _grace,
    nodeName: _node,
    schedulingGates: _gates,
    ...rest
  } = spec
  const images = (field: string): JsonObject[] => list(spec, field).map(({ image: _image, ...container }) => container)
  return { ...rest, containers: images('containers'), initContainers: images('initContainers') }
}
