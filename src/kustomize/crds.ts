import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { parseConfig } from './config-yaml.ts'
import { fail, withPrefix } from './errors.ts'
import { type FieldSpec, makeFieldSpec, mergeFieldSpecs } from './field-spec.ts'
import type { Loader } from './loader.ts'
import { emptyConfig, mergeConfigs, type TransformerConfig } from './transformer-config.ts'

/** How deep definitions may refer to each other: only a cycle is deeper. */
const maxDepth = 64

/** Field specs from the OpenAPI definitions that `crds` names (api/internal/accumulator/loadconfigfromcrds.go). */
export function loadCrds(loader: Loader, paths: readonly string[]): TransformerConfig {
  let config = emptyConfig
  for (const path of paths) {
    const text = loader.loadText(path)
    if (text === '') fail('runtime error: index out of range [0] with length 0')
    const { value } = withPrefix(`unable to parse open API definition from '${path}'`, () =>
      parseConfig(text, loader.absolute(path)),
    )
    const definitions = value ?? {}
    if (!isObject(definitions) || Object.values(definitions).some((one) => one !== null && !isObject(one))) {
      fail(
        `unable to parse open API definition from '${path}': json: cannot unmarshal into Go value of type accumulator.OpenAPIDefinition`,
      )
    }
    for (const name of Object.keys(definitions)) {
      const properties = propertiesOf(definitions[name])
      if (!['kind', 'apiVersion', 'metadata'].every((field) => Object.hasOwn(properties, field))) continue
      const kind = name.slice(name.lastIndexOf('.') + 1)
      config = mergeConfigs(config, read({ definitions, kind, found: emptyConfig }, name, []))
    }
  }
  return config
}

interface Reading {
  readonly definitions: JsonObject
  readonly kind: string
  found: TransformerConfig
}

function read(reading: Reading, typeName: string, path: readonly string[]): TransformerConfig {
  if (path.length > maxDepth) fail(`definition '${typeName}' refers to itself`)
  const properties = propertiesOf(reading.definitions[typeName])
  for (const name of Object.keys(properties)) {
    const property = properties[name]
    if (!isObject(property)) continue
    addSpecs(reading, property, [...path, name])
    const ref = property['$ref']
    if (typeof ref === 'string') read(reading, ref, [...path, name])
  }
  return reading.found
}

function addSpecs(reading: Reading, property: JsonObject, path: readonly string[]): void {
  const spec = (at: readonly string[]): FieldSpec => makeFieldSpec({ kind: reading.kind, path: at.join('/') })
  const add = (list: 'commonAnnotations' | 'commonLabels' | 'namePrefix'): void => {
    reading.found = { ...reading.found, [list]: mergeFieldSpecs(reading.found[list], [spec(path)]) }
  }
  if (typeof property['x-kubernetes-annotation'] === 'string') add('commonAnnotations')
  if (typeof property['x-kubernetes-label-selector'] === 'string') add('commonLabels')
  if (typeof property['x-kubernetes-identity'] === 'string') add('namePrefix')
  const version = property['x-kubernetes-object-ref-api-version']
  const kind = property['x-kubernetes-object-ref-kind']
  if (typeof version !== 'string' || typeof kind !== 'string') return
  const key = property['x-kubernetes-object-ref-name-key']
  const reference = {
    group: '',
    version,
    kind,
    fieldSpecs: [spec([...path, typeof key === 'string' ? key : 'name'])],
  }
  reading.found = mergeConfigs(reading.found, { ...emptyConfig, nameReference: [reference] })
}

function propertiesOf(definition: JsonValue | undefined): JsonObject {
  if (!isObject(definition)) return {}
  const schema = definition['Schema'] ?? definition['schema']
  const properties = isObject(schema) ? schema['properties'] : undefined
  return isObject(properties) ? properties : {}
}
