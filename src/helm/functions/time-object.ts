import {
  type GoFunction,
  type GoInt,
  type GoObject,
  type GoValue,
  goFunction,
  goObject,
  isGoObject,
  makeInt,
} from '../../gotemplate/index.ts'
import { fieldsOf, type GoTime, utc, zeroTime } from './go-time.ts'
import { toNumber } from './shared.ts'
import { formatTime } from './time-layout.ts'

/** A time.Time value of a template. */
export interface TimeObject extends GoObject {
  readonly time: GoTime
}

export function isTime(value: GoValue): value is TimeObject {
  return isGoObject(value) && value.goType === 'time.Time'
}

/** Seconds since 1970, rounded down. */
export function unixSeconds({ nanos }: GoTime): bigint {
  return nanos >= 0n ? nanos / 1_000_000_000n : -((-nanos + 999_999_999n) / 1_000_000_000n)
}

function misfit(reason: string): { readonly method: GoFunction } {
  return { method: goFunction('', () => null).with({ misfit: reason }) }
}

/** Makes a time.Time value with its methods. */
export function timeObject(time: GoTime): TimeObject {
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
    UnixMicro: method('', () => makeInt(time.nanos / 1_000n, 'int64')),
    Local: method('', () => timeObject({ ...time, zone: utc })),
    Location: method('', () => locationObject(time)),
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
    // Methods whose results are more than a value and an error.
    ...{ Date: misfit('function Date has 3 return values; should be 1 or 2') },
    ...{ Clock: misfit('function Clock has 3 return values; should be 1 or 2') },
    ...{ Zone: misfit('invalid function signature for Zone: second return value should be error; is int') },
    ...{ ISOWeek: misfit('invalid function signature for ISOWeek: second return value should be error; is int') },
    AddDate: method('int,int,int', (years: GoInt, months: GoInt, days: GoInt) =>
      addDate(time, toNumber(years), toNumber(months), toNumber(days)),
    ),
  }
  return goObject<{ readonly time: GoTime }>({
    time,
    goType: 'time.Time',
    goKind: 'struct',
    field: (name) => (Object.hasOwn(members, name) ? members[name] : undefined),
    format: () => formatTime(time, stringLayout),
    toJson: () => formatTime(time, '2006-01-02T15:04:05.999999999Z07:00'),
  })
}

/** A *time.Location, of which templates can only see the name. */
function locationObject({ zone }: GoTime): GoObject {
  return goObject({
    goType: '*time.Location',
    goKind: 'ptr',
    field: (name) => (name === 'String' ? { method: goFunction('', () => zone.name) } : undefined),
    format: () => zone.name,
  })
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
