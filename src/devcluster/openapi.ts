import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { fieldDoc, kindFieldDoc, type SchemaRegistry, typeDocs, typeFieldDoc } from '../schema/index.ts'
import { writeJson } from './http/json.ts'
import type { ApiResponse } from './http/types.ts'
import type { ResourceRegistry } from './resources/registry.ts'
import { type ResourceType, versionOf } from './resources/types.ts'

const JSON_HEADERS = { 'content-type': 'application/json' }
const UNTYPED: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
/** Types of single values that documents name: `kubectl explain` shows the name, since they have no one JSON type. */
const SCALARS: Readonly<Record<string, JsonObject>> = {
  [INT_OR_STRING]: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  [QUANTITY]: { oneOf: [{ type: 'string' }, { type: 'number' }] },
}

function scalarOf(schema: JsonObject): string | undefined {
  if (schema['format'] === 'quantity') return QUANTITY
  return schema['format'] === 'int-or-string' && schema['type'] === undefined ? INT_OR_STRING : undefined
}

/** OpenAPI v3: an index, and one document a group and version, made when asked for. */
export class OpenApi {
  readonly #registry: ResourceRegistry
  readonly #schemas: SchemaRegistry
  readonly #documents = new Map<string, { readonly revision: number; readonly text: string }>()

  constructor(registry: ResourceRegistry, schemas: SchemaRegistry) {
    this.#registry = registry
    this.#schemas = schemas
  }

  /** `/openapi/v3`: paths and a hash that changes with the resources. */
  index(): ApiResponse {
    const paths: JsonObject = {}
    for (const type of this.#registry.all()) {
      const path = pathOf(type)
      paths[path] ??= {
        serverRelativeURL: `/openapi/v3/${path}?hash=${this.#registry.revision.toString(16).toUpperCase().padStart(8, '0')}`,
      }
    }
    return { status: 200, headers: JSON_HEADERS, body: writeJson({ paths }) }
  }

  /** `/openapi/v3/api/v1` and the like; undefined for a group and version that is not served. */
  document(path: string): ApiResponse | undefined {
    const { revision } = this.#registry
    const known = this.#documents.get(path)
    if (known?.revision === revision) return { status: 200, headers: JSON_HEADERS, body: known.text }
    const types = this.#registry.all().filter((type) => pathOf(type) === path)
    if (types.length === 0) return undefined
    const text = writeJson(this.#build(types))
    this.#documents.set(path, { revision, text })
    return { status: 200, headers: JSON_HEADERS, body: text }
  }

  #build(types: readonly ResourceType[]): JsonObject {
    const schemas: JsonObject = {}
    const paths: JsonObject = {}
    for (const type of types) {
      const name = this.#addKind(type, schemas)
      Object.assign(paths, pathsOf(type, name))
    }
    return {
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: 'v1.36.0' },
      paths,
      components: { schemas },
    }
  }

  /** Adds a kind's schema and what it refers to; answers its name. */
  #addKind(type: ResourceType, schemas: JsonObject): string {
    const gvk = [{ group: type.group, version: type.version, kind: type.kind }]
    if (type.custom !== undefined) {
      const name = `${type.group.split('.').reverse().join('.')}.${type.version}.${type.kind}`
      const schema = explained(type, type.custom.schema) ?? UNTYPED
      const properties = isObject(schema['properties']) ? schema['properties'] : {}
      this.#addDefinition(META, schemas)
      schemas[name] = {
        ...schema,
        properties: {
          apiVersion: { type: 'string', description: kindFieldDoc('apiVersion') },
          kind: { type: 'string', description: kindFieldDoc('kind') },
          ...properties,
          metadata: { allOf: [{ $ref: refOf(META) }], default: {}, description: kindFieldDoc('metadata') },
        },
        'x-kubernetes-group-version-kind': gvk,
      }
      return name
    }
    const name = this.#schemas.typeName(type) ?? `${type.kind}`
    this.#addDefinition(name, schemas)
    const schema = schemas[name]
    schemas[name] = { ...(isObject(schema) ? schema : { type: 'object' }), 'x-kubernetes-group-version-kind': gvk }
    return name
  }

  #addDefinition(name: string, schemas: JsonObject): void {
    if (Object.hasOwn(schemas, name)) return
    const definition = this.#schemas.definitions().get(name)
    if (definition === undefined) {
      schemas[name] = { type: 'object' }
      return
    }
    schemas[name] = {}
    const schema = this.#rewrite(definition, schemas) as JsonObject
    describe(name, schema)
    schemas[name] = schema
  }

  /** Points references into the document, wrapping those that carry a default (v3 ignores siblings of `$ref`). */
  #rewrite(value: JsonValue, schemas: JsonObject): JsonValue {
    if (Array.isArray(value)) return value.map((item) => this.#rewrite(item, schemas))
    if (!isObject(value)) return value
    const named = scalarOf(value)
    if (named !== undefined) {
      schemas[named] = SCALARS[named]!
      const { description } = value
      return { allOf: [{ $ref: refOf(named) }], ...(description === undefined ? {} : { description }) }
    }
    const { $ref: reference, ...rest } = value
    if (typeof reference === 'string') {
      this.#addDefinition(reference, schemas)
      const target = { $ref: refOf(reference) }
      return Object.keys(rest).length === 0 ? target : { allOf: [target], ...rest }
    }
    const out: JsonObject = {}
    for (const [key, item] of Object.entries(value)) out[key] = this.#rewrite(item, schemas)
    return out
  }
}

