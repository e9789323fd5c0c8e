import type { JsonValue } from '../../base/index.ts'

/** True when labels match a selector expression in its text form; no selector matches all. */
export function matchesLabels(selector: JsonValue | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (typeof selector !== 'string' || selector === '') return true
  return selector.split(',').every((part) => {
    const [key, value] = part.split(/==|=/)
    return labels[(key ?? '').trim()] === (value ?? '').trim()
  })
}
