import { decodeText } from '../../base/index.ts'
import type { GoMap } from '../../gotemplate/index.ts'
import { KubeError } from '../../kube/index.ts'
import { type Chart, crdFiles, HelmError } from '../chart.ts'
import { type RenderedChart, validateReleaseName } from '../template.ts'
import { createAll, updateAll } from './apply.ts'
import { chartToJson, valuesToJson } from './chart-json.ts'
import {
  type ApplyingOptions,
  applyContext,
  defaultMaxHistory,
  dryRunOf,
  failureText,
  LiveRelease,
  manifestText,
  type ReleaseContext,
  renderFor,
  storageOf,
  timestamp,
  waitContext,
  withoutCancellation,
} from './context.ts'
import { ReleaseError, wrapError } from './errors.ts'
import { runHooks } from './hooks.ts'
import { hookRecord, type ReleaseRecord, withStatus } from './record.ts'
import { adoptable, buildResources, type Resource, withOwner } from './resources.ts'
import { checkLabels } from './secret.ts'
import type { ReleaseStorage } from './storage.ts'
import { uninstall } from './uninstall.ts'
import { waitForCurrent } from './wait.ts'

export interface InstallOptions extends ApplyingOptions {
  readonly createNamespace?: boolean
  readonly skipCrds?: boolean
  /** Take over objects that do not carry the release's marks. */
  readonly takeOwnership?: boolean
  /** The name may be that of a release that failed or was uninstalled with its history kept. */
  readonly replace?: boolean
  /** Uninstall what failed. */
  readonly rollbackOnFailure?: boolean
  readonly labels?: Readonly<Record<string, string>>
}

/** Milliseconds within which definitions from `crds/` must be there. */
const crdTimeout = 60_000

/**
 * Installs a chart as a new release: CRDs, record, hooks, objects, wait.
 * Source: Helm 4.1 pkg/action/install.go.
 * @throws ReleaseError, HelmError, KubeError; the record of what failed while objects were applied is stored as `failed`
 */
export async function install(
  name: string,
  input: { readonly chart: Chart; readonly values: GoMap },
  context: ReleaseContext,
  options: InstallOptions = {},
): Promise<ReleaseRecord> {
  const storage = storageOf(context)
  const last = await availableName(name, storage, options)
  if (options.skipCrds !== true && options.dryRun !== true) await installCrds(input.chart, context)
  const version = options.replace === true && last !== undefined ? last.version + 1 : 1
  const rendered = await renderFor(context, {
    ...input,
    release: { name, namespace: context.namespace, revision: 1, isUpgrade: false },
  })
  const labels = options.labels ?? {}
  checkLabels(labels)
  const record = newRecord({ name, version, labels, ...input, rendered }, context)
  const { adopted, resources } = await checkResources(record, context, options)
  if (options.dryRun === true) return dryRunOf(record)
  if (options.createNamespace === true) await createNamespace(context)
  if (options.replace === true && last?.info.status === 'uninstalled')
    await storage.update(withStatus(last, 'superseded', 'superseded by new release'))
  await storage.create(record, options.maxHistory ?? defaultMaxHistory)
  const release = new LiveRelease(storage, record)
  try {
    await perform(release, { adopted, resources }, context, options)
  } catch (error) {
    return await fail(release, error, context, options)
  }
  return release.record
}

/** @throws ReleaseError `InvalidName` or `NameInUse` */
async function availableName(
  name: string,
  storage: ReleaseStorage,
  options: InstallOptions,
): Promise<ReleaseRecord | undefined> {
  try {
    validateReleaseName(name)
  } catch (error) {
    if (error instanceof HelmError) throw new ReleaseError('InvalidName', error.message, { cause: error })
    throw error
  }
  if (options.dryRun === true) return undefined
  const last = (await storage.history(name)).at(-1)
  if (last === undefined) return undefined
  const { status } = last.info
  if (options.replace === true && (status === 'uninstalled' || status === 'failed')) return last
  throw new ReleaseError('NameInUse', 'release name check failed: cannot reuse a name that is still in use')
}

