import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { fieldDoc, kindFieldDoc, type SchemaRegistry, typeDocs, typeFieldDoc } from '../schema/index.ts'
import { subresourceKind } from './discovery.ts'
import { conditional, contentTag } from './http/conditional.ts'
import { parseAccept } from './http/content.ts'
import { writeJson } from './http/json.ts'
import type { ApiResponse } from './http/types.ts'
import { swaggerProtobuf } from './openapi-proto.ts'
import { swaggerOf } from './openapi-v2.ts'
import type { ResourceRegistry } from './resources/registry.ts'
import { type ResourceType, versionOf } from './resources/types.ts'

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

const BARE_HEADERS = { 'cache-control': 'no-cache, private' }
const V3_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-cache, private',
  vary: 'Accept',
  'accept-ranges': 'bytes',
}
/** Both spellings: the older one is no valid media type in Go any more. */
const V2_PROTOBUF = /^application\/com\.github\.proto-openapi\.spec\.v2[.@]v1\.0\+protobuf$/
const YEAR = 365 * 24 * 3600 * 1000

interface Swagger {
  readonly revision: number
  readonly text: string
  readonly document: JsonObject
  protobuf: Uint8Array | undefined
}

/** OpenAPI: v3 with an index and one document a group and version, and v2 in one document; all made when asked for. */
export class OpenApi {
  readonly #registry: ResourceRegistry
  readonly #schemas: SchemaRegistry
  readonly #started: number
  readonly #documents = new Map<string, { readonly revision: number; readonly text: string; readonly tag: string }>()
  #swagger: Swagger | undefined

  /** `started`: Unix time in milliseconds, which documents give as the time of their last change. */
  constructor(registry: ResourceRegistry, schemas: SchemaRegistry, started: number) {
    this.#registry = registry
    this.#schemas = schemas
    this.#started = started
  }

