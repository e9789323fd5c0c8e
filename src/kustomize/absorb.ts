import { compareStrings } from '../base/index.ts'
import { newNode } from '../yaml/index.ts'
import { notes, originAnnotation } from './annotations.ts'
import { copyMetadata } from './apply-patch.ts'
import { fail } from './errors.ts'
import { idText } from './resid.ts'
import type { ResMap } from './resmap.ts'
import type { Resource } from './resource.ts'
import { clearField, getOrCreate, setField, stringTag } from './rnode.ts'

/** Adds generated resources, each by its behaviour: `create`, or `replace` or `merge` of one that is there already. */
export function absorbAll(map: ResMap, resources: readonly Resource[]): void {
  for (const resource of resources) absorb(map, resource)
}

function absorb(map: ResMap, resource: Resource): void {
  const id = resource.id()
  const behavior = resource.annotation(notes.behavior) ?? ''
  const isChange = behavior === 'merge' || behavior === 'replace'
  const found = map.byAnyId(id)
  if (found.length === 0) {
    if (isChange) fail(`id ${idText(id)} does not exist; cannot merge or replace`)
    map.append(resource)
    return
  }
  if (found.length > 1)
    fail(
      `found multiple objects [${found.map((other) => idText(other.id())).join(' ')}] that could accept merge of ${idText(id)}`,
    )
  const old = found[0]!
  if (!isChange) {
    fail(
      `id ${idText(id)} exists; can not use behavior: '${behavior || 'unspecified'}', behavior must be merge or replace`,
    )
  }
  const origin = old.annotation(originAnnotation)
  copyMetadata(resource, old)
  if (behavior === 'merge') {
    mergeTexts(resource, old, 'data')
    mergeTexts(resource, old, 'binaryData')
    if (origin !== undefined) resource.setAnnotations(resource.annotations().set(originAnnotation, origin))
    resource.steps.unshift(...old.steps)
  }
  map.replaceOne(old, resource)
}

/** Writes the entries of both; where both have a key, the new one wins. */
function mergeTexts(resource: Resource, old: Resource, field: string): void {
  const own = resource.textMap(field)
  const merged = new Map([...old.textMap(field), ...own])
  clearField(resource.root, field)
  for (const key of [...merged.keys()].sort(compareStrings)) {
    const text = merged.get(key)!
    const value = newNode('scalar', text, stringTag, text.includes('\n') ? 'literal' : '')
    setField(getOrCreate(resource.root, field, 'mapping'), key, value)
  }
}
