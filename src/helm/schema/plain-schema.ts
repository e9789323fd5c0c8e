import { type GoMap, type GoValue, isList, isMap } from '../../gotemplate/index.ts'
import { formatFault } from './formats.ts'
import { type DraftVersion, jsonTypes } from './types.ts'

const maxDepth = 100
const typeNames: ReadonlySet<unknown> = new Set(jsonTypes)

/**
 * Whether a schema fits its draft's metaschema because it has nothing but the usual keywords with the usual values.
 * `false` says only that the metaschema has to be asked, which takes ten times as long and gives the words of what is
 * wrong. Source of the rules: the metaschemas of drafts 4 to 2020-12, of each keyword the strictest.
 */
export function isPlainSchema(value: GoValue, draft: DraftVersion): boolean {
  return isMap(value) && isSchema(value, draft, 0)
}

type Check = (value: GoValue, draft: DraftVersion, depth: number) => boolean

function isSchema(value: GoValue, draft: DraftVersion, depth: number): boolean {
  if (typeof value === 'boolean') return draft !== 4
  if (!isMap(value) || depth > maxDepth) return false
  for (const key of Object.keys(value)) {
    const check = checks.get(key)
    if (check !== undefined && !check(value[key], draft, depth + 1)) return false
    if (check === undefined && unusual.has(key)) return false
  }
  return true
}

/** Keywords that are in some draft and seldom in a chart. */
const unusual: ReadonlySet<string> = new Set([
  ...['id', '$anchor', '$vocabulary', '$dynamicAnchor', '$dynamicRef', '$recursiveAnchor', '$recursiveRef'],
  ...['dependencies', 'dependentRequired', 'minContains', 'maxContains', 'contentSchema', 'contentMediaType'],
  ...['contentEncoding', 'unevaluatedItems', 'unevaluatedProperties', 'additionalItems', 'prefixItems'],
])

const isText: Check = (value) => typeof value === 'string'
const isFlag: Check = (value) => typeof value === 'boolean'
const isNumber: Check = (value) => typeof value === 'number'
const isCount: Check = (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0
const isPattern = (value: GoValue): boolean => typeof value === 'string' && formatFault('regex', value) === undefined
const isSchemas: Check = (value, draft, depth) => isList(value) && value.length > 0 && all(value, draft, depth)
const isSchemaMap: Check = (value, draft, depth) => isMap(value) && all(Object.values(value), draft, depth)
/** Texts, none twice. */
const areTexts = (value: GoValue): boolean =>
  isList(value) && value.length > 0 && value.every((each) => typeof each === 'string') && isUnique(value)

const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ...named(['title', 'description', '$comment', 'format'], isText),
  ...named(['uniqueItems', 'readOnly', 'writeOnly', 'deprecated'], isFlag),
  ...named(['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'], isCount),
  ...named(['minimum', 'maximum'], isNumber),
  ...named(['exclusiveMinimum', 'exclusiveMaximum'], (value, draft) => draft !== 4 && typeof value === 'number'),
  ['multipleOf', (value) => typeof value === 'number' && value > 0],
  [
    'type',
    (value) => (isList(value) ? areTexts(value) && value.every((each) => typeNames.has(each)) : typeNames.has(value)),
  ],
  ['required', (value, draft) => (isList(value) && value.length === 0 ? draft !== 4 : areTexts(value))],
  ['enum', (value) => isList(value) && value.length > 0 && value.every(isScalar) && isUnique(value)],
  ['examples', (value) => isList(value)],
  ['pattern', isPattern],
  // At the root only, where it has named the draft.
  [
    '$schema',
    (value, _, depth) =>
      depth === 1 && typeof value === 'string' && /^https?:\/\/json-schema\.org\/[\w./-]*#?$/.test(value),
  ],
  [
    '$id',
    (value, _, depth) =>
      depth === 1 &&
      typeof value === 'string' &&
      !value.includes('#') &&
      formatFault('uri-reference', value) === undefined,
  ],
  ['$ref', (value) => typeof value === 'string' && /^#[\w/.$~-]*$/.test(value)],
  ...named(['properties', 'definitions', '$defs', 'dependentSchemas'], isSchemaMap),
  [
    'patternProperties',
    (value, draft, depth) => isSchemaMap(value, draft, depth) && Object.keys(value as GoMap).every(isPattern),
  ],
  ...named(['allOf', 'anyOf', 'oneOf'], isSchemas),
  ...named(['not', 'if', 'then', 'else', 'contains', 'propertyNames', 'items'], isSchema),
  // Draft 4 has no other boolean schemas.
  ['additionalProperties', (value, draft, depth) => typeof value === 'boolean' || isSchema(value, draft, depth)],
])

function named(keys: readonly string[], check: Check): [string, Check][] {
  return keys.map((key) => [key, check])
}

function all(values: readonly GoValue[], draft: DraftVersion, depth: number): boolean {
  return values.every((each) => isSchema(each, draft, depth))
}

function isScalar(value: GoValue): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
}

function isUnique(values: readonly GoValue[]): boolean {
  return new Set(values).size === values.length
}
