import { parseGoDuration } from './duration.ts'
import { parseIp, parseIp4, parsePrefix } from './ip.ts'
import { parseDate } from './timestamp.ts'
import { parseGoUrl } from './url.ts'

const uuid = (third: string, fourth: string): RegExp =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${third}-?${fourth}-?[0-9a-f]{12}$`, 'i')

const patterns: Readonly<Record<string, RegExp>> = {
  uuid: uuid('[0-9a-f]{4}', '[0-9a-f]{4}'),
  uuid3: uuid('3[0-9a-f]{3}', '[0-9a-f]{4}'),
  uuid4: uuid('4[0-9a-f]{3}', '[89ab][0-9a-f]{3}'),
  uuid5: uuid('5[0-9a-f]{3}', '[89ab][0-9a-f]{3}'),
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/,
  ssn: /^\d{3}[- ]?\d{2}[- ]?\d{4}$/,
  hexcolor: /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/,
  rgbcolor:
    /^rgb\(\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$/,
  bsonobjectid: /^[0-9a-fA-F]{24}$/,
  password: /^/,
}

const checks: Readonly<Record<string, (text: string) => boolean>> = {
  uri: (text) => 'url' in parseGoUrl(text, true),
  email: (text) => /^(?:[^<>@\s]+|.*<[^<>@\s]+)@[^<>@\s]+>?$/.test(text),
  hostname: isHostname,
  ipv4: (text) => parseIp4(text, true) !== undefined,
  ipv6: (text) => text.includes(':') && parseIp(text)?.zone === '',
  cidr: isCidr,
  isbn: (text) => isIsbn(text, 10) || isIsbn(text, 13),
  isbn10: (text) => isIsbn(text, 10),
  isbn13: (text) => isIsbn(text, 13),
  creditcard: isCreditCard,
  date: (text) => parseDate(text) !== undefined,
  datetime: isDateTime,
  duration: (text) => parseLooseDuration(text) !== undefined,
  mac: isMac,
  k8sshortname: (text) => text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text),
  k8slongname: (text) =>
    text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text),
}

/**
 * Whether text has a string format that Kubernetes knows (`date-time`, `ipv4`, `uuid`, …); `undefined` for a format it
 * does not check. kube-openapi pkg/validation/strfmt; dashes in format names do not count.
 */
export function matchesFormat(format: string, text: string): boolean | undefined {
  const name = format.replaceAll('-', '')
  if (Object.hasOwn(patterns, name)) return patterns[name]!.test(text)
  return Object.hasOwn(checks, name) ? checks[name]!(text) : undefined
}

/** RFC 3339 date-time in any case; seconds may have a fraction. */
function isDateTime(text: string): boolean {
  const [date, time] = text.toLowerCase().split('t') as [string, string | undefined]
  if (time === undefined || text.length < 4 || parseDate(date) === undefined) return false
  const match = /^(\d\d):(\d\d):(\d\d)(.\d+)?(z|([+-]\d\d:\d\d))$/.exec(time)
  return match !== null && match[1]! <= '23' && match[2]! <= '59' && match[3]! <= '59'
}

const unitNanos: readonly (readonly [readonly string[], bigint])[] = [
  [['ns', 'nano'], 1n],
  [['us', 'µs', 'micro'], 1_000n],
  [['ms', 'milli'], 1_000_000n],
  [['s', 'sec'], 1_000_000_000n],
  [['m', 'min'], 60_000_000_000n],
  [['h', 'hr', 'hour'], 3_600_000_000_000n],
  [['d', 'day'], 86_400_000_000_000n],
  [['w', 'wk', 'week'], 604_800_000_000_000n],
]

/** A Go duration, or Scala's forms with words (`2 days`, `1 min`); nanoseconds. strfmt.ParseDuration. */
export function parseLooseDuration(text: string): bigint | undefined {
  const strict = parseGoDuration(text)
  if (strict !== undefined) return strict
  let total = 0n
  let found = false
  for (const [, digits, word] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const unit = word!.toLowerCase()
    for (const [variants, nanos] of unitNanos) {
      const last = variants[variants.length - 1]!
      if (!variants.includes(unit) && !unit.startsWith(last)) continue
      found = true
      total += BigInt(digits!) * nanos
    }
  }
  return found ? total : undefined
}

/** 6, 8 or 20 octets, in pairs with `:` or `-`, in fours with `.`, or run together (Go's net.ParseMAC). */
function isMac(text: string): boolean {
  const digits = text.replace(/[:.-]/g, '')
  if (!/^[0-9a-fA-F]+$/.test(digits) || ![12, 16, 40].includes(digits.length)) return false
  const pairs = digits.match(/../g)!
  const fours = digits.match(/..../g)!
  return [pairs.join(':'), pairs.join('-'), fours.join('.'), digits].includes(text)
}

function isHostname(text: string): boolean {
  if (text.length > 255 || text.split('.').some((label) => label.length > 63)) return false
  const label = '[a-zA-Z0-9\\p{S}\\p{L}]'
  const single = `${label}(?:-?${label}{0,62})?`
  const dotted = `(?:${label}(?:[a-zA-Z0-9\\-\\p{S}\\p{L}]{0,61}${label})?\\.)+[a-zA-Z\\p{L}]{2,63}`
  return new RegExp(`^(?:${single}|${dotted})$`, 'u').test(text)
}

function isCidr(text: string): boolean {
  if (parsePrefix(text) !== undefined) return true
  const [address, length] = text.split('/') as [string, string | undefined]
  return (
    length !== undefined && /^\d{1,2}$/.test(length) && Number(length) <= 32 && parseIp4(address, true) !== undefined
  )
}

function isIsbn(text: string, size: 10 | 13): boolean {
  const digits = text.replaceAll(/[\s-]+/g, '')
  if (!(size === 10 ? /^\d{9}[\dX]$/ : /^\d{13}$/).test(digits)) return false
  let sum = 0
  for (let i = 0; i < size; i++) {
    const value = digits[i] === 'X' ? 10 : Number(digits[i])
    sum += size === 10 ? (i + 1) * value : (i % 2 === 0 ? 1 : 3) * value
  }
  return sum % (size === 10 ? 11 : 10) === 0
}

function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/[^0-9]+/g, '')
  const brands =
    /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/
  if (!brands.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const value = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 1 ? value * 2 : value
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
