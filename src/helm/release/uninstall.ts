import { getString } from '../../base/index.ts'
import type { DeleteOptions } from '../../kube/index.ts'
import { parseYaml } from '../../yaml/index.ts'
import { splitManifests } from '../manifests.ts'
import { deleteAll } from './apply.ts'
import {
  LiveRelease,
  type OperationOptions,
  type ReleaseContext,
  requireName,
  storageOf,
  timestamp,
  waitContext,
} from './context.ts'
import { messageOf, ReleaseError, wrapError } from './errors.ts'
import { runHooks } from './hooks.ts'
import { type ReleaseRecord, superseded, withStatus } from './record.ts'
import { buildResources, type Resource } from './resources.ts'
import type { ReleaseStorage } from './storage.ts'
import { byUninstallOrder } from './uninstall-order.ts'
import { waitForDelete } from './wait.ts'

export interface UninstallOptions extends OperationOptions {
  readonly keepHistory?: boolean
  readonly propagation?: NonNullable<DeleteOptions['propagationPolicy']>
}

export interface Uninstalled {
  readonly record: ReleaseRecord
  /** `[Kind] name` of what stays because of `helm.sh/resource-policy`. */
  readonly kept: readonly string[]
}

/**
 * Deletes a release's objects, but for those that are to be kept, and its records.
 * Source: Helm 4.1 pkg/action/uninstall.go.
 * @throws ReleaseError; `NotFound` where there is no such release
 */
export async function uninstall(
  name: string,
  context: ReleaseContext,
  options: UninstallOptions = {},
): Promise<Uninstalled> {
  requireName(name, 'uninstall: Release name is invalid')
  const storage = storageOf(context)
  const history = await storage.history(name)
  const last = history.at(-1)
  if (last === undefined)
    throw new ReleaseError('NotFound', `uninstall: Release not loaded: ${name}: release: not found`)
  if (last.info.status === 'uninstalled') {
    if (options.keepHistory === true) throw new ReleaseError('Failed', `the release named "${name}" is already deleted`)
    await purge(history, storage)
    return { record: last, kept: [] }
  }
  const deleting = withStatus(last, 'uninstalling', 'Deletion in progress (or silently failed)')
  const release = new LiveRelease(storage, {
    ...deleting,
    info: { ...deleting.info, deleted: timestamp(context.clock) },
  })
  if (options.disableHooks !== true) await runHooks(release, 'pre-delete', context, options)
  await release.trySave()
  const { deleted, kept } = await deleteObjects(release.record, context, options)
  const errors: unknown[] = []
  const collect = (error: unknown): void => {
    errors.push(error)
  }
  if (options.wait === true) await waitForDelete(deleted, waitContext(context, options.timeout)).catch(collect)
  if (options.disableHooks !== true) await runHooks(release, 'post-delete', context, options).catch(collect)
  release.set(withStatus(release.record, 'uninstalled', options.description ?? 'Uninstallation complete'))
  if (options.keepHistory === true) {
    await release.trySave()
    for (const record of await storage.deployed(name)) await storage.update(superseded(record))
  } else {
    await purge(history, storage).catch((error: unknown) =>
      collect(wrapError('uninstall: Failed to purge the release', error)),
    )
  }
  if (errors.length > 0) {
    const text = errors.map(messageOf).join('; ')
    throw new ReleaseError('Failed', `uninstallation completed with ${errors.length} error(s): ${text}`, {
      cause: errors[0],
    })
  }
  return { record: release.record, kept }
}

async function purge(history: readonly ReleaseRecord[], storage: ReleaseStorage): Promise<void> {
  for (const { name, version } of history) await storage.delete(name, version)
}

async function deleteObjects(
  record: ReleaseRecord,
  context: ReleaseContext,
  options: UninstallOptions,
): Promise<{ readonly deleted: readonly Resource[]; readonly kept: readonly string[] }> {
  const { kept, rest } = partition(record.manifest)
  let resources: Resource[]
  try {
    resources = await buildResources(context.client, rest.map((text) => `\n---\n${text}`).join(''), context.namespace)
  } catch (error) {
    throw new ReleaseError('Manifest', `failed to delete release: ${record.name}`, { cause: error })
  }
  const errors = await deleteAll(context.client, resources, options.propagation)
  if (errors.length > 0)
    throw new ReleaseError('Failed', `failed to delete release: ${record.name}`, { cause: errors[0] })
  return { deleted: resources, kept }
}

/**
 * What is to be kept, and what is to be deleted in that order. As Helm, anything that has a policy which is not `keep`
 * is in neither. Source: Helm 4.1 pkg/action/resource_policy.go.
 */
function partition(manifest: string): { readonly kept: readonly string[]; readonly rest: readonly string[] } {
  const kept: string[] = []
  const rest: string[] = []
  const documents = splitManifests(manifest).flatMap((content) => {
    const object = parseYaml(content).value[0]
    if (object === undefined || object === null) return []
    return [{ content, object, kind: getString(object, 'kind') ?? '' }]
  })
  for (const { content, object, kind } of byUninstallOrder(documents)) {
    const policy = getString(object, 'metadata', 'annotations', 'helm.sh/resource-policy')
    if (policy === undefined) rest.push(content)
    else if (policy.trim().toLowerCase() === 'keep')
      kept.push(`[${kind}] ${getString(object, 'metadata', 'name') ?? ''}`)
  }
  return { kept, rest }
}
