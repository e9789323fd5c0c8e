import { isObject, type JsonObject, type JsonValue, jsonEqual } from '../../../base/index.ts'
import { checkDns1035Label, checkDnsSubdomain } from '../../../kube/index.ts'
import { Field } from './field.ts'
import { checkDefinitionSchema } from './structural.ts'

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password', 'string']

/** What versions say alike, Go moves out of them; errors name the place it has there. */
const SHARED: readonly (readonly [string, string])[] = [
  ['schema', 'validation'],
  ['subresources', 'subresources'],
  ['additionalPrinterColumns', 'additionalPrinterColumns'],
  ['selectableFields', 'selectableFields'],
]

function joined(faults: readonly string[]): string {
  return faults.join(',')
}

function checkPath(parent: Field, key: string, path: string): boolean {
  if (path.startsWith('.')) return true
  parent.invalid(key, path, 'must be a simple json path starting with .')
  return false
}

function checkColumn(column: Field): void {
  if (column.text('name') === '') column.required('name')
  const type = column.text('type')
  if (type === '') column.required('type', `must be one of ${COLUMN_TYPES.join(',')}`)
  else if (!COLUMN_TYPES.includes(type)) column.invalid('type', type, `must be one of ${COLUMN_TYPES.join(',')}`)
  const format = column.text('format')
  if (format !== '' && !COLUMN_FORMATS.includes(format)) {
    column.invalid('format', format, `must be one of ${COLUMN_FORMATS.join(',')}`)
  }
  const path = column.text('jsonPath')
  if (path === '') column.required('JSONPath')
  else checkPath(column, 'JSONPath', path)
}

function checkSubresources(subresources: Field): void {
  const scale = subresources.object('scale')
  if (scale === undefined) return
  for (const [key, under] of [
    ['specReplicasPath', '.spec'],
    ['statusReplicasPath', '.status'],
  ] as const) {
    const path = scale.text(key)
    if (path === '') scale.required(key)
    else if (checkPath(scale, key, path) && !path.startsWith(`${under}.`)) {
      scale.invalid(key, path, `should be a json path under ${under}`)
    }
  }
  const selector = scale.text('labelSelectorPath')
  if (selector === '' || !checkPath(scale, 'labelSelectorPath', selector)) return
  if (!/^\.(spec|status)\./.test(selector)) {
    scale.invalid('labelSelectorPath', selector, 'should be a json path under either .spec or .status')
  }
}

function checkSelectable(holder: Field, key: string, schema: JsonObject | undefined): void {
  if (holder.count(key) > 0 && schema === undefined) {
    holder.invalid(key, '', 'may only be set when `version.schema.openAPIV3Schema` is not included')
    return
  }
  const seen = new Set<string>()
  for (const field of holder.objects(key)) {
    const path = field.text('jsonPath')
    if (path === '') {
      field.required('jsonPath')
      continue
    }
    let found: JsonValue | undefined = schema
    for (const step of path.split('.').slice(1)) {
      const properties: JsonValue | undefined = isObject(found) ? found['properties'] : undefined
      found = isObject(properties) ? properties[step] : undefined
    }
    if (!isObject(found)) {
      field.invalid('jsonPath', path, 'is an invalid path: does not refer to a valid field')
      continue
    }
    if (path.startsWith('.metadata')) field.invalid('jsonPath', path, 'must not point to fields in metadata')
    if (!['string', 'boolean', 'integer'].includes(String(found['type']))) {
      field.invalid(
        'jsonPath',
        path,
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      )
    }
    if (seen.has(path)) field.duplicate('jsonPath', path)
    seen.add(path)
  }
  if (seen.size > 8) holder.tooMany(key, seen.size, 8)
}

