import { byteLength, toBytes } from './bytes.ts'
import { formatFloat, isPrint, quote } from './strconv.ts'
import {
  GoInt,
  type GoValue,
  isGoFunction,
  isGoObject,
  isList,
  isMap,
  isUnsigned,
  mapGet,
  sortedKeys,
  typeOf,
} from './value.ts'

/**
 * Go's fmt: Sprint, Sprintf and Sprintln over template values. Behaviour of Go 1.26 package fmt; all verbs that can
 * meet values of charts. Widths and precisions are bounded, since they come from untrusted templates.
 */

const maxWidth = 1_000_000

interface Flags {
  plus: boolean
  minus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  width: number | undefined
  precision: number | undefined
}

const noFlags: Flags = {
  ...{ plus: false, minus: false, sharp: false, space: false, zero: false },
  width: undefined,
  precision: undefined,
}

/** The text of one value by `%v`. */
export function formatValue(value: GoValue): string {
  return formatVerb(value, 'v', noFlags)
}

/** fmt.Sprint: operands in their default form, with a space between two that are not strings. */
export function sprint(args: readonly GoValue[]): string {
  let out = ''
  args.forEach((arg, i) => {
    if (i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string') out += ' '
    out += formatValue(arg)
  })
  return out
}

/** fmt.Sprintln: operands parted by spaces and ended by a newline. */
export function sprintln(args: readonly GoValue[]): string {
  return `${args.map(formatValue).join(' ')}\n`
}

/** fmt.Sprintf. Mistakes are reported inside the text, as Go does (`%!d(string=hi)`, `%!(EXTRA …)`). */
export function sprintf(format: string, args: readonly GoValue[]): string {
  const state = { args, next: 0, reordered: false, usedIndex: false }
  const pattern = /%/g
  let out = ''
  let at = 0
  for (;;) {
    pattern.lastIndex = at
    const match = pattern.exec(format)
    if (match === null) break
    out += format.slice(at, match.index)
    const { text, end } = formatDirective(format, match.index + 1, state)
    out += text
    at = end
  }
  out += format.slice(at)
  if (!state.reordered && state.next < args.length) {
    const extra = args.slice(state.next).map((arg) => {
      return arg === undefined || arg === null ? '<nil>' : `${typeOf(arg)}=${formatValue(arg)}`
    })
    out += `%!(EXTRA ${extra.join(', ')})`
  }
  return out
}

interface FormatState {
  readonly args: readonly GoValue[]
  next: number
  reordered: boolean
  usedIndex: boolean
}

/** Formats the directive after a `%`. */
function formatDirective(format: string, from: number, state: FormatState): { text: string; end: number } {
  const flags: Flags = { ...noFlags }
  let at = from
  for (; at < format.length; at++) {
    const char = format[at]
    if (char === '+') flags.plus = true
    else if (char === '-') {
      flags.minus = true
      flags.zero = false
    } else if (char === '#') flags.sharp = true
    else if (char === ' ') flags.space = true
    else if (char === '0') flags.zero = true
    else break
  }
  const index = { good: true, after: false }
  at = argIndex(format, at, state, index)
  if (format[at] === '*') {
    at++
    const width = starArg(state)
    if (width === undefined) return finishBad(format, at, state, '%!(BADWIDTH)', flags)
    flags.width = Math.abs(width)
    if (width < 0) {
      flags.minus = true
      flags.zero = false
    }
    index.after = false
  } else {
    const match = /^\d+/.exec(format.slice(at, at + 12))
    if (match !== null) {
      flags.width = Math.min(Number(match[0]), maxWidth)
      at += match[0].length
      if (index.after) index.good = false
    }
  }
  let bad = ''
  if (format[at] === '.') {
    at++
    if (index.after) index.good = false
    at = argIndex(format, at, state, index)
    if (format[at] === '*') {
      at++
      const precision = starArg(state)
      if (precision === undefined) bad = '%!(BADPREC)'
      else if (precision >= 0) flags.precision = precision
      index.after = false
    } else {
      const match = /^\d*/.exec(format.slice(at, at + 12))!
      flags.precision = Math.min(Number(match[0] || '0'), maxWidth)
      at += match[0].length
    }
  }
  if (!index.after) at = argIndex(format, at, state, index)
  if (at >= format.length) return { text: `${bad}%!(NOVERB)`, end: at }
  const verb = String.fromCodePoint(format.codePointAt(at)!)
  at += verb.length
  if (verb === '%') return { text: `${bad}%`, end: at }
  if (!index.good) return { text: `${bad}%!${verb}(BADINDEX)`, end: at }
  if (state.next >= state.args.length) return { text: `${bad}%!${verb}(MISSING)`, end: at }
  const arg = state.args[state.next++]
  return { text: bad + formatVerb(arg, verb, flags), end: at }
}

function finishBad(
  format: string,
  at: number,
  state: FormatState,
  bad: string,
  flags: Flags,
): { text: string; end: number } {
  const verb = format[at]
  if (verb === undefined) return { text: `${bad}%!(NOVERB)`, end: at }
  if (state.next >= state.args.length) return { text: `${bad}%!${verb}(MISSING)`, end: at + 1 }
  return { text: bad + formatVerb(state.args[state.next++], verb, flags), end: at + 1 }
}

/** Reads an explicit argument index such as `[2]`. */
function argIndex(format: string, at: number, state: FormatState, index: { good: boolean; after: boolean }): number {
  if (format[at] !== '[') return at
  state.reordered = true
  const close = format.indexOf(']', at)
  if (close < 0) {
    index.good = false
    return at + 1
  }
  const number = /^\[(\d{1,9})\]$/.exec(format.slice(at, close + 1))
  const position = number === null ? 0 : Number(number[1])
  if (position < 1 || position > state.args.length) index.good = false
  else state.next = position - 1
  index.after = true
  return close + 1
}

function starArg(state: FormatState): number | undefined {
  if (state.next >= state.args.length) return undefined
  const arg = state.args[state.next++]
  if (!(arg instanceof GoInt) || arg.value > 1_000_000n || arg.value < -1_000_000n) return undefined
  return Number(arg.value)
}

function formatVerb(value: GoValue, verb: string, flags: Flags): string {
  if (value === undefined || value === null) {
    if (verb === 'T' || verb === 'v') return pad('<nil>', flags)
    return badVerb(verb, value, flags)
  }
  if (verb === 'T') return formatString(typeOf(value), 's', flags)
  if (verb === 'p') return badVerb(verb, value, flags)
  // %+v adds field names to structs, not signs to numbers.
  return formatKnown(
    value,
    verb,
    verb === 'v' && flags.plus && !isGoObject(value) ? { ...flags, plus: false } : flags,
    0,
  )
}

function formatKnown(value: GoValue, verb: string, flags: Flags, depth: number): string {
  if (depth > 100) return '...'
  if (typeof value === 'boolean')
    return verb === 't' || verb === 'v' ? pad(String(value), flags) : badVerb(verb, value, flags)
  if (typeof value === 'number') return formatNumber(value, verb, flags)
  if (typeof value === 'string') return formatString(value, verb, flags)
  if (value instanceof GoInt) return formatInt(value, verb, flags)
  if (value === undefined || value === null) {
    // Inside a list or map: neither the verb nor the width matters.
    return flags.sharp && verb === 'v' ? 'interface {}(nil)' : '<nil>'
  }
  if (isGoFunction(value)) return verb === 'v' ? '0x0' : badVerb(verb, value, flags)
  if (isGoObject(value)) return formatObject(value, verb, flags, depth)
  return formatCollection(value, verb, flags, depth)
}

function formatObject(value: GoValue, verb: string, flags: Flags, depth: number): string {
  if (!isGoObject(value)) return ''
  if (value.fields !== undefined) {
    const golang = verb === 'v' && flags.sharp
    const names = verb === 'v' && (flags.plus || flags.sharp)
    const shown = value.fields.map(
      ([name, each]) => `${names ? `${name}:` : ''}${formatKnown(each, verb, flags, depth + 1)}`,
    )
    const open = `${value.goKind === 'ptr' ? '&' : ''}${golang ? value.goType.replace('*', '') : ''}`
    return `${open}{${shown.join(golang ? ', ' : ' ')}}`
  }
  if (['v', 's', 'q', 'x', 'X'].includes(verb)) {
    if (value.entries === undefined || value.goKind === 'struct' || value.goKind === 'ptr') {
      return formatString(value.format(), verb === 'v' ? 's' : verb, flags)
    }
  }
  const entries = value.entries?.()
  if (entries === undefined) return badVerb(verb, value, flags)
  const items = entries.map(([key, item]) => {
    const shown = formatKnown(item, verb, flags, depth + 1)
    return value.goKind === 'map' ? `${formatKnown(key, verb, flags, depth + 1)}:${shown}` : shown
  })
  return value.goKind === 'map' ? `map[${items.join(' ')}]` : `[${items.join(' ')}]`
}

function formatCollection(value: GoValue, verb: string, flags: Flags, depth: number): string {
  const golang = verb === 'v' && flags.sharp
  if (isList(value)) {
    const type = typeOf(value)
    const items = value.map((item) => formatKnown(item, verb, flags, depth + 1))
    return golang ? `${type}{${items.join(', ')}}` : `[${items.join(' ')}]`
  }
  if (!isMap(value)) return ''
  const items = sortedKeys(value).map((key) => {
    return `${formatKnown(key, verb, flags, depth + 1)}:${formatKnown(mapGet(value, key), verb, flags, depth + 1)}`
  })
  return golang ? `${typeOf(value)}{${items.join(', ')}}` : `map[${items.join(' ')}]`
}

/** What a verb that does not fit prints: the value by %v, with the flags that were given. */
function badVerb(verb: string, value: GoValue, flags: Flags): string {
  if (value === undefined || value === null) return `%!${verb}(<nil>)`
  return `%!${verb}(${typeOf(value)}=${formatKnown(value, 'v', flags, 0)})`
}

/** Pads to the width; zeros are put after a sign by the numeric forms themselves. */
function pad(text: string, flags: Flags, zero = false): string {
  const width = flags.width ?? 0
  const length = runeCount(text)
  if (length >= width) return text
  if (flags.minus) return text + ' '.repeat(width - length)
  return (zero && flags.zero ? '0' : ' ').repeat(width - length) + text
}

function runeCount(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

function formatString(text: string, verb: string, flags: Flags): string {
  switch (verb) {
    case 'v':
      return flags.sharp ? pad(quote(text), flags, true) : pad(cut(text, flags), flags, true)
    case 's':
      return pad(cut(text, flags), flags, true)
    case 'q': {
      const short = cut(text, flags)
      if (flags.sharp && !short.includes('`') && [...short].every((char) => isPrint(char) || char === '\t')) {
        return pad(`\`${short}\``, flags, true)
      }
      return pad(quote(short, { ascii: flags.plus }), flags, true)
    }
    case 'x':
    case 'X':
      return pad(hexBytes(text, verb, flags), flags, true)
  }
  return badVerb(verb, text, flags)
}

function cut(text: string, flags: Flags): string {
  if (flags.precision === undefined) return text
  return [...text].slice(0, flags.precision).join('')
}

function hexBytes(text: string, verb: string, flags: Flags): string {
  let bytes = toBytes(text)
  if (flags.precision !== undefined) bytes = bytes.subarray(0, flags.precision)
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
  const prefix = flags.sharp && digits.length > 0 ? '0x' : ''
  const joined = flags.space ? digits.map((each) => prefix + each).join(' ') : prefix + digits.join('')
  return verb === 'X' ? joined.toUpperCase() : joined
}

function formatInt(int: GoInt, verb: string, flags: Flags): string {
  switch (verb) {
    case 'v':
      if (int.type === 'time.Duration' && !flags.sharp) return formatString(durationText(int.value), 's', flags)
      if (int.type.startsWith('time.') && !flags.sharp) return formatString(namedInt(int), 's', flags)
      if (flags.sharp && isUnsigned(int)) return pad(`0x${int.value.toString(16)}`, flags)
      return integerText(int.value, 10, flags)
    case 's':
      if (int.type.startsWith('time.'))
        return formatString(int.type === 'time.Duration' ? durationText(int.value) : namedInt(int), 's', flags)
      return badVerb(verb, int, flags)
    case 'd':
      return integerText(int.value, 10, flags)
    case 'b':
      return integerText(int.value, 2, flags, flags.sharp ? '0b' : '')
    case 'o':
      return integerText(int.value, 8, flags, flags.sharp ? '0' : '')
    case 'O':
      return integerText(int.value, 8, flags, '0o')
    case 'x':
      return integerText(int.value, 16, flags, flags.sharp ? '0x' : '')
    case 'X':
      return integerText(int.value, 16, flags, flags.sharp ? '0X' : '').replace(/[a-f]/g, (digit) =>
        digit.toUpperCase(),
      )
    case 'c':
      return pad(runeText(int.value), flags, true)
    case 'q':
      return pad(quote(runeText(int.value), { delimiter: "'", ascii: flags.plus }), flags, true)
    case 'U': {
      const hex = int.value
        .toString(16)
        .toUpperCase()
        .padStart(Math.max(4, flags.precision ?? 4), '0')
      return pad(`U+${hex}${flags.sharp && isPrint(runeText(int.value)) ? ` '${runeText(int.value)}'` : ''}`, flags)
    }
  }
  return badVerb(verb, int, flags)
}

function runeText(value: bigint): string {
  const valid = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn)
  return valid ? String.fromCodePoint(Number(value)) : '\ufffd'
}

function integerText(value: bigint, base: number, flags: Flags, prefix = ''): string {
  const negative = value < 0n
  let digits = (negative ? -value : value).toString(base)
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  if (flags.precision !== undefined) {
    if (flags.precision === 0 && value === 0n) return pad('', { ...flags, zero: false })
    digits = digits.padStart(flags.precision, '0')
  } else if (flags.zero && !flags.minus && flags.width !== undefined) {
    digits = digits.padStart(flags.width - sign.length, '0')
  }
  // The octal prefix is not doubled where the number begins with a zero already.
  const shown = prefix === '0' && digits.startsWith('0') ? '' : prefix
  return pad(sign + shown + digits, flags)
}

function formatNumber(value: number, verb: string, flags: Flags): string {
  switch (verb) {
    case 'v':
      return floatText(value, 'g', { ...flags, sharp: false }, flags.precision ?? -1)
    case 'e':
    case 'E':
      return floatText(value, verb, flags, flags.precision ?? 6)
    case 'f':
    case 'F':
      return floatText(value, 'f', flags, flags.precision ?? 6)
    case 'g':
    case 'G':
      return floatText(value, verb, flags, flags.precision ?? -1)
    case 'b':
    case 'x':
    case 'X':
      return pad(binaryFloat(value, verb, flags), flags)
  }
  return badVerb(verb, value, flags)
}

function floatText(value: number, format: 'e' | 'E' | 'f' | 'g' | 'G', flags: Flags, precision: number): string {
  let text = formatFloat(value, format, precision)
  const signed = /^[+-]/.test(text)
  let sign = signed ? text[0]! : '+'
  text = signed ? text.slice(1) : text
  if (flags.sharp && Number.isFinite(value)) text = sharpFloat(text, format, precision)
  const isSpecial = !Number.isFinite(value)
  const shown = sign === '-' || flags.plus ? sign : flags.space ? ' ' : sign === '+' && text === 'Inf' ? '+' : ''
  if (Number.isNaN(value) && !flags.plus) sign = ''
  const head = Number.isNaN(value) ? (flags.plus ? '+' : flags.space ? ' ' : '') : shown
  if (flags.zero && !flags.minus && flags.width !== undefined && !isSpecial) {
    return head + text.padStart(flags.width - head.length, '0')
  }
  return pad(head + text, flags)
}

/** `#` keeps the decimal point and, under %g, the trailing zeros up to the precision. */
function sharpFloat(text: string, format: string, precision: number): string {
  const match = /^([0-9]+)(?:\.([0-9]*))?([eE].*)?$/.exec(text)
  if (match === null) return text
  const [, whole = '', fraction = '', exponent = ''] = match
  if (format !== 'g' && format !== 'G') return `${whole}.${fraction}${exponent}`
  const wanted = precision < 0 ? 6 : precision
  const digits = (whole + fraction).replace(/^0+/, '').length
  return `${whole}.${fraction}${'0'.repeat(Math.max(wanted - Math.max(digits, 1), 0))}${exponent}`
}

/** Hexadecimal (%x) and binary (%b) forms of a float. */
function binaryFloat(value: number, verb: string, flags: Flags): string {
  if (!Number.isFinite(value)) return formatFloat(value, 'g', -1)
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Math.abs(value))
  const bits = view.getBigUint64(0)
  const biased = Number(bits >> 52n)
  const fraction = bits & 0xfffffffffffffn
  const sign = value < 0 || Object.is(value, -0) ? '-' : flags.plus ? '+' : ''
  const signed = (exponent: number): string => `${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
  if (verb === 'b') {
    const mantissa = biased === 0 ? fraction : fraction | (1n << 52n)
    return `${sign}${mantissa}p${signed((biased === 0 ? 1 : biased) - 1075)}`
  }
  if (value === 0) return `${sign}0x0p+00`
  const hex = fraction.toString(16).padStart(13, '0').replace(/0+$/, '')
  const exponent = biased - 1023
  const shown = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  const text = `${sign}0x1${hex === '' ? '' : `.${hex}`}p${shown}`
  return verb === 'X' ? text.toUpperCase() : text
}

/** A time.Duration as its String() prints it: `1h2m3.5s`, `1.5ms`, `0s`. */
export function durationText(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const fraction = (value: bigint, unit: bigint): string => {
    const rest = (value % unit)
      .toString()
      .padStart(unit.toString().length - 1, '0')
      .replace(/0+$/, '')
    return `${value / unit}${rest === '' ? '' : `.${rest}`}`
  }
  if (size < 1_000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${fraction(size, 1_000n)}µs`
  if (size < 1_000_000_000n) return `${sign}${fraction(size, 1_000_000n)}ms`
  const minutes = size / 60_000_000_000n
  const seconds = `${fraction(size % 60_000_000_000n, 1_000_000_000n)}s`
  if (minutes === 0n) return sign + seconds
  const hours = minutes / 60n
  return `${sign}${hours > 0n ? `${hours}h` : ''}${minutes % 60n}m${seconds}`
}

const months = 'January February March April May June July August September October November December'.split(' ')
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

function namedInt(int: GoInt): string {
  const name = int.type === 'time.Month' ? months[Number(int.value) - 1] : weekdays[Number(int.value)]
  return name ?? int.value.toString()
}

/** The length of a value's text in bytes, for output budgets. */
export function textSize(text: string): number {
  return byteLength(text)
}
