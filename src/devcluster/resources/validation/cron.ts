const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names: readonly string[]
}

const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
]
const NAMED = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** What robfig/cron says of a schedule that it cannot read; undefined for a good one. */
export function cronFault(schedule: string): string | undefined {
  let text = schedule
  if (text.startsWith('TZ=') || text.startsWith('CRON_TZ=')) {
    const space = text.indexOf(' ')
    if (space < 0) return `provided bad location ${text.slice(text.indexOf('=') + 1)}: unknown time zone`
    text = text.slice(space).trim()
  }
  if (text.startsWith('@')) return descriptorFault(text)
  const fields = text.trim() === '' ? [] : text.trim().split(/\s+/)
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
  for (const [i, bounds] of FIELDS.entries()) {
    for (const part of fields[i]!.split(',').filter((item) => item !== '')) {
      const fault = rangeFault(part, bounds)
      if (fault !== undefined) return fault
    }
  }
  return undefined
}

function descriptorFault(text: string): string | undefined {
  if (NAMED.includes(text)) return undefined
  const every = '@every '
  if (!text.startsWith(every)) return `unrecognized descriptor: ${text}`
  const duration = text.slice(every.length)
  if (/^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(duration) || duration === '0') return undefined
  return `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`
}

function rangeFault(part: string, bounds: Bounds): string | undefined {
  const steps = part.split('/')
  const limits = steps[0]!.split('-')
  const single = limits.length === 1
  let from = bounds.min
  let to = bounds.max
  if (limits[0] !== '*' && limits[0] !== '?') {
    const first = numberOf(limits[0]!, bounds)
    if (typeof first === 'string') return first
    from = first
    if (single) to = first
    else if (limits.length === 2) {
      const second = numberOf(limits[1]!, bounds)
      if (typeof second === 'string') return second
      to = second
    } else return `too many hyphens: ${part}`
  }
  let step = 1
  if (steps.length === 2) {
    const parsed = plainNumber(steps[1]!)
    if (typeof parsed === 'string') return parsed
    step = parsed
    if (single) to = bounds.max
  } else if (steps.length > 2) return `too many slashes: ${part}`
  if (from < bounds.min) return `beginning of range (${from}) below minimum (${bounds.min}): ${part}`
  if (to > bounds.max) return `end of range (${to}) above maximum (${bounds.max}): ${part}`
  if (from > to) return `beginning of range (${from}) beyond end of range (${to}): ${part}`
  return step === 0 ? `step of range should be a positive number: ${part}` : undefined
}

function numberOf(text: string, bounds: Bounds): number | string {
  const named = bounds.names.indexOf(text.toLowerCase())
  return named >= 0 ? named + (bounds.names === MONTHS ? 1 : 0) : plainNumber(text)
}

function plainNumber(text: string): number | string {
  if (!/^[+-]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
  }
  const value = Number(text)
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value
}
