/**
 * Makes the fact tables of this folder from a checkout of kustomize (Apache-2.0), whose path is the only argument:
 *
 *   node src/kustomize/data/generate.mjs /tmp/kustomize-v5.8.1
 *
 * `openapi.json`: the merge facts of the OpenAPI document that kustomize embeds (Kubernetes v1.21.2), which decide how
 * strategic merge patches treat lists. Facts differ from those of the newest Kubernetes in ../shared, hence the source.
 *   types  list of {field: shape}; a shape is 0 (known, nothing inside), n (types[n]), [items, strategy?, keys?] (list),
 *          {"*": shape} (map)
 *   gvk    "apiVersion kind" -> index into types
 *   names  definition -> index into types
 * `field-specs.json`: the built-in field specs of transformers; `scopes.json`: which built-in kinds have a namespace.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const checkout = process.argv[2]
const here = dirname(fileURLToPath(import.meta.url))
const save = (name, value) => writeFileSync(join(here, name), `${JSON.stringify(value)}\n`)

// Protocol buffers: a message becomes Map<field number, values>, read by the numbers of gnostic's OpenAPIv2.proto.
function message(bytes) {
  const out = new Map()
  let at = 0
  const varint = () => {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = bytes[at++]
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const wire = tag & 7
    let value
    if (wire === 0) value = varint()
    else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else {
      const length = varint()
      value = bytes.subarray(at, at + length)
      at += length
    }
    const field = tag >>> 3
    if (!out.has(field)) out.set(field, [])
    out.get(field).push(value)
  }
  return out
}
const text = (bytes) => (bytes === undefined ? '' : Buffer.from(bytes).toString('utf8'))
const one = (m, field) => m?.get(field)?.[0]
const sub = (m, field) => (one(m, field) === undefined ? undefined : message(one(m, field)))
const named = (m, field = 1) =>
  (m?.get(field) ?? []).map((bytes) => {
    const pair = message(bytes)
    return [text(one(pair, 1)), message(one(pair, 2))]
  })

function schemaOf(m) {
  const extensions = {}
  for (const [name, any] of named(m, 31)) extensions[name] = parse(text(one(any, 2)))
  const additional = sub(sub(m, 21), 1)
  const items = sub(sub(m, 23), 1)
  return {
    ref: text(one(m, 1)).replace('#/definitions/', ''),
    type: text(one(sub(m, 22), 1)),
    properties: named(sub(m, 25)).map(([name, value]) => [name, schemaOf(value)]),
    additional: additional && schemaOf(additional),
    items: items && schemaOf(items),
    extensions,
  }
}
function schemaOfJson(s) {
  return {
    ref: (s.$ref ?? '').replace('#/definitions/', ''),
    type: s.type ?? '',
    properties: Object.entries(s.properties ?? {}).map(([name, value]) => [name, schemaOfJson(value)]),
    additional: typeof s.additionalProperties === 'object' ? schemaOfJson(s.additionalProperties) : undefined,
    items: s.items && schemaOfJson(s.items),
    extensions: s,
  }
}

const document = message(readFileSync(join(checkout, 'kyaml/openapi/kubernetesapi/v1_21_2/swagger.pb')))
const definitions = named(sub(document, 9)).map(([name, value]) => [name, schemaOf(value)])
const kustomizationApi = JSON.parse(readFileSync(join(checkout, 'kyaml/openapi/kustomizationapi/swagger.json'), 'utf8'))
for (const [name, value] of Object.entries(kustomizationApi.definitions)) definitions.push([name, schemaOfJson(value)])
const byName = new Map(definitions)
const index = new Map()
const types = [{}]

function typeIndex(name) {
  const known = index.get(name)
  if (known !== undefined) return known
  const schema = byName.get(name)
  if (schema === undefined) return 0
  const at = types.push({}) - 1
  index.set(name, at)
  types[at] = fields(schema)
  return at
}
function fields(schema) {
  const out = {}
  for (const [name, value] of schema.properties) out[name] = shape(value)
  if (schema.additional) out['*'] = shape(schema.additional)
  return out
}
function shape(schema) {
  if (schema.ref !== '') return typeIndex(schema.ref)
  if (schema.type === 'array') {
    const items = schema.items ? shape(schema.items) : 0
    const strategy = schema.extensions['x-kubernetes-patch-strategy']
    if (strategy === undefined) return [items]
    const mergeKey = schema.extensions['x-kubernetes-patch-merge-key']
    const listKeys = schema.extensions['x-kubernetes-list-map-keys']
    return [items, strategy, listKeys ?? (mergeKey === undefined ? [] : [mergeKey])]
  }
  if (schema.properties.length > 0 || schema.additional) return fields(schema)
  return 0
}

const gvk = {}
for (const [name, schema] of definitions) {
  for (const id of schema.extensions['x-kubernetes-group-version-kind'] ?? []) {
    gvk[`${id.group ? `${id.group}/` : ''}${id.version} ${id.kind}`] = typeIndex(name)
  }
}
save('openapi.json', { gvk, names: Object.fromEntries(index), types })

const constants = join(checkout, 'api/internal/konfig/builtinpluginconsts')
const constant = (file, name) => {
  const source = readFileSync(join(constants, file), 'utf8')
  return new RegExp(`${name}\\s*=\\s*\`([^\`]*)\``).exec(source)[1]
}
const metadataLabels = constant('metadatalabels.go', 'metadataLabelsFieldSpecs')
const specs = [
  constant('nameprefix.go', 'namePrefixFieldSpecs'),
  constant('namesuffix.go', 'nameSuffixFieldSpecs'),
  constant('commonlabels.go', 'commonLabelFieldSpecs') + metadataLabels,
  constant('templatelabels.go', 'templateLabelFieldSpecs') + metadataLabels,
  constant('commonannotations.go', 'commonAnnotationFieldSpecs'),
  constant('namespace.go', 'namespaceFieldSpecs'),
  constant('varreference.go', 'varReferenceFieldSpecs'),
  constant('namereference.go', 'nameReferenceFieldSpecs'),
  constant('images.go', 'imagesFieldSpecs'),
  constant('replicas.go', 'replicasFieldSpecs'),
]
// Upstream sorts by kind, unstably: in the result these kinds have the labels of their template before their selector,
// which decides what stands first in an object that has neither (the hash of a node sees that).
const templateFirst = ['Deployment', 'ReplicationController', 'DaemonSet', 'ReplicaSet']
const fieldSpecs = parse(specs.join('\n'))
const isFirst = ({ kind, path }) => templateFirst.includes(kind) && path === 'spec/template/metadata/labels'
fieldSpecs.commonLabels.sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)))
save('field-specs.json', fieldSpecs)

const openapi = readFileSync(join(checkout, 'kyaml/openapi/openapi.go'), 'utf8')
const scopes = {}
for (const [, apiVersion, kind, namespaced] of openapi.matchAll(
  /\{APIVersion: "([^"]*)", Kind: "([^"]*)"\}:\s*(true|false)/g,
)) {
  scopes[`${apiVersion} ${kind}`] = namespaced === 'true'
}
save('scopes.json', scopes)
