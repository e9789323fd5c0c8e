/** A duration such as `1h30m`, `-1.5s`, `100ms` in nanoseconds; a string is Go's error text. */
export function parseGoDuration(text: string): bigint | string {
  const invalid = `time: invalid duration ${JSON.stringify(text)}`
  const match = /^([+-]?)(.+)$/.exec(text)
  if (match === null) return invalid
  if (match[2] === '0') return 0n
  const units: Readonly<Record<string, bigint>> = {
    ns: 1n,
    us: 1_000n,
    µs: 1_000n,
    μs: 1_000n,
    ms: 1_000_000n,
    s: 1_000_000_000n,
    m: 60_000_000_000n,
    h: 3_600_000_000_000n,
  }
  let rest = match[2]!
  let total = 0n
  while (rest !== '') {
    const part = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest)!
    if (part[1] === '' && (part[2] ?? '') === '') return invalid
    if (part[3] === '') return `time: missing unit in duration ${JSON.stringify(text)}`
    const unit = units[part[3]!]
    if (unit === undefined) return `time: unknown unit ${JSON.stringify(part[3])} in duration ${JSON.stringify(text)}`
    total += BigInt(part[1] || '0') * unit
    const fraction = part[2] ?? ''
    if (fraction !== '') total += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length)
    rest = rest.slice(part[0].length)
  }
  return match[1] === '-' ? -total : total
}
