import { isObject, type JsonArray, type JsonObject, type JsonValue } from '../base/index.ts'
import { type CompiledRegex, matchesFormat } from '../cel/index.ts'
import type { Correlation } from './correlation.ts'
import { type FieldError, type FieldErrorType, goJson } from './field-error.ts'
import { childPath, fieldText, indexPath, keyPath, type NodePath, openApiName, pathSteps } from './node-path.ts'
import { isJsonInteger, numberFaults } from './openapi-numbers.ts'
import type { StructuralSchema } from './types.ts'
import { kindOf, type ValueKind } from './value-kind.ts'

/** What the validator needs from its surroundings: compiled patterns, kept between calls. */
export interface PatternCache {
  regex(pattern: string): CompiledRegex | { readonly error: string }
}

/** Errors and warnings of one validation. */
export interface Findings {
  readonly errors: FieldError[]
  readonly warnings: FieldError[]
}

interface Context {
  readonly patterns: PatternCache
  /** The path that stands for the object itself; upstream prints composite errors there. */
  readonly root: NodePath | undefined
}

/** A node's outcome. `matched` counts validators that ran, by which anyOf picks the failure to show. */
class Result {
  readonly errors: FieldError[] = []
  readonly warnings: FieldError[] = []
  matched = 0

  add(error: FieldError): void {
    // Upstream drops an error whose text is there already.
    const same = (other: FieldError): boolean =>
      other.detail === error.detail && other.field === error.field && other.type === error.type
    if (!this.errors.some(same)) this.errors.push(error)
  }

  merge(other: Result): void {
    for (const error of other.errors) this.add(error)
    this.warnings.push(...other.warnings)
    this.matched += other.matched
  }
}

/**
 * Validates a value against the OpenAPI part of a schema. Order and texts follow kube-openapi pkg/validation/validate as
 * apiextensions-apiserver 0.36 reports it (pkg/apiserver/validation/validation.go).
 */
export function validateOpenApi(
  schema: StructuralSchema,
  value: JsonValue,
  options: {
    readonly patterns: PatternCache
    readonly root?: NodePath
    readonly correlation?: Correlation
  },
): Findings {
  const result = new Result()
  const context: Context = { patterns: options.patterns, root: options.root }
  validateNode(context, { schema, value, path: options.root, correlation: options.correlation, atRoot: true }, result)
  return result
}

interface Node {
  readonly schema: StructuralSchema
  readonly value: JsonValue
  readonly path: NodePath | undefined
  readonly correlation: Correlation | undefined
  readonly atRoot: boolean
}

/** Validates a member; where its old value is known and nothing changed, errors become warnings. */
function validateNode(context: Context, node: Node, result: Result): void {
  if (node.correlation === undefined) {
    validateSchema(context, node, result)
    return
  }
  const own = new Result()
  validateSchema(context, node, own)
  if (own.errors.length > 0 && node.correlation.unchanged) {
    own.warnings.push(...own.errors.splice(0))
  }
  result.merge(own)
}

function validateSchema(context: Context, node: Node, result: Result): void {
  const { schema, value } = node
  const kind = kindOf(value)
  checkType(node, kind, result)
  if (value === null) {
    checkEnum(node, result)
    return
  }
  checkCombinations(context, node, result)
  if (typeof value === 'string') checkString(context, node, value, result)
  else if (typeof value === 'number' || typeof value === 'bigint') checkNumber(node, value, result)
  else if (Array.isArray(value)) checkItems(context, node, value, result)
  if (schema.enum !== undefined) checkEnum(node, result)
  if (isObject(value)) checkMembers(context, node, value, result)
  result.matched += 3
}

const integerFormats = new Set(['int32', 'int64'])
const numberFormats = new Set(['float', 'double'])

/** The types a schema names; int-or-string is two. */
function typesOf(schema: StructuralSchema): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string']
  return schema.type === undefined || schema.type === '' ? [] : [schema.type]
}

