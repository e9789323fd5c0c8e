import { formatFloat, GoInt, type GoValue, quote } from '../../gotemplate/index.ts'
import type { SchemaFault } from './types.ts'

/** How santhosh-tekuri/jsonschema v6 words things. Sources: its kind/kind.go and output.go. */

/** Single quotes around text in Go's escapes. */
export function quoted(text: string): string {
  return `'${quote(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

export function quotedList(texts: readonly string[]): string {
  return texts.map(quoted).join(', ')
}

/** A scalar of `enum` or `const` as messages show it. */
export function displayed(value: GoValue): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null || value === undefined) return '<nil>'
  if (value instanceof GoInt) return value.value.toString()
  return typeof value === 'object' ? 'value' : String(value)
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** A number as golang.org/x/text prints it in English: `65,536`, `1.5×10⁰⁷`. */
export function localNumber(value: number): string {
  const text = formatFloat(value, 'g', -1)
  const [mantissa = '', exponent] = text.split('e')
  const [whole = '', fraction] = mantissa.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const plain = fraction === undefined ? grouped : `${grouped}.${fraction}`
  if (exponent === undefined) return plain
  const raised = exponent
    .replace('+', '')
    .replace('-', '⁻')
    .replace(/\d/g, (digit) => superscripts[Number(digit)]!)
  return `${plain}×10${raised}`
}

/** A count: `%d` of golang.org/x/text. */
export function localCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

export function escapePointer(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** A pointer as URL fragments show it: escaped, but for the slashes. */
export function encodePointer(pointer: string): string {
  return pointer
    .split('/')
    .map((token) =>
      encodeURIComponent(token)
        .replace(/%(40|3A|24|26|2B|3D)/g, (code) => decodeURIComponent(code))
        .replace(/[!'()*]/g, percent),
    )
    .join('/')
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`
}

/** One line a fault: `- at '/a': got number, want string`; what is inside it follows, two spaces deeper. */
export function faultText(faults: readonly SchemaFault[], indent = 0): string {
  const lines: string[] = []
  const show = (fault: SchemaFault, level: number): void => {
    const hidden = fault.kind === 'ref' && fault.causes.length === 1
    if (!hidden) {
      const pointer = fault.at.map((token) => `/${escapePointer(token)}`).join('')
      lines.push(`${'  '.repeat(level)}- at ${quoted(pointer)}: ${fault.message}`)
    }
    for (const cause of fault.causes) show(cause, hidden ? level : level + 1)
  }
  for (const fault of faults) show(fault, indent)
  return lines.join('\n')
}
