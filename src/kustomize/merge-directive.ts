import type { YamlNode } from '../yaml/index.ts'
import { fail } from './errors.ts'
import { clearField, fieldOf, isEmptyMap, isMissingOrNull, textValue } from './rnode.ts'

/** What a `$patch` directive asks for. */
export type Directive = 'merge' | 'replace' | 'delete'

const key = '$patch'

/** The text of the directive in a map or list of a patch, `undefined` when there is none. */
export function directiveOf(patch: YamlNode): string | undefined {
  const holder = patch.kind === 'sequence' ? elementWithDirective(patch) : patch
  if (holder === undefined || isMissingOrNull(holder)) return undefined
  return fieldOf(holder, key)?.value
}

/** Reads the directive of a map or list of a patch and takes it out (merge2/smpdirective.go). */
export function applyDirective(patch: YamlNode): Directive {
  if (patch.kind !== 'mapping' && patch.kind !== 'sequence') {
    fail(`no implemented strategic merge patch strategy for '${patch.tag}' ('${textValue(patch)}')`)
  }
  const text = directiveOf(patch)
  if (text === undefined) return 'merge'
  if (text !== 'merge' && text !== 'replace' && text !== 'delete') fail(`unknown patch strategy '${text}'`)
  if (patch.kind === 'mapping') clearField(patch, key)
  else {
    patch.content = patch.content.filter((item) => {
      if (isMissingOrNull(item) || isEmptyMap(item)) return false
      return item.kind !== 'mapping' || fieldOf(item, key)?.value !== text
    })
  }
  return text
}

/** An element that is nothing but a directive. */
function elementWithDirective(list: YamlNode): YamlNode | undefined {
  const found = list.content.find((item) => item.kind === 'mapping' && fieldOf(item, key) !== undefined)
  return found === undefined || found.content.length > 2 ? undefined : found
}
