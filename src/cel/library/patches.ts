import type { TypeProvider } from '../check/environment.ts'
import { type CelType, dynType, stringType } from '../types.ts'
import { define, type FunctionDefinition } from './define.ts'

const PATCH_FIELDS: ReadonlyMap<string, CelType> = new Map([
  ['op', stringType],
  ['path', stringType],
  ['from', stringType],
  ['value', dynType],
])

/** `JSONPatch`, and objects without a schema: `Object` and `Object.<path>` (apiserver pkg/cel/mutation/typeresolver.go). */
export const patchTypes: TypeProvider = {
  constructible: true,
  has: (type) => type === 'JSONPatch' || type === 'Object' || type.startsWith('Object.'),
  field: (type, field) => (type === 'JSONPatch' ? PATCH_FIELDS.get(field) : dynType),
}

/** The types of patches beside others. */
export function withPatchTypes(others: TypeProvider): TypeProvider {
  return {
    constructible: true,
    has: (type) => patchTypes.has(type) || others.has(type),
    field: (type, field) => (patchTypes.has(type) ? patchTypes : others).field(type, field),
  }
}

/** jsonpatch.escapeKey() (apiserver pkg/cel/library/jsonpatch.go). */
export function patchLibrary(): readonly FunctionDefinition[] {
  return [
    define('jsonpatch.escapeKey', ['(string) string'], ([key]) =>
      typeof key === 'string' ? key.replaceAll('~', '~0').replaceAll('/', '~1') : undefined,
    ),
  ]
}
