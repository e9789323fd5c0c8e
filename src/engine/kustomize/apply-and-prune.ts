import { getString, isObject, type JsonObject } from '../../base/index.ts'
import {
  conditionsOf,
  fieldManagers,
  formatDuration,
  type InventoryEntry,
  inventoryId,
  isConditionTrue,
  mergeEntries,
  objectMetaOf,
  ownerLabelsFor,
  reasons,
  staleEntries,
} from '../../flux/index.ts'
import { gvkOf, type IgnoreRule, type KubeClient, type KubeObject, parseApiVersion } from '../../kube/index.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ManagedObject } from '../runtime/managed-object.ts'
import { isUnmanaged } from '../unmanaged.ts'
import { keptFromDeletion, kustomizePolicy } from './apply-policy.ts'
import { type Change, formatChanges, hasChanged, inventoryOfChanges } from './change-set.ts'
import { messageOf } from './errors.ts'
import { healthCheckTargets, jobsWithTtl, targetsOf, WaitInterrupted, type WaitTarget, waitForReady } from './health.ts'
import type { ObjectStatus } from './object-status.ts'
import type { KustomizationEvents } from './report.ts'
import { ApplyError, ResourceManager } from './resource-manager.ts'
import { warnOfSharedObjects } from './shared-objects.ts'
import { type KustomizationSpec, objectsAt } from './spec.ts'

/** One run of a Kustomization: what to apply, for which revision, and how. */
export interface RunContext {
  readonly context: EngineContext
  readonly object: ManagedObject
  /** Of the cluster to apply to. */
  readonly target: KubeClient
  readonly objects: readonly KubeObject[]
  /** The inventory as it was read. */
  readonly before: readonly InventoryEntry[]
  readonly spec: KustomizationSpec
  readonly revision: string
  readonly originRevision: string | undefined
  readonly events: KustomizationEvents
  /** Status by `spec.healthCheckExprs`. */
  readonly custom: (object: KubeObject) => ObjectStatus | undefined
  readonly interrupted: () => boolean
}

