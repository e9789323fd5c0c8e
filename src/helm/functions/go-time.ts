/**
 * Go's time.Time as templates use it: instants, zones, calendar fields. Behaviour of Go 1.25 package time. Zones come from the
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

export const months: readonly string[] =
  'January February March April May June July August September October November December'.split(' ')
export const weekdays: readonly string[] = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

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

/** A time's calendar fields in its zone. */
export interface Fields {
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
  if (zone.offset !== undefined) return { offset: zone.offset, abbreviation: zone.name || hoursAndMinutes(zone.offset) }
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

function hoursAndMinutes(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60)
  return `${offset < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}${String(minutes % 60).padStart(2, '0')}`
}

/** Go prints a zone without a name as its offset. */
function numericZone(offset: number): string {
  const size = Math.abs(offset)
  const hours = String(Math.floor(size / 3600)).padStart(2, '0')
  const minutes = Math.floor((size % 3600) / 60)
  return `${offset < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : String(minutes).padStart(2, '0')}`
}
