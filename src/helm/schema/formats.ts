import { GoError, quote } from '../../gotemplate/index.ts'

import { compileRegex } from '../functions/re2.ts'
import { parseTime } from '../functions/time-parse.ts'
import { parseUrl } from '../functions/url.ts'
import { semverFault } from './format-semver.ts'

type Check = (text: string) => string | undefined

/**
 * Why a text is not of a format; `undefined` when it is, or the format is none we know.
 * Source of the rules and messages: santhosh-tekuri/jsonschema v6.0.2 format.go.
 */
export function formatFault(format: string, text: string): string | undefined {
  return Object.hasOwn(checks, format) ? checks[format]!(text) : undefined
}

const checks: Readonly<Record<string, Check>> = {
  'json-pointer': jsonPointer,
  'relative-json-pointer': relativeJsonPointer,
  uuid,
  duration,
  period,
  ipv4,
  ipv6,
  hostname,
  email,
  date,
  time,
  'date-time': dateTime,
  uri: (text) => url(text, true),
  iri: (text) => url(text, true),
  'uri-reference': (text) => (text.includes('\\') ? 'contains \\' : url(text, false)),
  'iri-reference': (text) => (text.includes('\\') ? 'contains \\' : url(text, false)),
  'uri-template': uriTemplate,
  semver: semverFault,
  regex: (text) => caught(() => compileRegex(text)),
}

function caught(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof GoError) return error.message
    throw error
  }
}

function char(text: string): string {
  return quote(text, { delimiter: "'" })
}

function prefixed(prefix: string, fault: string | undefined): string | undefined {
  return fault === undefined ? undefined : prefix + fault
}

function jsonPointer(text: string): string | undefined {
  if (text === '') return undefined
  if (!text.startsWith('/')) return 'not starting with /'
  return /~(?![01])/.test(text) ? '~ must be followed by 0 or 1' : undefined
}

function relativeJsonPointer(text: string): string | undefined {
  const digits = /^\d*/.exec(text)![0]
  if (digits === '') return 'must start with non-negative integer'
  if (digits.length > 1 && digits.startsWith('0')) return 'starts with zero'
  const rest = text.slice(digits.length)
  return rest === '#' ? undefined : jsonPointer(rest)
}

function uuid(text: string): string | undefined {
  const sizes = [8, 4, 4, 4, 12]
  const groups = text.split('-')
  if (groups.length !== sizes.length) return `must have ${sizes.length} elements`
  for (const [i, group] of groups.entries()) {
    if (group.length !== sizes[i]) return `element ${i + 1} must be ${sizes[i]} characters long`
    const odd = /[^0-9a-fA-F]/u.exec(group)
    if (odd !== null) return `non-hex character ${char(odd[0])}`
  }
  return undefined
}

function duration(text: string): string | undefined {
  if (!text.startsWith('P')) return 'must start with P'
  const body = text.slice(1)
  if (body === '') return 'nothing after P'
  if (body.endsWith('W')) {
    const weeks = body.slice(0, -1)
    if (weeks === '') return 'no number in week'
    return /^\d+$/.test(weeks) ? undefined : 'invalid week'
  }
  for (const [i, part] of body.split('T').entries()) {
    if (i > 0 && part === '') return 'no time elements'
    if (i > 1) return 'more than one T'
    const all = i === 0 ? 'YMD' : 'HMS'
    let units = all
    let rest = part
    while (rest !== '') {
      const digits = /^\d*/.exec(rest)![0]
      if (digits === '') return 'missing number'
      rest = rest.slice(digits.length)
      if (rest === '') return 'missing unit'
      const unit = rest[0]!
      const at = units.indexOf(unit)
      if (at < 0) return all.includes(unit) ? `unit ${char(unit)} out of order` : `invalid unit ${char(unit)}`
      units = units.slice(at + 1)
      rest = rest.slice(1)
    }
  }
  return undefined
}

