import { type Cancellation, checkCancelled, getString } from '../../base/index.ts'
import { type DeleteOptions, type KubeClient, KubeError, patchTakingOver, textsAt } from '../../kube/index.ts'
import { joinErrors, ReleaseError, wrapError } from './errors.ts'
import { gvkText, isSameObject, type Resource } from './resources.ts'

export interface ApplyContext {
  readonly client: KubeClient
  /** Helm's CLI is `helm`, Flux's controller `helm-controller`. */
  readonly fieldManager: string
  /** Take fields from other managers instead of failing. */
  readonly forceConflicts: boolean
  readonly cancellation?: Cancellation | undefined
}

/** How often a write is tried again after a conflict of versions (client-go `retry.DefaultRetry`). */
const conflictTries = 5

/**
 * Applies objects, one kind after another; a failure does not keep the others from being applied.
 * Source: Helm 4.1 pkg/kube/client.go (`Create`, `batchPerform`).
 */
export async function createAll(resources: readonly Resource[], context: ApplyContext): Promise<void> {
  const errors: unknown[] = []
  for (const batch of byKind(resources)) {
    checkCancelled(context.cancellation)
    const results = await Promise.allSettled(batch.map((resource) => applyOne(resource, context)))
    for (const result of results) if (result.status === 'rejected') errors.push(result.reason)
  }
  if (errors.length > 0) throw joinErrors(errors)
}

/** Runs of one kind. */
function byKind(resources: readonly Resource[]): Resource[][] {
  const batches: Resource[][] = []
  for (const resource of resources) {
    const last = batches.at(-1)
    if (last !== undefined && last[0]!.ref.kind === resource.ref.kind) last.push(resource)
    else batches.push([resource])
  }
  return batches
}

export interface UpdateOptions {
  /** Former writes by client-side apply become the applier's, so that what they left can be removed. */
  readonly upgradeFieldManager: boolean
  /** Told of each object before it is made, for a clean-up after a failure. */
  readonly onCreate?: (resource: Resource) => void
}

/**
 * Makes the cluster hold `targets` where it held `originals`: applies each, then deletes what is no target any more.
 * Source: Helm 4.1 pkg/kube/client.go (`update`).
 */
export async function updateAll(
  originals: readonly Resource[],
  targets: readonly Resource[],
  context: ApplyContext,
  options: UpdateOptions,
): Promise<void> {
  const errors: unknown[] = []
  for (const target of targets) {
    checkCancelled(context.cancellation)
    const live = await prefixed('could not get information about the resource', () => context.client.get(target.ref))
    if (live === undefined) {
      options.onCreate?.(target)
      await prefixed('failed to create resource', () => applyOne(target, context))
      continue
    }
    if (!originals.some((original) => isSameObject(original, target)))
      throw new ReleaseError(
        'Conflict',
        `original object ${target.ref.kind} with the name "${target.ref.name}" not found`,
        { object: target.ref },
      )
    try {
      if (options.upgradeFieldManager) await upgradeFieldManager(target, context)
      await applyOne(target, context)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw joinErrors(errors, ' && ')
  for (const original of originals) {
    if (targets.some((target) => isSameObject(original, target))) continue
    try {
      await removeUnlessKept(original, context)
    } catch (error) {
      errors.push(wrapError(`failed to delete resource ${original.ref.name}`, error))
    }
  }
  if (errors.length > 0) throw joinErrors(errors, ' && ')
}

/** What the live object says counts: the policy may have been set by hand. */
async function removeUnlessKept(resource: Resource, context: ApplyContext): Promise<void> {
  const live = await context.client.get(resource.ref)
  if (live === undefined || textsAt(live, 'annotations')['helm.sh/resource-policy'] === 'keep') return
  await context.client.delete(resource.ref, { propagationPolicy: 'Background' })
}

/** Deletes objects, one kind after another; the failures of those that could not be deleted come back. */
export async function deleteAll(
  client: KubeClient,
  resources: readonly Resource[],
  propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']> = 'Background',
): Promise<unknown[]> {
  const errors: unknown[] = []
  for (const batch of byKind(resources)) {
    const results = await Promise.allSettled(batch.map(({ ref }) => client.delete(ref, { propagationPolicy })))
    for (const result of results) if (result.status === 'rejected') errors.push(result.reason)
  }
  return errors
}

async function applyOne(resource: Resource, context: ApplyContext): Promise<void> {
  const { client, fieldManager, forceConflicts } = context
  try {
    await client.apply(resource.object, { fieldManager, force: forceConflicts, fieldValidation: 'Strict' })
  } catch (error) {
    if (!(error instanceof KubeError) || error.reason !== 'Conflict') throw error
    const { name, namespace } = resource.ref
    throw new ReleaseError(
      'Conflict',
      `conflict occurred while applying object ${namespace ?? ''}/${name} ${gvkText(resource)}: ${error.message}`,
      { object: resource.ref, cause: error },
    )
  }
}

/** Source: k8s.io/client-go util/csaupgrade, as Helm 4.1 uses it (`upgradeClientSideFieldManager`). */
async function upgradeFieldManager(resource: Resource, context: ApplyContext): Promise<void> {
  const { client, fieldManager } = context
  for (let tries = 1; ; tries++) {
    const live = await client.get(resource.ref)
    if (live === undefined) return
    const patch = patchTakingOver(live, [{ name: fieldManager, exact: true, operation: 'Update' }], fieldManager)
    if (!patch.ok) throw new ReleaseError('Failed', patch.error, { object: resource.ref })
    if (patch.value.length === 0) return
    const resourceVersion = getString(live, 'metadata', 'resourceVersion') ?? ''
    const pinned = [...patch.value, { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion }]
    try {
      await client.patch(resource.ref, 'json', pinned, { fieldManager })
      return
    } catch (error) {
      if (!(error instanceof KubeError) || error.reason !== 'Conflict' || tries >= conflictTries) throw error
    }
  }
}

async function prefixed<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw wrapError(prefix, error)
  }
}
