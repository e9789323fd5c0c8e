import { getIn, isObject, type JsonObject, type JsonValue, jsonClone } from '../base/index.ts'
import { decodeBase64 } from '../cel/index.ts'
import { applyDefaults, pruneNulls } from './defaults.ts'
import { type FieldError, fieldErrorBody } from './field-error.ts'
import { nearMisses } from './near-miss.ts'
import type { SchemaRegistry } from './registry.ts'
import type { Gvk, StructuralSchema } from './types.ts'
import { findUnknownFields } from './unknown-fields.ts'
import { createSchemaValidator } from './validate.ts'

export type SchemaFindingCode =
  | 'schema/unknown-field'
  | 'schema/required'
  | 'schema/type'
  | 'schema/enum'
  | 'schema/pattern'
  | 'schema/format'
  | 'schema/range'
  | 'schema/length'
  | 'schema/duplicate'
  | 'schema/alternatives'
  | 'schema/metadata'
  | 'schema/cel'

/** Something wrong with an object by its schema, at a path that a caller can map to a range. */
export interface SchemaFinding {
  readonly code: SchemaFindingCode
  /** Steps to the place. For a missing field this is the object that lacks it, and `field` its name. */
  readonly path: readonly (string | number)[]
  /** Whether the key or the value at the path is meant. */
  readonly at: 'key' | 'value'
  readonly message: string
  /** The name of a missing field. */
  readonly field?: string
  /** The values allowed here. */
  readonly allowed?: readonly JsonValue[]
  /** Names or values that were probably meant, nearest first. */
  readonly suggestions?: readonly string[]
}

export interface CheckOptions {
  /** The object is a patch or an overlay: missing fields are none of its faults, and CEL rules do not run. */
  readonly partial?: boolean
  /** Values with `${VAR}` are not final: nothing is said about them (default true). */
  readonly variables?: boolean
}

/** Checks objects for editors and lint; keeps compiled schemas. */
export interface ObjectChecker {
  /** Findings in the order of the object; none for a kind that the registry does not know. */
  check(object: JsonValue, gvk: Gvk, options?: CheckOptions): readonly SchemaFinding[]
}

/** Makes a checker over a registry. */
export function createObjectChecker(registry: SchemaRegistry): ObjectChecker {
  const validator = createSchemaValidator()
  const rooted = new WeakMap<StructuralSchema, StructuralSchema>()

  /** A custom resource's own schema says nothing of metadata. */
  function withMetadata(schema: StructuralSchema): StructuralSchema {
    let full = rooted.get(schema)
    if (full === undefined) {
      const pod = registry.forKind({ group: '', version: 'v1', kind: 'Pod' })
      const metadata = pod?.properties?.['metadata']
      full = metadata === undefined ? schema : { ...schema, properties: { ...schema.properties, metadata } }
      rooted.set(schema, full)
    }
    return full
  }

  function check(object: JsonValue, gvk: Gvk, options: CheckOptions = {}): readonly SchemaFinding[] {
    const known = registry.forKind(gvk)
    if (known === undefined || !isObject(object)) return []
    const builtin = registry.info(gvk)?.source === 'builtin'
    const schema = builtin ? known : withMetadata(known)
    const encrypted = isEncrypted(object)
    const skip = skipper(object, options.variables !== false, encrypted)
    const subject = prepare(object, schema, { builtin, encrypted, partial: options.partial === true })
    const out: SchemaFinding[] = []
    for (const field of findUnknownFields(object, schema)) {
      if (encrypted && field.path.length === 1 && field.path[0] === 'sops') continue
      out.push(unknownField(field.path, field.suggestions))
    }
    const settled = !encrypted && !skip.any && options.partial !== true
    // Rules may read any field: one value that is not final makes their answer worthless.
    const result = validator.validate(settled || builtin ? schema : withoutRules(schema), subject, {
      resourceRoot: true,
    })
    for (const error of result.errors) {
      if (skip.at(error.path) || isNoise(error, options, object)) continue
      out.push(toFinding(error))
    }
    return out
  }

  const bare = new WeakMap<StructuralSchema, StructuralSchema>()
  function withoutRules(schema: StructuralSchema): StructuralSchema {
    let stripped = bare.get(schema)
    if (stripped === undefined) {
      stripped = stripRules(schema)
      bare.set(schema, stripped)
    }
    return stripped
  }

  return { check }
}

/** Checks one object; use an `ObjectChecker` for many. */
export function checkObject(
  registry: SchemaRegistry,
  gvk: Gvk,
  object: JsonValue,
  options: CheckOptions = {},
): readonly SchemaFinding[] {
  return createObjectChecker(registry).check(object, gvk, options)
}

/** SOPS puts its own key next to an object whose values it encrypted. */
function isEncrypted(object: JsonObject): boolean {
  return typeof getIn(object, ['sops', 'mac']) === 'string'
}

interface Preparation {
  readonly builtin: boolean
  readonly encrypted: boolean
  readonly partial: boolean
}

/** The object as a server would validate it: nulls gone, and for custom resources defaults filled in. */
function prepare(object: JsonObject, schema: StructuralSchema, options: Preparation): JsonValue {
  if (options.builtin && !hasNull(object)) return object
  const copy = jsonClone<JsonValue>(object)
  if (options.builtin) dropNulls(copy)
  else {
    pruneNulls(copy, schema)
    if (!options.partial) applyDefaults(copy, schema)
  }
  return copy
}

