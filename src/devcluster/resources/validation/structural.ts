import { isObject, type JsonObject, type JsonValue } from '../../../base/index.ts'
import {
  checkPattern,
  type DefinitionFault,
  defaultFaults,
  ruleFaults,
  type StructuralSchema,
} from '../../../schema/index.ts'
import { Field } from './field.ts'

type Level = 'root' | 'field' | 'items'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']
const MISSING_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  items: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

/**
 * An openAPIV3Schema of a definition (apiextensions-apiserver pkg/apis/apiextensions/validation and
 * pkg/apiserver/schema/validation.go): structural, with fitting defaults, and with rules that compile.
 */
export function checkDefinitionSchema(schema: Field): void {
  const before = schema.errors.length
  const plain = new Field(schema.value, schema.path, [])
  checkPlain(plain, true)
  // What cannot be made structural at all is not looked at further.
  const foreign = plain.errors.some((error) => error.message.endsWith(' is not supported'))
  const structural = new Field(schema.value, schema.path, [])
  if (!foreign) checkInvariants(structural, 'root')
  schema.errors.push(...structural.errors.sort((a, b) => (text(a) < text(b) ? -1 : 1)))
  const sound = !foreign && schema.errors.length === before
  if (sound) schema.errors.push(...faultsOf(schema, defaultFaults(schema.value as StructuralSchema)))
  const fine = sound && schema.errors.length === before
  schema.errors.push(...plain.errors)
  if (fine && plain.errors.length === 0)
    schema.errors.push(...faultsOf(schema, ruleFaults(schema.value as StructuralSchema, schema.path)))
}

function text(error: { readonly field: string; readonly message: string }): string {
  return `${error.field}: ${error.message}`
}

function faultsOf(schema: Field, faults: readonly DefinitionFault[]): Field['errors'] {
  return faults.map((fault) => ({
    reason: fault.reason,
    field: `${schema.path}${fault.path === '' ? '' : `.${fault.path}`}`,
    message: fault.message,
  }))
}

/** The members that hold schemas, with their paths. */
function children(schema: Field): { readonly child: Field; readonly level: Level }[] {
  const out: { child: Field; level: Level }[] = []
  const items = schema.object('items')
  if (items !== undefined) out.push({ child: items, level: 'items' })
  for (const key of Object.keys(schema.object('properties')?.value ?? {}).sort()) {
    out.push({ child: property(schema, key), level: 'field' })
  }
  const additional = schema.object('additionalProperties')
  if (additional !== undefined) out.push({ child: additional, level: 'field' })
  return out
}

function property(schema: Field, key: string): Field {
  const value = schema.object('properties')?.value[key]
  return new Field(isObject(value) ? value : {}, schema.at(`properties[${key}]`), schema.errors)
}

function checkInvariants(schema: Field, level: Level): void {
  const type = schema.text('type')
  if (type === 'array' && schema.object('items') === undefined) schema.required('items', 'must be specified')
  if (level === 'root' && schema.given('additionalProperties')) {
    schema.forbidden('additionalProperties', 'must not be used at the root')
  }
  for (const { child, level: inner } of children(schema)) checkInvariants(child, inner)
  const intOrString = schema.flag('x-kubernetes-int-or-string')
  const preserve = schema.flag('x-kubernetes-preserve-unknown-fields')
  const embedded = schema.flag('x-kubernetes-embedded-resource')
  for (const [key, set] of [
    ['x-kubernetes-preserve-unknown-fields', preserve],
    ['x-kubernetes-embedded-resource', embedded],
  ] as const) {
    if (intOrString && set) schema.invalid(key, true, 'must be false if x-kubernetes-int-or-string is true')
  }
  checkValues(schema, intOrString)
  if (embedded && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true'
    if (type === '') schema.required('type', why)
    else schema.invalid('type', type, why)
  } else if (type === '' && !intOrString && !preserve) schema.required('type', MISSING_TYPE[level])
  if (embedded && schema.given('additionalProperties')) {
    schema.forbidden('additionalProperties', 'must not be used if x-kubernetes-embedded-resource is set')
  }
  if (level === 'root' && type !== '' && type !== 'object') schema.invalid('type', type, 'must be object at the root')
  checkTypeMeta(schema, level)
  if (embedded && !preserve && schema.count('properties') === 0) {
    schema.required(
      'properties',
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    )
  }
}

