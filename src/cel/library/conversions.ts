import { decodeText, encodeText } from '../../base/index.ts'
import { formatSeconds, parseGoDuration } from '../go/duration.ts'
import { codePointLength, formatGoFloat } from '../go/text.ts'
import { formatRfc3339, parseRfc3339, rfc3339Offset } from '../go/timestamp.ts'
import { CelError } from '../values/error.ts'
import { typeName } from '../values/type-of.ts'
import { CelDuration, CelList, CelMap, CelTimestamp, CelTypeValue, CelUint, type CelValue } from '../values/value.ts'
import { define, type FunctionDefinition } from './define.ts'
import { checkInt, checkTimestamp } from './operators.ts'

/** size() of whatever has one; strings count code points. */
export function celSize(value: CelValue): bigint | undefined {
  if (typeof value === 'string') return BigInt(codePointLength(value))
  if (value instanceof CelList || value instanceof CelMap) return BigInt(value.size)
  return value instanceof Uint8Array ? BigInt(value.length) : undefined
}

/** string(x), also used by format(); `undefined` for types without a string form. */
export function celToString(value: CelValue): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return formatGoFloat(value)
  if (value instanceof CelUint) return String(value.value)
  if (value instanceof CelTimestamp) return formatRfc3339(value.nanos, value.offset)
  if (value instanceof CelDuration) return formatSeconds(value.nanos)
  if (value instanceof CelTypeValue) return value.name
  return value instanceof Uint8Array ? bytesToString(value) : undefined
}

function bytesToString(bytes: Uint8Array): string {
  const text = decodeText(bytes)
  const again = encodeText(text)
  if (again.length !== bytes.length || again.some((byte, i) => byte !== bytes[i])) {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string')
  }
  return text
}

function toInt(value: CelValue): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') {
    if (!(value > -(2 ** 63) && value < 2 ** 63)) throw new CelError('integer overflow')
    return BigInt(Math.trunc(value))
  }
  if (value instanceof CelUint) return checkInt(value.value)
  if (value instanceof CelDuration) return value.nanos
  if (value instanceof CelTimestamp) return floorDivide(value.nanos, 1_000_000_000n)
  return typeof value === 'string' ? parseInteger(value, 'int') : undefined
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}

/** The error of text that does not read as the type. */
function unreadable(type: string): CelError {
  return new CelError(`type conversion error from 'string' to '${type}'`)
}

function parseInteger(text: string, type: 'int' | 'uint'): bigint {
  if (!(type === 'int' ? /^[+-]?\d+$/ : /^\d+$/).test(text)) throw unreadable(type)
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  const wrapped = type === 'int' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)
  if (wrapped !== value) throw unreadable(type)
  return value
}

function toUint(value: CelValue): CelUint | undefined {
  if (value instanceof CelUint) return value
  if (typeof value === 'bigint') {
    if (value < 0n) throw new CelError('unsigned integer overflow')
    return new CelUint(value)
  }
  if (typeof value === 'number') {
    if (!(value >= 0 && value < 2 ** 64)) throw new CelError('unsigned integer overflow')
    return new CelUint(BigInt(Math.trunc(value)))
  }
  return typeof value === 'string' ? new CelUint(parseInteger(value, 'uint')) : undefined
}

function toDouble(value: CelValue): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof CelUint) return Number(value.value)
  if (typeof value !== 'string') return undefined
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(value)
  if (special !== null) {
    if (special[2]!.toLowerCase() === 'nan') return Number.NaN
    return special[1] === '-' ? -Infinity : Infinity
  }
  const plain = value.replace(/(?<=\d)_(?=\d)/g, '')
  const number = Number(plain)
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(plain) || !Number.isFinite(number)) throw unreadable('double')
  return number
}

function toBool(value: CelValue): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return false
  throw unreadable('bool')
}

function toDuration(value: CelValue): CelDuration | undefined {
  if (value instanceof CelDuration) return value
  if (typeof value === 'bigint') return new CelDuration(value)
  if (typeof value !== 'string') return undefined
  const nanos = parseGoDuration(value)
  if (nanos === undefined) throw unreadable('google.protobuf.Duration')
  return new CelDuration(nanos)
}

function toTimestamp(value: CelValue): CelTimestamp | undefined {
  if (value instanceof CelTimestamp) return value
  if (typeof value === 'bigint') return checkTimestamp(value * 1_000_000_000n)
  if (typeof value !== 'string') return undefined
  const nanos = parseRfc3339(value)
  if (nanos === undefined) throw unreadable('google.protobuf.Timestamp')
  return checkTimestamp(nanos, rfc3339Offset(value))
}

/** size(), type conversions and type(). */
export function conversionLibrary(): readonly FunctionDefinition[] {
  const from = (result: string, types: string): string[] => types.split(' ').map((type) => `(${type}) ${result}`)
  const sizes = ['bytes', 'list(A)', 'map(A, B)', 'string']
  return [
    define('size', [...sizes.map((type) => `(${type}) int`), ...sizes.map((type) => `${type}.() int`)], ([a]) =>
      celSize(a!),
    ),
    define('type', ['(A) type(A)'], ([a]) => new CelTypeValue(typeName(a!))),
    define('dyn', ['(A) dyn'], ([a]) => a),
    define('bool', from('bool', 'bool string'), ([a]) => toBool(a!)),
    define('bytes', from('bytes', 'bytes string'), ([a]) =>
      a instanceof Uint8Array ? a : typeof a === 'string' ? encodeText(a) : undefined,
    ),
    define('double', from('double', 'double int string uint'), ([a]) => toDouble(a!)),
    define('duration', from('duration', 'duration int string'), ([a]) => toDuration(a!)),
    define('int', from('int', 'int double duration string timestamp uint'), ([a]) => toInt(a!)),
    define('string', from('string', 'string bool bytes double duration int timestamp uint'), ([a]) => celToString(a!)),
    define('timestamp', from('timestamp', 'timestamp int string'), ([a]) => toTimestamp(a!)),
    define('uint', from('uint', 'uint double int string'), ([a]) => toUint(a!)),
  ]
}
