import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
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
import { pathSegmentFaults } from '../resources/validation/names.ts'
import { finalizersOf, isDeleting, type OwnerReference, ownersOf } from './metadata.ts'

const MAX_ANNOTATIONS = 256 * 1024

const NAME_RULES = {
  subdomain: checkDnsSubdomain,
  label: checkDnsLabel,
  label1035: checkDns1035Label,
  path: pathSegmentFaults,
  any: (): string[] => [],
} as const

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])
/** Groups whose kinds are checked by apimachinery alone. */
const PLAIN_GROUPS = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'policy',
])

/** True for kinds whose metadata pkg/apis/core/validation `ValidateObjectMeta` looks at after apimachinery's. */
function hasKubernetesNames(type: ResourceType): boolean {
  return type.custom === undefined && !PLAIN_GROUPS.has(type.group) && (type.group !== '' || type.resource !== 'events')
}

function finalizerNames(object: KubeObject): FieldError[] {
  return finalizersOf(object).flatMap((name, i) => {
    if (name.includes('/') || STANDARD_FINALIZERS.has(name)) return []
    const why = 'name is neither a standard finalizer name nor is it fully qualified'
    return [invalidValue(`metadata.finalizers[${i}]`, name, why)]
  })
}

/** What apimachinery's `ValidateObjectMeta` checks. */
export function validateMetadata(type: ResourceType, object: KubeObject, strategy: Strategy): FieldError[] {
  const { metadata } = object
  const errors: FieldError[] = []
  const name = metadata.name as JsonValue | undefined
  const prefix = metadata['generateName']
  if (typeof prefix === 'string' && prefix !== '') {
    // A prefix may end with a dash: letters follow.
    for (const text of NAME_RULES[strategy.nameRule ?? 'subdomain'](prefix.replace(/-$/, 'a'))) {
      errors.push(invalidValue('metadata.generateName', prefix, text))
    }
  }
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
  for (const finalizer of finalizersOf(object)) {
    for (const text of checkQualifiedName(finalizer)) errors.push(invalidValue('metadata.finalizers', finalizer, text))
  }
  if (hasKubernetesNames(type)) errors.push(...finalizerNames(object))
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

/** An owner reference with its members in the order of Go's struct. */
function goOwner(owner: OwnerReference): JsonObject {
  const { apiVersion, kind, name, uid, controller, blockOwnerDeletion } = owner
  return {
    apiVersion,
    kind,
    name,
    uid,
    ...(controller ? { controller } : {}),
    ...(blockOwnerDeletion ? { blockOwnerDeletion } : {}),
  }
}

function validateOwners(object: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  let controller = ''
  for (const owner of ownersOf(object)) {
    const field = 'metadata.ownerReferences'
    if (owner.apiVersion === '') errors.push(invalidValue(`${field}.apiVersion`, '', 'version must not be empty'))
    if (owner.kind === '') errors.push(invalidValue(`${field}.kind`, '', 'must not be empty'))
    if (owner.name === '') errors.push(invalidValue(`${field}.name`, '', 'must not be empty'))
    if (owner.uid === '') errors.push(invalidValue(`${field}.uid`, '', 'must not be empty'))
    if (owner.kind === 'Event' && (owner.apiVersion === 'v1' || owner.apiVersion === 'events.k8s.io/v1')) {
      const group = owner.apiVersion === 'v1' ? '/v1' : owner.apiVersion
      errors.push(invalidValue(field, goOwner(owner), `${group}, Kind=Event is disallowed from being an owner`))
    }
    if (!owner.controller) continue
    const named = `${owner.kind}/${owner.name}`
    if (controller !== '') {
      errors.push({
        reason: 'FieldValueInvalid',
        field: 'metadata.ownerReferences',
        message: `Invalid value: ${JSON.stringify(ownersOf(object).map(goOwner))}: Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${named}`,
      })
    }
    controller = named
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
