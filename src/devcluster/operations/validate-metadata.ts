import { isObject, type JsonValue } from '../../base/index.ts'
import {
  checkDns1035Label,
  checkDnsLabel,
  checkDnsSubdomain,
  checkLabelValue,
  checkQualifiedName,
  type KubeObject,
} from '../../kube/index.ts'
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from '../http/errors.ts'
import type { Strategy } from '../resources/strategy.ts'
import type { ResourceType } from '../resources/types.ts'
import { finalizersOf, isDeleting, ownersOf } from './metadata.ts'

const MAX_ANNOTATIONS = 256 * 1024

/** Path segments: RBAC names. */
function pathSegmentErrors(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`)
}

const NAME_RULES = {
  subdomain: checkDnsSubdomain,
  label: checkDnsLabel,
  label1035: checkDns1035Label,
  path: pathSegmentErrors,
} as const

/** What apimachinery's `ValidateObjectMeta` checks. */
export function validateMetadata(type: ResourceType, object: KubeObject, strategy: Strategy): FieldError[] {
  const { metadata } = object
  const errors: FieldError[] = []
  const name = metadata.name as JsonValue | undefined
  if (typeof name !== 'string' || name === '') {
    errors.push(required('metadata.name', 'name or generateName is required'))
  } else {
    for (const text of NAME_RULES[strategy.nameRule ?? 'subdomain'](name)) {
      errors.push(invalidValue('metadata.name', name, text))
    }
  }
  const namespace = metadata['namespace']
  if (type.namespaced && typeof namespace === 'string') {
    for (const text of checkDnsLabel(namespace)) errors.push(invalidValue('metadata.namespace', namespace, text))
  }
  errors.push(...validateLabels(metadata['labels'], 'metadata.labels'))
  errors.push(...validateAnnotations(metadata['annotations'], 'metadata.annotations'))
  errors.push(...validateOwners(object))
  for (const [i, finalizer] of finalizersOf(object).entries()) {
    for (const text of checkQualifiedName(finalizer))
      errors.push(invalidValue(`metadata.finalizers[${i}]`, finalizer, text))
  }
  return errors
}

/** Keys and values of labels. */
export function validateLabels(labels: JsonValue | undefined, field: string): FieldError[] {
  if (!isObject(labels)) return []
  const errors: FieldError[] = []
  for (const [key, value] of Object.entries(labels)) {
    for (const text of checkQualifiedName(key)) errors.push(invalidValue(field, key, text))
    if (typeof value !== 'string') continue
    for (const text of checkLabelValue(value)) errors.push(invalidValue(field, value, text))
  }
  return errors
}

/** Keys of annotations, and the size of all. */
export function validateAnnotations(annotations: JsonValue | undefined, field: string): FieldError[] {
  if (!isObject(annotations)) return []
  const errors: FieldError[] = []
  let size = 0
  for (const [key, value] of Object.entries(annotations)) {
    for (const text of checkQualifiedName(key.toLowerCase())) errors.push(invalidValue(field, key, text))
    size += key.length + (typeof value === 'string' ? value.length : 0)
  }
  if (size > MAX_ANNOTATIONS) errors.push(tooLong(field, MAX_ANNOTATIONS))
  return errors
}

function validateOwners(object: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  let controller = ''
  for (const [i, owner] of ownersOf(object).entries()) {
    const field = `metadata.ownerReferences[${i}]`
    if (owner.apiVersion === '') errors.push(invalidValue(`${field}.apiVersion`, '', 'version must not be empty'))
    if (owner.kind === '') errors.push(invalidValue(`${field}.kind`, '', 'must not be empty'))
    if (owner.name === '') errors.push(invalidValue(`${field}.name`, '', 'must not be empty'))
    if (owner.uid === '') errors.push(invalidValue(`${field}.uid`, '', 'must not be empty'))
    if (!owner.controller) continue
    if (controller !== '') {
      errors.push({
        reason: 'FieldValueInvalid',
        field: 'metadata.ownerReferences',
        message: `Invalid value: ${JSON.stringify(object.metadata['ownerReferences'])}: Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.name}`,
      })
    }
    controller = owner.name
  }
  return errors
}

/** What may not change between two states of one object. */
export function validateMetadataUpdate(next: KubeObject, live: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  if (isDeleting(live)) {
    const before = new Set(finalizersOf(live))
    const added = finalizersOf(next).filter((name) => !before.has(name))
    if (added.length > 0) {
      errors.push(
        forbiddenField(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`,
        ),
      )
    }
  }
  return errors
}
