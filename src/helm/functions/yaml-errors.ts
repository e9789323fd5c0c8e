import type { Problem } from '../../base/index.ts'
import { formatFloat } from '../../gotemplate/index.ts'
import { GoFloat, GoInt, resolveScalar, unmarshalErrorText, type YamlNode } from '../../yaml/index.ts'

/**
 * What sigs.k8s.io/yaml says when a document cannot become JSON. Infinity, NaN and null keys are its own complaints; the
 * others are yaml.v2's, which gathers them.
 */
export function decodeErrorText(problems: readonly Problem[], root: YamlNode): string {
  const own = problems.find((problem) => problem.code === 'yaml/unsupported-value')
  if (own === undefined) return unmarshalErrorText(problems)
  if (!own.message.startsWith('unsupported map key')) return own.message
  const value = valueOfNullKey(root)
  return value === undefined ? own.message : `${own.message}, value: ${value}`
}

/** The value of the first null key as Go's `%#v` shows it; `undefined` for a list or mapping. */
function valueOfNullKey(node: YamlNode): string | undefined {
  for (const [i, key] of node.content.entries()) {
    if (node.kind === 'mapping' && i % 2 === 0 && key.kind === 'scalar' && resolveScalar(key) === null) {
      const value = node.content[i + 1]
      if (value === undefined || value.kind !== 'scalar') return undefined
      const resolved = resolveScalar(value)
      if (typeof resolved === 'string') return JSON.stringify(resolved)
      if (resolved === null) return '<nil>'
      if (resolved instanceof GoInt) return String(resolved.int)
      if (resolved instanceof GoFloat) return formatFloat(resolved.float, 'g', -1)
      return String(resolved)
    }
    const inner = valueOfNullKey(key)
    if (inner !== undefined) return inner
  }
  return undefined
}
