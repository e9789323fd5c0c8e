import { encodeText } from '../../base/index.ts'
import { goQuote } from '../go/text.ts'
import { CelError } from '../values/error.ts'
import { typeName } from '../values/type-of.ts'
import { CelDuration, CelList, CelMap, CelTimestamp, CelUint, type CelValue } from '../values/value.ts'
import { celToString } from './conversions.ts'

/** Digits that `%.Nf` may ask for: more than a double can hold is only a way to use up memory. */
const maxPrecision = 100

/** How %f and %e print: as Go's fmt does, or with en-US digit groups and powers of ten (the older extension). */
export type NumberStyle = 'plain' | 'en-US'

/** `format.format(args)`: %s %d %f %e %b %x %X %o, with a precision for %f and %e. cel-go ext/formatting.go. */
export function formatString(format: string, args: CelList, style: NumberStyle): string {
  let out = ''
  let next = 0
  let i = 0
  while (i < format.length) {
    const char = format[i]!
    if (char !== '%') {
      out += char
      i++
      continue
    }
    if (format[i + 1] === '%') {
      out += '%'
      i += 2
      continue
    }
    if (next >= args.size) throw new CelError(`index ${next} out of range`)
    if (i + 1 >= format.length) throw new CelError('unexpected end of string')
    const clause = parseClause(format, i + 1)
    out += formatClause(clause, args.at(next++), style)
    i = clause.end
  }
  return out
}

export interface Clause {
  readonly letter: string
  readonly precision: number
  readonly end: number
}

export function parseClause(format: string, start: number): Clause {
  const fail = (message: string): CelError => new CelError(`could not parse formatting clause: ${message}`)
  const match = /^(?:\.(\d*))?/.exec(format.slice(start))!
  const letter = format[start + match[0].length]
  if (letter === undefined) {
    throw fail('error while parsing precision: could not find end of precision specifier')
  }
  if (match[1] === '') {
    const detail = 'strconv.Atoi: parsing "": invalid syntax'
    throw fail(`error while parsing precision: error while converting precision to integer: ${detail}`)
  }
  if (!'sdfebxXo'.includes(letter)) throw fail(`unrecognized formatting clause "${letter}"`)
  const precision = match[1] === undefined ? 6 : Math.min(Number(match[1]), maxPrecision)
  return { letter, precision, end: start + match[0].length + 1 }
}

function formatClause(clause: Clause, value: CelValue, style: NumberStyle): string {
  const fail = (message: string): CelError =>
    new CelError(`error during formatting: ${message}, was given ${typeName(value)}`)
  const integer = typeof value === 'bigint' ? value : value instanceof CelUint ? value.value : undefined
  switch (clause.letter) {
    case 's':
      return show(value)
    case 'd':
      if (integer === undefined) throw fail('decimal clause can only be used on integers')
      return String(integer)
    case 'f':
      return fixed(
        doubleOf(value) ?? raise(fail('fixed-point clause can only be used on doubles')),
        clause.precision,
        style,
      )
    case 'e':
      return scientific(
        doubleOf(value) ?? raise(fail('scientific clause can only be used on doubles')),
        clause.precision,
        style,
      )
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0'
      if (integer === undefined) throw fail('only integers and bools can be formatted as binary')
      return integer.toString(2)
    case 'o':
      if (integer === undefined) throw fail('octal clause can only be used on integers')
      return integer.toString(8)
    default: {
      const hex = hexOf(value, integer)
      if (hex === undefined) throw fail('only integers, byte buffers, and strings can be formatted as hex')
      return clause.letter === 'X' ? hex.toUpperCase() : hex
    }
  }
}

function raise(error: CelError): never {
  throw error
}

function doubleOf(value: CelValue): number | undefined {
  if (typeof value === 'number') return value
  if (value === 'NaN') return Number.NaN
  if (value === 'Infinity') return Infinity
  return value === '-Infinity' ? -Infinity : undefined
}

function special(value: number, style: NumberStyle): string | undefined {
  if (Number.isNaN(value)) return 'NaN'
  if (Number.isFinite(value)) return undefined
  if (style === 'plain') return value > 0 ? 'Infinity' : '-Infinity'
  return value > 0 ? '∞' : '-∞'
}

function fixed(value: number, precision: number, style: NumberStyle): string {
  const shown = special(value, style)
  if (shown !== undefined) return shown
  const [whole, fraction] = value.toFixed(precision).split('.') as [string, string | undefined]
  // toFixed gives up at 1e21 and answers in exponent form.
  const digits = whole.includes('e') ? BigInt(value).toString() : whole
  const grouped = style === 'plain' ? digits : digits.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'

function scientific(value: number, precision: number, style: NumberStyle): string {
  // The localized printer takes the precision for a width.
  const width = style === 'en-US' ? precision : 0
  const shown = special(value, style)
  if (shown !== undefined) return shown.padStart(width)
  const [mantissa, exponent] = value.toExponential(style === 'en-US' ? 6 : precision).split('e') as [string, string]
  const digits = exponent.slice(1).padStart(2, '0')
  if (style === 'plain') return `${mantissa}e${exponent[0]}${digits}`
  const raised = [...digits].map((digit) => superscripts[Number(digit)]!).join('')
  return `${mantissa}×10${exponent.startsWith('-') ? '⁻' : ''}${raised}`.padStart(width)
}

function hexOf(value: CelValue, integer: bigint | undefined): string | undefined {
  if (integer !== undefined) return integer.toString(16)
  const bytes = typeof value === 'string' ? encodeText(value) : value instanceof Uint8Array ? value : undefined
  return bytes === undefined ? undefined : [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The %s form; lists and maps show their members quoted. */
function show(value: CelValue): string {
  if (value === null) return 'null'
  if (value instanceof CelList) return `[${[...value].map(showMember).join(', ')}]`
  if (value instanceof CelMap) return showMap(value)
  const text = celToString(value)
  if (text === undefined) {
    const kinds = 'strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps'
    throw new CelError(
      `error during formatting: string clause can only be used on ${kinds}, was given ${typeName(value)}`,
    )
  }
  return text
}

function showMember(value: CelValue): string {
  if (typeof value === 'string') return goQuote(value)
  if (value instanceof Uint8Array) return `b${goQuote(show(value))}`
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value.toFixed(6)
    return goQuote(Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf')
  }
  if (value instanceof CelTimestamp) return `timestamp(${goQuote(show(value))})`
  if (value instanceof CelDuration) return `duration(${goQuote(show(value))})`
  return show(value)
}

function showMap(map: CelMap): string {
  const entries: [string, string][] = []
  for (const key of map.keys()) {
    const name = typeName(key)
    if (!['string', 'bool', 'int', 'uint'].includes(name)) {
      throw new CelError(`error during formatting: no formatting function for map key of type ${name}`)
    }
    entries.push([showMember(key), showMember(map.get(key)!)])
  }
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`
}
