const unitMilliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** Milliseconds of a Go duration such as `1h30m` or `1.5s`; `undefined` when it is none (Go `time.ParseDuration`). */
export function parseDuration(text: string): number | undefined {
  if (text === '0' || text === '+0' || text === '-0') return 0
  const sign = text.startsWith('-') ? -1 : 1
  const rest = /^[+-]/.test(text) ? text.slice(1) : text
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined
  let total = 0
  for (const [, value, unit] of rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(value) * unitMilliseconds[unit!]!
  }
  return sign * total
}

/** Writes milliseconds as Go does: `1h0m0s`, `1.5s`, `250ms`, `0s` (Go `time.Duration.String`). */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s'
  const sign = milliseconds < 0 ? '-' : ''
  const absolute = Math.abs(milliseconds)
  if (absolute < 1e-3) return `${sign}${trimZeros((absolute * 1e6).toFixed(0))}ns`
  if (absolute < 1) return `${sign}${trimZeros((absolute * 1e3).toFixed(3))}µs`
  if (absolute < 1000) return `${sign}${trimZeros(absolute.toFixed(6))}ms`
  const hours = Math.floor(absolute / 3_600_000)
  const minutes = Math.floor((absolute % 3_600_000) / 60_000)
  const seconds = `${trimZeros(((absolute % 60_000) / 1000).toFixed(9))}s`
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`
  return minutes > 0 ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
