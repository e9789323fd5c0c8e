const dateTime =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)|( +)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?)?$/

/** The RFC 3339 form (as Go's `time.Time` has it in JSON) of a YAML timestamp as go-yaml accepts it, or `undefined`. */
export function timestampToRfc3339(text: string): string | undefined {
  if (text.length < 8 || text.charCodeAt(4) !== 0x2d) return undefined
  const m = dateTime.exec(text)
  if (m === null) return undefined
  const year = Number(m[1])
  const month = Number(m[2])
  const day = Number(m[3])
  const hour = Number(m[4] ?? m[10] ?? 0)
  const minute = Number(m[5] ?? m[11] ?? 0)
  const second = Number(m[6] ?? m[12] ?? 0)
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const zone = m[8] ?? 'Z'
  if (zone !== 'Z' && (Number(zone.slice(1, 3)) > 24 || Number(zone.slice(4)) > 60)) return undefined
  const fraction = (m[7] ?? m[13] ?? '').slice(0, 9).replace(/0+$/, '')
  const date = `${m[1]}-${two(month)}-${two(day)}`
  const offset = zone === '+00:00' || zone === '-00:00' ? 'Z' : zone
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}${fraction === '' ? '' : `.${fraction}`}${offset}`
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
