/**
 * Go's time.Time as templates use it: layouts, zones, durations. Behaviour of Go 1.26 package time. Zones come from the
 * JavaScript runtime's own database (Intl).
 */

/** An instant with the zone in which it is shown. */
export interface GoTime {
  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  readonly nanos: bigint
  readonly zone: Zone
}

export interface Zone {
  /** IANA name, `UTC`, or empty for a fixed offset. */
  readonly name: string
  /** Seconds east of UTC, for a fixed offset. */
  readonly offset?: number
}

export const utc: Zone = { name: 'UTC' }

/** Go's zero time: 0001-01-01 00:00:00 UTC. */
export const zeroTime: GoTime = { nanos: -62135596800n * 1_000_000_000n, zone: utc }

const months = 'January February March April May June July August September October November December'.split(' ')
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** The zone of a name; `undefined` when there is none. `Local` is UTC here: renders must not depend on the machine. */
export function loadZone(name: string): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return utc
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return /^[+-]/.test(name) ? undefined : { name }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

interface Fields {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly yearDay: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanosecond: number
  /** Seconds east of UTC. */
  readonly offset: number
  readonly abbreviation: string
}

/** Calendar fields of a time in its zone. */
export function fieldsOf({ nanos, zone }: GoTime): Fields {
  const second = nanos >= 0n ? nanos / 1_000_000_000n : -((-nanos + 999_999_999n) / 1_000_000_000n)
  const { offset, abbreviation } = zoneAt(zone, Number(second))
  const local = new Date((Number(second) + offset) * 1000)
  const start = Date.UTC(2000, 0, 1)
  const yearStart = new Date(start)
  yearStart.setUTCFullYear(local.getUTCFullYear(), 0, 1)
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
    yearDay: Math.floor((local.getTime() - yearStart.getTime()) / 86_400_000) + 1,
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    nanosecond: Number(nanos - second * 1_000_000_000n),
    offset,
    abbreviation,
  }
}

function zoneAt(zone: Zone, second: number): { offset: number; abbreviation: string } {
  if (zone.offset !== undefined)
    return { offset: zone.offset, abbreviation: zone.name || formatOffset('-0700', zone.offset) }
  if (zone.name === 'UTC') return { offset: 0, abbreviation: 'UTC' }
  const parts = (style: 'longOffset' | 'short'): string =>
    new Intl.DateTimeFormat('en-US', { timeZone: zone.name, timeZoneName: style })
      .formatToParts(new Date(second * 1000))
      .find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(parts('longOffset'))
  const size = Number(match?.[2] ?? 0) * 3600 + Number(match?.[3] ?? 0) * 60 + Number(match?.[4] ?? 0)
  const offset = match?.[1] === '-' ? -size : size
  const short = parts('short')
  return { offset, abbreviation: zoneAbbreviation(zone.name, short, offset) }
}

/** Abbreviations of the tz database that Intl shows as `GMT+1`: Europe's, and those of large cities. */
function zoneAbbreviation(name: string, short: string, offset: number): string {
  if (/^[A-Z]{2,5}$/.test(short) && short !== 'GMT') return short
  if (short === 'GMT' && offset === 0)
    return /^Europe\/(London|Belfast)|^Africa|^Atlantic|^GMT|^Etc/.test(name) ? 'GMT' : 'UTC'
  if (name === 'Europe/London') return offset === 3600 ? 'BST' : 'GMT'
  if (name.startsWith('Europe/')) {
    const european: Readonly<Record<number, string>> = {
      3600: 'CET',
      7200: isSummerCentral(name) ? 'CEST' : 'EET',
      10800: 'EEST',
    }
    if (name === 'Europe/Moscow') return 'MSK'
    const known = european[offset]
    if (known !== undefined) return known
  }
  const fixed: Readonly<Record<string, string>> = {
    'Asia/Tokyo': 'JST',
    'Asia/Shanghai': 'CST',
    'Asia/Kolkata': 'IST',
    'Asia/Hong_Kong': 'HKT',
    'Asia/Seoul': 'KST',
  }
  return fixed[name] ?? numericZone(offset)
}

/** Zones whose winter time is UTC+1: their UTC+2 is summer time. */
function isSummerCentral(name: string): boolean {
  return !/^Europe\/(Athens|Bucharest|Chisinau|Helsinki|Kiev|Kyiv|Mariehamn|Riga|Sofia|Tallinn|Uzhgorod|Vilnius|Zaporozhye|Kaliningrad)$/.test(
    name,
  )
}

/** Go prints a zone without a name as its offset. */
function numericZone(offset: number): string {
  const size = Math.abs(offset)
  const hours = String(Math.floor(size / 3600)).padStart(2, '0')
  const minutes = Math.floor((size % 3600) / 60)
  return `${offset < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : String(minutes).padStart(2, '0')}`
}

/** The elements of a layout, longest first, as Go's nextStdChunk finds them. */
const chunkPattern =
  /January|Jan|Monday|Mon|MST|2006|002|Z07:00:00|Z070000|Z07:00|Z0700|Z07|-07:00:00|-070000|-07:00|-0700|-07|[.,]0+(?!\d)|[.,]9+(?!\d)|__2|_2(?!006)|15|01|02|03|04|05|06|PM|pm|1(?!5)|2(?!006)|3|4|5/g

