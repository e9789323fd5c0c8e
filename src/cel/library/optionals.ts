import { CelError } from '../values/error.ts'
import {
  CelArray,
  CelDuration,
  CelList,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelUint,
  type CelValue,
} from '../values/value.ts'
import { define, type FunctionDefinition } from './define.ts'

/** Go's zero time, 0001-01-01T00:00:00Z, is what an unset timestamp is. */
const zeroTime = -62_135_596_800_000_000_000n

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0n || value === 0) return true
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0
  if (value instanceof Uint8Array) return value.length === 0
  if (value instanceof CelUint) return value.value === 0n
  if (value instanceof CelDuration) return value.nanos === 0n
  if (value instanceof CelTimestamp) return value.nanos === zeroTime
  return value instanceof CelOptional && value.value === undefined
}

function unwrap(list: CelValue | undefined): CelValue | undefined {
  if (!(list instanceof CelList)) return undefined
  const out: CelValue[] = []
  for (const item of list) {
    if (!(item instanceof CelOptional)) throw new CelError(`value ${String(item)} is not optional`)
    if (item.value !== undefined) out.push(item.value)
  }
  return new CelArray(out)
}

/** Optional values (cel-go cel/library.go). `or` and `orValue` are evaluated lazily by the interpreter. */
export function optionalLibrary(): readonly FunctionDefinition[] {
  return [
    define('optional.of', ['(V) optional(V)'], ([a]) => new CelOptional(a)),
    define('optional.ofNonZeroValue', ['(V) optional(V)'], ([a]) => new CelOptional(isZero(a!) ? undefined : a)),
    define('optional.none', ['() optional(V)'], () => new CelOptional(undefined)),
    define('value', ['optional(V).() V'], ([a]) => {
      if (!(a instanceof CelOptional)) return undefined
      if (a.value === undefined) throw new CelError('optional.none() dereference')
      return a.value
    }),
    define('hasValue', ['optional(V).() bool'], ([a]) =>
      a instanceof CelOptional ? a.value !== undefined : undefined,
    ),
    define('or', ['optional(V).(optional(V)) optional(V)'], () => undefined),
    define('orValue', ['optional(V).(V) V'], () => undefined),
    define('optional.unwrap', ['(list(optional(V))) list(V)'], ([a]) => unwrap(a)),
    define('unwrapOpt', ['list(optional(V)).() list(V)'], ([a]) => unwrap(a)),
  ]
}
