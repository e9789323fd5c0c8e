import { fluxKindOf } from '../../flux/index.ts'
import { systemClock } from '../../host/index.ts'
import { computeStatus, type KubeObject } from '../../kube/index.ts'
import type { Health } from '../../protocol/index.ts'
import { healthOf, type IsManaged, summarise } from './summary.ts'

const healths = {
  Current: 'ready',
  InProgress: 'reconciling',
  Terminating: 'reconciling',
  Failed: 'failed',
  NotFound: 'unknown',
  Unknown: 'unknown',
} as const satisfies Record<string, Health>

/** How an applied object is doing: Flux objects by their conditions, all others as kstatus sees them. */
export function itemHealth(
  object: KubeObject,
  isManaged: IsManaged,
): { readonly health: Health; readonly message: string } {
  if (fluxKindOf(object) !== undefined) {
    return { health: healthOf(object, isManaged), message: summarise(object, isManaged).message }
  }
  const outcome = computeStatus(object, { now: systemClock.now(), jobsMustComplete: true })
  if (!outcome.ok) return { health: 'unknown', message: outcome.error }
  const { status, message } = outcome.value
  return { health: healths[status], message: status === 'Current' ? '' : message }
}
