import { bad, good, type Outcome } from './outcome.ts'

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  '\u00b5s': 1000n,
  '\u03bcs': 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const limit = 2n ** 63n

/** Reads a Go duration (`1h30m`, `1.5s`, `-2ms`) as nanoseconds; errors as Go's `time.ParseDuration`. */
export function parseDuration(text: string): Outcome<bigint> {
  const negative = text.startsWith('-')
  let rest = /^[-+]/.test(text) ? text.slice(1) : text
  if (rest === '0') return good(0n)
  const invalid = bad(`time: invalid duration ${quoted(text)}`)
  if (rest === '') return invalid
  let total = 0n
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?/.exec(rest)!
    const [number, whole, fraction] = match
    if (whole === '' && (fraction ?? '') === '') return invalid
    rest = rest.slice(number.length)
    if (whole!.length > 20 || BigInt(whole === '' ? 0 : whole!) > limit) return invalid
    const unit = /^[^.\d]*/.exec(rest)![0]
    if (unit === '') return bad(`time: missing unit in duration ${quoted(text)}`)
    rest = rest.slice(unit.length)
    const size = Object.hasOwn(units, unit) ? units[unit]! : undefined
    if (size === undefined) return bad(`time: unknown unit ${quoted(unit)} in duration ${quoted(text)}`)
    total += BigInt(whole === '' ? 0 : whole!) * size + fractionOf(fraction ?? '', size)
    if (total > limit) return invalid
  }
  if (negative) return good(-total)
  return total === limit ? invalid : good(total)
}

/** Go's time package quotes by itself: it escapes bytes, not characters. */
function quoted(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`
  let out = '"'
  for (const byte of new TextEncoder().encode(text)) {
    if (byte === 0x22 || byte === 0x5c) out += `\\${String.fromCharCode(byte)}`
    else if (byte >= 0x20 && byte < 0x80) out += String.fromCharCode(byte)
    else out += `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return `${out}"`
}

/** Go computes fractions in floating point, and stops reading digits before they overflow. */
function fractionOf(digits: string, unit: bigint): bigint {
  if (digits === '') return 0n
  const read = digits.slice(0, 18)
  return BigInt(Math.trunc(Number(read) * (Number(unit) / 10 ** read.length)))
}

/** A Go duration in milliseconds; `undefined` when the text is none. */
export function durationMilliseconds(text: string): number | undefined {
  const parsed = parseDuration(text)
  return parsed.ok ? Number(parsed.value) / 1_000_000 : undefined
}

/** Writes nanoseconds as Go's `Duration.String` does: `1h0m0.5s`, `1.5ms`, `0s`. */
export function durationText(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const absolute = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (absolute < 1000n) return `${sign}${absolute}ns`
  if (absolute < 1_000_000n) return `${sign}${decimal(absolute, 1000n)}µs`
  if (absolute < 1_000_000_000n) return `${sign}${decimal(absolute, 1_000_000n)}ms`
  const seconds = decimal(absolute % 60_000_000_000n, 1_000_000_000n)
  const minutes = absolute / 60_000_000_000n
  if (minutes === 0n) return `${sign}${seconds}s`
  const hours = minutes / 60n
  return `${sign}${hours > 0n ? `${hours}h` : ''}${minutes % 60n}m${seconds}s`
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '')
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`
}

/** An age as tables print it, two figures at most: `119s`, `5m30s`, `3d4h`, `2y1d` (apimachinery `HumanDuration`). */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (days < 8) return pair(days, 'd', hours % 24, 'h')
  if (days < 730) return `${days}d`
  const years = Math.floor(days / 365)
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`
}

function pair(first: number, firstUnit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${first}${firstUnit}` : `${first}${firstUnit}${second}${secondUnit}`
}

/** An age in one figure: `59s`, `1m`, `23h`, `364d`, `2y` (apimachinery `ShortHumanDuration`). */
export function shortHumanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours}h`
  const days = Math.floor(hours / 24)
  return days < 365 ? `${days}d` : `${Math.floor(days / 365)}y`
}
