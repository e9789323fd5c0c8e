import { deleteAll, updateAll } from './apply.ts'
import {
  type ApplyingOptions,
  applyContext,
  defaultMaxHistory,
  failureText,
  LiveRelease,
  type ReleaseContext,
  requireName,
  storageOf,
  timestamp,
  waitContext,
} from './context.ts'
import { joinErrors, ReleaseError, wrapError } from './errors.ts'
import { runHooks } from './hooks.ts'
import { type ReleaseRecord, superseded, withStatus } from './record.ts'
import { buildResources, type Resource, withOwner } from './resources.ts'
import type { ReleaseStorage } from './storage.ts'
import { waitForCurrent } from './wait.ts'

export interface RollbackOptions extends ApplyingOptions {
  /** Delete what a failed rollback has made. */
  readonly cleanupOnFail?: boolean
}

/**
 * Makes a new revision of what an old one was.
 * Source: Helm 4.1 pkg/action/rollback.go. As there, a failed hook leaves the revision `pending-rollback`.
 * @param version 0: the revision before the last
 * @throws ReleaseError, KubeError; what failed while objects were applied is stored as `failed`
 */
export async function rollback(
  name: string,
  version: number,
  context: ReleaseContext,
  options: RollbackOptions = {},
): Promise<ReleaseRecord> {
  requireName(name, 'prepareRollback: Release name is invalid')
  if (version < 0) throw new ReleaseError('Failed', 'invalid release revision')
  const storage = storageOf(context)
  const { current, target } = await prepare(name, version, storage, context)
  // As Helm's: nothing is built or asked of the cluster, and the record stays as it would be stored first.
  if (options.dryRun === true) return target
  await storage.create(target, options.maxHistory ?? defaultMaxHistory)
  const release = new LiveRelease(storage, target)
  await perform(current, release, context, options)
  for (const record of await storage.deployed(name)) await storage.update(superseded(record))
  release.set({ ...release.record, info: { ...release.record.info, status: 'deployed' } })
  await release.save()
  return release.record
}

async function prepare(
  name: string,
  version: number,
  storage: ReleaseStorage,
  context: ReleaseContext,
): Promise<{ readonly current: ReleaseRecord; readonly target: ReleaseRecord }> {
  const history = await storage.history(name)
  const current = history.at(-1)
  if (current === undefined) throw new ReleaseError('NotFound', 'release: not found')
  const wanted = version === 0 ? current.version - 1 : version
  const previous = history.find((record) => record.version === wanted)
  if (previous === undefined) throw new ReleaseError('NotFound', `release has no ${wanted} version`)
  const { firstDeployed } = current.info
  const target: ReleaseRecord = {
    ...previous,
    namespace: current.namespace,
    version: current.version + 1,
    info: {
      ...(firstDeployed === undefined ? {} : { firstDeployed }),
      lastDeployed: timestamp(context.clock),
      description: `Rollback to ${wanted}`,
      status: 'pending-rollback',
      notes: previous.info.notes,
    },
    applyMethod: 'ssa',
  }
  return { current, target }
}

async function perform(
  current: ReleaseRecord,
  release: LiveRelease,
  context: ReleaseContext,
  options: RollbackOptions,
): Promise<void> {
  const { name, namespace } = release.record
  const build = async (which: 'current' | 'new', manifest: string): Promise<Resource[]> => {
    try {
      return await buildResources(context.client, manifest, namespace)
    } catch (error) {
      throw wrapError(`unable to build kubernetes objects from ${which} release manifest`, error)
    }
  }
  const originals = await build('current', current.manifest)
  const targets = withOwner(await build('new', release.record.manifest), name, namespace)
  if (options.disableHooks !== true) await runHooks(release, 'pre-rollback', context, options)
  const created: Resource[] = []
  try {
    await updateAll(originals, targets, applyContext(context, options.forceConflicts), {
      upgradeFieldManager: true,
      onCreate: (resource) => created.push(resource),
    })
  } catch (error) {
    release.set(withStatus(release.record, 'failed', `Rollback "${name}" failed: ${failureText(error)}`))
    await storageOf(context).update(superseded(current))
    await release.trySave()
    if (options.cleanupOnFail === true) await cleanUp(created, context)
    throw error
  }
  if (options.wait === true) {
    try {
      await waitForCurrent(targets, options.waitForJobs === true, waitContext(context, options.timeout))
    } catch (error) {
      release.set(withStatus(release.record, 'failed', `Release "${name}" failed: ${failureText(error)}`))
      await release.trySave()
      throw wrapError(`release ${name} failed`, error)
    }
  }
  if (options.disableHooks !== true) await runHooks(release, 'post-rollback', context, options)
}

async function cleanUp(created: readonly Resource[], context: ReleaseContext): Promise<void> {
  const errors = await deleteAll(context.client, created)
  if (errors.length === 0) return
  throw wrapError(
    'an error occurred while cleaning up resources. original rollback error: unable to cleanup resources',
    joinErrors(errors, ', '),
  )
}
