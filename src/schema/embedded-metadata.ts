import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { dns1035LabelErrors, dns1123LabelErrors, labelValueErrors, qualifiedNameErrors } from '../cel/index.ts'
import { propertySchema } from './correlation.ts'
import type { FieldError } from './field-error.ts'
import { childPath, fieldText, indexPath, keyPath, type NodePath, pathSteps } from './node-path.ts'
import { decodeObjectMeta } from './object-meta.ts'
import type { StructuralSchema } from './types.ts'

export interface CoerceOptions {
  /** Treats the object itself as an embedded resource. */
  readonly resourceRoot?: boolean
  /** Drops fields of the wrong type instead of refusing the object. */
  readonly dropInvalid?: boolean
  readonly root?: NodePath
}

/**
 * Brings type and metadata of embedded resources into shape, in place: unknown metadata fields go (their paths are
 * returned, sorted), wrong types are an error or dropped.
 * apiextensions-apiserver pkg/apiserver/schema/objectmeta/algorithm.go.
 */
export function coerceEmbeddedMetadata(
  value: JsonValue,
  schema: StructuralSchema | undefined,
  options: CoerceOptions = {},
): { readonly error: FieldError | undefined; readonly unknownFields: readonly string[] } {
  const unknown: string[] = []
  const root = options.resourceRoot === true ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema
  const error = coerce({ value, schema: root, path: options.root }, options.dropInvalid === true, unknown)
  return { error, unknownFields: unknown.sort() }
}

interface Node {
  readonly value: JsonValue
  readonly schema: StructuralSchema | undefined
  readonly path: NodePath | undefined
}

function coerce(node: Node, drop: boolean, unknown: string[]): FieldError | undefined {
  const { value, schema, path } = node
  if (schema === undefined) return undefined
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const error = coerce({ value: value[i]!, schema: schema.items, path: indexPath(path, i) }, drop, unknown)
      if (error !== undefined) return error
    }
    return undefined
  }
  if (!isObject(value)) return undefined
  for (const key of Object.keys(value)) {
    const member = value[key]!
    if (schema['x-kubernetes-embedded-resource'] === true) {
      const error = coerceMember({ ...node, value }, key, drop, unknown)
      if (error !== undefined) return error
    }
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, key)
    const at = known ? childPath(path, key) : keyPath(path, key)
    const error = coerce({ value: member, schema: propertySchema(schema, key), path: at }, drop, unknown)
    if (error !== undefined) return error
  }
  return undefined
}

function coerceMember(
  node: Node & { readonly value: JsonObject },
  key: string,
  drop: boolean,
  unknown: string[],
): FieldError | undefined {
  const { value, path } = node
  if (key === 'apiVersion' || key === 'kind') {
    if (typeof value[key] === 'string') return undefined
    if (!drop) return invalid(childPath(path, key), value[key]!, 'must be a string')
    delete value[key]
    return undefined
  }
  if (key !== 'metadata') return undefined
  const decoded = decodeObjectMeta(value['metadata']!, drop)
  if ('error' in decoded) return drop ? undefined : invalid(childPath(path, key), value[key]!, decoded.error)
  const prefix = fieldText(childPath(path, 'metadata'))
  for (const name of decoded.unknown) unknown.push(`${prefix}.${name}`)
  value['metadata'] = decoded.value
  return undefined
}

function invalid(path: NodePath, badValue: JsonValue, detail: string): FieldError {
  return {
    type: 'FieldValueInvalid',
    field: fieldText(path),
    path: pathSteps(path),
    badValue,
    detail,
    rule: 'embedded-metadata',
  }
}

function required(path: NodePath): FieldError {
  return {
    type: 'FieldValueRequired',
    field: fieldText(path),
    path: pathSteps(path),
    badValue: '',
    detail: '',
    rule: 'required',
  }
}

/**
 * Checks type and metadata of embedded resources.
 * apiextensions-apiserver pkg/apiserver/schema/objectmeta/validation.go.
 */
export function validateEmbeddedMetadata(
  value: JsonValue,
  schema: StructuralSchema | undefined,
  root?: NodePath,
): readonly FieldError[] {
  const errors: FieldError[] = []
  walk({ value, schema, path: root }, errors)
  return errors
}

function walk({ value, schema, path }: Node, errors: FieldError[]): void {
  if (schema === undefined) return
  if (Array.isArray(value)) {
    if (schema.items === undefined) return
    for (const [i, item] of value.entries()) {
      walk({ value: item, schema: schema.items, path: indexPath(path, i) }, errors)
    }
  } else if (isObject(value)) {
    if (schema['x-kubernetes-embedded-resource'] === true) checkResource(value, path, errors)
    for (const key of Object.keys(value)) {
      const member = propertySchema(schema, key)
      if (member === undefined) continue
      const known = schema.properties !== undefined && Object.hasOwn(schema.properties, key)
      walk({ value: value[key]!, schema: member, path: known ? childPath(path, key) : keyPath(path, key) }, errors)
    }
  }
}

