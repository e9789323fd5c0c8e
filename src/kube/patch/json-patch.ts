import { isObject, type JsonArray, type JsonObject, type JsonValue, jsonClone, setOwn } from '../../base/index.ts'
import { compareValues } from '../smd/value-order.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'

/** What a patch may copy in all, in characters of JSON, so that a small one cannot fill memory. */
const defaultCopyLimit = 3 * 1024 * 1024

export interface JsonPatchOptions {
  /** Default 3 MiB, the API server's limit for a request's body. */
  readonly copyLimit?: number
  /** Refuse what RFC 6902 forbids but the API server's library lets pass: no `value`, `from` nothing, indexes like `01`. */
  readonly strict?: boolean
}

type Container = JsonObject | JsonArray

/** Why a patch does not apply, in the words of the library that the API server uses. */
class PatchFault extends Error {}

/**
 * Applies an RFC 6902 patch as kube-apiserver does (gopkg.in/evanphx/json-patch.v4): negative indexes count from the
 * end, `add` to a missing parent fails, `test` of a missing member with null passes. The document is not changed.
 */
export function applyJsonPatch(
  document: JsonValue,
  patch: JsonValue,
  options: JsonPatchOptions = {},
): Outcome<JsonValue> {
  if (!Array.isArray(patch)) return bad('json: cannot unmarshal value into Go value of type jsonpatch.Patch')
  if (document === null || typeof document !== 'object') {
    return bad(`json: cannot unmarshal ${jsonType(document)} into Go value of type jsonpatch.partialDoc`)
  }
  const run = new PatchRun(jsonClone(document) as Container, options)
  try {
    for (const operation of patch) run.apply(operation)
  } catch (error) {
    if (error instanceof PatchFault) return bad(error.message)
    throw error
  }
  return good(run.document)
}

/** Whether two documents are equal in the sense of a patch's `test`. */
export function jsonPatchEqual(a: JsonValue, b: JsonValue): boolean {
  return compareValues(a, b) === 0
}

const missing = 'missing value'
const wrongIndex = 'invalid index referenced'

class PatchRun {
  document: Container
  readonly #copyLimit: number
  readonly #strict: boolean
  #copied = 0

  constructor(document: Container, options: JsonPatchOptions) {
    this.document = document
    this.#copyLimit = options.copyLimit ?? defaultCopyLimit
    this.#strict = options.strict === true
  }

  apply(operation: JsonValue): void {
    if (!isObject(operation))
      throw new PatchFault('json: cannot unmarshal value into Go value of type jsonpatch.Operation')
    const kind = typeof operation['op'] === 'string' ? operation['op'] : 'unknown'
    if (this.#strict) checkStrictly(operation, kind)
    if (kind === 'add') this.#add(operation)
    else if (kind === 'remove') this.#remove(operation)
    else if (kind === 'replace') this.#replace(operation)
    else if (kind === 'move') this.#move(operation)
    else if (kind === 'test') this.#test(operation)
    else if (kind === 'copy') this.#copy(operation)
    else throw new PatchFault(`Unexpected kind: ${kind}`)
  }

  #add(operation: JsonObject): void {
    const path = pointer(operation, 'path', 'add')
    const target = this.#find(path)
    if (target === undefined) {
      throw new PatchFault(`add operation does not apply: doc is missing path: "${path}": ${missing}`)
    }
    inPath(`error in add for path: '${path}'`, () => addTo(target.container, target.key, operandOf(operation)))
  }

