import { durationText, namedInt } from './durations.ts'
import { type Flags, pad } from './format-flags.ts'
import { formatString } from './format-string.ts'
import { formatFloat, isPrint, quote } from './strconv.ts'
import { type GoInt, isUnsigned } from './value.ts'

/** An integer by a verb; `undefined` where the verb is none for integers. */
export function formatInt(int: GoInt, verb: string, flags: Flags): string | undefined {
  const { value } = int
  const isTime = int.type.startsWith('time.') && !flags.sharpV && !flags.erroring
  if (isTime && 'vsxXq'.includes(verb)) {
    return formatString(int.type === 'time.Duration' ? durationText(value) : namedInt(int), verb, flags)
  }
  switch (verb) {
    case 'v':
      if (flags.sharpV && isUnsigned(int)) return integerText(value, 16, flags, '0x')
      return integerText(value, 10, flags)
    case 'd':
      return integerText(value, 10, flags)
    case 'b':
      return integerText(value, 2, flags, flags.sharp ? '0b' : '')
    case 'o':
      return integerText(value, 8, flags, flags.sharp ? '0' : '')
    case 'O':
      return integerText(value, 8, flags, flags.sharp ? '0o0' : '0o')
    case 'x':
      return integerText(value, 16, flags, flags.sharp ? '0x' : '')
    case 'X':
      return integerText(value, 16, flags, flags.sharp ? '0X' : '').replace(/[a-f]/g, (digit) => digit.toUpperCase())
    case 'c':
      return pad(runeText(value), flags, true)
    case 'q':
      return pad(quote(runeText(value), { delimiter: "'", ascii: flags.plus }), flags, true)
    case 'U':
      return unicodeText(value, flags)
  }
  return undefined
}

function unicodeText(value: bigint, flags: Flags): string {
  const hex = BigInt.asUintN(64, value).toString(16).toUpperCase()
  const shown = flags.sharp && isPrint(runeText(value)) ? ` '${runeText(value)}'` : ''
  return pad(`U+${hex.padStart(Math.max(4, flags.precision ?? 4), '0')}${shown}`, { ...flags, zero: false })
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
  const shown = /0$/.test(prefix) && digits.startsWith('0') ? prefix.slice(0, -1) : prefix
  return pad(sign + shown + digits, flags)
}

/** A float64 by a verb; `undefined` where the verb is none for floats. */
export function formatNumber(value: number, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return floatText(value, 'g', flags, -1)
    case 'F':
      return floatText(value, 'f', flags, 6)
    case 'e':
    case 'E':
    case 'f':
      return floatText(value, verb, flags, 6)
    case 'g':
    case 'G':
    case 'b':
    case 'x':
    case 'X':
      return floatText(value, verb, flags, -1)
  }
  return undefined
}

/**
 * fmt's fmtFloat: a sign where one is asked for or negative, and under `#` a decimal point and the trailing zeros up to
 * the precision.
 */
function floatText(value: number, format: FloatFormat, flags: Flags, standard: number): string {
  const precision = flags.precision ?? standard
  let text = format === 'b' || format === 'x' || format === 'X' ? binaryFloat(value, format, precision) : ''
  if (text === '') text = formatFloat(value, format as 'e', precision)
  let sign = '+'
  if (/^[+-]/.test(text)) {
    sign = text[0]!
    text = text.slice(1)
  }
  if (flags.space && sign === '+' && !flags.plus) sign = ' '
  if (!Number.isFinite(value)) {
    // An infinity always has a sign, NaN only where one is asked for.
    const isBare = Number.isNaN(value) && !flags.space && !flags.plus
    return pad((isBare ? '' : sign) + text, flags)
  }
  if (flags.sharp && format !== 'b') text = sharpFloat(text, format, precision)
  const head = flags.plus || sign !== '+' ? sign : ''
  if (flags.zero && !flags.minus && flags.width !== undefined) {
    return head + text.padStart(flags.width - head.length, '0')
  }
  return pad(head + text, flags)
}

type FloatFormat = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X'

/** What `#` makes of the digits of a finite number. */
function sharpFloat(text: string, format: FloatFormat, precision: number): string {
  const end = text.search(format === 'x' || format === 'X' ? /p/i : /e/i)
  const digits = end < 0 ? text : text.slice(0, end)
  const exponent = end < 0 ? '' : text.slice(end)
  let wanted = 0
  if (format === 'g' || format === 'G' || format === 'x') wanted = precision < 0 ? 6 : precision
  const shown = digits.replace('.', '').replace(/^0+/, '').length
  let missing = wanted - shown
  if (!digits.includes('.') && digits === '0') missing--
  return `${digits}${digits.includes('.') ? '' : '.'}${'0'.repeat(Math.max(missing, 0))}${exponent}`
}

/** Hexadecimal (%x) and binary (%b) forms of a float (strconv fmtX, fmtB). Empty where the value is no number. */
function binaryFloat(value: number, format: 'b' | 'x' | 'X', precision: number): string {
  if (!Number.isFinite(value)) return ''
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Math.abs(value))
  const bits = view.getBigUint64(0)
  const biased = Number(bits >> 52n)
  let mantissa = (bits & 0xfffffffffffffn) | (biased === 0 ? 0n : 1n << 52n)
  let exponent = (biased === 0 ? 1 : biased) - 1023
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const signed = (power: number): string => `${power < 0 ? '-' : '+'}${Math.abs(power)}`
  if (format === 'b') return `${sign}${mantissa}p${signed(exponent - 52)}`
  if (mantissa === 0n) exponent = 0
  // The leading one at bit 60, so that fifteen hexadecimal digits follow it.
  mantissa <<= 8n
  while (mantissa !== 0n && (mantissa & (1n << 60n)) === 0n) {
    mantissa <<= 1n
    exponent--
  }
  if (precision >= 0 && precision < 15) {
    const shift = BigInt(precision * 4)
    const extra = (mantissa << shift) & ((1n << 60n) - 1n)
    mantissa >>= 60n - shift
    if ((extra | (mantissa & 1n)) > 1n << 59n) mantissa++
    mantissa <<= 60n - shift
    if ((mantissa & (1n << 61n)) !== 0n) {
      mantissa >>= 1n
      exponent++
    }
  }
  const fraction = (mantissa & ((1n << 60n) - 1n)).toString(16).padStart(15, '0')
  const shown = precision < 0 ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0')
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  const text = `${sign}0x${mantissa >> 60n}${shown === '' ? '' : `.${shown}`}p${power}`
  return format === 'X' ? text.toUpperCase() : text
}
