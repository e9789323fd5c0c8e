import { type Clock, getIn, isObject, type JsonObject, sleep } from '../../base/index.ts'
import { formatMeta, inventoryId, type ObjectMeta } from '../../flux/index.ts'
import { apiVersionOf, type KubeClient, KubeError, type KubeObject } from '../../kube/index.ts'
import type { Change } from './change-set.ts'
import { messageOf } from './errors.ts'
import { type ObjectStatus, statusOf } from './object-status.ts'

/** An object to wait for; the version is unknown for health checks by reference in old manifests. */
export interface WaitTarget {
  readonly meta: ObjectMeta
  readonly version: string
}

export interface WaitOptions {
  readonly client: KubeClient
  readonly clock: Clock
  /** Milliseconds between looks. */
  readonly interval: number
  /** Milliseconds. */
  readonly timeout: number
  /** End with the first failed object. */
  readonly failFast: boolean
  /** Status by the user's expressions; `undefined` where none is for the kind. */
  readonly custom?: (object: KubeObject) => ObjectStatus | undefined
  /** Inventory ids of Jobs that delete themselves: gone means done. */
  readonly jobsWithTtl?: ReadonlySet<string>
  /** True ends the wait at once, without a result. */
  readonly interrupted?: () => boolean
}

/** A wait that was broken off because something newer is to be done. */
export class WaitInterrupted extends Error {
  override readonly name = 'WaitInterrupted'
}

interface Seen {
  readonly target: WaitTarget
  readonly status: ObjectStatus['status'] | undefined
  readonly error: string | undefined
}

/**
 * Waits until every object is current (fluxcd/pkg ssa `WaitForSetWithContext`). Rejects with the controller's message
 * when an object has failed, or when the time is up.
 */
export async function waitForReady(targets: readonly WaitTarget[], options: WaitOptions): Promise<void> {
  if (targets.length === 0) return
  const { clock } = options
  const limit = clock.now() + options.timeout
  let seen: Seen[] = targets.map((target) => ({ target, status: undefined, error: undefined }))
  for (let interval = Math.min(250, options.interval); ; interval = Math.min(interval * 2, options.interval)) {
    if (options.interrupted?.() === true) throw new WaitInterrupted()
    seen = await Promise.all(
      seen.map((one) => (one.status === 'Current' ? recheck(one, options) : look(one.target, options))),
    )
    const statuses = seen.map((one) => effective(one, options))
    if (statuses.every((status) => status === 'Current')) return
    const failed = statuses.includes('Failed')
    if (failed && (options.failFast || statuses.every((status) => status === 'Failed' || status === 'Current'))) {
      throw new Error(`failed early due to stalled resources: [${describe(seen, options, false)}]`)
    }
    const left = limit - clock.now()
    if (left <= 0) throw new Error(`timeout waiting for: [${describe(seen, options, true)}]`)
    await sleep(clock, Math.min(interval, left))
  }
}

/** The objects of a change set that are to be waited for. */
export function targetsOf(changes: readonly Change[]): WaitTarget[] {
  return changes.map(({ meta, version }) => ({ meta, version }))
}

/** An object that was current may have changed again while the others were waited for. */
function recheck(one: Seen, options: WaitOptions): Promise<Seen> {
  return look(one.target, options)
}

async function look(target: WaitTarget, options: WaitOptions): Promise<Seen> {
  const { meta, version } = target
  const ref = {
    apiVersion: apiVersionOf({ group: meta.group, version }),
    kind: meta.kind,
    name: meta.name,
    ...(meta.namespace === '' ? {} : { namespace: meta.namespace }),
  }
  try {
    const object = await options.client.get(ref)
    if (object === undefined) return { target, status: 'NotFound', error: undefined }
    const status = options.custom?.(object) ?? statusOf(object, options.clock.now())
    return { target, status: status.status, error: status.error }
  } catch (error) {
    // A kind that the server does not know yet may come; a server that does not answer may come back.
    const unknownKind = error instanceof KubeError && error.reason === 'NoKindMatch'
    return { target, status: unknownKind ? 'NotFound' : 'Unknown', error: messageOf(error) }
  }
}

function effective(one: Seen, options: WaitOptions): ObjectStatus['status'] | undefined {
  const gone = one.status === 'NotFound' && options.jobsWithTtl?.has(inventoryId(one.target.meta)) === true
  return gone ? 'Current' : one.status
}

function describe(seen: readonly Seen[], options: WaitOptions, timedOut: boolean): string {
  const parts: string[] = []
  for (const one of seen) {
    const status = effective(one, options)
    if (status === 'Current' || !(status === 'Failed' || timedOut)) continue
    parts.push(
      `${formatMeta(one.target.meta)} status: '${status ?? 'Unknown'}'${one.error === undefined ? '' : `: ${one.error}`}`,
    )
  }
  return parts.join(', ')
}

/** Inventory ids of the Jobs among some objects that the server deletes after they have finished. */
export function jobsWithTtl(
  objects: readonly { readonly object: KubeObject; readonly meta: ObjectMeta }[],
): Set<string> {
  const ids = new Set<string>()
  for (const { object, meta } of objects) {
    const ttl = getIn(object, ['spec', 'ttlSecondsAfterFinished'])
    if (meta.kind === 'Job' && meta.group === 'batch' && typeof ttl === 'number') ids.add(inventoryId(meta))
  }
  return ids
}

/** The targets of `spec.healthChecks`. */
export function healthCheckTargets(checks: readonly JsonObject[]): WaitTarget[] {
  return checks.flatMap((check) => {
    if (!isObject(check) || typeof check['kind'] !== 'string' || typeof check['name'] !== 'string') return []
    const apiVersion =
      typeof check['apiVersion'] === 'string' && check['apiVersion'] !== '' ? check['apiVersion'] : 'apps/v1'
    const slash = apiVersion.indexOf('/')
    const namespace = typeof check['namespace'] === 'string' ? check['namespace'] : ''
    return [
      {
        meta: {
          group: slash < 0 ? '' : apiVersion.slice(0, slash),
          kind: check['kind'],
          name: check['name'],
          namespace,
        },
        version: apiVersion.slice(slash + 1),
      },
    ]
  })
}