function hasNull(value: JsonValue): boolean {
  if (value === null) return true
  if (typeof value !== 'object') return false
  return (Array.isArray(value) ? value : Object.values(value)).some(hasNull)
}

/** Built-in types read null as absent. */
function dropNulls(value: JsonValue): void {
  if (Array.isArray(value)) value.forEach(dropNulls)
  else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] === null) delete value[key]
      else dropNulls(value[key]!)
    }
  }
}

interface Skipper {
  /** True when the object has a value that is not final. */
  readonly any: boolean
  /** True when the value at a path is not final. */
  at(path: readonly (string | number)[]): boolean
}

function skipper(object: JsonObject, variables: boolean, encrypted: boolean): Skipper {
  const unsettled = (value: JsonValue | undefined): boolean =>
    typeof value === 'string' && ((variables && hasVariable(value)) || (encrypted && value.startsWith('ENC[')))
  const search = (value: JsonValue): boolean => {
    if (typeof value !== 'object' || value === null) return unsettled(value)
    return (Array.isArray(value) ? value : Object.values(value)).some(search)
  }
  return { any: search(object), at: (path) => unsettled(getIn(object, path)) }
}

/** `${NAME}` or `$NAME`, as post-build substitution replaces it; `$$` is a dollar sign. */
function hasVariable(text: string): boolean {
  return text.includes('$') && /(?:^|[^$])\$(?:\{|[A-Za-z_])/.test(text)
}

function stripRules(schema: StructuralSchema): StructuralSchema {
  const { 'x-kubernetes-validations': _, properties, items, additionalProperties, allOf, ...rest } = schema
  return {
    ...rest,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, member]) => [name, stripRules(member)]),
          ),
        }),
    ...(items === undefined ? {} : { items: stripRules(items) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'object' ? stripRules(additionalProperties) : additionalProperties,
        }),
    ...(allOf === undefined ? {} : { allOf: allOf.map(stripRules) }),
  }
}

/** Errors that are none for what is being checked. */
function isNoise(error: FieldError, options: CheckOptions, object: JsonObject): boolean {
  if (error.rule === 'cel-skipped') return true
  if (options.partial === true && (error.rule === 'required' || error.rule.endsWith('Of'))) return true
  if (error.rule !== 'format') return false
  // Built-in byte fields take whatever Go decodes: line breaks and empty text too.
  const value = getIn(object, error.path)
  return typeof value === 'string' && error.detail.includes('of type byte') && decodeBase64(value) !== undefined
}

function unknownField(path: readonly (string | number)[], suggestions: readonly string[]): SchemaFinding {
  const hint = suggestions.length === 0 ? '' : `, did you mean "${suggestions[0]}"?`
  return {
    code: 'schema/unknown-field',
    path,
    at: 'key',
    message: `unknown field "${showPath(path)}"${hint}`,
    ...(suggestions.length === 0 ? {} : { suggestions }),
  }
}

function showPath(path: readonly (string | number)[]): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
}

const codes: Readonly<Record<string, SchemaFindingCode>> = {
  required: 'schema/required',
  type: 'schema/type',
  enum: 'schema/enum',
  pattern: 'schema/pattern',
  format: 'schema/format',
  range: 'schema/range',
  minimum: 'schema/range',
  maximum: 'schema/range',
  multipleOf: 'schema/range',
  minLength: 'schema/length',
  maxLength: 'schema/length',
  minItems: 'schema/length',
  maxItems: 'schema/length',
  minProperties: 'schema/length',
  maxProperties: 'schema/length',
  uniqueItems: 'schema/duplicate',
  duplicate: 'schema/duplicate',
  'list-type': 'schema/type',
  anyOf: 'schema/alternatives',
  oneOf: 'schema/alternatives',
  allOf: 'schema/alternatives',
  not: 'schema/alternatives',
  additionalProperties: 'schema/unknown-field',
  'embedded-metadata': 'schema/metadata',
  cel: 'schema/cel',
}

function toFinding(error: FieldError): SchemaFinding {
  const code = codes[error.rule] ?? 'schema/type'
  if (code === 'schema/required' && error.detail === '') {
    const field = String(error.path[error.path.length - 1])
    const message = `missing required field "${showPath(error.path)}"`
    return { code, path: error.path.slice(0, -1), at: 'key', message, field }
  }
  const suggestions = enumSuggestions(error)
  return {
    code,
    path: error.path,
    at: 'value',
    message: messageOf(error, code),
    ...(error.allowed === undefined ? {} : { allowed: error.allowed }),
    ...(suggestions.length === 0 ? {} : { suggestions }),
  }
}

function messageOf(error: FieldError, code: SchemaFindingCode): string {
  if (code === 'schema/enum' || code === 'schema/duplicate' || error.detail === '') return fieldErrorBody(error)
  return error.type === 'FieldValueTooLong' || error.type === 'FieldValueTooMany' ? fieldErrorBody(error) : error.detail
}

function enumSuggestions(error: FieldError): readonly string[] {
  if (typeof error.badValue !== 'string' || error.allowed === undefined) return []
  return nearMisses(
    error.badValue,
    error.allowed.filter((value): value is string => typeof value === 'string'),
  )
}
