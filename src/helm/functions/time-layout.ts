import { type Fields, fieldsOf, type GoTime, months, weekdays } from './go-time.ts'

/** An element of a layout: where it begins and how it is written there. */
export interface LayoutChunk {
  readonly at: number
  readonly text: string
}

const zones: Readonly<Record<string, readonly string[]>> = {
  '-': ['-070000', '-07:00:00', '-0700', '-07:00', '-07'],
  Z: ['Z070000', 'Z07:00:00', 'Z0700', 'Z07:00', 'Z07'],
}

/** The first element of a layout from a place on (nextStdChunk of Go's time/format.go). */
export function nextChunk(layout: string, from: number): LayoutChunk | undefined {
  for (let at = from; at < layout.length; at++) {
    const length = chunkLength(layout, at)
    if (length === 0) continue
    // In `_2006` the `_` is literal.
    if (layout.startsWith('_2006', at)) return { at: at + 1, text: '2006' }
    return { at, text: layout.slice(at, at + length) }
  }
  return undefined
}

function chunkLength(layout: string, at: number): number {
  const has = (text: string): boolean => layout.startsWith(text, at)
  /** A short name is none where a longer word goes on. */
  const name = (short: string, long: string): number =>
    has(long) ? long.length : has(short) && !/[a-z]/.test(layout[at + 3] ?? '') ? 3 : 0
  switch (layout[at]) {
    case 'J':
      return name('Jan', 'January')
    case 'M':
      return name('Mon', 'Monday') || (has('MST') ? 3 : 0)
    case '0':
      return /[1-6]/.test(layout[at + 1] ?? '') ? 2 : has('002') ? 3 : 0
    case '1':
      return has('15') ? 2 : 1
    case '2':
      return has('2006') ? 4 : 1
    case '_':
      return has('_2') ? 2 : has('__2') ? 3 : 0
    case '3':
    case '4':
    case '5':
      return 1
    case 'P':
      return has('PM') ? 2 : 0
    case 'p':
      return has('pm') ? 2 : 0
    case '-':
    case 'Z':
      return zones[layout[at]!]!.find(has)?.length ?? 0
    case '.':
    case ',':
      return /^.(?:0+|9+)(?!\d)/.exec(layout.slice(at, at + 64))?.[0].length ?? 0
  }
  return 0
}

/** A time in a layout (Go's Time.Format). */
export function formatTime(time: GoTime, layout: string): string {
  const at = fieldsOf(time)
  let out = ''
  let last = 0
  for (let chunk = nextChunk(layout, 0); chunk !== undefined; chunk = nextChunk(layout, last)) {
    out += layout.slice(last, chunk.at) + formatChunk(chunk.text, at)
    last = chunk.at + chunk.text.length
  }
  return out + layout.slice(last)
}

const pad = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill)

function formatChunk(chunk: string, at: Fields): string {
  const twelve = at.hour % 12 === 0 ? 12 : at.hour % 12
  switch (chunk) {
    case '2006':
      return at.year < 0 ? `-${pad(-at.year, 4)}` : pad(at.year, 4)
    case '06':
      return pad(Math.max(at.year, 0) % 100, 2)
    case '01':
      return pad(at.month, 2)
    case '1':
      return String(at.month)
    case 'Jan':
      return months[at.month - 1]!.slice(0, 3)
    case 'January':
      return months[at.month - 1]!
    case '02':
      return pad(at.day, 2)
    case '_2':
      return pad(at.day, 2, ' ')
    case '2':
      return String(at.day)
    case '002':
      return pad(at.yearDay, 3)
    case '__2':
      return pad(at.yearDay, 3, ' ')
    case 'Mon':
      return weekdays[at.weekday]!.slice(0, 3)
    case 'Monday':
      return weekdays[at.weekday]!
    case '15':
      return pad(at.hour, 2)
    case '03':
      return pad(twelve, 2)
    case '3':
      return String(twelve)
    case '04':
      return pad(at.minute, 2)
    case '4':
      return String(at.minute)
    case '05':
      return pad(at.second, 2)
    case '5':
      return String(at.second)
    case 'PM':
      return at.hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return at.hour >= 12 ? 'pm' : 'am'
    case 'MST':
      return at.abbreviation
  }
  if (/^[.,]/.test(chunk)) return formatFraction(chunk, at.nanosecond)
  return formatOffset(chunk, at.offset)
}

function formatFraction(chunk: string, nanosecond: number): string {
  const digits = pad(nanosecond, 9).slice(0, chunk.length - 1)
  if (chunk[1] === '0') return chunk[0] + digits
  const trimmed = digits.replace(/0+$/, '')
  return trimmed === '' ? '' : chunk[0] + trimmed
}

function formatOffset(chunk: string, offset: number): string {
  if (chunk.startsWith('Z') && offset === 0) return 'Z'
  const size = Math.abs(offset)
  const parts = [Math.floor(size / 3600), Math.floor((size % 3600) / 60), size % 60].map((each) => pad(each, 2))
  const body = chunk.slice(1)
  const separator = body.includes(':') ? ':' : ''
  const count = body.replaceAll(':', '').length / 2
  return (offset < 0 ? '-' : '+') + parts.slice(0, count).join(separator)
}