/** A failed run with the reason of its condition. */
class RunError extends Error {
  override readonly name = 'RunError'
  readonly reason: string

  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * Applies the objects, records the inventory, prunes what is no longer in it and waits for health. Throws an error with
 * a `reason`. A crash at any point is harmless: the cluster's inventory then names all that was there and all that may
 * have been written (see `announce`), and the next run prunes what of it is not in its build.
 */
export async function applyAndPrune(run: RunContext): Promise<void> {
  const { context, object, spec } = run
  const taken: KubeObject[] = []
  const manager = new ResourceManager({
    client: run.target,
    clock: context.clock,
    fieldManager: fieldManagers.kustomizeController,
    concurrency: 4,
    waitFor: (changes, timeout) => wait(run, targetsOf(changes), timeout, 2000),
    policy: kustomizePolicy({ force: spec.force, ignoreRules: objectsAt(object.spec, 'ignore').map(ignoreRule) }),
    normalizer: context.normalizer,
    // Another account may not do what this one may: there the server is asked every time.
    ...(run.target === context.client ? { verified: context.verified } : {}),
    onOverwrite: (existing) => taken.push(existing),
  })
  const changes = await apply(manager, run)
  const log = formatChanges(changes.filter(hasChanged))
  if (log !== '') run.events.record('Normal', log, run)
  const after = inventoryOfChanges(changes)
  setInventory(object, after)
  await warnOfSharedObjects(run, taken)
  await prune(manager, run, after)
  await checkHealth(run, changes, log !== '')
}

async function apply(manager: ResourceManager, run: RunContext): Promise<Change[]> {
  try {
    return run.objects.length === 0 ? [] : await manager.applyStaged(run.objects)
  } catch (error) {
    if (!(error instanceof ApplyError)) throw error
    // What was written before the failure is remembered, so that a later build without it prunes it.
    const kept = mergeEntries(run.before, inventoryOfChanges(error.written))
    run.object.setStatus('inventory', kept.length === 0 ? undefined : inventoryJson(kept))
    const log = error.changes.filter(hasChanged).map((change) => `${formatChanges([change])}\n`)
    throw new RunError(reasons.reconciliationFailed, `${error.message}\n${log.join('')}`)
  }
}

/** An entry of `spec.ignore`. */
function ignoreRule(entry: JsonObject): IgnoreRule {
  const paths = Array.isArray(entry['paths']) ? entry['paths'].filter((one) => typeof one === 'string') : []
  return isObject(entry['target']) ? { paths, selector: entry['target'] } : { paths }
}

function setInventory(object: ManagedObject, entries: readonly InventoryEntry[]): void {
  object.setStatus('inventory', inventoryJson(entries))
}

function inventoryJson(entries: readonly InventoryEntry[]): JsonObject {
  return { entries: entries.map(({ id, v }): JsonObject => ({ id, v })) }
}

/**
 * Puts what is about to be applied into the inventory, beside what is in it: should the process die in mid-apply, the
 * next run knows of every object that may have been written. Where a kind has no namespace, none is recorded.
 */
export async function announce(
  object: ManagedObject,
  target: KubeClient,
  { objects, before }: { readonly objects: readonly KubeObject[]; readonly before: readonly InventoryEntry[] },
): Promise<void> {
  const known = new Set(before.map(({ id }) => id))
  const planned: InventoryEntry[] = []
  for (const one of objects) {
    const meta = objectMetaOf(one)
    const resource = await target.resourceFor(gvkOf(one))
    const id = inventoryId(resource?.namespaced === false ? { ...meta, namespace: '' } : meta)
    if (!known.has(id)) planned.push({ id, v: parseApiVersion(one.apiVersion).version })
  }
  if (planned.length > 0) setInventory(object, mergeEntries(before, planned))
}

async function prune(manager: ResourceManager, run: RunContext, after: readonly InventoryEntry[]): Promise<void> {
  const stale = staleEntries(run.before, after)
  if (!run.spec.prune || stale.length === 0) return
  const { changes, error } = await manager.deleteAll(stale, {
    inclusions: ownerLabelsFor(run.object),
    exclusions: keptFromDeletion,
  })
  if (error !== undefined) {
    // What could not be deleted stays in the inventory, or nobody would ever try again.
    const settled = new Set(changes.filter(({ action }) => action !== 'unknown').map(({ meta }) => inventoryId(meta)))
    setInventory(
      run.object,
      mergeEntries(
        after,
        stale.filter((entry) => !settled.has(entry.id)),
      ),
    )
    throw new RunError(reasons.pruneFailed, error)
  }
  if (changes.length > 0) run.events.record('Normal', formatChanges(changes), run)
}

async function checkHealth(run: RunContext, changes: readonly Change[], drifted: boolean): Promise<void> {
  const { context, object, spec, revision } = run
  const checks = objectsAt(object.spec, 'healthChecks')
  const targets = spec.wait
    ? targetsOf(changes.filter(({ action }) => action !== 'skipped'))
    : healthCheckTargets(checks)
  if ((checks.length === 0 && !spec.wait) || targets.length === 0) {
    object.deleteCondition('Healthy')
    return
  }
  const isSelf = ({ meta }: WaitTarget): boolean =>
    meta.kind === 'Kustomization' && meta.name === object.name && meta.namespace === object.namespace
  const start = context.clock.now()
  const wasHealthy = isConditionTrue(object.conditions, 'Healthy')
  const isNewRevision = object.status['lastAppliedRevision'] !== revision
  const text = `Running health checks for revision ${revision} with a timeout of ${spec.timeoutText}`
  object.markReconciling(reasons.progressing, text)
  object.mark('Healthy', 'Unknown', reasons.progressing, text)
  await object.patch()
  try {
    await wait(
      run,
      targets.filter((one) => !isSelf(one)),
      spec.timeout,
      context.healthInterval,
    )
  } catch (error) {
    if (error instanceof WaitInterrupted) throw error
    object.mark('Healthy', 'False', reasons.healthCheckFailed, messageOf(error))
    const took = formatDuration(context.clock.now() - start)
    throw new RunError(reasons.healthCheckFailed, `health check failed after ${took}: ${messageOf(error)}`)
  }
  const passed = `Health check passed in ${formatDuration(context.clock.now() - start)}`
  if (!wasHealthy || (isNewRevision && drifted)) run.events.record('Normal', passed, run)
  object.mark('Healthy', 'True', reasons.succeeded, passed)
  await object.patch()
}

/**
 * A Flux object that no controller of this engine reconciles never becomes ready: to say so at once beats a timeout.
 * One with conditions has had a controller, so that it is judged as any other.
 */
function withoutController(object: KubeObject): ObjectStatus | undefined {
  if (!isUnmanaged(object) || conditionsOf(object).length > 0) return undefined
  // Only named by others: no controller gives it a status.
  if (object.kind === 'HelmRepository' && getString(object, 'spec', 'type') === 'oci') {
    return { status: 'Current', error: undefined }
  }
  return { status: 'Failed', error: `no controller for ${object.kind} yet` }
}

function wait(run: RunContext, targets: readonly WaitTarget[], timeout: number, interval: number): Promise<void> {
  return waitForReady(targets, {
    client: run.target,
    clock: run.context.clock,
    interval: Math.min(interval, run.context.healthInterval),
    timeout,
    failFast: true,
    custom: (one) => run.custom(one) ?? withoutController(one),
    interrupted: run.interrupted,
    jobsWithTtl: jobsWithTtl(run.objects.map((one) => ({ object: one, meta: objectMetaOf(one) }))),
  })
}
