import {
  compareStrings,
  encodeText,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from '../../base/index.ts'
import { compareValues } from '../smd/value-order.ts'
import { goJson } from '../values/go-text.ts'

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
  walk.visit('', before, after)
  return walk.operations
}

class DiffWalk {
  readonly operations: DiffOperation[] = []
  readonly #rationalize: boolean

  constructor(rationalize: boolean) {
    this.#rationalize = rationalize
  }

  visit(path: string, before: JsonValue, after: JsonValue): void {
    if (before === after) return
    const start = this.operations.length
    if (isObject(before) && isObject(after)) this.#objects(path, before, after)
    else if (Array.isArray(before) && Array.isArray(after)) {
      if (compareValues(before, after) === 0) return
      this.#lists(path, before, after)
    } else if (sameType(before, after) && compareValues(before, after) === 0) return
    else {
      const op = path === '' && !sameType(before, after) ? 'add' : 'replace'
      this.operations.push({ op, path, value: after, oldValue: before })
      return
    }
    if (this.#rationalize && this.operations.length > start) this.#shorten(start, path, before, after)
  }

  #objects(path: string, before: JsonObject, after: JsonObject): void {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    for (const key of [...keys].sort(compareStrings)) {
      const inner = `${path}/${escapePointer(key)}`
      if (!Object.hasOwn(after, key)) this.operations.push({ op: 'remove', path: inner, oldValue: before[key]! })
      else if (!Object.hasOwn(before, key)) this.operations.push({ op: 'add', path: inner, value: after[key]! })
      else this.visit(inner, before[key]!, after[key]!)
    }
  }

  #lists(path: string, before: JsonArray, after: JsonArray): void {
    const shared = Math.min(before.length, after.length)
    // Items past the end are removed at the same place, one after the other.
    for (const oldValue of before.slice(shared)) {
      this.operations.push({ op: 'remove', path: `${path}/${shared}`, oldValue })
    }
    for (let i = 0; i < shared; i++) this.visit(`${path}/${i}`, before[i]!, after[i]!)
    for (const value of after.slice(shared)) this.operations.push({ op: 'add', path: `${path}/-`, value })
  }

  #shorten(start: number, path: string, before: JsonValue, after: JsonValue): void {
    const operations = this.operations.slice(start)
    const length = operations.reduce((sum, operation) => sum + sizeOf(operation), operations.length - 1)
    const whole: DiffOperation = { op: 'replace', path, value: after, oldValue: before }
    if (length > sizeOf(whole)) this.operations.splice(start, operations.length, whole)
  }
}

/** The operation's length in JSON; additions count without their value, as the library reckons. */
function sizeOf({ op, path, value }: DiffOperation): number {
  const base = '{"op":"","path":""}'.length + op.length + encodeText(path).length
  if (op === 'remove') return base
  return base + ',"value":'.length + (op === 'replace' && value !== undefined ? encodeText(goJson(value)).length : 0)
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
