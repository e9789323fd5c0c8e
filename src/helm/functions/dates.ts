import { durationText, GoError, GoInt, type GoValue, goFunction, parseInteger } from '../../gotemplate/index.ts'
import { parseGoDuration } from './go-duration.ts'
import { type GoTime, loadZone, utc, zeroTime } from './go-time.ts'
import type { FunctionTable } from './shared.ts'
import { formatTime } from './time-layout.ts'
import { isTime, type TimeObject, timeObject, unixSeconds } from './time-object.ts'
import { parseTime } from './time-parse.ts'

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
