import { isObject, type JsonObject, type JsonValue, jsonClone, jsonEqual, setOwn } from '../base/index.ts'
import { parseConfig } from './config-yaml.ts'
import { fail } from './errors.ts'
import { goJson } from './json.ts'

/** One operation of a JSON patch, as written. */
export type JsonPatchOperation = JsonObject

/**
 * Reads a JSON patch (RFC 6902) that is written as JSON, or as YAML by YAML 1.1 rules; of several documents the first
 * counts. Fails when it is no list of operations. Null is an empty patch.
 */
export function readJsonPatch(text: string): readonly JsonPatchOperation[] {
  if (text === '') fail('empty json patch operations')
  const value = text.startsWith('[') ? parseStrictJson(text) : parseConfig(text).value
  if (value === null) return []
  if (!Array.isArray(value)) fail('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  return value.map((item) => {
    if (!isObject(item)) fail('json: cannot unmarshal value into Go value of type jsonpatch.Operation')
    validate(item)
    return item
  })
}

/** What can be wrong with an operation without looking at a document. */
function validate(operation: JsonPatchOperation): void {
  const kind = operation['op']
  const reason = (): string | undefined => {
    if (typeof kind !== 'string' || !Object.hasOwn(operations, kind)) return 'unsupported operation'
    if ((kind === 'add' || kind === 'replace') && !Object.hasOwn(operation, 'value')) return "failed to decode 'value'"
    if ((kind === 'move' || kind === 'copy') && typeof operation['from'] !== 'string') return "failed to decode 'from'"
    return typeof operation['path'] === 'string' ? undefined : "failed to decode 'path'"
  }
  const wrong = reason()
  if (wrong !== undefined) fail(`invalid operation ${goJson(operation)}: ${wrong}`)
}

/** Applies a JSON patch to a copy of the document (evanphx/json-patch v5). Fails where an operation does not apply. */
export function applyJsonPatch(document: JsonValue, patch: readonly JsonPatchOperation[]): JsonValue {
  const box: Box = { root: jsonClone(document) }
  for (const operation of patch) {
    const kind = operation['op']
    if (typeof kind !== 'string' || !Object.hasOwn(operations, kind)) {
      fail(`Unexpected kind: ${typeof kind === 'string' ? kind : 'unknown'}`)
    }
    operations[kind]!(box, operation)
  }
  return box.root
}

interface Box {
  root: JsonValue
}

type Container = JsonObject | JsonValue[]

const operations: Readonly<Record<string, (box: Box, operation: JsonPatchOperation) => void>> = {
  add: (box, operation) => {
    const path = pathOf(operation, 'add')
    const value = operationValue(operation)
    if (path === '') {
      box.root = value
      return
    }
    const [container, key] = find(box, path) ?? missing('add', path)
    add(container, key, value, path)
  },
  remove: (box, operation) => {
    const path = pathOf(operation, 'remove')
    const [container, key] = find(box, path) ?? missing('remove', path)
    remove(container, key, `error in remove for path: '${path}'`)
  },
  replace: (box, operation) => {
    const path = pathOf(operation, 'replace')
    const value = operationValue(operation)
    if (path === '') {
      if (typeof value !== 'object' || value === null) fail('replace operation value must be object or array')
      box.root = value
      return
    }
    const [container, key] =
      find(box, path) ?? fail(`replace operation does not apply: doc is missing path: ${path}: missing value`)
    if (get(container, key) === undefined) {
      fail(`replace operation does not apply: doc is missing key: ${path}: missing value`)
    }
    if (Array.isArray(container)) container[indexOf(container, key)] = value
    else setOwn(container, key, value)
  },
  move: (box, operation) => {
    const from = fromOf(operation, 'move')
    const [source, key] =
      find(box, from) ?? fail(`move operation does not apply: doc is missing from path: ${from}: missing value`)
    const value = get(source, key)
    if (value === undefined)
      fail(`error in move for path: '${key}': unable to get nonexistent key: ${key}: missing value`)
    remove(source, key, `error in move for path: '${key}'`)
    const path = pathOf(operation, 'move')
    const [target, targetKey] =
      find(box, path) ?? fail(`move operation does not apply: doc is missing destination path: ${path}: missing value`)
    add(target, targetKey, value, path)
  },
  copy: (box, operation) => {
    const from = fromOf(operation, 'copy')
    const [source, key] =
      find(box, from) ?? fail(`copy operation does not apply: doc is missing from path: ${from}: missing value`)
    const value = get(source, key)
    if (value === undefined)
      fail(`error in copy for from: '${from}': unable to get nonexistent key: ${key}: missing value`)
    const path = pathOf(operation, 'copy')
    const [target, targetKey] =
      find(box, path) ?? fail(`copy operation does not apply: doc is missing destination path: ${path}: missing value`)
    add(target, targetKey, jsonClone(value), path)
  },
  test: (box, operation) => {
    const path = pathOf(operation, 'test')
    const expected = operation['value'] ?? null
    const found = path === '' ? box.root : getForTest(box, path)
    if (!jsonEqual(found ?? null, expected)) fail(`testing value ${path} failed: test failed`)
  },
}

