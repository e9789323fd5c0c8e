import { type GoTime, months, utc, weekdays, type Zone } from './go-time.ts'
import { nextChunk } from './time-layout.ts'

/**
 * Parses text by a layout: Go's time.ParseInLocation where the local zone is UTC (time/format.go). A string is Go's error
 * text.
 */
export function parseTime(layout: string, text: string): GoTime | string {
  const found: Found = { ...nothing }
  const about = `parsing time ${quoted(text)}`
  const misfit = (value: string, element: string): string =>
    `${about} as ${quoted(layout)}: cannot parse ${quoted(value)} as ${quoted(element)}`
  let rest = text
  for (let last = 0; ; ) {
    const chunk = nextChunk(layout, last)
    const literal = layout.slice(last, chunk?.at)
    const skipped = skip(rest, literal)
    if (!skipped.fits) return misfit(skipped.rest, literal)
    rest = skipped.rest
    if (chunk === undefined) break
    last = chunk.at + chunk.text.length
    const held = rest
    const read = readChunk(chunk.text, rest, found)
    if (typeof read === 'string') return `${about}: ${read} out of range`
    if (read === undefined) return misfit(held, chunk.text)
    rest = rest.slice(read)
    // Seconds may have a fraction of which the layout says nothing.
    const isSecond = chunk.text === '05' || chunk.text === '5'
    if (isSecond && /^[.,]\d/.test(rest) && !/^[.,]/.test(nextChunk(layout, last)?.text ?? '')) {
      rest = rest.slice(readFraction('.9', rest, found) ?? 0)
    }
  }
  if (rest !== '') return `${about}: extra text: ${quoted(rest)}`
  const wrong = settleDate(found)
  return wrong === undefined ? timeOf(found) : `${about}: ${wrong}`
}

interface Found {
  year: number
  /** -1: not given. */
  month: number
  day: number
  yearDay: number
  hour: number
  minute: number
  second: number
  nanos: number
  half: 'AM' | 'PM' | undefined
  offset: number | undefined
  zone: string
  isUtc: boolean
}

const nothing: Found = {
  ...{ year: 0, month: -1, day: -1, yearDay: -1, hour: 0, minute: 0, second: 0, nanos: 0 },
  ...{ half: undefined, offset: undefined, zone: '', isUtc: false },
}

const encoder = new TextEncoder()