/** Formats that CRDs support; others are ignored (apiextensions-apiserver pkg/apiserver/validation/formats.go). */
function supportedFormat(schema: StructuralSchema): string {
  const { format = '', type } = schema
  if (format === '') return ''
  const single = schema['x-kubernetes-int-or-string'] === true ? undefined : (type ?? '')
  if (single === undefined) return matchesFormat(format, '') === undefined ? '' : format
  if (single === '' || single === 'string') return matchesFormat(format, '') === undefined ? '' : format
  if (single === 'integer') return integerFormats.has(format) ? format : ''
  if (single === 'number') return numberFormats.has(format) ? format : ''
  return ''
}

function checkType(node: Node, kind: ValueKind, result: Result): void {
  const { schema, value } = node
  const types = typesOf(schema)
  const format = supportedFormat(schema)
  if (types.length === 0 && format === '') return
  if (kind === 'null') {
    if (types.length > 0 && schema.nullable !== true) invalidType(node, types.join(','), 'null', result)
    return
  }
  const floatInteger = kind === 'number' && types.includes('integer') && isJsonInteger(Number(value))
  const integerFloat = kind === 'integer' && types.includes('number')
  const scalarFormat = kind === 'integer' ? 'int64' : kind === 'number' ? 'float64' : ''
  const matches = types.includes(kind) || floatInteger || integerFloat
  if (kind !== 'string' && kind !== 'array' && format !== '' && !matches && scalarFormat !== format) {
    invalidType(node, format, scalarFormat, result)
    return
  }
  const numeric = types.includes('number') || types.includes('integer')
  if (!numeric && format !== '' && (kind === 'string' || kind === 'array')) return
  if (!matches) invalidType(node, types.join(','), kind, result)
}

function invalidType(node: Node, expected: string, found: string, result: Result): void {
  const name = openApiName(node.path)
  result.add({
    ...place(node, 'FieldValueTypeInvalid', 'type'),
    badValue: found,
    detail: `${name} in body must be of type ${expected}: "${found}"`,
  })
}

type Place = Pick<FieldError, 'type' | 'field' | 'path' | 'rule'>

function place(node: Node, type: FieldErrorType, rule: string, member?: string): Place {
  const path = member === undefined ? node.path : childPath(node.path, member)
  return { type, field: fieldText(asField(path)), path: pathSteps(path), rule }
}

/** Upstream appends kube-openapi's dotted name to the root path as one element. */
function asField(path: NodePath | undefined): NodePath | undefined {
  const name = openApiName(path)
  let root = path
  while (root !== undefined && root.kind !== 'root') root = root.parent
  return name === '' ? root : childPath(root, name.startsWith('.') ? name.slice(1) : name)
}

/** An error about several schemas at once; upstream reports it without a place. */
function composite(context: Context, node: Node, detail: string, rule: string): FieldError {
  return {
    type: 'FieldValueInvalid',
    field: fieldText(context.root),
    path: pathSteps(node.path),
    badValue: '',
    detail,
    rule,
  }
}

function attempt(context: Context, node: Node, schema: StructuralSchema): Result {
  const result = new Result()
  validateSchema(context, { ...node, schema }, result)
  return result
}

function checkCombinations(context: Context, node: Node, result: Result): void {
  const { anyOf, oneOf, allOf, not } = node.schema
  if (anyOf === undefined && oneOf === undefined && allOf === undefined && not === undefined) return
  const name = `"${openApiName(node.path)}"`
  if (anyOf !== undefined && anyOf.length > 0) checkAnyOf(context, node, { schemas: anyOf, name }, result)
  if (oneOf !== undefined && oneOf.length > 0) checkOneOf(context, node, { schemas: oneOf, name }, result)
  if (allOf !== undefined && allOf.length > 0) {
    let valid = 0
    for (const schema of allOf) {
      const one = attempt(context, node, schema)
      if (one.errors.length === 0) valid++
      result.merge(one)
    }
    if (valid !== allOf.length) {
      const none = valid === 0 ? '. None validated' : ''
      result.add(composite(context, node, `${name} must validate all the schemas (allOf)${none}`, 'allOf'))
    }
  }
  if (not !== undefined && attempt(context, node, not).errors.length === 0) {
    result.add(composite(context, node, `${name} must not validate the schema (not)`, 'not'))
  }
}

