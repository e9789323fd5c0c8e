import {
  compareStrings,
  encodeText,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from '../../base/index.ts'
import { compareValues } from '../smd/value-order.ts'
import { goJson, goJsonString } from '../values/go-text.ts'

/** One difference, as an RFC 6902 operation that also says what was there. */
export interface DiffOperation {
  readonly op: 'add' | 'remove' | 'replace'
  /** A JSON pointer. */
  readonly path: string
  readonly value?: JsonValue
  readonly oldValue?: JsonValue
}

export interface JsonDiffOptions {
  /** Say one replacement where that is shorter than what it stands for. */
  readonly rationalize?: boolean
}

/**
 * The operations that make one value of another: members in the order of their names, list items by position
 * (github.com/wI2L/jsondiff, which Flux's drift detection prints).
 */
export function diffJson(before: JsonValue, after: JsonValue, options: JsonDiffOptions = {}): DiffOperation[] {
  const walk = new DiffWalk(options.rationalize === true)
  walk.visit({ path: '', measured: true }, before, after)
  return walk.operations
}

/** Where the walk is. */
interface Place {
  readonly path: string
  /**
   * False at and below members whose names JSON escapes: the library does not find their text, and takes the values there
   * to be of no length.
   */
  readonly measured: boolean
}

class DiffWalk {
  readonly operations: DiffOperation[] = []
  /** The lengths in JSON of the operations. */
  readonly #sizes: number[] = []
  readonly #rationalize: boolean

  constructor(rationalize: boolean) {
    this.#rationalize = rationalize
  }

  visit(place: Place, before: JsonValue, after: JsonValue): void {
    if (before === after) return
    const start = this.operations.length
    if (isObject(before) && isObject(after)) this.#objects(place, before, after)
    else if (Array.isArray(before) && Array.isArray(after)) {
      if (compareValues(before, after) === 0) return
      this.#lists(place, before, after)
    } else if (sameType(before, after) && compareValues(before, after) === 0) return
    else {
      const op = place.path === '' && !sameType(before, after) ? 'add' : 'replace'
      this.#push({ op, path: place.path, value: after, oldValue: before }, place)
      return
    }
    if (this.#rationalize && this.operations.length > start) this.#shorten(start, place, before, after)
  }

  #push(operation: DiffOperation, place: Place): void {
    this.operations.push(operation)
    this.#sizes.push(this.#rationalize ? sizeOf(operation, place.measured) : 0)
  }

  #objects(place: Place, before: JsonObject, after: JsonObject): void {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    for (const key of [...keys].sort(compareStrings)) {
      const path = `${place.path}/${escapePointer(key)}`
      const inner = { path, measured: place.measured && goJsonString(key).length === key.length + 2 }
      if (!Object.hasOwn(after, key)) this.#push({ op: 'remove', path, oldValue: before[key]! }, inner)
      else if (!Object.hasOwn(before, key)) this.#push({ op: 'add', path, value: after[key]! }, inner)
      else this.visit(inner, before[key]!, after[key]!)
    }
  }

  #lists(place: Place, before: JsonArray, after: JsonArray): void {
    const { path, measured } = place
    const shared = Math.min(before.length, after.length)
    // Items past the end are removed at the same place, one after the other.
    for (const oldValue of before.slice(shared))
      this.#push({ op: 'remove', path: `${path}/${shared}`, oldValue }, place)
    for (let i = 0; i < shared; i++) this.visit({ path: `${path}/${i}`, measured }, before[i]!, after[i]!)
    for (const value of after.slice(shared)) this.#push({ op: 'add', path: `${path}/-`, value }, place)
  }

  #shorten(start: number, place: Place, before: JsonValue, after: JsonValue): void {
    const sizes = this.#sizes.slice(start)
    const length = sizes.reduce((sum, size) => sum + size, sizes.length - 1)
    const whole: DiffOperation = { op: 'replace', path: place.path, value: after, oldValue: before }
    if (length <= sizeOf(whole, place.measured)) return
    this.operations.splice(start)
    this.#sizes.splice(start)
    this.#push(whole, place)
  }
}

/** The operation's length in JSON; additions count without their value, as the library reckons. */
function sizeOf({ op, path, value }: DiffOperation, measured: boolean): number {
  const base = '{"op":"","path":""}'.length + op.length + encodeText(path).length
  if (op === 'remove') return base
  const counted = measured && op === 'replace' && value !== undefined
  return base + ',"value":'.length + (counted ? encodeText(goJson(value)).length : 0)
}

function sameType(a: JsonValue, b: JsonValue): boolean {
  const type = (value: JsonValue): string => {
    if (value === null) return 'null'
    if (Array.isArray(value)) return 'list'
    return typeof value === 'bigint' ? 'number' : typeof value
  }
  return type(a) === type(b)
}

/** A member's name as one step of a JSON pointer. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The steps of a JSON pointer. */
export function parsePointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}