function checkConversion(spec: Field): void {
  const conversion = spec.object('conversion')
  if (conversion === undefined) return
  const strategy = conversion.text('strategy')
  conversion.oneOf('strategy', ['None', 'Webhook'], true)
  // Go has no `webhook` between the strategy and its client.
  const client = conversion.object('webhook')?.object('clientConfig')
  const versions = conversion.object('webhook')?.texts('conversionReviewVersions') ?? []
  if (strategy !== 'Webhook') {
    const why = 'should not be set when strategy is not set to Webhook'
    if (client !== undefined) conversion.forbidden('webhookClientConfig', why)
    if (versions.length > 0) conversion.forbidden('conversionReviewVersions', why)
    return
  }
  if (client === undefined) {
    conversion.required('webhookClientConfig', 'required when strategy is set to Webhook')
  } else if (client.given('url') === client.given('service')) {
    conversion.required('webhookClientConfig', 'exactly one of url or service is required')
  }
  if (versions.length === 0) conversion.required('conversionReviewVersions')
}

function checkNames(names: Field): void {
  for (const key of ['plural', 'singular', 'kind', 'listKind']) if (names.text(key) === '') names.required(key)
  for (const key of ['plural', 'singular']) {
    const faults = names.text(key) === '' ? [] : checkDns1035Label(names.text(key))
    if (faults.length > 0) names.invalid(key, names.text(key), joined(faults))
  }
  for (const key of ['kind', 'listKind']) {
    const name = names.text(key)
    const faults = name === '' ? [] : checkDns1035Label(name.toLowerCase())
    if (faults.length === 0) continue
    names.invalid(key, name, `may have mixed case, but should otherwise match: ${joined(faults)}`)
  }
  const each = (key: string): void => {
    for (const [i, name] of names.texts(key).entries()) {
      const faults = checkDns1035Label(name)
      if (faults.length > 0) names.invalid(`${key}[${i}]`, name, joined(faults))
    }
  }
  each('shortNames')
  if (names.text('kind') !== '' && names.text('kind') === names.text('listKind')) {
    names.invalid('listKind', names.text('listKind'), 'kind and listKind may not be the same')
  }
  each('categories')
}

/** The versions as Go's struct shows them in errors, less what was moved out of them. */
function goVersions(versions: readonly Field[], shared: ReadonlySet<string>): JsonValue {
  const kept = (version: Field, key: string): JsonValue =>
    shared.has(key) || version.count(key) === 0 ? null : version.value[key]!
  return versions.map((version) => ({
    Name: version.text('name'),
    Served: version.flag('served'),
    Storage: version.flag('storage'),
    Deprecated: version.flag('deprecated'),
    DeprecationWarning: version.value['deprecationWarning'] ?? null,
    Schema: kept(version, 'schema'),
    Subresources: kept(version, 'subresources'),
    AdditionalPrinterColumns: kept(version, 'additionalPrinterColumns'),
    SelectableFields: kept(version, 'selectableFields'),
  }))
}

/** One of the four parts, in a version or moved out of all (then under the place that Go gives it). */
function checkPart(key: string, version: Field, moved: string | undefined): void {
  const schema = version.object('schema')?.object('openAPIV3Schema')
  if (key === 'schema') {
    if (schema === undefined) return
    const place = moved === undefined ? version.at('schema') : `spec.${moved}`
    checkDefinitionSchema(new Field(schema.value, `${place}.openAPIV3Schema`, version.errors))
    return
  }
  const holder = moved === undefined ? version : new Field(version.value, 'spec', version.errors)
  if (key === 'subresources') {
    const subresources = holder.object(key)
    if (subresources !== undefined) checkSubresources(subresources)
  } else if (key === 'additionalPrinterColumns') for (const column of holder.objects(key)) checkColumn(column)
  else checkSelectable(holder, key, schema?.value)
}