interface Alternatives {
  readonly schemas: readonly StructuralSchema[]
  readonly name: string
}

function checkAnyOf(context: Context, node: Node, { schemas, name }: Alternatives, result: Result): void {
  let best: Result | undefined
  for (const schema of schemas) {
    const one = attempt(context, node, schema)
    if (one.errors.length === 0) {
      result.merge(one)
      return
    }
    if (best === undefined || one.matched > best.matched) best = one
  }
  result.add(composite(context, node, `${name} must validate at least one schema (anyOf)`, 'anyOf'))
  if (best !== undefined) result.merge(best)
}

function checkOneOf(context: Context, node: Node, { schemas, name }: Alternatives, result: Result): void {
  let best: Result | undefined
  let success: Result | undefined
  let valid = 0
  for (const schema of schemas) {
    const one = attempt(context, node, schema)
    if (one.errors.length === 0) {
      valid++
      best = undefined
      success ??= one
    } else if (valid === 0 && (best === undefined || one.matched > best.matched)) best = one
  }
  if (valid === 1) {
    result.merge(success!)
    return
  }
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`
  result.add(composite(context, node, `${name} must validate one and only one schema (oneOf). ${found}`, 'oneOf'))
  if (best !== undefined) result.merge(best)
}

function checkString(context: Context, node: Node, value: string, result: Result): void {
  const { maxLength, minLength, pattern } = node.schema
  const name = openApiName
  if (maxLength !== undefined && value.length > maxLength && countRunes(value) > maxLength) {
    const unit = maxLength === 1 ? 'byte' : 'bytes'
    result.add({
      ...place(node, 'FieldValueTooLong', 'maxLength'),
      badValue: '<value omitted>',
      detail: `may not be more than ${maxLength} ${unit}`,
    })
  } else if (minLength !== undefined && countRunes(value) < minLength) {
    const detail = `${name(node.path)} in body should be at least ${minLength} chars long`
    result.add({ ...place(node, 'FieldValueInvalid', 'minLength'), badValue: value, detail })
  } else if (pattern !== undefined && pattern !== '') checkPattern(context, node, value, result)
  const format = supportedFormat(node.schema)
  if (format !== '' && matchesFormat(format, value) === false) {
    const detail = `${name(node.path)} in body must be of type ${format}: ${JSON.stringify(value)}`
    result.add({ ...place(node, 'FieldValueTypeInvalid', 'format'), badValue: value, detail })
  }
}

function checkPattern(context: Context, node: Node, value: string, result: Result): void {
  const pattern = node.schema.pattern!
  const regex = context.patterns.regex(pattern)
  if ('test' in regex && regex.test(value)) return
  const shown = 'error' in regex ? `${pattern}, but pattern is invalid: ${regex.error}` : pattern
  const detail = `${openApiName(node.path)} in body should match '${shown}'`
  result.add({ ...place(node, 'FieldValueInvalid', 'pattern'), badValue: value, detail })
}

function countRunes(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

function checkNumber(node: Node, value: number | bigint, result: Result): void {
  for (const fault of numberFaults(node.schema, value, openApiName(node.path))) {
    if (fault.composite) {
      let root = node.path
      while (root !== undefined && root.kind !== 'root') root = root.parent
      result.add(composite({ patterns: noPatterns, root }, node, fault.message, fault.rule))
    } else {
      const badValue = fault.badValue ?? value
      result.add({ ...place(node, 'FieldValueInvalid', fault.rule), badValue, detail: fault.message })
    }
  }
}

const noPatterns: PatternCache = { regex: () => ({ error: '' }) }

function checkItems(context: Context, node: Node, value: JsonArray, result: Result): void {
  const { items, minItems, maxItems, uniqueItems } = node.schema
  if (items !== undefined) {
    value.forEach((item, i) => {
      const correlation = node.correlation?.index(i)
      const path = indexPath(node.path, i)
      validateNode(context, { schema: items, value: item, path, correlation, atRoot: false }, result)
    })
  }
  if (minItems !== undefined && value.length < minItems) {
    const detail = `${openApiName(node.path)} in body should have at least ${minItems} items`
    result.add({ ...place(node, 'FieldValueInvalid', 'minItems'), badValue: value.length, detail })
  }
  if (maxItems !== undefined && value.length > maxItems) tooMany(node, value.length, maxItems, result)
  if (uniqueItems === true && new Set(value.map((item) => goJson(item))).size < value.length) {
    const detail = `${openApiName(node.path)} in body shouldn't contain duplicates`
    result.add({ ...place(node, 'FieldValueInvalid', 'uniqueItems'), badValue: '', detail })
  }
}