/** A time in a layout (Go's Time.Format). */
export function formatTime(time: GoTime, layout: string): string {
  const at = fieldsOf(time)
  let out = ''
  let last = 0
  for (const match of layout.matchAll(chunkPattern)) {
    out += layout.slice(last, match.index) + formatChunk(match[0], at)
    last = match.index + match[0].length
  }
  return out + layout.slice(last)
}

const pad = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill)

function formatChunk(chunk: string, at: Fields): string {
  const twelve = at.hour % 12 === 0 ? 12 : at.hour % 12
  switch (chunk) {
    case '2006':
      return at.year < 0 ? `-${pad(-at.year, 4)}` : pad(at.year, 4)
    case '06':
      return pad(((at.year % 100) + 100) % 100, 2)
    case '01':
      return pad(at.month, 2)
    case '1':
      return String(at.month)
    case 'Jan':
      return months[at.month - 1]!.slice(0, 3)
    case 'January':
      return months[at.month - 1]!
    case '02':
      return pad(at.day, 2)
    case '_2':
      return pad(at.day, 2, ' ')
    case '2':
      return String(at.day)
    case '002':
      return pad(at.yearDay, 3)
    case '__2':
      return pad(at.yearDay, 3, ' ')
    case 'Mon':
      return weekdays[at.weekday]!.slice(0, 3)
    case 'Monday':
      return weekdays[at.weekday]!
    case '15':
      return pad(at.hour, 2)
    case '03':
      return pad(twelve, 2)
    case '3':
      return String(twelve)
    case '04':
      return pad(at.minute, 2)
    case '4':
      return String(at.minute)
    case '05':
      return pad(at.second, 2)
    case '5':
      return String(at.second)
    case 'PM':
      return at.hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return at.hour >= 12 ? 'pm' : 'am'
    case 'MST':
      return at.abbreviation
  }
  if (/^[.,]/.test(chunk)) return formatFraction(chunk, at.nanosecond)
  return formatOffset(chunk, at.offset)
}

function formatFraction(chunk: string, nanosecond: number): string {
  const digits = pad(nanosecond, 9).slice(0, chunk.length - 1)
  if (chunk[1] === '0') return chunk[0] + digits
  const trimmed = digits.replace(/0+$/, '')
  return trimmed === '' ? '' : chunk[0] + trimmed
}

function formatOffset(chunk: string, offset: number): string {
  if (chunk.startsWith('Z') && offset === 0) return 'Z'
  const size = Math.abs(offset)
  const parts = [Math.floor(size / 3600), Math.floor((size % 3600) / 60), size % 60].map((each) => pad(each, 2))
  const body = chunk.slice(1)
  const separator = body.includes(':') ? ':' : ''
  const count = body.replaceAll(':', '').length / 2
  return (offset < 0 ? '-' : '+') + parts.slice(0, count).join(separator)
}

/** Parses text by a layout (Go's time.ParseInLocation with UTC); a string is Go's error text. */
export function parseTime(layout: string, text: string): GoTime | string {
  const found = {
    year: 0,
    month: 1,
    day: 1,
    yearDay: 0,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0,
    pm: undefined as boolean | undefined,
    offset: undefined as number | undefined,
    zone: '',
  }
  let rest = text
  let last = 0
  const fail = (value: string, element: string, extra = ''): string =>
    `parsing time ${JSON.stringify(text)}${extra === '' ? ` as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(value)} as ${JSON.stringify(element)}` : extra}`
  const skip = (literal: string): boolean => {
    const squeezed = literal.replace(/ +/g, ' ')
    const normal = rest.startsWith(literal)
      ? literal.length
      : rest.replace(/^ +/, ' ').startsWith(squeezed)
        ? squeezed.length
        : -1
    if (normal < 0) return false
    rest = rest.slice(literal.length)
    return true
  }
  for (const match of layout.matchAll(chunkPattern)) {
    const literal = layout.slice(last, match.index)
    if (!skip(literal)) return fail(rest, literal)
    const read = readChunk(match[0], rest, found)
    if (read === undefined) return fail(rest, match[0])
    if (typeof read === 'string') return fail('', '', `: ${read} out of range`)
    rest = rest.slice(read)
    if (
      (match[0] === '05' || match[0] === '5') &&
      /^[.,]\d/.test(rest) &&
      !/^[.,]/.test(layout.slice(match.index + match[0].length))
    ) {
      const fraction = /^[.,](\d+)/.exec(rest)!
      found.nanos = Number(fraction[1]!.slice(0, 9).padEnd(9, '0'))
      rest = rest.slice(fraction[0].length)
    }
    last = match.index + match[0].length
  }
  if (!skip(layout.slice(last))) return fail(rest, layout.slice(last))
  if (rest !== '') return `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`
  if (found.pm === true && found.hour < 12) found.hour += 12
  if (found.pm === false && found.hour === 12) found.hour = 0
  const date = new Date(0)
  date.setUTCFullYear(
    found.year,
    found.yearDay > 0 ? 0 : found.month - 1,
    found.yearDay > 0 ? found.yearDay : found.day,
  )
  if (found.yearDay === 0 && date.getUTCDate() !== found.day)
    return `parsing time ${JSON.stringify(text)}: day out of range`
  date.setUTCHours(found.hour, found.minute, found.second)
  const offset = found.offset ?? 0
  const nanos = (BigInt(date.getTime()) - BigInt(offset) * 1000n) * 1_000_000n + BigInt(found.nanos)
  const zone =
    found.offset === undefined
      ? found.zone === '' || found.zone === 'UTC'
        ? utc
        : { name: found.zone, offset: 0 }
      : offset === 0
        ? utc
        : { name: '', offset }
  return { nanos, zone }
}

