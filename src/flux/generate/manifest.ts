import { compareStrings, getString, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { stringMap } from '../metadata.ts'
import { parseDocuments } from '../text.ts'

/**
 * What makes a file no list of Kubernetes objects; `undefined` when all is well. The same checks as kustomize makes when
 * it decodes a file (api/resource/factory.go `SliceFromBytes`): syntax, kind, name, no empty list items, lists of objects.
 */
export function checkManifest(text: string): string | undefined {
  const { values, error } = parseDocuments(text, 'v3')
  if (error !== undefined) return error
  const queue: JsonValue[] = values
  for (let i = 0; i < queue.length; i++) {
    const value = queue[i]!
    if (!isObject(value)) return 'the document is no map'
    if (Object.keys(value).length === 0) continue
    const problem = checkObject(value)
    if (problem !== undefined) return problem
    const kind = getString(value, 'kind') ?? ''
    const items = value['items']
    if (!kind.endsWith('List') || items === undefined || items === null) continue
    if (!Array.isArray(items))
      return `expected array in ${kind}/items, but found ${isObject(items) ? 'map[string]interface {}' : typeof items}`
    queue.push(...items)
  }
  return undefined
}

function checkObject(object: JsonObject): string | undefined {
  const kind = getString(object, 'kind') ?? ''
  if (kind === '') return `missing kind in object ${goMeta(object)}`
  if (!kind.endsWith('List') && (getString(object, 'metadata', 'name') ?? '') === '') {
    return `missing metadata.name in object ${goMeta(object)}`
  }
  const empty = emptyItem(object, 0)
  return empty === undefined ? undefined : `empty item at ${empty} in object ${kind}`
}

/** An object's metadata as Go prints kyaml's `ResourceMeta`. */
function goMeta(object: JsonObject): string {
  const type = `${getString(object, 'apiVersion') ?? ''} ${getString(object, 'kind') ?? ''}`
  const name = `${getString(object, 'metadata', 'name') ?? ''} ${getString(object, 'metadata', 'namespace') ?? ''}`
  return `{{${type}} {{${name}} ${goMap(object, 'labels')} ${goMap(object, 'annotations')}}}`
}

function goMap(object: JsonObject, field: 'labels' | 'annotations'): string {
  const entries = Object.entries(stringMap(object, field)).sort(([a], [b]) => compareStrings(a, b))
  return `map[${entries.map(([key, value]) => `${key}:${value}`).join(' ')}]`
}

function emptyItem(value: JsonValue, depth: number): string | undefined {
  if (depth > 500) return undefined
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (value[i] === null) return ''
      const found = emptyItem(value[i]!, depth + 1)
      if (found !== undefined) return `[${i}]/${found}`
    }
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      const found = emptyItem(item, depth + 1)
      if (found !== undefined) return `${key}/${found}`
    }
  }
  return undefined
}
