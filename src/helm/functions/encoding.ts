import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import {
  fromBytes,
  GoError,
  type GoMap,
  type GoValue,
  goFunction,
  isList,
  isMap,
  nilList,
  nilMap,
  toBytes,
} from '../../gotemplate/index.ts'
import { stringifyYaml } from '../../yaml/index.ts'
import { readYamlText } from '../read-yaml.ts'
import { base32Decode, base32Encode, base64Decode, base64Encode } from './base-n.ts'
import { decodeJson, encodeJson, JsonRangeError, jsonKind } from './json.ts'
import { RecentYaml, WrittenYaml } from './recent-yaml.ts'
import type { FunctionTable } from './shared.ts'
import { timeObject } from './time-object.ts'
import { readToml } from './toml-read.ts'
import { writeToml } from './toml-write.ts'
import { sigsValue, yamlValue } from './yaml-value.ts'

/** Encodings: base64, base32, JSON and YAML, hashes. Sources: sprig strings.go and defaults.go, helm pkg/engine/funcs.go. */
export function encodingFunctions(): FunctionTable {
  const recent = new RecentYaml(decodeYaml)
  const toJson = (value: GoValue): string => swallow(() => encodeJson(value))
  return {
    toToml: goFunction('any', (value: GoValue) =>
      value === undefined || value === null ? writeToml(value) : errorText(() => writeToml(value)),
    ),
    fromToml: goFunction('string', (text: string) => {
      try {
        return readToml(text, timeObject)
      } catch (error) {
        if (error instanceof GoError) return { Error: error.message }
        throw error
      }
    }),
    b64enc: goFunction('string', (text: string) => base64Encode(toBytes(text))),
    b64dec: goFunction('string', (text: string) => decoded(base64Decode(text))),
    b32enc: goFunction('string', (text: string) => base32Encode(toBytes(text))),
    b32dec: goFunction('string', (text: string) => decoded(base32Decode(text))),
    sha1sum: goFunction('string', (text: string) => bytesToHex(sha1(toBytes(text)))),
    sha256sum: goFunction('string', (text: string) => bytesToHex(sha256(toBytes(text)))),
    sha512sum: goFunction('string', (text: string) => bytesToHex(sha512(toBytes(text)))),
    adler32sum: goFunction('string', adler32),
    toJson: goFunction('any', toJson),
    mustToJson: goFunction('any', (value: GoValue) => encodeJson(value)),
    toPrettyJson: goFunction('any', (value: GoValue) => swallow(() => encodeJson(value, { indent: '  ' }))),
    mustToPrettyJson: goFunction('any', (value: GoValue) => encodeJson(value, { indent: '  ' })),
    toRawJson: goFunction('any', (value: GoValue) => encodeJson(value, { raw: true })),
    mustToRawJson: goFunction('any', (value: GoValue) => encodeJson(value, { raw: true })),
    fromJson: goFunction('string', (text: string) => asMap(() => decodeJson(text) ?? nilMap(), '')),
    mustFromJson: goFunction('string', decodeJson),
    fromJsonArray: goFunction('string', (text: string) =>
      asList(() => decodeJson(text) ?? nilList('[]interface {}'), ''),
    ),
    toYaml: goFunction('any', (value: GoValue) => swallow(() => toYaml(value))),
    mustToYaml: goFunction('any', toYaml),
    toYamlPretty: goFunction('any', (value: GoValue) => swallow(() => toYamlPretty(value))),
    fromYaml: goFunction('string', (text: string) => asMap(() => recent.decode(text), yamlPrefix)),
    fromYamlArray: goFunction('string', (text: string) => asList(() => decodeYaml(text), yamlPrefix)),
  }
}

function errorText(make: () => string): string {
  try {
    return make()
  } catch (error) {
    if (error instanceof GoError) return error.message
    throw error
  }
}

const yamlPrefix = 'error unmarshaling JSON: while decoding JSON: '

function swallow(make: () => string): string {
  try {
    return make()
  } catch (error) {
    if (error instanceof GoError) return ''
    throw error
  }
}

function decoded(result: Uint8Array | string): string {
  return typeof result === 'string' ? result : fromBytes(result)
}

/** Helm's toYaml: sigs.k8s.io/yaml without the last newline. */
export function toYaml(value: GoValue): string {
  const plain = sigsValue(value)
  return written.write(plain, plain === value)
}

const written = new WrittenYaml((value) => {
  const text = stringifyYaml(value as never)
  return text.endsWith('\n') ? text.slice(0, -1) : text
})

/** Helm's toYamlPretty: yaml.v3 with lists indented; floats keep their Go form. */
function toYamlPretty(value: GoValue): string {
  return stringifyYaml(yamlValue(value) as never, { flavour: 'v3', indent: 2, sequenceIndent: 'wide' }).replace(
    /\n$/,
    '',
  )
}

function adler32(text: string): string {
  let a = 1
  let b = 0
  for (const byte of toBytes(text)) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return String(((b << 16) | a) >>> 0)
}

/**
 * The first document of a YAML text as Helm reads values: sigs.k8s.io/yaml, so every number is a float64.
 * @throws GoError in its words.
 */
export function decodeYaml(text: string): GoValue {
  const read = readYamlText(text)
  if ('error' in read) throw new GoError(read.error)
  return floats(read.value as GoValue)
}

/** Integers that JavaScript keeps apart become the float64 that Go decodes them to. */
function floats(value: GoValue): GoValue {
  if (typeof value === 'bigint') return Number(value)
  if (isList(value)) {
    value.forEach((each, i) => {
      if (typeof each === 'object' || typeof each === 'bigint') value[i] = floats(each)
    })
  } else if (isMap(value)) {
    for (const key of Object.keys(value)) {
      const each = value[key]
      if (typeof each === 'bigint' || (typeof each === 'object' && each !== null)) value[key] = floats(each)
    }
  }
  return value
}

function asMap(decode: () => GoValue, prefix: string): GoMap {
  try {
    const value = decode()
    if (value === null) return {}
    if (isMap(value)) return value
    return { Error: `${prefix}json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}` }
  } catch (error) {
    if (error instanceof JsonRangeError && isMap(error.partial)) return { ...error.partial, Error: error.message }
    if (error instanceof GoError) return { Error: error.message }
    throw error
  }
}

function asList(decode: () => GoValue, prefix: string): GoValue {
  try {
    const value = decode()
    if (value === null) return []
    if (isList(value)) return value
    return [`${prefix}json: cannot unmarshal ${jsonKind(value)} into Go value of type []interface {}`]
  } catch (error) {
    if (error instanceof GoError) return [error.message]
    throw error
  }
}
