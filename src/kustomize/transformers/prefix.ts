import type { FieldSpec } from '../field-spec.ts'
import type { Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'
import { affixTransformer } from './name-affix.ts'

/** Puts a prefix before names (PrefixTransformer). */
export function prefixTransformer(prefix: string, specs: readonly FieldSpec[], step: OriginStep): Transformer {
  return affixTransformer(
    {
      note: (resource) => resource.addPrefix(prefix),
      isEmpty: prefix === '',
      apply: (text) => prefix + text,
    },
    specs,
    step,
  )
}