function checkResource(value: JsonObject, path: NodePath | undefined, errors: FieldError[]): void {
  for (const key of ['apiVersion', 'kind']) if (!Object.hasOwn(value, key)) errors.push(required(childPath(path, key)))
  for (const key of Object.keys(value)) {
    const at = childPath(path, key)
    const member = value[key]!
    if (key === 'apiVersion') checkText(member, at, errors, apiVersionError)
    else if (key === 'kind') checkText(member, at, errors, kindError)
    else if (key === 'metadata') checkMetadata(member, at, errors)
  }
}

function checkText(
  value: JsonValue,
  path: NodePath,
  errors: FieldError[],
  check: (text: string) => string | undefined,
): void {
  if (typeof value !== 'string') {
    errors.push(invalid(path, value, 'must be a string'))
    return
  }
  const detail = value === '' ? 'must not be empty' : check(value)
  if (detail !== undefined) errors.push(invalid(path, value, detail))
}

function apiVersionError(text: string): string | undefined {
  return text.split('/').length > 2 ? `unexpected GroupVersion string: ${text}` : undefined
}

function kindError(text: string): string | undefined {
  const errors = dns1035LabelErrors(text.toLowerCase())
  return errors.length === 0 ? undefined : `may have mixed case, but should otherwise match: ${errors.join(',')}`
}

function checkMetadata(value: JsonValue, path: NodePath, errors: FieldError[]): void {
  const decoded = decodeObjectMeta(value, false)
  if ('error' in decoded) {
    errors.push(invalid(path, value, decoded.error))
    return
  }
  const { name, generateName, namespace, labels, annotations, finalizers, generation, ownerReferences } = decoded.value
  const text = (key: string, member: JsonValue | undefined, check: (text: string) => readonly string[]): void => {
    if (typeof member !== 'string') return
    for (const detail of check(member)) errors.push(invalid(childPath(path, key), member, detail))
  }
  text('generateName', generateName, pathSegmentErrors)
  text('name', name, (segment) => [...pathSegmentNames(segment), ...pathSegmentErrors(segment)])
  text('namespace', namespace, (label) => (label === '' ? [] : dns1123LabelErrors(label)))
  checkLabels(labels, childPath(path, 'labels'), errors)
  checkAnnotations(annotations, childPath(path, 'annotations'), errors)
  if (typeof generation === 'number' && generation < 0) {
    errors.push(invalid(childPath(path, 'generation'), generation, 'must be greater than or equal to 0'))
  }
  if (Array.isArray(ownerReferences)) {
    for (const [i, owner] of ownerReferences.entries()) {
      checkOwner(owner, indexPath(childPath(path, 'ownerReferences'), i), errors)
    }
  }
  if (Array.isArray(finalizers)) {
    finalizers.forEach((finalizer, i) => {
      if (typeof finalizer !== 'string') return
      for (const detail of qualifiedNameErrors(finalizer)) {
        errors.push(invalid(indexPath(childPath(path, 'finalizers'), i), finalizer, detail))
      }
    })
  }
}

function checkOwner(owner: JsonValue, path: NodePath, errors: FieldError[]): void {
  if (!isObject(owner)) return
  for (const key of ['apiVersion', 'kind', 'name', 'uid']) {
    if ((owner[key] ?? '') === '') errors.push({ ...required(childPath(path, key)), detail: 'must not be empty' })
  }
}

function pathSegmentNames(text: string): readonly string[] {
  return text === '.' || text === '..' ? [`may not be '${text}'`] : []
}

function pathSegmentErrors(text: string): readonly string[] {
  return ['/', '%'].filter((char) => text.includes(char)).map((char) => `may not contain '${char}'`)
}

function checkLabels(labels: JsonValue | undefined, path: NodePath, errors: FieldError[]): void {
  if (!isObject(labels)) return
  for (const [key, value] of Object.entries(labels)) {
    for (const detail of qualifiedNameErrors(key)) errors.push(invalid(path, key, detail))
    for (const detail of labelValueErrors(String(value))) errors.push(invalid(path, value, detail))
  }
}

const maxAnnotations = 256 * 1024

function checkAnnotations(annotations: JsonValue | undefined, path: NodePath, errors: FieldError[]): void {
  if (!isObject(annotations)) return
  let size = 0
  for (const [key, value] of Object.entries(annotations)) {
    size += key.length + String(value).length
    for (const detail of qualifiedNameErrors(key.toLowerCase())) errors.push(invalid(path, key, detail))
  }
  if (size > maxAnnotations) {
    errors.push({
      type: 'FieldValueTooLong',
      field: fieldText(path),
      path: pathSteps(path),
      badValue: '<value omitted>',
      detail: `may not be more than ${maxAnnotations} bytes`,
      rule: 'embedded-metadata',
    })
  }
}
