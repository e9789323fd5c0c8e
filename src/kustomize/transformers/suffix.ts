import type { FieldSpec } from '../field-spec.ts'
import type { Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'
import { affixTransformer } from './name-affix.ts'

/** Puts a suffix behind names (SuffixTransformer). */
export function suffixTransformer(suffix: string, specs: readonly FieldSpec[], step: OriginStep): Transformer {
  return affixTransformer(
    {
      note: (resource) => resource.addSuffix(suffix),
      isEmpty: suffix === '',
      apply: (text) => text + suffix,
    },
    specs,
    step,
  )
}
