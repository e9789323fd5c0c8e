import { sleep } from '../../base/index.ts'
import {
  fieldManagers,
  fluxFinalizer,
  formatMeta,
  inventoryId,
  inventoryOf,
  inventoryRef,
  ownerLabelsFor,
  parseInventoryId,
  sortEntries,
} from '../../flux/index.ts'
import type { KubeClient } from '../../kube/index.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ReconcileResult } from '../runtime/controller.ts'
import type { ManagedObject } from '../runtime/managed-object.ts'
import { keptFromDeletion, plainPolicy } from './apply-policy.ts'
import { type Change, formatChanges } from './change-set.ts'
import type { KustomizationEvents } from './report.ts'
import { ResourceManager } from './resource-manager.ts'
import { readSpec } from './spec.ts'
import { canImpersonate, targetClient } from './target-client.ts'

/**
 * Ends a Kustomization that is being deleted: its objects are deleted by the deletion policy, then the finalizer goes
 * (kustomize-controller `finalize`). Objects that cannot be deleted for want of the account are left and named.
 */
export async function finalizeKustomization(
  context: EngineContext,
  object: ManagedObject,
  events: KustomizationEvents,
): Promise<ReconcileResult> {
  const entries = sortEntries(inventoryOf(object.object))
  if (shouldDelete(object) && entries.length > 0) {
    if (await canImpersonate(context, object)) {
      const failure = await deleteObjects(context, object, events)
      if (failure !== undefined) return { error: failure }
    } else {
      const names = entries
        .map(({ id }) => parseInventoryId(id))
        .flatMap((meta) => (meta === undefined ? [] : [formatMeta(meta)]))
      events.record('Warning', `unable to prune objects: \n${names.join('\n')}`, events.applied())
    }
  }
  object.removeFinalizer(fluxFinalizer)
  return {}
}

function shouldDelete(object: ManagedObject): boolean {
  if (object.suspended) return false
  const { deletionPolicy, prune } = readSpec(object.spec, object.namespace)
  if (deletionPolicy === 'MirrorPrune') return prune
  return deletionPolicy === 'Delete' || deletionPolicy === 'WaitForTermination'
}

async function deleteObjects(
  context: EngineContext,
  object: ManagedObject,
  events: KustomizationEvents,
): Promise<Error | undefined> {
  const client = await targetClient(context, object)
  const manager = new ResourceManager({
    client,
    clock: context.clock,
    fieldManager: fieldManagers.kustomizeController,
    concurrency: 1,
    waitFor: async () => undefined,
    policy: plainPolicy,
    normalizer: context.normalizer,
  })
  const { changes, error } = await manager.deleteAll(sortEntries(inventoryOf(object.object)), {
    inclusions: ownerLabelsFor(object),
    exclusions: keptFromDeletion,
  })
  if (error !== undefined) {
    events.record('Warning', 'pruning for deleted resource failed', events.applied())
    return new Error(error)
  }
  if (changes.length === 0) return undefined
  events.record('Normal', formatChanges(changes), events.applied())
  const { deletionPolicy, timeout } = readSpec(object.spec, object.namespace)
  if (deletionPolicy === 'WaitForTermination' && !(await waitUntilGone(context, client, { changes, timeout }))) {
    events.record('Warning', 'failed to wait for resources termination', events.applied())
  }
  return undefined
}

async function waitUntilGone(
  context: EngineContext,
  client: KubeClient,
  { changes, timeout }: { changes: readonly Change[]; timeout: number },
): Promise<boolean> {
  const limit = context.clock.now() + timeout
  for (const change of changes) {
    if (change.action !== 'deleted') continue
    const ref = inventoryRef({ id: inventoryId(change.meta), v: change.version })
    if (ref === undefined) continue
    while ((await client.get(ref)) !== undefined) {
      if (context.clock.now() >= limit || context.stopping()) return false
      await sleep(context.clock, 2000)
    }
  }
  return true
}