  /** `/openapi/v3`: paths and hashes of what is behind them, by which clients keep documents. */
  index(): ApiResponse {
    const paths: JsonObject = {}
    for (const path of this.#paths()) {
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${this.#made(path)!.tag}` }
    }
    const { vary: _vary, ...headers } = this.#dated(V3_HEADERS)
    return {
      status: 200,
      headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
      body: writeJson({ paths }),
    }
  }

  /**
   * `/openapi/v3/api/v1` and the like. With the right `hash`, it may be kept for a year; with another, the client is sent
   * to the right one.
   */
  document(path: string, hash: string, headers: Readonly<Record<string, string>>): ApiResponse {
    const made = this.#made(path)
    if (made === undefined) return { status: 404, headers: BARE_HEADERS, body: '' }
    if (!accepts(headers['accept'], /^application\/(json|com\.github\.proto-openapi\.spec\.v3[.@]v1\.0\+protobuf)$/)) {
      return { status: 406, headers: { ...BARE_HEADERS, vary: 'Accept' }, body: '' }
    }
    const answer: ApiResponse = { status: 200, headers: this.#dated(V3_HEADERS), body: made.text }
    if (hash === '') return conditional(answer, made.tag, headers['if-none-match'])
    if (hash !== made.tag) {
      const { 'accept-ranges': _ranges, ...moved } = V3_HEADERS
      const location = `/openapi/v3/${path}?hash=${made.tag}`
      return { status: 301, headers: { ...moved, etag: `"${made.tag}"`, location }, body: '' }
    }
    const kept = {
      ...answer.headers,
      'cache-control': 'public, immutable',
      expires: new Date(this.#started + YEAR).toUTCString(),
    }
    return conditional({ ...answer, headers: kept }, made.tag, headers['if-none-match'])
  }

  /** `/openapi/v2`, as JSON or in the protobuf form that client-go asks for: all kinds in one document. */
  v2(headers: Readonly<Record<string, string>>): ApiResponse {
    const { accept } = headers
    if (!accepts(accept, V2_PROTOBUF) && !accepts(accept, /^application\/json$/)) {
      return { status: 406, headers: { ...BARE_HEADERS, vary: 'Accept-Encoding, Accept' }, body: '' }
    }
    const made = this.#v2()
    const about = { ...this.#dated(V3_HEADERS), vary: 'Accept-Encoding, Accept' }
    const wanted = parseAccept(accept ?? '').find(
      ({ type }) => V2_PROTOBUF.test(type) || /^(application\/json|\*\/\*)$/.test(type),
    )
    if (wanted === undefined || !V2_PROTOBUF.test(wanted.type)) {
      return conditional(
        { status: 200, headers: about, body: made.text },
        contentTag(made.text),
        headers['if-none-match'],
      )
    }
    made.protobuf ??= swaggerProtobuf(made.document)
    const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
    const answer: ApiResponse = {
      status: 200,
      headers: { ...about, 'content-type': type },
      body: '',
      bytes: made.protobuf,
    }
    const { bytes: _bytes, ...bare } = answer
    const checked = conditional(answer, contentTag(made.text), headers['if-none-match'])
    return checked.status === 304 ? { ...bare, ...checked, body: '' } : checked
  }

  #v2(): Swagger {
    const { revision } = this.#registry
    if (this.#swagger?.revision !== revision) {
      const documents = this.#paths().map((path) => JSON.parse(this.#made(path)!.text) as JsonObject)
      const document = swaggerOf(documents)
      this.#swagger = { revision, text: writeJson(document), document, protobuf: undefined }
    }
    return this.#swagger
  }

  #paths(): string[] {
    return [...new Set(this.#registry.all().map(pathOf))].sort()
  }

  #dated(headers: Readonly<Record<string, string>>): Record<string, string> {
    return { ...headers, 'last-modified': new Date(this.#started).toUTCString() }
  }

  #made(path: string): { readonly text: string; readonly tag: string } | undefined {
    const { revision } = this.#registry
    const known = this.#documents.get(path)
    if (known?.revision === revision) return known
    const types = this.#registry.all().filter((type) => pathOf(type) === path)
    if (types.length === 0) {
      this.#documents.delete(path)
      return undefined
    }
    // A document of built-in kinds never changes, and need not be made again.
    if (known !== undefined && types.every((type) => type.custom === undefined)) {
      const same = { ...known, revision }
      this.#documents.set(path, same)
      return same
    }
    const text = writeJson(this.#build(types))
    const made = { revision, text, tag: contentTag(text) }
    this.#documents.set(path, made)
    return made
  }

  #build(types: readonly ResourceType[]): JsonObject {
    const schemas: JsonObject = {}
    const paths: JsonObject = {}
    for (const type of types) {
      const name = this.#addKind(type, schemas)
      Object.assign(paths, pathsOf(type, name), this.#subresources(type, schemas, name))
    }
    return {
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: '1.36' },
      paths,
      components: { schemas },
    }
  }

  /** The paths of subresources that are objects; streams and proxies have none. */
  #subresources(type: ResourceType, schemas: JsonObject, own: string): JsonObject {
    const out: JsonObject = {}
    for (const subresource of type.subresources) {
      const answer = subresourceKind(type, subresource)
      if (answer.kind.endsWith('Options') || subresource === 'log') continue
      const isOwn = answer.kind === type.kind && answer.group === type.group
      const name = isOwn ? own : SUBRESOURCE_TYPES[answer.kind]
      if (name === undefined) continue
      this.#addDefinition(name, schemas)
      out[`${collectionPath(type)}/{name}/${subresource}`] = operationsOf(answer, name)
    }
    return out
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

/** True when Accept is absent, takes anything, or names a type of the form. */
function accepts(accept: string | undefined, form: RegExp): boolean {
  const wanted = parseAccept(accept ?? '')
  return wanted.length === 0 || wanted.some(({ type }) => type === '*/*' || type === 'application/*' || form.test(type))
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

/** Definitions of the kinds that are subresources only. */
const SUBRESOURCE_TYPES: Readonly<Record<string, string>> = {
  Binding: 'io.k8s.api.core.v1.Binding',
  Eviction: 'io.k8s.api.policy.v1.Eviction',
  Scale: 'io.k8s.api.autoscaling.v1.Scale',
  TokenRequest: 'io.k8s.api.authentication.v1.TokenRequest',
}

/** A kind and what can be done with it. */
interface Served {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly verbs: readonly string[]
}

function collectionPath(type: ResourceType): string {
  return `/${pathOf(type)}${type.namespaced ? '/namespaces/{namespace}' : ''}/${type.resource}`
}

function operation(kind: Served, schema: string, { action, parameters, body }: Action): JsonObject {
  const content = { 'application/json': { schema: { $ref: refOf(schema) } } }
  return {
    operationId: `${action}${kind.kind}`,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind },
    parameters: [...parameters],
    ...(body ? { requestBody: { content } } : {}),
    responses: { '200': { description: 'OK', content } },
  }
}

interface Action {
  readonly action: string
  readonly parameters: readonly JsonObject[]
  readonly body: boolean
}

const READ_PARAMETERS = [parameter('pretty')]
const GET: Action = { action: 'get', parameters: READ_PARAMETERS, body: false }
const LIST: Action = { action: 'list', parameters: READ_PARAMETERS, body: false }
const POST: Action = { action: 'post', parameters: WRITE_PARAMETERS, body: true }
const PUT: Action = { action: 'put', parameters: WRITE_PARAMETERS, body: true }
const PATCH: Action = {
  ...{ action: 'patch', body: true },
  parameters: [...WRITE_PARAMETERS, parameter('force', 'boolean')],
}
const DELETE: Action = {
  ...{ action: 'delete', body: false },
  parameters: [parameter('propagationPolicy'), parameter('dryRun')],
}

/** What can be done with one object, or a subresource of it. */
function operationsOf(kind: Served, schema: string, isWhole = false): JsonObject {
  const { verbs } = kind
  const make = (action: Action): JsonObject => operation(kind, schema, action)
  return {
    ...(verbs.includes('get') ? { get: make(GET) } : {}),
    ...(verbs.includes('create') && !isWhole ? { post: make(POST) } : {}),
    ...(verbs.includes('update') ? { put: make(PUT) } : {}),
    ...(verbs.includes('patch') ? { patch: make(PATCH) } : {}),
    ...(verbs.includes('delete') && isWhole ? { delete: make(DELETE) } : {}),
  }
}

/** The paths of a resource: enough for clients that look up which options a kind's verbs take. */
function pathsOf(type: ResourceType, schema: string): JsonObject {
  const out: JsonObject = {}
  const listed: JsonObject = type.verbs.includes('list') ? { get: operation(type, schema, LIST) } : {}
  if (type.namespaced && type.verbs.includes('list')) out[`/${pathOf(type)}/${type.resource}`] = listed
  const collection: JsonObject = {
    ...listed,
    ...(type.verbs.includes('create') ? { post: operation(type, schema, POST) } : {}),
  }
  const base = collectionPath(type)
  if (Object.keys(collection).length > 0) out[base] = collection
  if (type.verbs.includes('get')) out[`${base}/{name}`] = operationsOf(type, schema, true)
  return out
}