function getForTest(box: Box, path: string): JsonValue | undefined {
  const [container, key] =
    find(box, path) ?? fail(`test operation does not apply: is missing path: ${path}: missing value`)
  if (Array.isArray(container) && get(container, key) === undefined) {
    fail(`error in test for path: '${path}': Unable to access invalid index: ${key}`)
  }
  return get(container, key)
}

function pathOf(operation: JsonPatchOperation, name: string): string {
  const path = operation['path']
  if (typeof path !== 'string') fail(`${name} operation failed to decode path: missing value`)
  return path
}

function fromOf(operation: JsonPatchOperation, name: string): string {
  const from = operation['from']
  if (typeof from !== 'string') fail(`${name} operation failed to decode from: missing value`)
  return from
}

function operationValue(operation: JsonPatchOperation): JsonValue {
  // Operations are applied to several resources, which must not share parts.
  return Object.hasOwn(operation, 'value') ? jsonClone(operation['value']!) : null
}

/** The container that a pointer's last part is in, and that part. */
function find(box: Box, path: string): [Container, string] | undefined {
  const parts = path.split('/')
  if (parts.length < 2) return undefined
  let at: JsonValue | undefined = box.root
  for (const part of parts.slice(1, -1)) at = isContainer(at) ? get(at, decodeKey(part)) : undefined
  return isContainer(at) ? [at, decodeKey(parts[parts.length - 1]!)] : undefined
}

function isContainer(value: JsonValue | undefined): value is Container {
  return typeof value === 'object' && value !== null
}

function get(container: Container, key: string): JsonValue | undefined {
  if (key === '') return container
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : undefined
  if (!/^[+-]?[0-9]+$/.test(key)) return undefined
  const index = Number(key)
  return container[index < 0 ? index + container.length : index]
}

function add(container: Container, key: string, value: JsonValue, path: string): void {
  if (!Array.isArray(container)) {
    setOwn(container, key, value)
    return
  }
  if (key === '-') {
    container.push(value)
    return
  }
  const number = /^[+-]?[0-9]+$/.test(key)
    ? Number(key)
    : fail(`error in add for path: '${path}': value was not a proper array index: '${key}'`)
  const index = number < 0 ? number + container.length + 1 : number
  if (index < 0 || index > container.length) {
    fail(`error in add for path: '${path}': Unable to access invalid index: ${number}: invalid index referenced`)
  }
  container.splice(index, 0, value)
}

function remove(container: Container, key: string, context: string): void {
  if (Array.isArray(container)) {
    const index = indexOf(container, key)
    if (index < 0 || index >= container.length)
      fail(`${context}: Unable to access invalid index: ${key}: invalid index referenced`)
    container.splice(index, 1)
    return
  }
  if (!Object.hasOwn(container, key)) fail(`${context}: unable to remove nonexistent key: ${key}: missing value`)
  delete container[key]
}

function indexOf(container: readonly JsonValue[], key: string): number {
  if (!/^[+-]?[0-9]+$/.test(key)) return -1
  const index = Number(key)
  return index < 0 ? index + container.length : index
}

function decodeKey(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

function missing(name: string, path: string): never {
  fail(`${name} operation does not apply: doc is missing path: "${path}": missing value`)
}

function parseStrictJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    fail(error instanceof Error ? error.message : 'invalid JSON')
  }
}