function checkTypeMeta(schema: Field, level: Level): void {
  const whole = level === 'root' || schema.flag('x-kubernetes-embedded-resource')
  const properties = schema.object('properties')?.value ?? {}
  for (const key of ['kind', 'apiVersion']) {
    const type = whole && isObject(properties[key]) ? properties[key]['type'] : 'string'
    if (type !== 'string') property(schema, key).invalid('type', type ?? '', 'must be string')
  }
  const metadata = isObject(properties['metadata']) ? property(schema, 'metadata') : undefined
  if (metadata === undefined) return
  if (whole && metadata.text('type') !== 'object') metadata.invalid('type', metadata.text('type'), 'must be object')
  if (level !== 'root') return
  const { type: _type, properties: own, default: _default, ...rest } = metadata.value
  const names = Object.keys(isObject(own) ? own : {})
  const fine = names.every((name) => name === 'name' || name === 'generateName')
  if (!fine || Object.keys(rest).some((key) => !VALUE_MEMBERS.has(key) && metadata.given(key))) {
    metadata.forbidden(
      '',
      'must not specify anything other than name and generateName, but metadata is implicitly specified',
    )
  }
}

const VALUE_MEMBERS = new Set<string>()
const JUNCTIONS = ['anyOf', 'allOf', 'oneOf'] as const

function isIntOrStringPair(value: JsonValue | undefined): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false
  const types = value.map((item) => (isObject(item) && Object.keys(item).length === 1 ? item['type'] : undefined))
  return types[0] === 'integer' && types[1] === 'string'
}

function checkValues(schema: Field, intOrString: boolean): void {
  for (const junction of JUNCTIONS) {
    if (junction === 'anyOf' && intOrString && isIntOrStringPair(schema.value['anyOf'])) continue
    for (const [i, part] of schema.objects(junction).entries()) {
      const first = junction === 'allOf' && i === 0 && intOrString
      checkNested(part, first && isIntOrStringPair(part.value['anyOf']))
    }
  }
  const not = schema.object('not')
  if (not !== undefined) checkNested(not, false)
  const pattern = schema.text('pattern')
  const fault = pattern === '' ? undefined : checkPattern(pattern)
  if (fault !== undefined) {
    schema.invalid('pattern', pattern, `must be a valid regular expression, but isn't: ${fault}`)
  }
}

