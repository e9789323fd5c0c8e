import { type CivilTime, civilTime, zoneOffset } from '../go/timestamp.ts'
import { CelError } from '../values/error.ts'
import { CelDuration, CelTimestamp, type CelValue } from '../values/value.ts'
import { define, type FunctionDefinition } from './define.ts'

function part(
  name: string,
  read: (time: CivilTime) => number,
  ofDuration?: (nanos: bigint) => bigint,
): FunctionDefinition {
  const signatures = ['timestamp.() int', 'timestamp.(string) int']
  if (ofDuration !== undefined) signatures.push('duration.() int')
  return define(name, signatures, ([value, zone]) => {
    if (value instanceof CelDuration && ofDuration !== undefined && zone === undefined) return ofDuration(value.nanos)
    if (!(value instanceof CelTimestamp)) return undefined
    return BigInt(read(civilTime(value.nanos, offsetOf(zone, value.nanos))))
  })
}

function offsetOf(zone: CelValue | undefined, nanos: bigint): number {
  if (zone === undefined) return 0
  const offset = typeof zone === 'string' ? zoneOffset(zone, nanos) : undefined
  if (offset === undefined) throw new CelError(`unknown time zone ${String(zone)}`)
  return offset
}

/** The parts of timestamps (months and days of the week from 0) and of durations. */
export function timeLibrary(): readonly FunctionDefinition[] {
  return [
    part('getFullYear', (time) => time.year),
    part('getMonth', (time) => time.month - 1),
    part('getDayOfYear', (time) => time.yearDay - 1),
    part('getDayOfMonth', (time) => time.day - 1),
    part('getDate', (time) => time.day),
    part('getDayOfWeek', (time) => time.weekday),
    part(
      'getHours',
      (time) => time.hour,
      (nanos) => nanos / 3_600_000_000_000n,
    ),
    part(
      'getMinutes',
      (time) => time.minute,
      (nanos) => nanos / 60_000_000_000n,
    ),
    part(
      'getSeconds',
      (time) => time.second,
      (nanos) => nanos / 1_000_000_000n,
    ),
    part(
      'getMilliseconds',
      (time) => Math.floor(time.nanosecond / 1_000_000),
      (nanos) => nanos / 1_000_000n,
    ),
  ]
}
