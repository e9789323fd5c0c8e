import { type Flags, noFlags } from './format-flags.ts'
import { formatVerb } from './format-value.ts'
import { GoInt, type GoValue, typeOf } from './value.ts'

/**
 * Go's fmt: Sprint, Sprintf and Sprintln over template values. Behaviour of Go 1.26 package fmt; all verbs that can
 * meet values of charts.
 */

/** fmt's own limit of widths and precisions. */
const maxWidth = 1_000_000

/** The text of one value by `%v`. */
export function formatValue(value: GoValue): string {
  return formatVerb(value, 'v', noFlags)
}

/** fmt.Sprint: operands in their default form, with a space between two that are not strings. */
export function sprint(args: readonly GoValue[]): string {
  let out = ''
  args.forEach((arg, i) => {
    if (i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string') out += ' '
    out += formatValue(arg)
  })
  return out
}

/** fmt.Sprintln: operands parted by spaces and ended by a newline. */
export function sprintln(args: readonly GoValue[]): string {
  return `${args.map(formatValue).join(' ')}\n`
}

/** fmt.Sprintf. Mistakes are reported inside the text, as Go does (`%!d(string=hi)`, `%!(EXTRA …)`). */
export function sprintf(format: string, args: readonly GoValue[]): string {
  const state = { args, next: 0, reordered: false, usedIndex: false }
  const pattern = /%/g
  let out = ''
  let at = 0
  for (;;) {
    pattern.lastIndex = at
    const match = pattern.exec(format)
    if (match === null) break
    out += format.slice(at, match.index)
    const { text, end } = formatDirective(format, match.index + 1, state)
    out += text
    at = end
  }
  out += format.slice(at)
  if (!state.reordered && state.next < args.length) {
    const extra = args.slice(state.next).map((arg) => {
      return arg === undefined || arg === null ? '<nil>' : `${typeOf(arg)}=${formatValue(arg)}`
    })
    out += `%!(EXTRA ${extra.join(', ')})`
  }
  return out
}

interface FormatState {
  readonly args: readonly GoValue[]
  next: number
  reordered: boolean
  usedIndex: boolean
}

/** Formats the directive after a `%`. */
function formatDirective(format: string, from: number, state: FormatState): { text: string; end: number } {
  const flags: Flags = { ...noFlags }
  let at = from
  for (; at < format.length; at++) {
    const char = format[at]
    if (char === '+') flags.plus = true
    else if (char === '-') {
      flags.minus = true
      flags.zero = false
    } else if (char === '#') flags.sharp = true
    else if (char === ' ') flags.space = true
    else if (char === '0') flags.zero = true
    else break
  }
  const index = { good: true, after: false }
  at = argIndex(format, at, state, index)
  let bad = ''
  if (format[at] === '*') {
    at++
    const width = starArg(state)
    if (width === undefined) bad = '%!(BADWIDTH)'
    else if (width < 0) Object.assign(flags, { width: -width, minus: true, zero: false })
    else flags.width = width
    index.after = false
  } else {
    const digits = digitsAt(format, at)
    if (digits !== '') {
      // A number that is too large takes the rest of the format with it.
      if (isTooLarge(digits)) return finish(format, format.length, state, { bad, flags, good: index.good })
      flags.width = Number(digits)
      at += digits.length
      if (index.after) index.good = false
    }
  }
  if (format[at] === '.' && at + 1 < format.length) {
    at++
    if (index.after) index.good = false
    at = argIndex(format, at, state, index)
    if (format[at] === '*') {
      at++
      const precision = starArg(state)
      if (precision === undefined || precision < 0) bad += '%!(BADPREC)'
      else flags.precision = precision
      index.after = false
    } else {
      const digits = digitsAt(format, at)
      if (isTooLarge(digits)) return finish(format, format.length, state, { bad, flags, good: index.good })
      flags.precision = Number(digits || '0')
      at += digits.length
    }
  }
  if (!index.after) at = argIndex(format, at, state, index)
  return finish(format, at, state, { bad, flags, good: index.good })
}

/** fmt's limit holds for a number's digits but the last. */
function isTooLarge(digits: string): boolean {
  return Number(digits.slice(0, -1)) > maxWidth
}

function digitsAt(format: string, at: number): string {
  return /^\d*/.exec(format.slice(at, at + 12))![0]
}

function finish(
  format: string,
  from: number,
  state: FormatState,
  { bad, flags, good }: { bad: string; flags: Flags; good: boolean },
): { text: string; end: number } {
  if (from >= format.length) return { text: `${bad}%!(NOVERB)`, end: from }
  const verb = String.fromCodePoint(format.codePointAt(from)!)
  const end = from + verb.length
  if (verb === '%') return { text: `${bad}%`, end }
  if (!good) return { text: `${bad}%!${verb}(BADINDEX)`, end }
  if (state.next >= state.args.length) return { text: `${bad}%!${verb}(MISSING)`, end }
  return { text: bad + formatVerb(state.args[state.next++], verb, flags), end }
}

/** Reads an explicit argument index such as `[2]`. */
function argIndex(format: string, at: number, state: FormatState, index: { good: boolean; after: boolean }): number {
  if (format[at] !== '[') return at
  state.reordered = true
  const close = format.indexOf(']', at)
  if (close < 0) {
    index.good = false
    return at + 1
  }
  const number = /^\[(\d{1,9})\]$/.exec(format.slice(at, close + 1))
  const position = number === null ? 0 : Number(number[1])
  if (position < 1 || position > state.args.length) index.good = false
  else state.next = position - 1
  index.after = true
  return close + 1
}

function starArg(state: FormatState): number | undefined {
  if (state.next >= state.args.length) return undefined
  const arg = state.args[state.next++]
  if (!(arg instanceof GoInt) || arg.value > 1_000_000n || arg.value < -1_000_000n) return undefined
  return Number(arg.value)
}
