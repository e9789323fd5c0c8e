import { compareStrings, isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { HelmError } from './chart.ts'
import { kindOfJson, scalarText } from './manifests.ts'

/** A Go type that Chart.yaml is decoded into. */
type GoType = 'string' | 'bool' | 'any' | { readonly list: GoType } | { readonly map: GoType } | GoStruct

/** A struct by its name and the JSON names of its fields; lists hold pointers to it, which can be nil. */
interface GoStruct {
  readonly struct: string
  readonly fields: Readonly<Record<string, GoType>>
}

const dependency: GoStruct = {
  struct: 'Dependency',
  fields: {
    ...{ name: 'string', version: 'string', repository: 'string', condition: 'string', tags: { list: 'string' } },
    ...{ enabled: 'bool', 'import-values': { list: 'any' }, alias: 'string' },
  },
}
const maintainer: GoStruct = { struct: 'Maintainer', fields: { name: 'string', email: 'string', url: 'string' } }
const metadata: GoStruct = {
  struct: 'Metadata',
  fields: {
    ...{ name: 'string', home: 'string', sources: { list: 'string' }, version: 'string', description: 'string' },
    ...{ keywords: { list: 'string' }, maintainers: { list: maintainer }, icon: 'string', apiVersion: 'string' },
    ...{
      condition: 'string',
      tags: 'string',
      appVersion: 'string',
      deprecated: 'bool',
      annotations: { map: 'string' },
    },
    ...{ kubeVersion: 'string', dependencies: { list: dependency }, type: 'string' },
  },
}

/**
 * What sigs.k8s.io/yaml and encoding/json make of Chart.yaml: fields by their JSON names (whatever their case was), text
 * fields with the texts of scalars, only what is known. Requirements and lock files have the part `dependencies`.
 * @throws HelmError in their words for the first value, in the order of keys, that is of another type.
 */
export function decodeMetadata(json: JsonObject): JsonObject {
  const decoder = new Decoder()
  const value = decoder.object(json, metadata, { struct: '', path: [] })
  if (decoder.fault !== undefined) throw new HelmError(decoder.fault)
  return value
}

interface Place {
  readonly struct: string
  readonly path: readonly string[]
}

class Decoder {
  /** The first mismatch; as in Go, decoding goes on after it. */
  fault: string | undefined

  object(json: JsonObject, { struct, fields }: GoStruct, { path }: Place): JsonObject {
    const out: JsonObject = {}
    for (const key of Object.keys(json).sort(compareStrings)) {
      const name = Object.hasOwn(fields, key) ? key : Object.keys(fields).find((each) => isSameName(each, key))
      if (name === undefined) continue
      const value = this.#value(json[key], fields[name]!, { struct, path: [...path, name] })
      if (value !== undefined) out[name] = value
    }
    return out
  }

  #value(value: JsonValue | undefined, type: GoType, place: Place): JsonValue | undefined {
    if (value === undefined || value === null) return undefined
    if (type === 'any') return value
    if (type === 'bool') return typeof value === 'boolean' ? value : this.#mismatch(value, type, place)
    if (type === 'string') return scalarText(value) ?? this.#mismatch(value, type, place)
    if ('list' in type) {
      if (!Array.isArray(value)) return this.#mismatch(value, type, place)
      return value.map((each) => this.#value(each, type.list, place) ?? (type.list === 'string' ? '' : null))
    }
    if (!isObject(value)) return this.#mismatch(value, type, place)
    if ('struct' in type) return this.object(value, type, place)
    const entries = Object.keys(value)
      .sort(compareStrings)
      .map((key) => [key, this.#value(value[key], type.map, place) ?? ''])
    return Object.fromEntries(entries) as JsonObject
  }

  #mismatch(value: JsonValue, type: GoType, { struct, path }: Place): undefined {
    this.fault ??= `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kindOfJson(value)} into Go struct field ${struct}.${path.join('.')} of type ${nameOf(type)}`
    return undefined
  }
}

function isSameName(name: string, key: string): boolean {
  return name.toLowerCase() === key.toLowerCase()
}

function nameOf(type: GoType): string {
  if (type === 'any') return 'interface {}'
  if (typeof type === 'string') return type
  if ('list' in type)
    return `[]${typeof type.list === 'object' && 'struct' in type.list ? '*' : ''}${nameOf(type.list)}`
  return 'map' in type ? `map[string]${nameOf(type.map)}` : `v2.${type.struct}`
}
