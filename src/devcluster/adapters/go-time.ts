/** A time as Go's API types write it, or why Go cannot read it. */
export type GoTime = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string }

const PARTS: readonly (readonly [element: string, form: RegExp, max: number, what: string])[] = [
  ['2006', /^\d{4}/, 9999, 'year'],
  ['-', /^-/, 0, ''],
  ['01', /^\d{2}/, 12, 'month'],
  ['-', /^-/, 0, ''],
  ['02', /^\d{2}/, 31, 'day'],
  ['T', /^T/, 0, ''],
  ['15', /^\d{2}/, 23, 'hour'],
  [':', /^:/, 0, ''],
  ['04', /^\d{2}/, 59, 'minute'],
  [':', /^:/, 0, ''],
  ['05', /^\d{2}/, 59, 'second'],
]
const ZONE = /^(Z|[+-]\d{2}:\d{2})/

/**
 * Reads an RFC 3339 time as `metav1.Time` does (`metav1.MicroTime` with `micro`) and writes it in UTC, to the second or
 * the microsecond. Errors have the text of Go's `time.Parse`.
 */
export function readGoTime(value: string, micro: boolean): GoTime {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00'
  const about = `parsing time ${JSON.stringify(value)}`
  const fault = (rest: string, element: string): GoTime => ({
    ok: false,
    error: `${about} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${element}"`,
  })
  let rest = value
  for (const [element, form, max, what] of PARTS) {
    const found = form.exec(rest)?.[0]
    if (found === undefined) return fault(rest, element)
    const number = Number(found)
    if (what !== '' && (number > max || (number === 0 && (what === 'month' || what === 'day')))) {
      return { ok: false, error: `${about}: ${what} out of range` }
    }
    rest = rest.slice(found.length)
  }
  const fraction = (micro ? /^\.\d{6}/ : /^[.,]\d+/).exec(rest)?.[0] ?? ''
  if (micro && fraction === '') return fault(rest, '.000000')
  rest = rest.slice(fraction.length)
  const zone = ZONE.exec(rest)?.[0]
  if (zone === undefined) return fault(rest, 'Z07:00')
  if (rest.length > zone.length) {
    return { ok: false, error: `${about}: extra text: ${JSON.stringify(rest.slice(zone.length))}` }
  }
  const seconds = Date.parse(`${value.slice(0, 19)}${zone}`)
  if (Number.isNaN(seconds) || Number(value.slice(8, 10)) > daysIn(value)) {
    return { ok: false, error: `${about}: day out of range` }
  }
  const text = new Date(seconds).toISOString().slice(0, 19)
  return { ok: true, text: micro ? `${text}${fraction}Z` : `${text}Z` }
}

function daysIn(value: string): number {
  return new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate()
}
