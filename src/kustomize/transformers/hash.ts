import { notes } from '../annotations.ts'
import { type NodeHashes, resourceHash } from '../hash.ts'
import type { Transformer } from '../transformer.ts'

/** Puts the hash of their content behind the names of generated resources (HashTransformer). */
export function hashTransformer(path: string, hashes: NodeHashes): Transformer {
  const step = { step: 'nameSuffixHash', path }
  return {
    transform(map) {
      for (const resource of map.resources) {
        if (!resource.isEnabled(notes.needsHash)) continue
        const hash = resourceHash(resource, hashes)
        resource.storePreviousId()
        resource.setName(`${resource.name}-${hash}`)
        resource.addStep(step)
      }
      map.changed()
    },
  }
}
