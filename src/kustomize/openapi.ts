import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { parseConfig } from './config-yaml.ts'
import builtin from './data/openapi.json' with { type: 'json' }
import scopes from './data/scopes.json' with { type: 'json' }
import { fail, withPrefix } from './errors.ts'

/**
 * What is known about a place in an object: 0 = known, nothing inside; n = the fields of type n;
 * `[items, strategy?, keys?]` = a list; an object = named fields, `*` for any other field.
 */
export type Shape = number | ShapeList | ShapeFields
export type ShapeList = readonly [items: Shape, strategy?: string, keys?: readonly string[]]
export interface ShapeFields {
  readonly [field: string]: Shape
}

/** A place in a schema, ready to be asked. */
export interface SchemaNode {
  readonly shape: Shape
  readonly types: readonly ShapeFields[]
}

const builtinVersion = 'v1.21.2'
/** By kind, then by API version: asked for every id of every resource. */
const builtinScopes: ReadonlyMap<string, ReadonlyMap<string, boolean>> = byKind(scopes)
const builtinTypes = builtin.types as unknown as readonly ShapeFields[]
const builtinKinds = builtin.gvk as Readonly<Record<string, number>>
const builtinNames = builtin.names as Readonly<Record<string, number>>

/**
 * The schema of one build, as kyaml/openapi keeps it in globals: the built-in facts, or those of a file that a
 * kustomization names, or both when resources were read before the file was.
 */
export class SchemaFacts {
  /** True when a comment of some resource may spell out a schema. */
  inlineSchemas = false
  /** True when resources are read with the lines and columns of their nodes (go-places.ts). */
  readonly goPlaces: boolean
  #custom: string | undefined
  #version = ''
  #ready = false
  #builtinWanted = false
  #builtinUsed = false
  readonly #kinds = new Map<string, SchemaNode>()
  readonly #definitions = new Map<string, JsonObject>()
  readonly #scopes = new Map<string, boolean>()
  /** Types by index: the built-in ones if they are used, then those of documents. */
  #types: ShapeFields[] = [{}]
  readonly #index = new Map<string, number>()

  constructor(goPlaces = false) {
    this.goPlaces = goPlaces
  }

