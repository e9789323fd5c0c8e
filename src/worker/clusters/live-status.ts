import { getString, type ObjectRef } from '../../base/index.ts'
import { conditionsOf, getCondition } from '../../flux/index.ts'
import type { ClusterRegistry } from './registry.ts'

/** How an object stands in each open cluster that has it, in one line; `undefined` when none has. */
export function liveStatusIn(clusters: ClusterRegistry): (ref: ObjectRef) => string | undefined {
  return (ref) => {
    const parts = clusters.sessions().flatMap(([id, session]) => {
      const object = session.object(ref)
      if (object === undefined) return []
      const ready = getCondition(conditionsOf(object), 'Ready')
      const revision =
        getString(object, 'status', 'lastAppliedRevision') ?? getString(object, 'status', 'artifact', 'revision')
      const state =
        ready === undefined ? 'no status yet' : ready.status === 'True' ? 'Ready' : (ready.reason ?? 'not ready')
      const at =
        revision === undefined ? '' : ` at ${revision.replace(/(sha1|sha256):([0-9a-f]{8})[0-9a-f]+/, '$1:$2')}`
      return [`${state}${at} (${id.replace(/^context:/, '')})`]
    })
    return parts.length === 0 ? undefined : parts.join(', ')
  }
}
