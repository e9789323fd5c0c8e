import { goQuote } from './go-text.ts'
import { bad, good, type Outcome } from './outcome.ts'

/** A port, a replica count or a percentage: what Kubernetes' `IntOrString` holds. */
export type IntOrString = number | string

/** Text that is a 32-bit integer becomes one, other text stays (apimachinery `intstr.Parse`). */
export function parseIntOrString(text: string): IntOrString {
  if (!/^[-+]?\d+$/.test(text)) return text
  const value = Number(text)
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : text
}

/** The number in an int-or-percentage, and whether it is a percentage. */
export function intOrPercent(value: IntOrString): Outcome<{ readonly value: number; readonly percent: boolean }> {
  if (typeof value === 'number') return good({ value, percent: false })
  if (!value.endsWith('%')) return bad('invalid type: string is not a percentage')
  const digits = value.slice(0, -1)
  if (!/^[-+]?\d+$/.test(digits))
    return bad(`invalid value ${goQuote(value)}: strconv.Atoi: parsing ${goQuote(digits)}: invalid syntax`)
  return good({ value: Number(digits), percent: true })
}

/** A count, or a percentage of a total, rounded up or down (`GetScaledValueFromIntOrPercent`). */
export function scaledIntOrPercent(value: IntOrString, total: number, roundUp: boolean): Outcome<number> {
  const parsed = intOrPercent(value)
  if (!parsed.ok) return bad(`invalid value for IntOrString: ${parsed.error}`)
  if (!parsed.value.percent) return good(parsed.value.value)
  const exact = (parsed.value.value * total) / 100
  return good(roundUp ? Math.ceil(exact) : Math.floor(exact))
}
