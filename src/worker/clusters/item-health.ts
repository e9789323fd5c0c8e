import { fluxKindOf } from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { Health } from '../../protocol/index.ts'
import { healthOf, type IsManaged, summarise } from './summary.ts'

/** How an applied object is doing: Flux objects by their conditions, all others as kstatus sees them. */
export function itemHealth(
  object: KubeObject,
  isManaged: IsManaged,
): { readonly health: Health; readonly message: string } {
  if (fluxKindOf(object) !== undefined) {
    return { health: healthOf(object, isManaged), message: summarise(object, isManaged).message }
  }
  return { health: 'ready', message: '' }
}