/** CRDs that are there already stay as they are: their objects are worth more than a newer schema. */
async function installCrds(chart: Chart, context: ReleaseContext): Promise<void> {
  const made: Resource[] = []
  for (const { file } of crdFiles(chart)) {
    try {
      const resources = await buildResources(context.client, decodeText(file.data), context.namespace)
      if (resources.length === 0) throw new ReleaseError('Manifest', 'resources are empty')
      await createAll(resources, applyContext(context))
      made.push(...resources)
    } catch (error) {
      throw wrapError(`failed to install CRD ${file.name}`, error)
    }
  }
  if (made.length > 0) await waitForCurrent(made, false, waitContext(context, crdTimeout))
}

function newRecord(
  given: {
    readonly name: string
    readonly version: number
    readonly labels: Readonly<Record<string, string>>
    readonly chart: Chart
    readonly values: GoMap
    readonly rendered: RenderedChart
  },
  context: ReleaseContext,
): ReleaseRecord {
  const now = timestamp(context.clock)
  return {
    name: given.name,
    namespace: context.namespace,
    version: given.version,
    info: {
      firstDeployed: now,
      lastDeployed: now,
      description: 'Initial install underway',
      status: 'pending-install',
      notes: given.rendered.notes,
    },
    chart: chartToJson(given.chart, given.values),
    config: valuesToJson(given.values),
    manifest: manifestText(given.rendered),
    hooks: given.rendered.hooks.map(hookRecord),
    labels: given.labels,
    applyMethod: 'ssa',
  }
}

interface Planned {
  readonly adopted: readonly Resource[]
  readonly resources: readonly Resource[]
}

async function checkResources(
  record: ReleaseRecord,
  context: ReleaseContext,
  options: InstallOptions,
): Promise<Planned> {
  const { client, namespace } = context
  let resources: Resource[]
  try {
    resources = withOwner(await buildResources(client, record.manifest, namespace), record.name, namespace)
  } catch (error) {
    throw wrapError('unable to build kubernetes objects from release manifest', error)
  }
  try {
    const takeOwnership = options.takeOwnership === true
    return { resources, adopted: await adoptable(client, resources, { name: record.name, namespace, takeOwnership }) }
  } catch (error) {
    throw wrapError('unable to continue with install', error)
  }
}

async function createNamespace(context: ReleaseContext): Promise<void> {
  const { client, namespace } = context
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { name: namespace } } }
  try {
    await client.apply(object, { fieldManager: applyContext(context).fieldManager, fieldValidation: 'Strict' })
  } catch (error) {
    if (!(error instanceof KubeError) || error.reason !== 'AlreadyExists') throw error
  }
}

async function perform(
  release: LiveRelease,
  planned: Planned,
  context: ReleaseContext,
  options: InstallOptions,
): Promise<void> {
  const { adopted, resources } = planned
  const hooks = async (event: 'pre-install' | 'post-install'): Promise<void> => {
    if (options.disableHooks === true) return
    try {
      await runHooks(release, event, context, options)
    } catch (error) {
      throw wrapError(`failed ${event}`, error)
    }
  }
  await hooks('pre-install')
  const apply = applyContext(context, adopted.length > 0 && options.forceConflicts === true)
  if (adopted.length === 0) await createAll(resources, apply)
  else await updateAll(adopted, resources, apply, { upgradeFieldManager: true })
  // Who wants a failure undone has to know of it.
  if (options.wait === true || options.rollbackOnFailure === true)
    await waitForCurrent(resources, options.waitForJobs === true, waitContext(context, options.timeout))
  await hooks('post-install')
  release.set(withStatus(release.record, 'deployed', options.description ?? 'Install complete'))
  await release.trySave()
}

async function fail(
  release: LiveRelease,
  error: unknown,
  context: ReleaseContext,
  options: InstallOptions,
): Promise<never> {
  const { name } = release.record
  release.set(withStatus(release.record, 'failed', `Release "${name}" failed: ${failureText(error)}`))
  await release.trySave()
  if (options.rollbackOnFailure !== true) throw error
  try {
    const { description: _, ...rest } = options
    await uninstall(name, withoutCancellation(context), { ...rest, wait: true })
  } catch (failure) {
    throw wrapError(
      `an error occurred while uninstalling the release. original install error: ${failureText(error)}`,
      failure,
    )
  }
  throw wrapError(`release ${name} failed, and has been uninstalled due to rollback-on-failure being set`, error)
}