  #remove(operation: JsonObject): void {
    const path = pointer(operation, 'path', 'remove')
    const target = this.#find(path)
    if (target === undefined) {
      throw new PatchFault(`remove operation does not apply: doc is missing path: "${path}": ${missing}`)
    }
    inPath(`error in remove for path: '${path}'`, () => removeFrom(target.container, target.key))
  }

  #replace(operation: JsonObject): void {
    const path = pointer(operation, 'path', 'replace')
    if (path === '') {
      const value = operandOf(operation)
      if (value === null || typeof value !== 'object') {
        throw new PatchFault('replace operation value must be object or array: %!w(<nil>)')
      }
      this.document = value as Container
      return
    }
    const target = this.#find(path)
    if (target === undefined) {
      throw new PatchFault(`replace operation does not apply: doc is missing path: ${path}: ${missing}`)
    }
    const { container, key } = target
    if (!Array.isArray(container)) {
      // The library takes a member that is not there for null, and so lets it be replaced.
      setOwn(container, key, operandOf(operation))
      return
    }
    const index = indexIn(container, key)
    if (index === undefined) {
      throw new PatchFault(`replace operation does not apply: doc is missing key: ${path}: ${missing}`)
    }
    container[index] = operandOf(operation)
  }

  #move(operation: JsonObject): void {
    const from = pointer(operation, 'from', 'move')
    const source = this.#find(from)
    if (source === undefined) {
      throw new PatchFault(`move operation does not apply: doc is missing from path: ${from}: ${missing}`)
    }
    const value = inPath(`error in move for path: '${source.key}'`, () => {
      const found = read(source.container, source.key)
      removeFrom(source.container, source.key)
      return found ?? null
    })
    const path = pointer(operation, 'path', 'move')
    const target = this.#find(path)
    if (target === undefined) {
      throw new PatchFault(`move operation does not apply: doc is missing destination path: ${path}: ${missing}`)
    }
    inPath(`error in move for path: '${path}'`, () => addTo(target.container, target.key, value))
  }

  #test(operation: JsonObject): void {
    const path = pointer(operation, 'path', 'test')
    const failed = new PatchFault(`testing value ${path} failed: test failed`)
    if (path === '') {
      if (jsonPatchEqual(this.document, operandOf(operation))) return
      throw failed
    }
    const target = this.#find(path)
    if (target === undefined) {
      throw new PatchFault(`test operation does not apply: is missing path: ${path}: ${missing}`)
    }
    const value = inPath(`error in test for path: '${path}'`, () => read(target.container, target.key))
    if (!jsonPatchEqual(value ?? null, operandOf(operation))) throw failed
  }

  #copy(operation: JsonObject): void {
    const from = pointer(operation, 'from', 'copy')
    const source = this.#find(from)
    if (source === undefined) {
      throw new PatchFault(`copy operation does not apply: doc is missing from path: ${from}: ${missing}`)
    }
    const found = inPath(`error in copy for from: '${from}'`, () => read(source.container, source.key))
    if (found === undefined && this.#strict) throw new PatchFault(`copy from nothing: ${from}: ${missing}`)
    const value = found ?? null
    const path = pointer(operation, 'path', 'copy')
    const target = this.#find(path)
    if (target === undefined) {
      throw new PatchFault(`copy operation does not apply: doc is missing destination path: ${path}: ${missing}`)
    }
    this.#copied += sizeOf(value)
    if (this.#copied > this.#copyLimit) {
      throw new PatchFault(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#copied}, exceeding the limit ${this.#copyLimit}`,
      )
    }
    inPath('error while adding value during copy', () => addTo(target.container, target.key, jsonClone(value)))
  }

  /** The container that holds what a pointer points at; `undefined` when there is none. */
  #find(path: string): { container: Container; key: string } | undefined {
    const parts = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    if (parts.length < 2) return undefined
    let container: Container = this.document
    for (const part of parts.slice(1, -1)) {
      this.#checkIndex(container, part)
      let next: JsonValue | undefined
      if (Array.isArray(container)) {
        const index = indexIn(container, part)
        next = index === undefined ? undefined : container[index]
      } else next = Object.hasOwn(container, part) ? container[part] : undefined
      if (next === undefined || next === null || typeof next !== 'object') return undefined
      container = next as Container
    }
    this.#checkIndex(container, parts.at(-1)!)
    return { container, key: parts.at(-1)! }
  }

  #checkIndex(container: Container, key: string): void {
    if (this.#strict && Array.isArray(container) && /^0\d/.test(key)) {
      throw new PatchFault(`a list index may not have leading zeros: ${key}`)
    }
  }
}