/** What a part of a junction may not say, and how the refusal puts it. */
const FORBIDDEN: readonly (readonly [string, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
]

function checkNested(part: Field, skipAnyOf: boolean): void {
  const { anyOf: _anyOf, ...rest } = part.value
  checkValues(skipAnyOf ? new Field(rest, part.path, part.errors) : part, false)
  const items = part.object('items')
  if (items !== undefined) checkNested(items, false)
  for (const key of Object.keys(part.object('properties')?.value ?? {}).sort()) checkNested(property(part, key), false)
  for (const [key, why] of FORBIDDEN) {
    const value = part.value[key]
    if (part.given(key) && value !== '' && value !== false) part.forbidden(key, why)
  }
  if (part.object('properties')?.given('metadata')) {
    part.forbidden('properties[metadata]', 'must not be specified in a nested context')
  }
}

const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const

function checkPlain(schema: Field, root: boolean): void {
  const type = schema.text('type')
  if (type !== '' && !TYPES.includes(type)) schema.unsupported('type', type, TYPES)
  for (const key of UNSUPPORTED) if (schema.given(key)) schema.forbidden(key, `${key} is not supported`)
  if (schema.flag('uniqueItems')) {
    schema.forbidden('uniqueItems', 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')
  }
  const additional = schema.value['additionalProperties']
  if (schema.count('properties') > 0 && additional !== undefined && additional !== null && additional !== true) {
    schema.forbidden('additionalProperties', 'additionalProperties and properties are mutual exclusive')
  }
  for (const { child } of children(schema)) checkPlain(child, false)
  for (const junction of JUNCTIONS) for (const part of schema.objects(junction)) checkPlain(part, false)
  const not = schema.object('not')
  if (not !== undefined) checkPlain(not, false)
  if (schema.value['x-kubernetes-preserve-unknown-fields'] === false) {
    schema.invalid('x-kubernetes-preserve-unknown-fields', false, 'must be true or undefined')
  }
  if (root && schema.flag('nullable')) schema.forbidden('nullable', 'nullable cannot be true at the root')
  checkListType(schema)
  checkRuleTexts(schema)
}

function checkListType(schema: Field): void {
  const type = schema.text('type')
  for (const [key, wanted, allowed] of [
    ['x-kubernetes-map-type', 'object', ['atomic', 'granular']],
    ['x-kubernetes-list-type', 'array', ['atomic', 'set', 'map']],
  ] as const) {
    if (!schema.given(key)) continue
    const why = `must be ${wanted} if ${key} is specified`
    if (type === '') schema.required('type', why)
    else if (type !== wanted) schema.invalid('type', type, why)
    schema.oneOf(key, allowed)
  }
  const list = schema.text('x-kubernetes-list-type')
  const keys = schema.texts('x-kubernetes-list-map-keys')
  if (keys.length > 0 && list !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty'
    if (list === '') schema.required('x-kubernetes-list-type', why)
    else schema.invalid('x-kubernetes-list-type', list, why)
  }
  if (list !== 'map') return
  if (keys.length === 0) {
    schema.required('x-kubernetes-list-map-keys', 'must not be empty if x-kubernetes-list-type is map')
  }
  const items = schema.object('items')
  if (items === undefined) {
    schema.required('items', 'must have a schema if x-kubernetes-list-type is map')
    return
  }
  if (items.text('type') !== 'object') {
    items.invalid('type', items.text('type'), "must be object if parent array's x-kubernetes-list-type is map")
    return
  }
  checkMapKeys(schema, items, keys)
}

function checkMapKeys(schema: Field, items: Field, keys: readonly string[]): void {
  const properties: JsonObject = items.object('properties')?.value ?? {}
  for (const [i, key] of keys.entries()) {
    const found = properties[key]
    if (!isObject(found)) {
      schema.invalid('x-kubernetes-list-map-keys', keys, 'entries must all be names of item properties')
    } else if (found['type'] === 'array' || found['type'] === 'object') {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map"
      items.invalid(`properties[${key}].type`, 'object', why)
    }
    if (keys.indexOf(key) < i) {
      schema.invalid('x-kubernetes-list-map-keys', keys, 'must not contain duplicate entries')
    }
  }
  const required = items.texts('required')
  for (const key of keys) {
    const found = properties[key]
    if (!isObject(found)) continue
    if (!required.includes(key) && (found['default'] === undefined || found['default'] === null)) {
      const why = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
      items.required(`properties[${key}].default`, why)
    }
    if (found['nullable'] === true) {
      const why = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'
      items.forbidden(`properties[${key}].nullable`, why)
    }
  }
}

function checkRuleTexts(schema: Field): void {
  for (const rule of schema.objects('x-kubernetes-validations')) {
    const text = rule.text('rule').trim()
    const message = rule.text('message')
    const lines = (value: string): boolean => /[\r\n]/.test(value)
    if (text === '') rule.required('rule', 'rule is not specified')
    else if (message !== '' && message.trim() === '') {
      rule.invalid('message', message, 'must be non-empty if specified')
    } else if (lines(message.trim())) rule.invalid('message', message, 'must not contain line breaks')
    else if (lines(text) && message.trim() === '') {
      rule.required('message', 'message must be specified if rule contains line breaks')
    }
    if (rule.text('messageExpression') !== '' && rule.text('messageExpression').trim() === '') {
      rule.required('messageExpression', 'messageExpression must be non-empty if specified')
    }
    if (rule.given('reason')) rule.oneOf('reason', REASONS)
    if (lines(rule.text('fieldPath'))) {
      rule.invalid('fieldPath', rule.text('fieldPath'), 'must not contain line breaks')
    }
  }
}
