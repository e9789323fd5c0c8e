import { formatGoFloat } from '../go/text.ts'
import { celCompare, celEqual } from '../values/compare.ts'
import { CelError, noSuchOverload } from '../values/error.ts'
import { typeName } from '../values/type-of.ts'
import {
  CelArray,
  CelDuration,
  type CelEntries,
  CelList,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelUint,
  type CelValue,
} from '../values/value.ts'
import { define, type FunctionDefinition } from './define.ts'

const maxInt = 2n ** 63n - 1n
const minInt = -(2n ** 63n)
const maxUint = 2n ** 64n - 1n

export function checkInt(value: bigint): bigint {
  if (value > maxInt || value < minInt) throw new CelError('integer overflow')
  return value
}

function checkUint(value: bigint): CelUint {
  if (value > maxUint || value < 0n) throw new CelError('unsigned integer overflow')
  return new CelUint(value)
}

function checkDuration(nanos: bigint): CelDuration {
  return new CelDuration(checkInt(nanos))
}

export function isTimestampInRange(nanos: bigint): boolean {
  return nanos >= -62_135_596_800_000_000_000n && nanos <= 253_402_300_799_999_999_999n
}

/** Timestamps run from year 1 to year 9999 (protobuf's range). */
export function checkTimestamp(nanos: bigint, offset = 0): CelTimestamp {
  if (!isTimestampInRange(nanos)) throw new CelError('timestamp overflow')
  return new CelTimestamp(nanos, offset)
}

function concatBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

/** `a + b` for every type that has it; `undefined` for others. */
export function celAdd(a: CelValue, b: CelValue): CelValue | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkInt(a + b)
  if (typeof a === 'number' && typeof b === 'number') return a + b
  if (typeof a === 'string' && typeof b === 'string') return a + b
  if (a instanceof CelUint && b instanceof CelUint) return checkUint(a.value + b.value)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return concatBytes(a, b)
  if (a instanceof CelList && b instanceof CelList) {
    return a.concat === undefined ? new CelArray([...a, ...b]) : a.concat(b)
  }
  if (a instanceof CelDuration && b instanceof CelDuration) return checkDuration(a.nanos + b.nanos)
  if (a instanceof CelTimestamp && b instanceof CelDuration) return checkTimestamp(a.nanos + b.nanos, a.offset)
  if (a instanceof CelDuration && b instanceof CelTimestamp) return checkTimestamp(a.nanos + b.nanos, b.offset)
  return undefined
}

function subtract(a: CelValue, b: CelValue): CelValue | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkInt(a - b)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (a instanceof CelUint && b instanceof CelUint) return checkUint(a.value - b.value)
  if (a instanceof CelDuration && b instanceof CelDuration) return checkDuration(a.nanos - b.nanos)
  if (a instanceof CelTimestamp && b instanceof CelDuration) return checkTimestamp(a.nanos - b.nanos, a.offset)
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) return checkDuration(a.nanos - b.nanos)
  return undefined
}

function multiply(a: CelValue, b: CelValue): CelValue | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkInt(a * b)
  if (typeof a === 'number' && typeof b === 'number') return a * b
  return a instanceof CelUint && b instanceof CelUint ? checkUint(a.value * b.value) : undefined
}

function divide(a: CelValue, b: CelValue): CelValue | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a / b
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw new CelError('division by zero')
    return checkInt(a / b)
  }
  if (!(a instanceof CelUint && b instanceof CelUint)) return undefined
  if (b.value === 0n) throw new CelError('division by zero')
  return new CelUint(a.value / b.value)
}

function modulo(a: CelValue, b: CelValue): CelValue | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw new CelError('modulus by zero')
    if (a === minInt && b === -1n) throw new CelError('integer overflow')
    return a % b
  }
  if (!(a instanceof CelUint && b instanceof CelUint)) return undefined
  if (b.value === 0n) throw new CelError('modulus by zero')
  return new CelUint(a.value % b.value)
}

function negate(value: CelValue): CelValue | undefined {
  if (typeof value === 'bigint') return checkInt(-value)
  if (typeof value === 'number') return -value
  return value instanceof CelDuration ? checkDuration(-value.nanos) : undefined
}

/** Whether a list has an element equal to the value, or a map has the key. */
function contains(value: CelValue, container: CelValue): boolean | undefined {
  if (container instanceof CelList) {
    for (const item of container) if (celEqual(item, value)) return true
    return false
  }
  return container instanceof CelMap ? container.get(value) !== undefined : undefined
}

/** `container[key]`; a missing key or index is an error. */
export function celIndex(container: CelValue, key: CelValue): CelValue {
  if (container instanceof CelOptional) {
    return container.value === undefined ? container : celOptionalIndex(container.value, key)
  }
  if (container instanceof CelList) {
    const index = listIndex(key)
    if (index < 0 || index >= container.size) throw new CelError(`index out of bounds: ${showKey(key)}`)
    return container.at(index)
  }
  const value = container instanceof CelMap ? container.get(key) : undefined
  if (value === undefined) throw new CelError(`no such key: ${showKey(key)}`)
  return value
}

/** `container[?key]`. */
export function celOptionalIndex(container: CelValue, key: CelValue): CelOptional {
  if (container instanceof CelOptional) {
    return container.value === undefined ? container : celOptionalIndex(container.value, key)
  }
  if (container instanceof CelList) {
    const index = listIndex(key)
    return new CelOptional(index < 0 || index >= container.size ? undefined : container.at(index))
  }
  return new CelOptional(container instanceof CelMap ? container.get(key) : undefined)
}

