import { newNode, type YamlNode } from '../yaml/index.ts'
import { type FieldSpecIndex, visitFieldSpecs } from './field-spec.ts'
import type { ResMap } from './resmap.ts'
import type { Resource } from './resource.ts'
import { setField, stringTag } from './rnode.ts'
import type { OriginStep } from './types.ts'

/** Changes the resources of a build. */
export interface Transformer {
  transform(map: ResMap): void
}

/** Makes resources. */
export interface Generator {
  generate(): Resource[]
}

/**
 * Sets a field (or, without a name, the scalar itself) wherever it is called. All places that had no such field share
 * one node afterwards, as upstream: what a later transformer writes in one of them shows in all.
 */
export function entrySetter(name: string, value: string, tag: string): (node: YamlNode) => YamlNode | undefined {
  const shared = newNode('scalar', value, tag)
  return (node) => setField(node, name, shared)
}

/** Writes map entries wherever field specs say so: labels and annotations. */
export function setMapEntries(
  resource: Resource,
  entries: readonly (readonly [string, string])[],
  specs: FieldSpecIndex,
  step: OriginStep,
): void {
  for (const [key, value] of entries) {
    const set = entrySetter(key, value, stringTag)
    visitFieldSpecs(resource.root, specs, {
      set: (node) => {
        const written = set(node)
        if (written !== undefined) resource.mark(written, step)
      },
      createKind: 'mapping',
      createTag: '!!map',
    })
  }
  resource.addStep(step)
}
