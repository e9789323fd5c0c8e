import { GoFloat, GoInt, type GoValue } from './numbers.ts'

/** A value as Go's `%#v` prints it, for error texts. Types of mappings are those that go-yaml decodes to. */
export function goSyntax(value: GoValue, mapType: string): string {
  if (value === null) return 'interface {}(nil)'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof GoInt) return String(value.int)
  if (value instanceof GoFloat) return String(value.float)
  if (Array.isArray(value)) return `[]interface {}{${value.map((item) => goSyntax(item, mapType)).join(', ')}}`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${mapType}{${entries.map(([key, item]) => `${JSON.stringify(key)}:${goSyntax(item, mapType)}`).join(', ')}}`
}