function period(text: string): string | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return 'missing slash'
  const start = text.slice(0, slash)
  const end = text.slice(slash + 1)
  if (start.startsWith('P')) {
    return prefixed('invalid start duration: ', duration(start)) ?? prefixed('invalid end date-time: ', dateTime(end))
  }
  return (
    prefixed('invalid start date-time: ', dateTime(start)) ??
    (end.startsWith('P')
      ? prefixed('invalid end duration: ', duration(end))
      : prefixed('invalid end date-time: ', dateTime(end)))
  )
}

function ipv4(text: string): string | undefined {
  const groups = text.split('.')
  if (groups.length !== 4) return 'expected four decimals'
  for (const group of groups) {
    if (group.length > 1 && group.startsWith('0')) return 'leading zeros'
    if (!/^[+-]?\d+$/.test(group)) return `strconv.Atoi: parsing ${quote(group)}: invalid syntax`
    const value = Number(group)
    if (Math.abs(value) >= 2 ** 63) return `strconv.Atoi: parsing ${quote(group)}: value out of range`
    if (value < 0 || value > 255) return 'decimal must be between 0 and 255'
  }
  return undefined
}

/** The messages are net/netip ParseAddr's. */
function ipv6(text: string): string | undefined {
  if (!text.includes(':')) return 'missing colon'
  const fail = (reason: string, at?: string): string =>
    `ParseAddr(${quote(text)}): ${reason}${at === undefined ? '' : ` (at ${quote(at)})`}`
  const dot = text.indexOf('.')
  if (dot >= 0 && dot < text.indexOf(':')) return fail('unexpected character', text.slice(text.indexOf(':')))
  const percent = text.indexOf('%')
  let rest = percent < 0 ? text : text.slice(0, percent)
  if (percent >= 0 && percent === text.length - 1) return fail('zone must be a non-empty string')
  let ellipsis = false
  let count = 0
  if (rest.startsWith('::')) {
    ellipsis = true
    rest = rest.slice(2)
    if (rest === '') return percent < 0 ? undefined : zoned
  }
  while (count < 8) {
    const digits = /^[0-9a-fA-F]*/.exec(rest)![0]
    if (digits.length > 4) return fail('each group must have 4 or fewer digits', rest)
    if (digits === '') return fail('each colon-separated field must have at least one digit', rest)
    if (rest[digits.length] === '.') {
      if (!ellipsis && count !== 6)
        return fail('embedded IPv4 address must replace the final 2 fields of the address', rest)
      if (count > 6) return fail('too many hex fields to fit an embedded IPv4', rest)
      const inner = ipv4(rest)
      if (inner !== undefined) return fail('IPv4 address not valid', rest)
      count += 2
      rest = ''
      break
    }
    count++
    rest = rest.slice(digits.length)
    if (rest === '') break
    if (!rest.startsWith(':')) return fail('unexpected character, want colon', rest)
    if (rest.length === 1) return fail('colon must be followed by more characters', rest)
    rest = rest.slice(1)
    if (rest.startsWith(':')) {
      if (ellipsis) return fail('multiple :: in address', rest)
      ellipsis = true
      rest = rest.slice(1)
      if (rest === '') break
    }
  }
  if (rest !== '') return fail('trailing garbage after address', rest)
  if (count < 8 && !ellipsis) return fail('address string too short')
  if (count === 8 && ellipsis) return fail('the :: must expand to at least one field of zeros')
  return percent < 0 ? undefined : zoned
}

const zoned = 'zone id is not a part of ipv6 address'

function hostname(text: string): string | undefined {
  const name = text.replace(/\.$/, '')
  if (new TextEncoder().encode(name).length > 253) return 'more than 253 characters long'
  for (const label of name.split('.')) {
    if (label.length < 1 || label.length > 63) return 'label must be 1 to 63 characters long'
    if (label.startsWith('-')) return 'label starts with hyphen'
    if (label.endsWith('-')) return 'label ends with hyphen'
    const odd = /[^a-zA-Z0-9-]/u.exec(label)
    if (odd !== null) return `invalid character ${char(odd[0])}`
  }
  return undefined
}

