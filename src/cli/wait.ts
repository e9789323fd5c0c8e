import { getIn, getString, type ObjectRef, sleep } from '../base/index.ts'
import { systemClock } from '../host/index.ts'
import { computeStatus, type KubeObject } from '../kube/index.ts'
import { CommandError } from './command.ts'
import type { ClusterSession } from './session.ts'

/**
 * Waits until the object's controller has seen its newest generation and is done with it (kstatus Current or Failed).
 * @throws CommandError when the session's timeout passes or the object disappears.
 */
export function waitForReady(session: ClusterSession, ref: ObjectRef): Promise<KubeObject> {
  return poll(session, ref, (object) => {
    const observed = getIn(object, ['status', 'observedGeneration'])
    return observed === object.metadata['generation'] && isSettled(object)
  })
}

/**
 * Waits until `status.lastHandledReconcileAt` differs from what it was and the object is at rest, as
 * `flux reconcile` does (flux2 cmd/flux/reconcile.go).
 */
export function waitForHandled(
  session: ClusterSession,
  ref: ObjectRef,
  before: string | undefined,
): Promise<KubeObject> {
  return poll(
    session,
    ref,
    (object) => getString(object, 'status', 'lastHandledReconcileAt') !== before && isSettled(object),
  )
}

function isSettled(object: KubeObject): boolean {
  const computed = computeStatus(object, { now: systemClock.now() })
  return computed.ok && (computed.value.status === 'Current' || computed.value.status === 'Failed')
}

async function poll(
  session: ClusterSession,
  ref: ObjectRef,
  isDone: (object: KubeObject) => boolean,
): Promise<KubeObject> {
  const deadline = systemClock.now() + session.timeout
  for (;;) {
    const object = await session.client.get(ref)
    if (object === undefined) throw new CommandError(`${ref.kind} ${ref.name} disappeared while waiting for it`, 1)
    if (isDone(object)) return object
    if (systemClock.now() > deadline) {
      throw new CommandError(`${ref.kind} ${ref.name} was not reconciled within ${session.timeout / 1000} s`, 1)
    }
    await sleep(systemClock, 300)
  }
}