  /** Applies the `openapi` field of a kustomization; the outermost one that sets something wins. */
  use(field: Readonly<Record<string, string>>, document: string | undefined, root: boolean): void {
    const isSet = this.#version !== '' || this.#custom !== undefined
    if (isSet && !root) return
    const version = field['version']
    if (document !== undefined) {
      if (version !== undefined) fail('builtin version and custom schema provided, cannot use both')
      this.#custom = document
      this.#version = 'custom'
      this.#ready = false
      return
    }
    this.#version = version ?? ''
    if (this.#version === '') return
    if (this.#version !== builtinVersion) fail('the specified OpenAPI version is not built in')
    this.#custom = undefined
    this.#ready = false
  }

  /** True when a kustomization names a document. */
  get isCustom(): boolean {
    return this.#custom !== undefined
  }

  /** True or false where the schema knows whether a kind has a namespace. */
  isNamespaced(apiVersion: string, kind: string): boolean | undefined {
    const builtin = builtinScopes.get(kind)?.get(apiVersion)
    if (builtin !== undefined) return builtin
    if (!this.#ready) {
      if (this.#custom !== undefined) this.#load()
      else if (this.#version === '' || this.#version === builtinVersion) this.#builtinWanted = true
      else this.#load()
    }
    return this.#scopes.size === 0 ? undefined : this.#scopes.get(`${apiVersion} ${kind}`)
  }

  /** The schema of a kind, `undefined` when it is not known. */
  kind(apiVersion: string, kind: string): SchemaNode | undefined {
    this.#load()
    const key = `${apiVersion} ${kind}`
    const custom = this.#kinds.get(key)
    if (custom !== undefined) return custom
    if (!this.#builtinUsed || !Object.hasOwn(builtinKinds, key)) return undefined
    return { shape: builtinKinds[key]!, types: this.#index.size === 0 ? builtinTypes : this.#types }
  }

  /** The schema that a comment in a YAML file spells out (kyaml/fieldmeta). */
  inline(schema: JsonObject): SchemaNode {
    this.#load()
    return { shape: this.#shape(schema), types: this.#types }
  }

  #load(): void {
    if (this.#ready) return
    this.#ready = true
    // What was there before gives way to a document; what is read together with it does not.
    const settled = this.#builtinUsed
    if (this.#custom === undefined || this.#builtinWanted) this.#builtinUsed = true
    if (this.#custom === undefined) return
    if (this.#builtinUsed && this.#index.size === 0) this.#types = [...builtinTypes]
    this.#addDocument(parseDocument(this.#custom), settled)
  }

  #addDocument(document: JsonObject, overrides: boolean): void {
    const definitions = document['definitions']
    if (isObject(definitions)) {
      for (const name of Object.keys(definitions)) {
        const schema = definitions[name]
        if (this.#builtinUsed && !overrides && Object.hasOwn(builtinNames, name)) continue
        if (isObject(schema)) this.#definitions.set(name, schema)
      }
      this.#index.clear()
      for (const [name, schema] of this.#definitions) {
        const ids = schema['x-kubernetes-group-version-kind']
        if (!Array.isArray(ids)) continue
        for (const id of ids) {
          const key = kindKey(id)
          if (key !== undefined) this.#kinds.set(key, { shape: this.#type(name), types: this.#types })
        }
      }
    }
    const paths = document['paths']
    if (isObject(paths)) for (const path of Object.keys(paths)) this.#addScope(path, paths[path])
  }

  #addScope(path: string, item: JsonValue | undefined): void {
    const get = isObject(item) ? item['get'] : undefined
    const key = isObject(get) ? kindKey(get['x-kubernetes-group-version-kind']) : undefined
    if (key === undefined) return
    if (path.includes('namespaces/{namespace}')) this.#scopes.set(key, true)
    else if (!this.#scopes.has(key)) this.#scopes.set(key, false)
  }

  #type(name: string): number {
    const known = this.#index.get(name)
    if (known !== undefined) return known
    const builtinIndex = this.#builtinUsed && Object.hasOwn(builtinNames, name) ? builtinNames[name] : undefined
    const schema = this.#definitions.get(name)
    if (schema === undefined) return builtinIndex ?? 0
    // A definition of a built-in name takes its place, so that every reference leads to it.
    const index = builtinIndex ?? this.#types.push({}) - 1
    this.#index.set(name, index)
    this.#types[index] = this.#fields(schema)
    return index
  }

  #fields(schema: JsonObject): ShapeFields {
    const out: Record<string, Shape> = Object.create(null)
    const properties = schema['properties']
    if (isObject(properties)) {
      for (const name of Object.keys(properties)) {
        const property = properties[name]
        if (isObject(property)) out[name] = this.#shape(property)
      }
    }
    const additional = schema['additionalProperties']
    if (isObject(additional)) out['*'] = this.#shape(additional)
    return out
  }

  #shape(schema: JsonObject): Shape {
    const ref = schema['$ref']
    if (typeof ref === 'string' && ref !== '') return this.#type(ref.replace(/^#\/definitions\//, ''))
    if (schema['type'] === 'array') {
      const items = schema['items']
      return [isObject(items) ? this.#shape(items) : 0, ...strategyOf(schema)]
    }
    return this.#fields(schema)
  }
}

/** The schema of a field, `undefined` when it is not known. */
export function fieldSchema(node: SchemaNode, name: string): SchemaNode | undefined {
  const { shape, types } = node
  if (Array.isArray(shape)) return undefined
  const fields = typeof shape === 'number' ? (shape === 0 ? undefined : types[shape]) : (shape as ShapeFields)
  if (fields === undefined) return undefined
  if (Object.hasOwn(fields, name) && name !== '*') return { shape: fields[name]!, types }
  return Object.hasOwn(fields, '*') ? { shape: fields['*']!, types } : undefined
}

/** The schema of the elements of a list. */
export function elementSchema(node: SchemaNode): SchemaNode | undefined {
  return Array.isArray(node.shape) ? { shape: (node.shape as ShapeList)[0], types: node.types } : undefined
}

/** The patch strategy of a list and its merge keys, empty when there are none. */
export function patchStrategy(node: SchemaNode): { strategy: string; keys: readonly string[] } {
  if (!Array.isArray(node.shape)) return { strategy: '', keys: [] }
  const [, strategy = '', keys = []] = node.shape as ShapeList
  return { strategy, keys }
}

function byKind(scopes: Readonly<Record<string, boolean>>): Map<string, Map<string, boolean>> {
  const out = new Map<string, Map<string, boolean>>()
  for (const [key, namespaced] of Object.entries(scopes)) {
    const [apiVersion = '', kind = ''] = key.split(' ')
    out.set(kind, (out.get(kind) ?? new Map<string, boolean>()).set(apiVersion, namespaced))
  }
  return out
}

function strategyOf(schema: JsonObject): [] | [string, readonly string[]] {
  const strategy = schema['x-kubernetes-patch-strategy']
  if (typeof strategy !== 'string') return []
  const listKeys = schema['x-kubernetes-list-map-keys']
  if (Array.isArray(listKeys)) return [strategy, listKeys.map(String)]
  const key = schema['x-kubernetes-patch-merge-key']
  return [strategy, typeof key === 'string' ? [key] : []]
}

/** Reads a schema file: JSON when it looks like it, else YAML. Fails for what is no OpenAPI document. */
function parseDocument(text: string): JsonObject {
  const value = withPrefix('invalid schema file', () => {
    const document = text.startsWith('{') ? parseJson(text) : parseConfig(text).value
    if (document === null) return {}
    if (!isObject(document)) fail('json: cannot unmarshal Go value of type spec.Swagger')
    const definitions = document['definitions'] ?? {}
    if (!isObject(definitions)) fail('json: cannot unmarshal Go value of type spec.Definitions')
    for (const name of Object.keys(definitions)) checkSchema(definitions[name]!)
    return document
  })
  return value
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    fail(error instanceof Error ? error.message : 'invalid JSON')
  }
}

/** A `$ref` that is no text counts as none. */
const stringFields = ['description', 'title', 'format', 'pattern', 'id']

/** Fails for what Go cannot take for a schema. */
function checkSchema(schema: JsonValue): void {
  if (!isObject(schema)) fail('json: cannot unmarshal Go value of type spec.Schema')
  for (const name of stringFields) {
    const value = schema[name] ?? ''
    if (typeof value !== 'string') fail(`json: cannot unmarshal Go value of type spec.Schema: ${name} is no string`)
  }
  const properties = schema['properties'] ?? {}
  if (!isObject(properties)) fail('json: cannot unmarshal Go value of type spec.SchemaProperties')
  for (const name of Object.keys(properties)) checkSchema(properties[name]!)
  const items = schema['items'] ?? []
  for (const item of Array.isArray(items) ? items : [items]) checkSchema(item)
  const additional = schema['additionalProperties'] ?? true
  if (typeof additional !== 'boolean') checkSchema(additional)
  const type = schema['type'] ?? ''
  const types = Array.isArray(type) ? type : [type]
  if (types.some((one) => typeof one !== 'string')) fail('json: cannot unmarshal Go value of type spec.StringOrArray')
}

function kindKey(id: JsonValue | undefined): string | undefined {
  if (!isObject(id) || typeof id['kind'] !== 'string' || typeof id['version'] !== 'string') return undefined
  const group = id['group']
  return `${typeof group === 'string' && group !== '' ? `${group}/` : ''}${id['version']} ${id['kind']}`
}