/** Adds what is known of a built-in type's fields; the schema is the document's own. */
function describe(name: string, schema: JsonObject): void {
  const { text: about } = typeDocs(name)
  if (about !== undefined) schema['description'] = about
  const { properties } = schema
  if (!isObject(properties)) return
  for (const [field, property] of Object.entries(properties)) {
    const text = typeFieldDoc(name, schema, field)
    if (text === undefined || !isObject(property)) continue
    const { $ref: reference, ...rest } = property
    properties[field] =
      reference === undefined
        ? { ...rest, description: text }
        : { allOf: [{ $ref: reference }], ...rest, description: text }
  }
}

/** The schema of a custom kind with descriptions where it has none and Fluxkit has. */
function explained(type: ResourceType, schema: JsonObject | undefined): JsonObject | undefined {
  if (schema === undefined || !/(^|\.)fluxcd\.(io|controlplane\.io)$/.test(type.group)) return schema
  return withDocs(schema, (path) => fieldDoc(type.kind, path), [])
}

function withDocs(
  schema: JsonObject,
  doc: (path: readonly string[]) => string | undefined,
  path: readonly string[],
): JsonObject {
  const out: JsonObject = { ...schema }
  const text = path.length === 0 ? undefined : doc(path)
  if (out['description'] === undefined && text !== undefined) out['description'] = text
  const { properties, items } = schema
  if (isObject(properties)) {
    out['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [
        name,
        isObject(property) ? withDocs(property, doc, [...path, name]) : property,
      ]),
    )
  }
  if (isObject(items)) out['items'] = withItemDocs(items, doc, path)
  return out
}

function withItemDocs(
  items: JsonObject,
  doc: (path: readonly string[]) => string | undefined,
  path: readonly string[],
): JsonObject {
  const made = withDocs(items, doc, path)
  // The list has the text already.
  if (items['description'] === undefined) delete made['description']
  return made
}

function refOf(name: string): string {
  return `#/components/schemas/${name}`
}

function pathOf(type: ResourceType): string {
  return type.group === '' ? `api/${type.version}` : `apis/${versionOf(type)}`
}

const parameter = (name: string, type = 'string'): JsonObject => ({
  name,
  in: 'query',
  schema: { type, uniqueItems: true },
})
const WRITE_PARAMETERS = [
  parameter('pretty'),
  parameter('dryRun'),
  parameter('fieldManager'),
  parameter('fieldValidation'),
]

/** The paths of a resource: enough for clients that look up which options a kind's verbs take. */
function pathsOf(type: ResourceType, schema: string): JsonObject {
  const gvk = { group: type.group, version: type.version, kind: type.kind }
  const scope = type.namespaced ? '/namespaces/{namespace}' : ''
  const base = `/${pathOf(type)}${scope}/${type.resource}`
  const content = { 'application/json': { schema: { $ref: refOf(schema) } } }
  const operation = (action: string, parameters: JsonObject[], body: boolean): JsonObject => ({
    operationId: `${action}${type.kind}`,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    parameters,
    ...(body ? { requestBody: { content } } : {}),
    responses: { '200': { description: 'OK', content } },
  })
  const out: JsonObject = {}
  if (type.verbs.includes('create')) out[base] = { post: operation('post', WRITE_PARAMETERS, true) }
  if (type.verbs.includes('get')) {
    out[`${base}/{name}`] = {
      get: operation('get', [parameter('pretty')], false),
      ...(type.verbs.includes('update')
        ? {
            put: operation('put', WRITE_PARAMETERS, true),
            patch: operation('patch', [...WRITE_PARAMETERS, parameter('force', 'boolean')], true),
            delete: operation('delete', [parameter('propagationPolicy'), parameter('dryRun')], false),
          }
        : {}),
    }
  }
  return out
}

const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/**
 * `/openapi/v2`: a document with nothing in it. Clients turn to it only for what the v3 documents do not have (a kind that
 * is not served), and refuse to go on when it is absent or in a form they did not ask for.
 */
export function emptyV2(accept: string | undefined): ApiResponse {
  if (accept?.includes('com.github.proto-openapi.spec.v2') === true) {
    // gnostic's openapi_v2.Document {1: swagger}; as text, since its bytes are ASCII.
    return { status: 200, headers: { 'content-type': V2_PROTOBUF }, body: '\n\x032.0' }
  }
  return {
    status: 200,
    headers: JSON_HEADERS,
    body: writeJson({ swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.36.0' }, paths: {} }),
  }
}
