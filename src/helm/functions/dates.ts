import {
  durationText,
  GoError,
  GoInt,
  type GoObject,
  type GoValue,
  goFunction,
  isGoObject,
  makeInt,
  parseInteger,
} from '../../gotemplate/index.ts'
import { fieldsOf, formatTime, type GoTime, loadZone, parseGoDuration, parseTime, utc, zeroTime } from './go-time.ts'
import { type FunctionTable, toNumber } from './shared.ts'

/** sprig's dates (date.go). `now` is the caller's, in milliseconds since 1970. */
export function dateFunctions(now: () => number): FunctionTable {
  const current = (): GoTime => ({ nanos: BigInt(Math.trunc(now())) * 1_000_000n, zone: utc })
  const inZone = goFunction('string,any,string', (layout: string, date: GoValue, zone: string) =>
    formatTime({ ...timeOf(date, current), zone: loadZone(zone) ?? utc }, layout),
  )
  const modify = goFunction('string,time.Time', (by: string, date: GoValue) => {
    const duration = parseGoDuration(by)
    const time = (date as TimeObject).time
    return typeof duration === 'string' ? date : timeObject({ ...time, nanos: time.nanos + duration })
  })
  const mustModify = goFunction('string,time.Time', (by: string, date: GoValue) => {
    const duration = parseGoDuration(by)
    if (typeof duration === 'string') throw new GoError(duration)
    const time = (date as TimeObject).time
    return timeObject({ ...time, nanos: time.nanos + duration })
  })
  return {
    now: goFunction('', () => timeObject(current())),
    date: goFunction('string,any', (layout: string, date: GoValue) =>
      formatTime({ ...timeOf(date, current), zone: utc }, layout),
    ),
    ...{ dateInZone: inZone, date_in_zone: inZone, dateModify: modify, date_modify: modify },
    ...{ mustDateModify: mustModify, must_date_modify: mustModify },
    htmlDate: goFunction('any', (date: GoValue) => formatTime({ ...timeOf(date, current), zone: utc }, '2006-01-02')),
    htmlDateInZone: goFunction('any,string', (date: GoValue, zone: string) =>
      formatTime({ ...timeOf(date, current), zone: loadZone(zone) ?? utc }, '2006-01-02'),
    ),
    toDate: goFunction('string,string', (layout: string, text: string) => {
      const time = parseTime(layout, text)
      return timeObject(typeof time === 'string' ? zeroTime : time)
    }),
    mustToDate: goFunction('string,string', (layout: string, text: string) => {
      const time = parseTime(layout, text)
      if (typeof time === 'string') throw new GoError(time)
      return timeObject(time)
    }),
    unixEpoch: goFunction('time.Time', (date: GoValue) => String(unixSeconds((date as TimeObject).time))),
    ago: goFunction('any', (date: GoValue) => {
      const elapsed = current().nanos - timeOf(date, current).nanos
      const second = 1_000_000_000n
      return durationText(((elapsed + (elapsed < 0n ? -second / 2n : second / 2n)) / second) * second)
    }),
    duration: goFunction('any', (seconds: GoValue) => durationText(secondsOf(seconds) * 1_000_000_000n)),
    durationRound: goFunction('any', (duration: GoValue) => roundDuration(durationOf(duration, current))),
  }
}

interface TimeObject extends GoObject {
  readonly time: GoTime
}

function isTime(value: GoValue): value is TimeObject {
  return isGoObject(value) && value.goType === 'time.Time'
}

/** Seconds since 1970, rounded down. */
function unixSeconds({ nanos }: GoTime): bigint {
  return nanos >= 0n ? nanos / 1_000_000_000n : -((-nanos + 999_999_999n) / 1_000_000_000n)
}

/** Times are themselves, int and int64 seconds since 1970; anything else is now. */
function timeOf(value: GoValue, current: () => GoTime): GoTime {
  if (isTime(value)) return value.time
  if (value instanceof GoInt && ['int', 'int32', 'int64'].includes(value.type)) {
    return { nanos: value.value * 1_000_000_000n, zone: utc }
  }
  return current()
}