export function listIndex(key: CelValue): number {
  if (typeof key === 'bigint') return Number(key)
  if (key instanceof CelUint) return Number(key.value)
  if (typeof key === 'number' && Number.isInteger(key)) return key
  if (typeof key === 'number') throw new CelError(`unsupported index value ${formatGoFloat(key)} in list`)
  throw new CelError(`unsupported index type '${typeName(key)}' in list`)
}

/** A key as error messages print it. */
export function showKey(key: CelValue): string {
  if (key instanceof CelUint) return String(key.value)
  return typeof key === 'object' && key !== null ? '' : String(key)
}

/** Types with an order; lists, maps, null and library values have none. */
const comparable = new Set([
  'bool',
  'int',
  'uint',
  'double',
  'bytes',
  ...['string', 'google.protobuf.Duration', 'google.protobuf.Timestamp'],
])

const ordered = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration']
const numericPairs = ['int, double', 'int, uint', 'uint, double', 'uint, int', 'double, int', 'double, uint']
const comparisons = [...ordered.map((type) => `${type}, ${type}`), ...numericPairs].map((pair) => `(${pair}) bool`)

function comparison(name: string, holds: (order: number) => boolean): FunctionDefinition {
  return define(name, comparisons, ([a, b]) => {
    if (!comparable.has(typeName(a!))) throw noSuchOverload(name)
    const order = celCompare(a!, b!)
    if (order === undefined) throw new CelError('NaN values cannot be ordered')
    return holds(order)
  })
}

/** Types whose values answer an operator they do not have with a plain "no such overload". */
const answering: Readonly<Record<string, readonly string[]>> = {
  '_+_': ['int', 'uint', 'double', 'bytes', 'list'],
  '_-_': ['int', 'uint', 'double'],
  '_*_': ['int', 'uint', 'double'],
  '_/_': ['int', 'uint', 'double'],
  '_%_': ['int', 'uint'],
  '-_': ['int', 'double', 'bool'],
  '!_': ['int', 'uint', 'double', 'bool', 'null_type', 'list', 'map'],
}
const receivers = ['string', 'google.protobuf.Duration', 'google.protobuf.Timestamp']

/** An operator; what it does not take is an error whose text depends on the left side, as in cel-go's planner. */
function operator(
  name: string,
  signatures: readonly string[],
  call: (a: CelValue, b: CelValue) => CelValue | undefined,
): FunctionDefinition {
  return define(name, signatures, ([a, b]) => {
    const result = call(a!, b!)
    if (result !== undefined) return result
    const type = typeName(a!)
    const plain = receivers.includes(type) || (answering[name] ?? []).includes(type)
    throw noSuchOverload(plain ? '' : name)
  })
}

function arithmeticLibrary(): readonly FunctionDefinition[] {
  const numeric = (types: string): string[] => types.split(' ').map((type) => `(${type}, ${type}) ${type}`)
  return [
    operator(
      '_+_',
      [
        ...numeric('bytes double duration'),
        '(duration, timestamp) timestamp',
        '(timestamp, duration) timestamp',
        '(int, int) int',
        '(list(A), list(A)) list(A)',
        ...numeric('string uint'),
      ],
      celAdd,
    ),
    operator(
      '_-_',
      [...numeric('double duration int uint'), '(timestamp, duration) timestamp', '(timestamp, timestamp) duration'],
      subtract,
    ),
    operator('_*_', numeric('double int uint'), multiply),
    operator('_/_', numeric('double int uint'), divide),
    operator('_%_', numeric('int uint'), modulo),
    operator('-_', ['(double) double', '(int) int'], negate),
  ]
}

/** The operators that are ordinary functions (`&&`, `||` and `?:` are evaluated by the interpreter). */
export function operatorLibrary(): readonly FunctionDefinition[] {
  return [
    define('_&&_', ['(bool, bool) bool'], () => undefined),
    define('_||_', ['(bool, bool) bool'], () => undefined),
    define('_?_:_', ['(bool, A, A) A'], () => undefined),
    define('@not_strictly_false', ['(bool) bool'], ([a]) => a !== false),
    operator('!_', ['(bool) bool'], (a) => (typeof a === 'boolean' ? !a : undefined)),
    define('_==_', ['(A, A) bool'], ([a, b]) => celEqual(a!, b!)),
    define('_!=_', ['(A, A) bool'], ([a, b]) => !celEqual(a!, b!)),
    comparison('_<_', (order) => order < 0),
    comparison('_<=_', (order) => order <= 0),
    comparison('_>_', (order) => order > 0),
    comparison('_>=_', (order) => order >= 0),
    ...arithmeticLibrary(),
    define(
      '_[_]',
      [
        '(list(A), int) A',
        '(map(A, B), A) B',
        '(optional(list(V)), int) optional(V)',
        '(optional(map(K, V)), K) optional(V)',
      ],
      ([a, b]) => celIndex(a!, b!),
    ),
    define(
      '_[?_]',
      [
        '(list(V), int) optional(V)',
        '(optional(list(V)), int) optional(V)',
        '(map(K, V), K) optional(V)',
        '(optional(map(K, V)), K) optional(V)',
      ],
      ([a, b]) => celOptionalIndex(a!, b!),
    ),
    define('@in', ['(A, list(A)) bool', '(A, map(A, B)) bool'], ([a, b]) => {
      const found = contains(a!, b!)
      if (found === undefined) throw noSuchOverload()
      return found
    }),
    define('cel.@mapInsert', ['(map(K, V), K, V) map(K, V)', '(map(K, V), map(K, V)) map(K, V)'], () => undefined),
  ]
}

/** Adds to a map made by a macro; a key that is there already is an error. */
export function insertEntry(target: CelEntries, key: CelValue, value: CelValue): void {
  if (!target.add(key, value)) throw new CelError(`insert failed: key ${showKey(key)} already exists`)
}