/** The time package's own quoting: control characters and what is no ASCII as the hexadecimal numbers of its bytes. */
function quoted(text: string): string {
  const shown = text.replace(/[^ -\x7f]|["\\]/gu, (char) => {
    if (char === '"' || char === '\\') return `\\${char}`
    return Array.from(encoder.encode(char), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  })
  return `"${shown}"`
}

/** Takes literal text off; any number of spaces stands for any other number of them. */
function skip(text: string, literal: string): { readonly rest: string; readonly fits: boolean } {
  let [rest, wanted] = [text, literal]
  while (wanted !== '') {
    if (wanted[0] === ' ') {
      if (rest !== '' && rest[0] !== ' ') return { rest, fits: false }
      wanted = wanted.replace(/^ +/, '')
      rest = rest.replace(/^ +/, '')
    } else {
      if (rest[0] !== wanted[0]) return { rest, fits: false }
      wanted = wanted.slice(1)
      rest = rest.slice(1)
    }
  }
  return { rest, fits: true }
}

/** @returns characters read, the name of the field that is out of range, or `undefined` when the text does not fit. */
function readChunk(chunk: string, text: string, found: Found): number | string | undefined {
  type Key = 'year' | 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second'
  const number = (pattern: RegExp, key: Key, range?: readonly [number, number]): number | string | undefined => {
    const match = pattern.exec(text)
    if (match === null) return undefined
    const value = Number(match[0].trim())
    found[key] = value
    return range !== undefined && (value < range[0] || value > range[1]) ? key : match[0].length
  }
  const one = /^\d\d?/
  const two = /^\d\d/
  switch (chunk) {
    case '2006':
      return number(/^\d{4}/, 'year')
    case '06': {
      const read = number(/^(?:\d\d|[+-]\d)/, 'year')
      found.year += found.year >= 69 ? 1900 : 2000
      return read
    }
    case '01':
      return number(two, 'month', [1, 12])
    case '1':
      return number(one, 'month', [1, 12])
    case 'Jan':
    case 'January':
      return readName(months, chunk === 'Jan', text, found)
    case 'Mon':
    case 'Monday':
      return readName(weekdays, chunk === 'Mon', text)
    case '02':
      return number(two, 'day')
    case '2':
      return number(one, 'day')
    case '_2':
      return number(/^ ?\d\d?/, 'day')
    case '002':
      return number(/^\d{3}/, 'yearDay')
    case '__2':
      return number(/^ ?(?: \d\d?|\d{1,3})|^ {2}\d{1,3}/, 'yearDay')
    case '15':
      return number(one, 'hour', [0, 23])
    case '03':
      return number(two, 'hour', [0, 12])
    case '3':
      return number(one, 'hour', [0, 12])
    case '04':
      return number(two, 'minute', [0, 59])
    case '4':
      return number(one, 'minute', [0, 59])
    case '05':
      return number(two, 'second', [0, 59])
    case '5':
      return number(one, 'second', [0, 59])
    case 'PM':
    case 'pm': {
      const match = (chunk === 'PM' ? /^(?:AM|PM)/ : /^(?:am|pm)/).exec(text)
      if (match === null) return undefined
      found.half = match[0].toUpperCase() as 'AM' | 'PM'
      return 2
    }
    case 'MST':
      return readZone(text, found)
  }
  return /^[.,]/.test(chunk) ? readFraction(chunk, text, found) : readOffset(chunk, text, found)
}

function readName(list: readonly string[], isShort: boolean, text: string, found?: Found): number | undefined {
  const names = isShort ? list.map((name) => name.slice(0, 3)) : list
  const at = names.findIndex((name) => text.slice(0, name.length).toLowerCase() === name.toLowerCase())
  if (at < 0) return undefined
  if (found !== undefined) found.month = at + 1
  return names[at]!.length
}

/** A zone's abbreviation: three to five capitals, `GMT+3`, `+03` (parseTimeZone). */
function readZone(text: string, found: Found): number | undefined {
  if (text.startsWith('UTC')) {
    found.isUtc = true
    return 3
  }
  const signed = '[+-](?:0*(?:1?\\d|2[0-3]))(?!\\d)'
  const match = new RegExp(`^(?:ChST|MeST|GMT(?:${signed})?|${signed})`).exec(text)
  const capitals = /^[A-Z]{0,6}/.exec(text)![0]
  const isName = /^(?:[A-Z]{3}|[A-Z]{3}T|WITA|[A-Z]{4}T)$/.test(capitals)
  if (text.length < 3 || (match === null && !isName)) return undefined
  found.zone = match?.[0] ?? capitals
  return found.zone.length
}

function readFraction(chunk: string, text: string, found: Found): number | undefined {
  const match = /^[.,](\d+)/.exec(text)
  if (chunk[1] === '9' && match === null) return 0
  const count = chunk[1] === '9' ? match![1]!.length : chunk.length - 1
  if (match === null || match[1]!.length < count) return undefined
  found.nanos = Number(match[1]!.slice(0, Math.min(count, 9)).padEnd(9, '0'))
  return count + 1
}

function readOffset(chunk: string, text: string, found: Found): number | string | undefined {
  if (chunk.startsWith('Z') && text.startsWith('Z')) {
    found.isUtc = true
    return 1
  }
  const match = new RegExp(`^([+-])${chunk.slice(1).replace(/\d\d/g, '(\\d\\d)')}`).exec(text)
  if (match === null) return undefined
  const [hours, minutes, seconds] = [match[2], match[3], match[4]].map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
  ]
  if (seconds > 60) return 'time zone offset second'
  if (minutes > 60) return 'time zone offset minute'
  if (hours > 24) return 'time zone offset hour'
  const size = hours * 3600 + minutes * 60 + seconds
  found.offset = match[1] === '-' ? -size : size
  return match[0].length
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

function daysIn(month: number, year: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return monthDays[month - 1]! + (month === 2 && isLeap ? 1 : 0)
}

/** Works out month and day. @returns what is wrong with them. */
function settleDate(found: Found): string | undefined {
  if (found.half === 'PM' && found.hour < 12) found.hour += 12
  else if (found.half === 'AM' && found.hour === 12) found.hour = 0
  if (found.yearDay < 0) {
    if (found.month < 0) found.month = 1
    if (found.day < 0) found.day = 1
  } else {
    let [month, day] = [1, found.yearDay]
    while (month <= 12 && day > daysIn(month, found.year)) day -= daysIn(month++, found.year)
    if (found.yearDay < 1 || month > 12) return 'day-of-year out of range'
    if (found.month >= 0 && found.month !== month) return 'day-of-year does not match month'
    if (found.day >= 0 && found.day !== day) return 'day-of-year does not match day'
    found.month = month
    found.day = day
  }
  return found.day < 1 || found.day > daysIn(found.month, found.year) ? 'day out of range' : undefined
}

function timeOf(found: Found): GoTime {
  const date = new Date(0)
  date.setUTCFullYear(found.year, found.month - 1, found.day)
  date.setUTCHours(found.hour, found.minute, found.second)
  const { zone, offset } = zoneOf(found)
  return { nanos: (BigInt(date.getTime()) - BigInt(offset) * 1000n) * 1_000_000n + BigInt(found.nanos), zone }
}

/** The zone that is shown, and what the text was given in. */
function zoneOf({ isUtc, offset, zone }: Found): { readonly zone: Zone; readonly offset: number } {
  if (isUtc || (offset === undefined && zone === '')) return { zone: utc, offset: 0 }
  if (offset !== undefined) {
    if (offset === 0 && zone === '') return { zone: utc, offset: 0 }
    return { zone: { name: zone, offset }, offset }
  }
  // A name alone says nothing of the offset, but for `GMT+3`.
  const shown = /^GMT([+-]\d+)$/.exec(zone)
  return { zone: { name: zone, offset: shown === null ? 0 : Number(shown[1]) * 3600 }, offset: 0 }
}
