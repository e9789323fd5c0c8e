import { type FieldSpec, FieldSpecIndex } from '../field-spec.ts'
import type { StringMap } from '../kustomization.ts'
import { setMapEntries, type Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'
import { sortedEntries } from './labels.ts'

/** Sets annotations where field specs say so (AnnotationsTransformer). */
export function annotationsTransformer(
  annotations: StringMap,
  specs: readonly FieldSpec[],
  step: OriginStep,
): Transformer {
  const entries = sortedEntries(annotations)
  const index = new FieldSpecIndex(specs)
  return {
    transform(map) {
      if (entries.length === 0) return
      for (const resource of map.resources) setMapEntries(resource, entries, index, step)
      map.dropEmpties()
    },
  }
}
