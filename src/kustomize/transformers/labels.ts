import { compareStrings } from '../../base/index.ts'
import { type FieldSpec, FieldSpecIndex } from '../field-spec.ts'
import type { StringMap } from '../kustomization.ts'
import { setMapEntries, type Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'

/** Sets labels where field specs say so, made where they say so too (LabelTransformer). */
export function labelTransformer(labels: StringMap, specs: readonly FieldSpec[], step: OriginStep): Transformer {
  const entries = sortedEntries(labels)
  const index = new FieldSpecIndex(specs)
  return {
    transform(map) {
      if (entries.length === 0) return
      for (const resource of map.resources) setMapEntries(resource, entries, index, step)
      map.dropEmpties()
    },
  }
}

/** The entries of a map in the order in which kustomize writes them. */
export function sortedEntries(values: StringMap): [string, string][] {
  return Object.keys(values)
    .sort(compareStrings)
    .map((key) => [key, values[key]!])
}
