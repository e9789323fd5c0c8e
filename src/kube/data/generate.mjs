/**
 * Writes protobuf.json, the table by which request bodies in Kubernetes' protobuf form are read:
 *
 *   go mod download k8s.io/api@v0.36.1 k8s.io/apimachinery@v0.36.1 k8s.io/apiextensions-apiserver@v0.36.1
 *   node src/kube/data/generate.mjs ~/go/pkg/mod/k8s.io
 *
 * Field numbers come from ../shared/conformance/schemas; from the Go types only which fields are pointers and which are
 * written though empty, since protobuf has both as plain zero values.
 *
 * Form: message → `field;field;…`, a field is `name number type flags`: `*` repeated, `&` inlined into its parent,
 * `!` kept though zero. A map's type is `key,value`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const modules = process.argv[2]
const messages = JSON.parse(
  readFileSync(resolve(here, '../../../../shared/conformance/schemas/protobuf-fields-1.36.json'), 'utf8'),
)
/** Members that Go embeds, by their name in protobuf. */
const inlined = new Set(
  'localObjectReference handler volumeSource persistentVolumeSource ephemeralContainerCommon ruleWithOperations rule ingressRuleValue deviceConfiguration'.split(
    ' ',
  ),
)
const scalars = new Set(['string', 'bytes', 'bool', 'int32', 'int64', 'double'])

const structs = new Map()
for (const [message, directory] of packages()) readStructs(message, directory)

const out = {}
for (const [message, fields] of Object.entries(messages).sort(([a], [b]) => (a < b ? -1 : 1))) {
  if (message.includes('.testapigroup.')) continue
  out[shorten(message)] = fields.map((field) => line(message, field)).join(';')
}
writeFileSync(join(here, 'protobuf.json'), `${JSON.stringify(out, undefined, 0).replaceAll('","', '",\n"')}\n`)

function line(message, [name, number, type, label]) {
  const isInlined = inlined.has(name) && type.startsWith('k8s.io.')
  const struct = structs.get(message)
  const json = struct?.names.get(name.toLowerCase()) ?? jsonName(message, name)
  const kept = label === 'optional' && scalars.has(type) && (struct?.kept.has(json) ?? false)
  const flags = `${label === 'repeated' ? '*' : ''}${isInlined ? '&' : ''}${kept ? '!' : ''}`
  return `${json} ${number} ${shorten(type)}${flags === '' ? '' : ` ${flags}`}`
}

/** Without the part that every message's name begins with. */
function shorten(type) {
  return type.replaceAll('k8s.io.', '')
}

function jsonName(message, name) {
  if (message.endsWith('.JSONSchemaProps')) {
    if (name === 'ref' || name === 'schema') return `$${name}`
    if (name.startsWith('xKubernetes')) return name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
  }
  if (name === 'uID') return 'uid'
  if (name === 'aPIGroup') return 'apiGroup'
  return name[0].toLowerCase() + name.slice(1)
}

/** The Go package of each protobuf package. */
function packages() {
  const found = []
  const names = new Set(Object.keys(messages).map((message) => message.slice(0, message.lastIndexOf('.'))))
  for (const name of names) {
    const path = name
      .replace(/^k8s\.io\./, '')
      .replaceAll('_', '-')
      .split('.')
    const module = readdirSync(modules).find((entry) => entry.startsWith(`${path[0]}@v0.36`))
    if (module !== undefined) found.push([name, join(modules, module, ...path.slice(1))])
  }
  return found
}

/** Remembers, by struct, how fields are spelled in JSON, and which are pointers or have no `omitempty`. */
function readStructs(name, directory) {
  let files
  try {
    files = readdirSync(directory).filter((file) => file.endsWith('.go') && !file.includes('generated'))
  } catch {
    return
  }
  for (const file of files) {
    const text = readFileSync(join(directory, file), 'utf8')
    for (const [, struct, body] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
      const kept = new Set()
      const names = new Map()
      for (const [, type, json, rest] of body.matchAll(/^\s+\w+\s+(\S+)\s+`json:"([^",]+)([^"]*)"/gm)) {
        names.set(json.toLowerCase(), json)
        if (type.startsWith('*') || !rest.includes('omitempty')) kept.add(json)
      }
      structs.set(`${name}.${struct}`, { kept, names })
    }
  }
}
