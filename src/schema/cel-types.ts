import { encodeText } from '../base/index.ts'
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  type MostElements,
  mapType,
  objectType,
  stringType,
  type TypeProvider,
  timestampType,
} from '../cel/index.ts'
import { escapeName, isReserved } from './cel-escape.ts'
import type { StructuralSchema } from './types.ts'

/** How CEL sees a schema: its type, and for objects the types of the fields. */
export interface Declaration {
  readonly type: CelType
  readonly fields?: ReadonlyMap<string, Declaration>
  readonly element?: Declaration
  /** Characters, bytes, items or entries that a value has at most; 0 where it has no size. */
  readonly mostElements: number
  /** Bytes that a value takes at least as JSON. */
  readonly leastSize: number
}

const simple = (type: CelType, leastSize: number, mostElements = 0): Declaration => ({ type, leastSize, mostElements })

/** Of a request, in bytes (apiserver pkg/apis/cel/config.go): what has no limit of its own is not larger. */
export const mostBytes: number = 3 * 1024 * 1024

/**
 * The CEL type of a schema; `undefined` when expressions cannot see the value (unknown fields, lists and maps without an
 * item schema). k8s.io/apiserver pkg/cel/common/schemas.go SchemaDeclType.
 */
export function declarationOf(
  schema: StructuralSchema,
  resourceRoot: boolean,
  name = 'selfType',
): Declaration | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return simple(dynType, 1, mostCharacters(schema))
  const full = resourceRoot ? withTypeAndMetadata(schema) : schema
  switch (full.type) {
    case 'array':
      return listOf(full, name)
    case 'object':
      return typeof full.additionalProperties === 'object'
        ? mapOf(full, full.additionalProperties, name)
        : objectOf(full, name)
    case 'string':
      return stringOf(full)
    case 'boolean':
      return simple(boolType, 4)
    case 'number':
      return simple(doubleType, 1)
    case 'integer':
      return simple(intType, 1)
    default:
      return undefined
  }
}

/** Formats whose values are of another type, with their sizes as JSON. */
const timeFormats: Readonly<Record<string, readonly [type: CelType, least: number, most: number]>> = {
  duration: [durationType, 3, 32],
  date: [timestampType, 12, 12],
  'date-time': [timestampType, 21, 32],
}

function stringOf(schema: StructuralSchema): Declaration {
  const { format = '', maxLength, enum: values } = schema
  if (Object.hasOwn(timeFormats, format)) return simple(...timeFormats[format]!)
  if (format === 'byte') return simple(bytesType, 2, maxLength === undefined ? mostBytes - 2 : Math.max(0, maxLength))
  if (maxLength !== undefined || values === undefined || values.length === 0) {
    return simple(stringType, 2, mostCharacters(schema))
  }
  const lengths = values.map((value) => (typeof value === 'string' ? encodeText(value).length : 0))
  return simple(stringType, 2, Math.max(...lengths))
}

/** A character takes up to four bytes, which is what sizes of texts are counted in. */
function mostCharacters({ maxLength }: StructuralSchema): number {
  return maxLength === undefined ? mostBytes - 2 : Math.max(0, maxLength) * 4
}

function isEmbedded(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

function listOf(schema: StructuralSchema, name: string): Declaration | undefined {
  const { items } = schema
  const element = items === undefined ? undefined : declarationOf(items, isEmbedded(items), `${name}.@idx`)
  if (element === undefined) return undefined
  const { maxItems } = schema
  const mostElements =
    maxItems === undefined ? Math.floor((mostBytes - 2) / (element.leastSize + 1)) : Math.max(0, maxItems)
  return { type: listType(element.type), element, mostElements, leastSize: 2 }
}

function mapOf(schema: StructuralSchema, values: StructuralSchema, name: string): Declaration | undefined {
  const element = declarationOf(values, isEmbedded(values), `${name}.@elem`)
  if (element === undefined) return undefined
  const { maxProperties } = schema
  const mostElements =
    maxProperties === undefined ? Math.floor((mostBytes - 2) / (element.leastSize + 6)) : Math.max(0, maxProperties)
  return { type: mapType(stringType, element.type), element, mostElements, leastSize: 2 }
}

function objectOf(schema: StructuralSchema, name: string): Declaration {
  const fields = new Map<string, Declaration>()
  const required = new Set(schema.required ?? [])
  let leastSize = 2
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const identifier = escapeName(key)
    const field = declarationOf(property, isEmbedded(property), `${name}.${identifier ?? key}`)
    if (field === undefined) continue
    if (identifier !== undefined) fields.set(identifier, field)
    const { default: preset } = property
    if (required.has(key) && (preset === undefined || preset === null)) {
      leastSize += encodeText(key).length + field.leastSize + 4
    }
  }
  return { type: objectType(name), fields, mostElements: 0, leastSize }
}

const text: StructuralSchema = { type: 'string' }

/**
 * Type and name are visible at the root of every resource, whatever its schema says.
 * k8s.io/apiserver pkg/cel/common/schemas.go WithTypeAndObjectMeta.
 */
export function withTypeAndMetadata(schema: StructuralSchema): StructuralSchema {
  const { properties } = schema
  const metadata = properties?.['metadata']
  const complete =
    properties?.['kind']?.type === 'string' &&
    properties['apiVersion']?.type === 'string' &&
    metadata?.type === 'object' &&
    metadata.properties?.['name']?.type === 'string' &&
    metadata.properties['generateName']?.type === 'string'
  if (complete) return schema
  const named: StructuralSchema = { type: 'object', properties: { name: text, generateName: text } }
  return { ...schema, properties: { ...properties, kind: text, apiVersion: text, metadata: named } }
}

/** The most elements of what a path leads to, from a variable of the declaration. */
export function mostElementsOf(root: Declaration): MostElements {
  return ([, ...steps]) => {
    let at: Declaration | undefined = root
    for (const step of steps) {
      if (step === '@items' || step === '@values') at = at.element
      else if (step === '@keys') at = at.type.kind === 'map' ? anyKey : undefined
      else at = at.fields?.get(step)
      if (at === undefined) return undefined
    }
    return BigInt(at.mostElements)
  }
}

/** Keys are texts whose length nothing limits, and which estimates take for empty. */
const anyKey: Declaration = simple(stringType, 2)

/** Resolves the fields of every object type under a declaration. */
export function providerOf(root: Declaration): TypeProvider {
  const objects = new Map<string, ReadonlyMap<string, Declaration>>()
  collect(root, objects)
  return {
    has: (name) => objects.has(name),
    field: (name, field) => {
      const fields = objects.get(name)
      // A reserved word can be selected as it is: `self.spec.if`.
      return (fields?.get(field) ?? (isReserved(field) ? fields?.get(`__${field}__`) : undefined))?.type
    },
  }
}

function collect(declaration: Declaration, into: Map<string, ReadonlyMap<string, Declaration>>): void {
  if (declaration.fields !== undefined) {
    into.set(declaration.type.name, declaration.fields)
    for (const field of declaration.fields.values()) collect(field, into)
  }
  if (declaration.element !== undefined) collect(declaration.element, into)
}
