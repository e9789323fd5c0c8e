import type { ObjectRef } from '../../base/index.ts'
import { getString } from '../../base/index.ts'
import { conditionsOf, getCondition } from '../../flux/index.ts'
import type { ClusterRegistry } from './registry.ts'

/** One line of Markdown on an object for each open cluster that has it; `undefined` when none has. */
export function liveStatusIn(clusters: ClusterRegistry): (ref: ObjectRef) => string | undefined {
  return (ref) => {
    const lines = clusters.sessions().flatMap(([id, session]) => {
      const object = session.object(ref)
      if (object === undefined) return []
      const ready = getCondition(conditionsOf(object), 'Ready')
      const revision =
        getString(object, 'status', 'lastAppliedRevision') ?? getString(object, 'status', 'artifact', 'revision')
      const state =
        ready === undefined ? 'no status yet' : `${ready.status === 'True' ? 'Ready' : (ready.reason ?? 'not ready')}`
      return [`**${id.replace(/^context:/, '')}**: ${state}${revision === undefined ? '' : ` at \`${revision}\``}`]
    })
    return lines.length === 0 ? undefined : lines.join('  \n')
  }
}