function secondsOf(value: GoValue): bigint {
  if (value instanceof GoInt && value.type === 'int64') return value.value
  const parsed = typeof value === 'string' ? parseInteger(value) : undefined
  return typeof parsed === 'bigint' ? parsed : 0n
}

function durationOf(value: GoValue, current: () => GoTime): bigint {
  if (value instanceof GoInt && value.type === 'int64') return value.value
  if (isTime(value)) return current().nanos - value.time.nanos
  const parsed = typeof value === 'string' ? parseGoDuration(value) : 0n
  return typeof parsed === 'bigint' ? parsed : 0n
}

/** The largest unit that the duration is longer than one of. */
function roundDuration(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos
  const hour = 3_600_000_000_000n
  const units: readonly (readonly [bigint, string])[] = [
    [hour * 24n * 365n, 'y'],
    [hour * 24n * 30n, 'mo'],
    [hour * 24n, 'd'],
    [hour, 'h'],
    [60_000_000_000n, 'm'],
    [1_000_000_000n, 's'],
  ]
  for (const [unit, name] of units) if (size > unit) return `${size / unit}${name}`
  return '0s'
}

/** A time.Time value. */
function timeObject(time: GoTime): TimeObject {
  const fields = () => fieldsOf(time)
  const method = (signature: string, call: (...args: never[]) => GoValue) => ({ method: goFunction(signature, call) })
  const int = (pick: () => number, type: 'int' | 'time.Month' | 'time.Weekday' = 'int') =>
    method('', () => makeInt(pick(), type))
  const compare = (test: (other: bigint) => boolean) =>
    method('time.Time', (other: GoValue) => test((other as TimeObject).time.nanos))
  const members: Readonly<Record<string, ReturnType<GoObject['field']>>> = {
    Year: int(() => fields().year),
    Month: int(() => fields().month, 'time.Month'),
    Day: int(() => fields().day),
    Weekday: int(() => fields().weekday, 'time.Weekday'),
    YearDay: int(() => fields().yearDay),
    Hour: int(() => fields().hour),
    Minute: int(() => fields().minute),
    Second: int(() => fields().second),
    Nanosecond: int(() => fields().nanosecond),
    Unix: method('', () => makeInt(unixSeconds(time), 'int64')),
    UnixMilli: method('', () => makeInt(time.nanos / 1_000_000n, 'int64')),
    UnixNano: method('', () => makeInt(time.nanos, 'int64')),
    UTC: method('', () => timeObject({ ...time, zone: utc })),
    Format: method('string', (layout: string) => formatTime(time, layout)),
    String: method('', () => formatTime(time, stringLayout)),
    IsZero: method('', () => time.nanos === zeroTime.nanos),
    Before: compare((other) => time.nanos < other),
    After: compare((other) => time.nanos > other),
    Equal: compare((other) => time.nanos === other),
    Add: method('time.Duration', (by: GoInt) => timeObject({ ...time, nanos: time.nanos + by.value })),
    Sub: method('time.Time', (other: GoValue) =>
      makeInt(time.nanos - (other as TimeObject).time.nanos, 'time.Duration'),
    ),
    AddDate: method('int,int,int', (years: GoInt, months: GoInt, days: GoInt) =>
      addDate(time, toNumber(years), toNumber(months), toNumber(days)),
    ),
  }
  return {
    time,
    goType: 'time.Time',
    goKind: 'struct',
    field: (name) => (Object.hasOwn(members, name) ? members[name] : undefined),
    format: () => formatTime(time, stringLayout),
    toJson: () => formatTime(time, '2006-01-02T15:04:05.999999999Z07:00'),
  }
}

const stringLayout = '2006-01-02 15:04:05.999999999 -0700 MST'

function addDate(time: GoTime, years: number, months: number, days: number): TimeObject {
  const at = fieldsOf(time)
  const date = new Date(0)
  date.setUTCFullYear(at.year + years, at.month - 1 + months, at.day + days)
  date.setUTCHours(at.hour, at.minute, at.second)
  return timeObject({
    ...time,
    nanos: (BigInt(date.getTime()) - BigInt(at.offset) * 1000n) * 1_000_000n + BigInt(at.nanosecond),
  })
}