function checkVersions(spec: Field): void {
  const versions = spec.objects('versions')
  for (const version of versions) {
    if (version.object('schema')?.object('openAPIV3Schema') === undefined) {
      version.required('schema.openAPIV3Schema')
    }
  }
  const first = versions[0]?.value
  const shared = new Set(
    SHARED.map(([key]) => key).filter((key) =>
      versions.every((version) => jsonEqual(version.value[key] ?? null, first?.[key] ?? null)),
    ),
  )
  const names = new Set<string>()
  let unique = true
  for (const version of versions) {
    const name = version.text('name')
    unique &&= !names.has(name)
    names.add(name)
    const faults = checkDns1035Label(name)
    if (faults.length > 0) version.invalid('name', name, joined(faults))
    const warning = version.value['deprecationWarning']
    if (typeof warning === 'string' && !version.flag('deprecated')) {
      version.invalid('deprecationWarning', warning, 'can only be set for deprecated versions')
    } else if (warning === '') version.invalid('deprecationWarning', warning, 'must not be an empty string')
    for (const [key] of SHARED) if (!shared.has(key)) checkPart(key, version, undefined)
  }
  if (!unique) spec.invalid('versions', goVersions(versions, shared), 'must contain unique version names')
  if (versions.filter((version) => version.flag('storage')).length !== 1) {
    const why = 'must have exactly one version marked as storage version'
    spec.invalid('versions', Array.isArray(spec.value['versions']) ? goVersions(versions, shared) : null, why)
  }
  // Go keeps the first version's name a second time.
  const name = versions[0]?.text('name') ?? ''
  const faults = name === '' ? [] : checkDns1035Label(name)
  if (faults.length > 0) spec.invalid('version', name, joined(faults))
  checkNames(spec.struct('names'))
  if (versions.length === 0) return
  for (const [key, at] of SHARED) if (shared.has(key)) checkPart(key, versions[0]!, at)
}

/** Spec of a CustomResourceDefinition (apiextensions-apiserver pkg/apis/apiextensions/validation). */
export function checkDefinitionSpec(spec: Field): void {
  const group = spec.text('group')
  const faults = group === '' ? [] : checkDnsSubdomain(group)
  if (group === '') spec.required('group')
  else if (faults.length > 0) spec.invalid('group', group, joined(faults))
  else if (!group.includes('.')) spec.invalid('group', group, 'should be a domain with at least one dot')
  spec.oneOf('scope', ['Cluster', 'Namespaced'], true)
  checkVersions(spec)
  checkConversion(spec)
  if (spec.flag('preserveUnknownFields')) {
    if (spec.objects('versions').some((version) => hasDefault(version.object('schema')?.value['openAPIV3Schema']))) {
      spec.invalid('preserveUnknownFields', true, 'must be false in order to use defaults in the schema')
    }
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
    spec.invalid('preserveUnknownFields', true, why)
  }
}

const MAX_NESTING = 100

/** True for a schema with a default anywhere in it. */
function hasDefault(schema: JsonValue | undefined, depth: number = 0): boolean {
  if (Array.isArray(schema)) return schema.some((item) => hasDefault(item, depth + 1))
  if (!isObject(schema) || depth > MAX_NESTING) return false
  if (schema['default'] !== undefined && schema['default'] !== null) return true
  const { items, additionalProperties, allOf, anyOf, oneOf, not, properties } = schema
  const parts = [
    items,
    additionalProperties,
    allOf,
    anyOf,
    oneOf,
    not,
    ...(isObject(properties) ? Object.values(properties) : []),
  ]
  return parts.some((part) => hasDefault(part, depth + 1))
}

/** Versions that objects may still be stored in have to stay. */
export function checkStoredVersions(status: Field, versions: readonly JsonValue[]): void {
  const stored = status.texts('storedVersions')
  if (stored.length === 0) {
    status.invalid('storedVersions', null, 'must have at least one stored version')
    return
  }
  const places = new Map(stored.map((name, i) => [name, i]))
  for (const version of versions) {
    if (!isObject(version)) continue
    const name = String(version['name'] ?? '')
    // A second version of the name finds it gone.
    if (places.delete(name) || version['storage'] !== true) continue
    status.invalid('storedVersions', stored, `must have the storage version ${name}`)
  }
  for (const [name, i] of places) {
    status.invalid(
      `storedVersions[${i}]`,
      name,
      `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
    )
  }
}