type Found = {
  year: number
  month: number
  day: number
  yearDay: number
  hour: number
  minute: number
  second: number
  nanos: number
  pm: boolean | undefined
  offset: number | undefined
  zone: string
}

/** @returns characters read, the name of the field that is out of range, or `undefined` when the text does not fit. */
function readChunk(chunk: string, text: string, found: Found): number | string | undefined {
  const number = (
    pattern: RegExp,
    key: 'year' | 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second',
    range?: readonly [number, number],
  ): number | string | undefined => {
    const match = pattern.exec(text)
    if (match === null) return undefined
    found[key] = Number(match[0].trim())
    if (range !== undefined && (found[key] < range[0] || found[key] > range[1])) return key
    return match[0].length
  }
  const word = (list: readonly string[], length: number | undefined, key: 'month' | undefined): number | undefined => {
    const names = list.map((name) => (length === undefined ? name : name.slice(0, length)))
    const at = names.findIndex((name) => text.slice(0, name.length).toLowerCase() === name.toLowerCase())
    if (at < 0) return undefined
    if (key !== undefined) found[key] = at + 1
    return names[at]!.length
  }
  switch (chunk) {
    case '2006':
      return number(/^\d{4}/, 'year')
    case '06': {
      const read = number(/^\d\d/, 'year')
      found.year += found.year >= 69 ? 1900 : 2000
      return read
    }
    case '01':
      return number(/^\d\d/, 'month', [1, 12])
    case '1':
      return number(/^\d\d?/, 'month', [1, 12])
    case 'Jan':
      return word(months, 3, 'month')
    case 'January':
      return word(months, undefined, 'month')
    case '02':
      return number(/^\d\d/, 'day', [1, 31])
    case '2':
    case '_2':
      return number(/^ ?\d\d?/, 'day', [1, 31])
    case '002':
    case '__2':
      return number(/^[ \d]{2}\d/, 'yearDay', [1, 366])
    case 'Mon':
      return word(weekdays, 3, undefined)
    case 'Monday':
      return word(weekdays, undefined, undefined)
    case '15':
      return number(/^\d\d?/, 'hour', [0, 23])
    case '03':
      return number(/^\d\d/, 'hour', [0, 12])
    case '3':
      return number(/^\d\d?/, 'hour', [0, 12])
    case '04':
      return number(/^\d\d/, 'minute', [0, 59])
    case '4':
      return number(/^\d\d?/, 'minute', [0, 59])
    case '05':
      return number(/^\d\d/, 'second', [0, 59])
    case '5':
      return number(/^\d\d?/, 'second', [0, 59])
    case 'PM':
    case 'pm': {
      const match = (chunk === 'PM' ? /^(AM|PM)/ : /^(am|pm)/).exec(text)
      if (match === null) return undefined
      found.pm = match[1]!.toLowerCase() === 'pm'
      return 2
    }
    case 'MST': {
      const match = /^[A-Z]{3,5}|^[+-]\d\d(?:\d\d)?/.exec(text)
      if (match === null) return undefined
      found.zone = match[0]
      return match[0].length
    }
  }
  if (/^[.,]/.test(chunk)) return readFraction(chunk, text, found)
  return readOffset(chunk, text, found)
}

function readFraction(chunk: string, text: string, found: Found): number | undefined {
  const match = /^[.,](\d+)/.exec(text)
  if (match === null) return chunk[1] === '9' ? 0 : undefined
  if (chunk[1] === '0' && match[1]!.length < chunk.length - 1) return undefined
  const digits = chunk[1] === '0' ? match[1]!.slice(0, chunk.length - 1) : match[1]!
  found.nanos = Number(digits.slice(0, 9).padEnd(9, '0'))
  return digits.length + 1
}

function readOffset(chunk: string, text: string, found: Found): number | undefined {
  if (chunk.startsWith('Z') && text.startsWith('Z')) {
    found.offset = 0
    return 1
  }
  const body = chunk.slice(1)
  const pattern = body.replace(/\d\d/g, '(\\d\\d)').replace(/^/, '^([+-])')
  const match = new RegExp(pattern).exec(text)
  if (match === null) return undefined
  const size = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)
  found.offset = match[1] === '-' ? -size : size
  return match[0].length
}
