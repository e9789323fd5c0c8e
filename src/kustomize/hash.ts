import { sha256 } from '@noble/hashes/sha2.js'
import { encodeText, isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import type { YamlNode } from '../yaml/index.ts'
import { fail, isFailure, type KustomizeError } from './errors.ts'
import { goPlaceOf } from './go-places.ts'
import { goJson, toJson } from './json.ts'
import type { Resource } from './resource.ts'
import { getField } from './rnode.ts'
import { rangeInFile } from './source.ts'

const replacements: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' }

/** The suffix of a generated resource's name: a hash of its content (api/hasher). */
export function resourceHash(resource: Resource, hashes: NodeHashes): string {
  const text = hashedText(resource)
  return text === undefined ? hashes.hashOf(resource) : hashOfText(text)
}

/** How a build comes by the hashes of kinds other than ConfigMap and Secret, for which places of nodes count. */
export interface NodeHashes {
  hashOf(resource: Resource): string
}

/** A build needs such a hash: it has to run again, on nodes with places. */
export class PlacesNeeded extends Error {
  override readonly name = 'PlacesNeeded'
}

/** For a build as usual, whose nodes have no places. @throws PlacesNeeded when asked. */
export const noNodeHashes: NodeHashes = {
  hashOf() {
    throw new PlacesNeeded('hash of a node')
  },
}

/** A hash, or why there is none. */
export type FoundHash = string | KustomizeError

/** For a build on nodes with places: what is found goes into the list too, in the order in which it is asked for. */
export function nodeHashesInto(list: FoundHash[]): NodeHashes {
  return {
    hashOf(resource) {
      try {
        const hash = hashOfText(nodeText(resource.root, resource.kind))
        list.push(hash)
        return hash
      } catch (error) {
        if (isFailure(error)) list.push(error)
        throw error
      }
    },
  }
}

/** For a build that repeats one with places. */
export function knownNodeHashes(list: readonly FoundHash[]): NodeHashes {
  let next = 0
  return {
    hashOf({ kind, source, root }) {
      const found = list[next++] ?? fail(`no hash for kind '${kind}' is known`)
      if (typeof found === 'string') return found
      const range = rangeInFile(source, root)
      return fail(found.message, { location: { path: source.path, ...(range === undefined ? {} : { range }) } })
    },
  }
}

function hashOfText(text: string): string {
  const digest = sha256(encodeText(text))
  let hex = ''
  for (const byte of digest.slice(0, 5)) hex += byte.toString(16).padStart(2, '0')
  return [...hex].map((digit) => replacements[digit] ?? digit).join('')
}

/** What is hashed of a ConfigMap or Secret. */
function hashedText(resource: Resource): string | undefined {
  switch (resource.kind) {
    case 'ConfigMap': {
      const binary = contentOf(resource, 'binaryData')
      const content: JsonObject = { kind: 'ConfigMap', name: '', data: contentOf(resource, 'data') }
      if (isObject(binary)) content['binaryData'] = binary
      return goJson(content)
    }
    case 'Secret': {
      const text = contentOf(resource, 'stringData')
      const content: JsonObject = {
        kind: 'Secret',
        type: contentOf(resource, 'type'),
        name: '',
        data: contentOf(resource, 'data'),
      }
      if (isObject(text)) content['stringData'] = text
      return goJson(content)
    }
    default:
      return undefined
  }
}

function contentOf(resource: Resource, field: string): JsonValue {
  const node = getField(resource.root, field)
  if (node === undefined) return ''
  if (node.kind === 'scalar') return node.value
  const json = toJson(node)
  return Array.isArray(json) ? null : json
}

const kindNumbers: Readonly<Record<YamlNode['kind'], number>> = {
  document: 1,
  sequence: 2,
  mapping: 4,
  scalar: 8,
  alias: 16,
}
const styleNumbers: Readonly<Record<YamlNode['style'], number>> = {
  '': 0,
  double: 2,
  single: 4,
  literal: 8,
  folded: 16,
  flow: 32,
}
const taggedStyle = 1

/** The JSON that Go's encoding/json makes of a `yaml.Node`: every field of the struct, in its order. */
function nodeText(node: YamlNode, of: string): string {
  const place =
    goPlaceOf(node) ??
    fail(`a hash suffix for kind '${of}' is not supported where a key has no value ('? key', '[key: ]'): write null`)
  const style = styleNumbers[node.style] + (node.explicitTag === true ? taggedStyle : 0)
  const isNil = node.content.length === 0 && node.start === node.end
  const content =
    node.kind === 'scalar' || isNil ? 'null' : `[${node.content.map((child) => nodeText(child, of)).join(',')}]`
  const fields: readonly (readonly [string, string])[] = [
    ['Kind', String(kindNumbers[node.kind])],
    ['Style', String(style)],
    ['Tag', goJson(node.tag)],
    ['Value', goJson(node.value)],
    ['Anchor', goJson(node.anchor)],
    ['Alias', node.alias === undefined ? 'null' : nodeText(node.alias, of)],
    ['Content', content],
    ['HeadComment', goJson(node.headComment)],
    ['LineComment', goJson(node.lineComment)],
    ['FootComment', goJson(node.footComment)],
    ['Line', String(place.line)],
    ['Column', String(place.column)],
  ]
  return `{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`
}
