const nanosPerSecond = 1_000_000_000n

/** The calendar fields of an instant in some time zone. */
export interface CivilTime {
  readonly year: number
  /** 1–12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanosecond: number
  /** 0 = Sunday. */
  readonly weekday: number
  /** 1–366. */
  readonly yearDay: number
}

/** Parses RFC 3339 (fraction and offset as Go's time.RFC3339) into nanoseconds since 1970; `undefined` for other text. */
export function parseRfc3339(text: string): bigint | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const date = parseDate(`${year}-${month}-${day}`)
  if (date === undefined) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  if (zone !== 'Z' && (Number(zone!.slice(1, 3)) > 24 || Number(zone!.slice(4, 6)) > 60)) return undefined
  const offset = rfc3339Offset(zone!)
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset
  const nanos = BigInt((fraction ?? '').slice(0, 9).padEnd(9, '0'))
  return date + BigInt(seconds) * nanosPerSecond + nanos
}

/** Parses `YYYY-MM-DD` into nanoseconds since 1970 (midnight UTC); `undefined` for other text or no such day. */
export function parseDate(text: string): bigint | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (match === null) return undefined
  const year = Number(match[1])
  const month = Number(match[2])
  const day = Number(match[3])
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  return BigInt(daysFromCivil(year, month, day)) * 86_400n * nanosPerSecond
}

/** The seconds east of UTC that RFC 3339 text names at its end. */
export function rfc3339Offset(text: string): number {
  const match = /([+-])(\d\d):(\d\d)$/.exec(text)
  if (match === null) return 0
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60
  return match[1] === '-' ? -seconds : seconds
}

/** Prints an instant as Go's time.RFC3339Nano at an offset: the fraction only where needed, without trailing zeros. */
export function formatRfc3339(nanos: bigint, offset = 0): string {
  const time = civilTime(nanos, offset)
  const minutes = Math.abs(offset) / 60
  const zone = offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  const fraction = time.nanosecond === 0 ? '' : `.${String(time.nanosecond).padStart(9, '0').replace(/0+$/, '')}`
  const year = String(time.year).padStart(4, '0')
  return `${year}-${two(time.month)}-${two(time.day)}T${two(time.hour)}:${two(time.minute)}:${two(time.second)}${fraction}${zone}`
}

/** The calendar fields of an instant at an offset from UTC, in seconds. */
export function civilTime(nanos: bigint, offsetSeconds: number): CivilTime {
  const local = nanos + BigInt(offsetSeconds) * nanosPerSecond
  let seconds = local / nanosPerSecond
  let nanosecond = Number(local % nanosPerSecond)
  if (nanosecond < 0) {
    nanosecond += 1_000_000_000
    seconds -= 1n
  }
  const secondsNumber = Number(seconds)
  const days = Math.floor(secondsNumber / 86_400)
  const ofDay = secondsNumber - days * 86_400
  const { year, month, day } = civilFromDays(days)
  return {
    year,
    month,
    day,
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    nanosecond,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFromCivil(year, 1, 1) + 1,
  }
}

/**
 * The offset from UTC in seconds that a time zone has at an instant: `UTC`, `+02:00`, `-08:00`, `02:00` or an IANA name.
 * `undefined` for an unknown zone.
 */
export function zoneOffset(zone: string, nanos: bigint): number | undefined {
  if (zone === '' || zone === 'UTC') return 0
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone)
  if (fixed !== null) {
    const seconds = Number(fixed[2]) * 3600 + Number(fixed[3]) * 60
    return fixed[1] === '-' ? -seconds : seconds
  }
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(zone)) return undefined
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    const parts = format.formatToParts(new Date(Number(nanos / 1_000_000n)))
    const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
    const match = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name)
    if (match === null || match[1] === undefined) return 0
    const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)
    return match[1] === '-' ? -seconds : seconds
  } catch {
    // Intl throws a RangeError for a zone it does not know.
    return undefined
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's algorithm). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}