function tooMany(node: Node, actual: number, max: number, result: Result): void {
  const unit = max === 1 ? 'item' : 'items'
  result.add({
    ...place(node, 'FieldValueTooMany', 'maxItems'),
    badValue: actual,
    detail: `must have at most ${max} ${unit}`,
  })
}

function checkMembers(context: Context, node: Node, value: JsonObject, result: Result): void {
  const { schema } = node
  const { properties, additionalProperties, minProperties, maxProperties, required } = schema
  const keys = Object.keys(value)
  if (minProperties !== undefined && keys.length < minProperties) {
    const detail = `${openApiName(node.path)} in body should have at least ${minProperties} properties`
    result.add({ ...place(node, 'FieldValueInvalid', 'minProperties'), badValue: keys.length, detail })
  }
  if (maxProperties !== undefined && keys.length > maxProperties) tooMany(node, keys.length, maxProperties, result)
  for (const key of keys) {
    const property = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
    if (property !== undefined) {
      const hidden = node.atRoot && (key === 'apiVersion' || key === 'kind')
      const correlation = hidden ? undefined : node.correlation?.key(key)
      const path = childPath(node.path, key)
      validateNode(context, { schema: property, value: value[key]!, path, correlation, atRoot: false }, result)
    } else if (typeof additionalProperties === 'object') {
      const correlation = node.correlation?.key(key)
      const path = keyPath(node.path, key)
      const member = { schema: additionalProperties, value: value[key]!, path, correlation, atRoot: false }
      validateNode(context, member, result)
    } else if (additionalProperties === false) {
      const detail = `${openApiName(node.path)}.${key} in body is a forbidden property`
      result.add({ ...place(node, 'FieldValueInvalid', 'additionalProperties'), badValue: key, detail })
    }
  }
  for (const key of required ?? []) {
    if (Object.hasOwn(value, key)) continue
    result.add({ ...place(node, 'FieldValueRequired', 'required', key), badValue: '', detail: '' })
  }
}

function checkEnum(node: Node, result: Result): void {
  const { schema, value } = node
  const allowed = schema.enum
  if (allowed === undefined || allowed.length === 0) return
  if (value !== null && allowed.some((candidate) => isEnumValue(candidate, value))) return
  const shown = allowed.map((candidate) =>
    JSON.stringify(typeof candidate === 'string' ? candidate : goJson(candidate)),
  )
  result.add({
    ...place(node, 'FieldValueNotSupported', 'enum'),
    badValue: value,
    detail: `supported values: ${shown.join(', ')}`,
    allowed,
  })
}

/** Go converts the value to the candidate's type before it compares: 1.5 counts as the integer 1. */
function isEnumValue(candidate: JsonValue, value: JsonValue): boolean {
  if (typeof value === 'number' && typeof candidate === 'number') {
    return value === candidate || (Number.isInteger(candidate) && Math.trunc(value) === candidate)
  }
  if (typeof value === 'object' || typeof candidate === 'object') return goJson(value) === goJson(candidate)
  return value === candidate
}