function email(text: string): string | undefined {
  if (text.length > 254) return 'more than 255 characters long'
  const at = text.lastIndexOf('@')
  if (at < 0) return 'missing @'
  const local = text.slice(0, at)
  const domain = text.slice(at + 1)
  if (local.length > 64) return 'local part more than 64 characters long'
  if (local.length > 1 && local.startsWith('"')) {
    if (/[\\"]/.test(local.slice(1, -1))) return 'backslash and quote are not allowed within quoted local part'
  } else {
    if (local.startsWith('.')) return 'starts with dot'
    if (local.endsWith('.')) return 'ends with dot'
    if (local.includes('..')) return 'consecutive dots'
    const odd = /[^a-zA-Z0-9.!#$%&'*+\-/=?^_`{|}~]/u.exec(local)
    if (odd !== null) return `invalid character ${char(odd[0])}`
  }
  if (domain.startsWith('[') && domain.endsWith(']')) {
    const address = domain.slice(1, -1)
    if (address.startsWith('IPv6:')) return prefixed('invalid ipv6 address: ', ipv6(address.slice(5)))
    return prefixed('invalid ipv4 address: ', ipv4(address))
  }
  return prefixed('invalid domain: ', hostname(domain))
}

function date(text: string): string | undefined {
  const parsed = parseTime('2006-01-02', text)
  return typeof parsed === 'string' ? parsed : undefined
}

function time(text: string): string | undefined {
  if (text.length < 9) return 'less than 9 characters long'
  if (text[2] !== ':' || text[5] !== ':') return 'missing colon in correct place'
  const parts = text.slice(0, 8).split(':')
  if (!parts.every((part) => /^[+-]?\d+$/.test(part))) return 'invalid hour/min/sec'
  const [hour = 0, minute = 0, second = 0] = parts.map(Number)
  if ([hour, minute, second].some((part) => part < 0)) return 'non-positive hour/min/sec'
  if (hour > 23 || minute > 59 || second > 60) return 'hour/min/sec out of range'
  let rest = text.slice(8)
  if (rest.startsWith('.')) {
    const digits = /^\d*/.exec(rest.slice(1))![0]
    if (digits === '') return 'no digits in second fraction'
    rest = rest.slice(1 + digits.length)
  }
  let minutes = hour * 60 + minute
  if (rest !== 'z' && rest !== 'Z') {
    if (rest.length !== 6) return 'offset must be 6 characters long'
    if (!/^[+-]/.test(rest)) return 'offset must begin with plus/minus'
    if (rest[3] !== ':') return 'missing colon in offset in correct place'
    const offset = rest.slice(1).split(':')
    if (!offset.every((part) => /^[+-]?\d+$/.test(part))) return 'invalid hour/min in offset'
    const [hours = 0, more = 0] = offset.map(Number)
    if (hours < 0 || more < 0) return 'non-positive hour/min in offset'
    if (hours > 23 || more > 59) return 'hour/min in offset out of range'
    minutes += (rest.startsWith('+') ? -1 : 1) * (hours * 60 + more)
    if (minutes < 0) minutes += 24 * 60
  }
  return second >= 60 && minutes !== 23 * 60 + 59 ? 'invalid leap second' : undefined
}

function dateTime(text: string): string | undefined {
  if (text.length < 20) return 'less than 20 characters long'
  if (text[10] !== 't' && text[10] !== 'T') return '11th character must be t or T'
  return (
    prefixed('invalid date element: ', date(text.slice(0, 10))) ??
    prefixed('invalid time element: ', time(text.slice(11)))
  )
}

function url(text: string, absolute: boolean): string | undefined {
  return caught(() => {
    const { scheme, host } = parseUrl(text)
    const inner = /^\[([^\]]*)\]/.exec(host)?.[1]
    const fault = inner === undefined ? undefined : prefixed('invalid ipv6 address: ', ipv6(inner))
    if (fault !== undefined) throw new GoError(fault)
    if (absolute && scheme === '') throw new GoError('relative url')
  })
}

function uriTemplate(text: string): string | undefined {
  const broken = url(text, false)
  if (broken !== undefined) return broken
  for (const part of text.split('/')) {
    let open = false
    for (const brace of part.replace(/[^{}]/g, '')) {
      if ((brace === '{') === open) return 'nested curly braces'
      open = !open
    }
    if (open) return 'no matching closing brace'
  }
  return undefined
}
