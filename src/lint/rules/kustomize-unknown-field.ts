import { entriesOf, resolveAlias } from '../../fleet/index.ts'
import type { StructuralSchema } from '../../schema/index.ts'
import type { YamlNode } from '../../yaml/index.ts'
import { deprecatedKustomizeFields, kustomizeSchema } from '../kustomize-schema.ts'
import { closest, didYouMean } from '../suggest.ts'
import { replaceFix } from '../targets.ts'
import type { FileContext, FileRule } from '../types.ts'

/** Fields that kustomize does not know, or no longer wants. */
export const kustomizeUnknownField: FileRule = {
  scope: 'file',
  code: 'kustomize/unknown-field',
  codes: ['kustomize/deprecated-field', 'kustomize/type'],
  severity: 'error',
  doc: 'kustomize refuses a kustomization file with a field that it does not know. (Flux drops unknown fields of the file that `spec.path` leads to, so that they have no effect there; everywhere else the build fails.)',
  check(context) {
    if (!context.file.isKustomizeFile) return
    for (const { root } of context.file.documents) {
      if (root?.kind !== 'mapping') continue
      checkMapping(context, root, kustomizeSchema, 0)
      for (const { key } of entriesOf(root)) {
        const instead = Object.hasOwn(deprecatedKustomizeFields, key.value)
          ? deprecatedKustomizeFields[key.value]
          : undefined
        if (instead === undefined) continue
        context.report({
          code: 'kustomize/deprecated-field',
          severity: 'hint',
          message: `${key.value} is deprecated; use ${instead}`,
          range: { start: key.start, end: key.end },
        })
      }
    }
  },
}

function checkMapping(context: FileContext, node: YamlNode, schema: StructuralSchema, depth: number): void {
  const { properties } = schema
  if (properties === undefined || depth > 20) return
  for (const { key, value } of entriesOf(node)) {
    if (key.tag === '!!merge') continue
    const field = Object.hasOwn(properties, key.value) ? properties[key.value] : undefined
    if (field !== undefined) {
      checkValue(context, value, field, depth + 1)
      continue
    }
    // sigs.k8s.io/yaml matches fields without regard to case.
    if (Object.keys(properties).some((name) => name.toLowerCase() === key.value.toLowerCase())) continue
    const suggestion = closest(key.value, Object.keys(properties))
    const range = { start: key.start, end: key.end }
    context.report({
      message: `kustomize does not know the field "${key.value}"${didYouMean(suggestion)}`,
      range,
      ...(suggestion === undefined ? {} : { fixes: [replaceFix(context.file.path, range, suggestion)] }),
    })
  }
}

function checkValue(context: FileContext, value: YamlNode, schema: StructuralSchema, depth: number): void {
  const node = resolveAlias(value)
  if (node === undefined || (node.kind === 'scalar' && node.tag === '!!null')) return
  const wanted = schema.type === 'array' ? 'sequence' : schema.type === 'object' ? 'mapping' : 'scalar'
  if (node.kind !== wanted) {
    const range = node.kind === 'scalar' ? { start: node.start, end: node.end } : firstRange(node)
    context.report({
      code: 'kustomize/type',
      message: `expected ${wanted === 'sequence' ? 'a list' : wanted === 'mapping' ? 'a mapping' : `a ${schema.type}`}`,
      range,
    })
    return
  }
  if (node.kind === 'mapping') checkMapping(context, node, schema, depth)
  else if (node.kind === 'sequence' && schema.items !== undefined) {
    for (const item of node.content) checkValue(context, item, schema.items, depth + 1)
  }
}

function firstRange(node: YamlNode): { start: number; end: number } {
  const first = node.content[0]
  return first === undefined ? { start: node.start, end: node.end } : { start: first.start, end: first.end }
}
