import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'

/** Keywords of OpenAPI v3 that v2 has no words for: what they say is left out, as apiextensions' converter does. */
const ONLY_V3 = new Set(['oneOf', 'anyOf', 'not', 'nullable', 'allOf'])
const V3_PREFIX = '#/components/schemas/'
const METHODS = ['get', 'put', 'post', 'patch', 'delete']

/** One OpenAPI v2 document (`swagger: "2.0"`) with the definitions and paths of several v3 documents. */
export function swaggerOf(documents: Iterable<JsonObject>): JsonObject {
  const paths: JsonObject = {}
  const definitions: JsonObject = {}
  for (const document of documents) {
    for (const [path, item] of entries(document['paths'])) if (isObject(item)) paths[path] = pathItem(item)
    const { components } = document
    if (!isObject(components)) continue
    for (const [name, schema] of entries(components['schemas'])) {
      // Several documents have the common types; one that says which kind it is goes first.
      const known = definitions[name]
      if (known !== undefined && !(isObject(schema) && GVK in schema && !(GVK in (known as JsonObject)))) continue
      definitions[name] = definition(schema)
    }
  }
  return { swagger: '2.0', info: { title: 'Kubernetes', version: '1.36' }, paths, definitions }
}

const GVK = 'x-kubernetes-group-version-kind'

function definition(schema: JsonValue): JsonValue {
  const out = converted(schema)
  if (isObject(out) && isObject(schema) && Array.isArray(schema['oneOf'])) return { ...out, type: 'string' }
  return out
}

/** A schema in the words of v2. */
function converted(value: JsonValue): JsonValue {
  if (!isObject(value)) return value
  const out: JsonObject = {}
  const reference = referenceOf(value)
  if (reference !== undefined) out['$ref'] = `#/definitions/${reference}`
  for (const [key, item] of Object.entries(value)) {
    if (key === '$ref' || ONLY_V3.has(key)) continue
    if (key === 'properties') {
      out[key] = Object.fromEntries(entries(item).map(([name, property]) => [name, converted(property)]))
    } else if (key === 'items' || key === 'additionalProperties') out[key] = converted(item)
    else out[key] = item
  }
  // v2 has no null: clients that check types themselves must let everything pass there.
  const open =
    value['nullable'] === true ||
    value['x-kubernetes-int-or-string'] === true ||
    value['x-kubernetes-preserve-unknown-fields'] === true
  if (open) for (const key of ['type', 'items', 'properties', 'additionalProperties']) delete out[key]
  return out
}

/** What a schema refers to, also through the `allOf` that v3 wraps references with siblings in. */
function referenceOf(schema: JsonObject): string | undefined {
  const { $ref: own, allOf } = schema
  if (typeof own === 'string') return own.slice(V3_PREFIX.length)
  const [only] = Array.isArray(allOf) ? allOf : []
  const inner = isObject(only) ? only['$ref'] : undefined
  return typeof inner === 'string' ? inner.slice(V3_PREFIX.length) : undefined
}

function pathItem(item: JsonObject): JsonObject {
  const out: JsonObject = {}
  for (const method of METHODS) {
    const operation = item[method]
    if (!isObject(operation)) continue
    const { requestBody, responses, parameters, ...rest } = operation
    const body = schemaOf(requestBody)
    out[method] = {
      ...rest,
      consumes: ['*/*'],
      produces: ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'],
      parameters: [
        ...(body === undefined ? [] : [{ name: 'body', in: 'body', required: true, schema: body }]),
        ...(Array.isArray(parameters) ? parameters.filter(isObject).map(queryParameter) : []),
      ],
      responses: Object.fromEntries(
        entries(responses).map(([code, response]) => {
          const schema = schemaOf(response)
          return [code, { description: 'OK', ...(schema === undefined ? {} : { schema }) }]
        }),
      ),
    }
  }
  return out
}

function queryParameter(parameter: JsonObject): JsonObject {
  const { schema, ...rest } = parameter
  return { ...rest, ...(isObject(schema) ? schema : {}) }
}

function schemaOf(body: JsonValue | undefined): JsonValue | undefined {
  const content = isObject(body) ? body['content'] : undefined
  const json = isObject(content) ? content['application/json'] : undefined
  const schema = isObject(json) ? json['schema'] : undefined
  return schema === undefined ? undefined : converted(schema)
}

function entries(value: JsonValue | undefined): [string, JsonValue][] {
  return isObject(value) ? Object.entries(value) : []
}
