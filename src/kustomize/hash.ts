import { sha256 } from '@noble/hashes/sha2.js'
import { encodeText, isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { fail } from './errors.ts'
import { goJson, toJson } from './json.ts'
import type { Resource } from './resource.ts'
import { getField } from './rnode.ts'

const replacements: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' }

/** The suffix of a generated resource's name: a hash of its content (api/hasher). */
export function resourceHash(resource: Resource): string {
  const digest = sha256(encodeText(hashedText(resource)))
  let hex = ''
  for (const byte of digest.slice(0, 5)) hex += byte.toString(16).padStart(2, '0')
  return [...hex].map((digit) => replacements[digit] ?? digit).join('')
}

function hashedText(resource: Resource): string {
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
      fail(`a hash suffix for kind '${resource.kind}' is not supported`)
  }
}

function contentOf(resource: Resource, field: string): JsonValue {
  const node = getField(resource.root, field)
  if (node === undefined) return ''
  if (node.kind === 'scalar') return node.value
  const json = toJson(node)
  return Array.isArray(json) ? null : json
}
