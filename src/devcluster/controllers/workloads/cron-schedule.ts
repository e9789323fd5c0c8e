const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const MINUTE = 60_000
/** Five years of days: a schedule that has no time in them has none (February 30). */
const HORIZON = 5 * 366

export interface CronSchedule {
  /** The first time after another, in milliseconds (UTC); undefined when there is none. */
  next(after: number): number | undefined
}

/** Reads a cron expression of five fields or a nickname (robfig/cron's standard parser); undefined when it is none. */
export function parseCron(text: string): CronSchedule | undefined {
  const every = /^@every ((?:[0-9]+(?:h|m|s))+)$/.exec(text)
  if (every !== null) {
    let step = 0
    for (const [, amount, unit] of every[1]!.matchAll(/([0-9]+)(h|m|s)/g))
      step += Number(amount) * { h: 3_600_000, m: MINUTE, s: 1000 }[unit as 'h' | 'm' | 's']
    return step < 1000 ? undefined : { next: (after) => after + step }
  }
  const fields = (NICKNAMES[text] ?? text).trim().split(/\s+/)
  if (fields.length !== 5) return undefined
  const minutes = parseField(fields[0]!, 0, 59)
  const hours = parseField(fields[1]!, 0, 23)
  const days = parseField(fields[2]!, 1, 31)
  const months = parseField(fields[3]!, 1, 12, MONTHS)
  const weekdays = parseField(fields[4]!, 0, 7, DAYS)
  if (!minutes || !hours || !days || !months || !weekdays) return undefined
  if (weekdays.has(7)) weekdays.add(0)
  const anyDay = fields[2] === '*' || fields[2] === '?'
  const anyWeekday = fields[4] === '*' || fields[4] === '?'
  const dayFits = (date: Date): boolean => {
    if (!months.has(date.getUTCMonth() + 1)) return false
    const day = days.has(date.getUTCDate())
    const weekday = weekdays.has(date.getUTCDay())
    return anyDay || anyWeekday ? day && weekday : day || weekday
  }
  return {
    next: (after) => {
      const start = Math.floor(after / MINUTE) * MINUTE + MINUTE
      const first = new Date(start)
      for (let offset = 0; offset < HORIZON; offset++) {
        const day = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), first.getUTCDate() + offset))
        if (!dayFits(day)) continue
        for (let minute = 0; minute < 1440; minute++) {
          const time = day.getTime() + minute * MINUTE
          if (time >= start && hours.has(Math.floor(minute / 60)) && minutes.has(minute % 60)) return time
        }
      }
      return undefined
    },
  }
}

function parseField(text: string, low: number, high: number, names: readonly string[] = []): Set<number> | undefined {
  const out = new Set<number>()
  const number = (word: string): number => {
    const named = names.indexOf(word.toUpperCase())
    if (named >= 0) return named + (names === MONTHS ? 1 : 0)
    return /^[0-9]+$/.test(word) ? Number(word) : Number.NaN
  }
  for (const part of text.split(',')) {
    const match = /^(\*|\?|\w+)(?:-(\w+))?(?:\/([0-9]+))?$/.exec(part)
    if (match === null) return undefined
    const step = Number(match[3] ?? 1)
    const all = match[1] === '*' || match[1] === '?'
    const from = all ? low : number(match[1]!)
    const to = all
      ? high === 7
        ? 6
        : high
      : match[2] !== undefined
        ? number(match[2])
        : match[3] !== undefined
          ? high
          : from
    if (!(from >= low && to <= high && from <= to && step > 0)) return undefined
    for (let value = from; value <= to; value += step) out.add(value)
  }
  return out
}