/** What RFC 6902 asks of an operation beyond what the library does. */
function checkStrictly(operation: JsonObject, kind: string): void {
  const needsValue = kind === 'add' || kind === 'replace' || kind === 'test'
  if (needsValue && !Object.hasOwn(operation, 'value'))
    throw new PatchFault(`${kind} operation has no value: ${missing}`)
}

function inPath<T>(context: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof PatchFault) throw new PatchFault(`${context}: ${error.message}`)
    throw error
  }
}

function pointer(operation: JsonObject, field: 'path' | 'from', kind: string): string {
  const value = operation[field]
  if (typeof value === 'string') return value
  throw new PatchFault(`${kind} operation failed to decode ${field}: ${pointerFault(value ?? null, field, kind)}`)
}

function pointerFault(value: JsonValue, field: 'path' | 'from', kind: string): string {
  // Upstream drops what was wrong with a path for these.
  if (field === 'path' && (kind === 'add' || kind === 'remove' || kind === 'copy')) return missing
  if (value === null) return `operation${field === 'from' ? ',' : ''} missing ${field} field: ${missing}`
  return `json: cannot unmarshal ${jsonType(value)} into Go value of type string`
}

/** Go's word for the kind of a JSON value. */
function jsonType(value: JsonValue): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
}

function operandOf(operation: JsonObject): JsonValue {
  return Object.hasOwn(operation, 'value') ? jsonClone(operation['value']!) : null
}

/** A list index as Go's Atoi reads it. */
function parseIndex(key: string): number {
  if (/^[-+]?\d+$/.test(key)) return Number(key)
  throw new PatchFault(`strconv.Atoi: parsing "${key}": invalid syntax`)
}

/** The position of an existing item; `undefined` when there is none. */
function indexIn(list: JsonArray, key: string): number | undefined {
  if (!/^[-+]?\d+$/.test(key)) return undefined
  const index = Number(key)
  const position = index < 0 ? index + list.length : index
  return position >= 0 && position < list.length ? position : undefined
}

function existing(list: JsonArray, key: string): number {
  const index = parseIndex(key)
  const position = indexIn(list, key)
  if (position === undefined) throw new PatchFault(`Unable to access invalid index: ${index}: ${wrongIndex}`)
  return position
}

function read(container: Container, key: string): JsonValue | undefined {
  if (Array.isArray(container)) return container[existing(container, key)]
  return Object.hasOwn(container, key) ? container[key] : undefined
}

function addTo(container: Container, key: string, value: JsonValue): void {
  if (!Array.isArray(container)) {
    setOwn(container, key, value)
    return
  }
  if (key === '-') {
    container.push(value)
    return
  }
  if (!/^[-+]?\d+$/.test(key)) {
    throw new PatchFault(`value was not a proper array index: '${key}': strconv.Atoi: parsing "${key}": invalid syntax`)
  }
  const index = Number(key)
  const size = container.length + 1
  if (index >= size || index < -size) throw new PatchFault(`Unable to access invalid index: ${index}: ${wrongIndex}`)
  container.splice(index < 0 ? index + size : index, 0, value)
}

function removeFrom(container: Container, key: string): void {
  if (Array.isArray(container)) {
    container.splice(existing(container, key), 1)
    return
  }
  if (!Object.hasOwn(container, key)) {
    throw new PatchFault(`Unable to remove nonexistent key: ${key}: ${missing}`)
  }
  delete container[key]
}

/** About how much JSON a value is; counting stops where it is too much anyway. */
function sizeOf(value: JsonValue): number {
  if (typeof value === 'string') return value.length + 2
  if (value === null || typeof value !== 'object') return 8
  let size = 2
  for (const [key, inner] of Object.entries(value)) {
    size += key.length + 4 + sizeOf(inner as JsonValue)
    if (size > defaultCopyLimit) break
  }
  return size
}
