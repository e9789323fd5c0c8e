import { compareStrings } from '../../base/index.ts'
import { fail } from '../errors.ts'
import type { SortOptions } from '../kustomization.ts'
import { gvkSortText, gvkText, idText, kindOrder, type ResId, sameGvk } from '../resid.ts'
import type { Transformer } from '../transformer.ts'

/** Orders the output (SortOrderTransformer): as read, or by kind as kustomize always did. */
export function sortOrderTransformer(options: SortOptions): Transformer {
  return {
    transform(map) {
      const order = options.order ?? ''
      if (order !== 'fifo' && order !== 'legacy') fail("the field 'sortOptions.order' must be one of [fifo, legacy]")
      if (order === 'fifo') {
        if (options.legacySortOptions !== undefined) {
          fail("the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'")
        }
        return
      }
      if (map.resources.length < 2) return
      const lists = options.legacySortOptions
      const ranks = lists === undefined ? kindOrder() : kindOrder(lists.orderFirst ?? [], lists.orderLast ?? [])
      const entries = map.resources.map((resource) => {
        const id = resource.id()
        const text = `${gvkText(id)}|${id.namespace || '~X'}|${id.name || '~N'}`
        return { resource, id, rank: ranks.get(id.kind) ?? 0, gvk: gvkSortText(id), text }
      })
      entries.sort((a, b) => (sameGvk(a.id, b.id) ? compareStrings(a.text, b.text) : compareKinds(a, b)))
      entries.forEach(({ id, text }, i) => {
        const before = entries[i - 1]
        if (before?.text !== text || !sameGvk(before.id, id)) return
        const registered = `may not add resource with an already registered id: ${idText(id)}`
        fail(`SortOrderTransformer: Failed to append to resources: ${registered}`, { code: 'kustomize/id-conflict' })
      })
      map.setAll(entries.map(({ resource }) => resource))
    },
  }
}

interface Ranked {
  readonly id: ResId
  readonly rank: number
  readonly gvk: string
}

function compareKinds(a: Ranked, b: Ranked): number {
  if (a.rank !== b.rank) return a.rank - b.rank
  // The core Namespace comes before others of that name.
  const reversed = a.id.kind === 'Namespace' && b.id.kind === 'Namespace' && (a.id.group === '' || b.id.group === '')
  return reversed ? compareStrings(b.gvk, a.gvk) : compareStrings(a.gvk, b.gvk)
}
