const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

const maxNanos = 9_223_372_036_854_775_807n

/** Parses what Go's time.ParseDuration accepts (`1h30m`, `-1.5s`, `0`) into nanoseconds; `undefined` for anything else. */
export function parseGoDuration(text: string): bigint | undefined {
  let rest = text
  let negative = false
  if (rest.startsWith('-') || rest.startsWith('+')) {
    negative = rest.startsWith('-')
    rest = rest.slice(1)
  }
  if (rest === '0') return 0n
  if (rest === '') return undefined
  let total = 0n
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)(?![a-zµμ])/.exec(rest)
    if (match === null || (match[1] === '' && (match[2] ?? '') === '')) return undefined
    const unit = unitNanos[match[3]!]!
    total += BigInt(match[1] === '' ? '0' : match[1]!) * unit
    const fraction = (match[2] ?? '').slice(0, 18)
    if (fraction !== '') total += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length)
    if (total > maxNanos + 1n) return undefined
    rest = rest.slice(match[0].length)
  }
  if (negative) return -total
  return total > maxNanos ? undefined : total
}

/** Prints nanoseconds as seconds with as many decimals as needed: `60s`, `1.5s` (CEL's string form of a duration). */
export function formatSeconds(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : ''
  return `${sign}${withFraction(nanos < 0n ? -nanos : nanos, 1_000_000_000n)}s`
}

function withFraction(value: bigint, unit: bigint): string {
  const fraction = value % unit
  if (fraction === 0n) return String(value / unit)
  const digits = String(fraction)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '')
  return `${value / unit}.${digits}`
}
