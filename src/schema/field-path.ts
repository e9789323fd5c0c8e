import type { StructuralSchema } from './types.ts'

/**
 * Reads a rule's `fieldPath` (`.spec.name`, `.labels['a.b']`) against the schema it is relative to.
 * Answers the path as upstream prints it and its steps; `undefined` when it is malformed or names no field.
 * apiextensions-apiserver pkg/apiserver/schema/cel/validation.go ValidFieldPath.
 */
export function resolveFieldPath(
  text: string,
  schema: StructuralSchema,
): { readonly text: string; readonly steps: readonly string[] } | undefined {
  const steps: string[] = []
  let printed = ''
  let current: StructuralSchema | undefined = schema
  let rest = text
  while (rest !== '') {
    const dotted = /^\.([^.[\]']+)/.exec(rest)
    const quoted = dotted === null ? /^\['((?:[^'\\]|\\.)*)'\]/.exec(rest) : null
    const name: string | undefined = dotted?.[1] ?? (quoted === null ? undefined : unescapeQuoted(quoted[1]!))
    if (name === undefined || current === undefined) return undefined
    rest = rest.slice((dotted ?? quoted)![0].length)
    if (current.properties !== undefined) {
      if (!Object.hasOwn(current.properties, name)) return undefined
      current = current.properties[name]
      printed += printed === '' ? name : `.${name}`
    } else if (typeof current.additionalProperties === 'object') {
      current = current.additionalProperties
      printed += `[${name}]`
    } else return undefined
    steps.push(name)
  }
  return steps.length === 0 ? undefined : { text: printed, steps }
}

const quotedEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
}

function unescapeQuoted(text: string): string | undefined {
  let valid = true
  const out = text.replace(/\\(.)/g, (_, letter: string) => {
    if (!Object.hasOwn(quotedEscapes, letter)) valid = false
    return quotedEscapes[letter] ?? ''
  })
  return valid ? out : undefined
}
