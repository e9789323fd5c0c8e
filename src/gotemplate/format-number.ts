import { durationText, namedInt } from './durations.ts'
import { type Flags, pad } from './format-flags.ts'
import { formatFloat, isPrint, quote } from './strconv.ts'
import { type GoInt, isUnsigned } from './value.ts'

/** An integer by a verb; `undefined` where the verb is none for integers. */
export function formatInt(int: GoInt, verb: string, flags: Flags): string | undefined {
  const { value } = int
  const isTime = int.type.startsWith('time.') && !flags.sharpV
  if (isTime && (verb === 'v' || verb === 's')) {
    const text = int.type === 'time.Duration' ? durationText(value) : namedInt(int)
    return pad(flags.precision === undefined ? text : text.slice(0, flags.precision), flags, true)
  }
  switch (verb) {
    case 'v':
      if (flags.sharpV && isUnsigned(int)) return pad(`0x${value.toString(16)}`, flags)
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
  const shown = prefix === '0' && digits.startsWith('0') ? '' : prefix
  return pad(sign + shown + digits, flags)
}

/** A float64 by a verb; `undefined` where the verb is none for floats. */
export function formatNumber(value: number, verb: string, flags: Flags): string | undefined {
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
  return undefined
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
