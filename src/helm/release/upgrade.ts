import { getIn, isObject } from '../../base/index.ts'
import type { GoMap } from '../../gotemplate/index.ts'
import type { Chart } from '../chart.ts'
import { copyValue } from '../functions/table.ts'
import { coalesceTables, coalesceValues } from '../values.ts'
import { deleteAll, updateAll } from './apply.ts'
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
  requireName,
  storageOf,
  timestamp,
  waitContext,
  withoutCancellation,
} from './context.ts'
import { joinErrors, ReleaseError, wrapError } from './errors.ts'
import { runHooks } from './hooks.ts'
import { hookRecord, isPending, type ReleaseRecord, superseded, withStatus } from './record.ts'
import { adoptable, buildResources, isSameObject, type Resource, withOwner } from './resources.ts'
import { rollback } from './rollback.ts'
import { checkLabels } from './secret.ts'
import type { ReleaseStorage } from './storage.ts'
import { waitForCurrent } from './wait.ts'

export interface UpgradeOptions extends ApplyingOptions {
  /** No values mean no values; otherwise they mean those of the release (`--reset-values`). */
  readonly resetValues?: boolean
  /** The values given go over those of the release, and both over the defaults that its chart had. */
  readonly reuseValues?: boolean
  /** The values given go over those of the release, and both over the defaults of the new chart. */
  readonly resetThenReuseValues?: boolean
  readonly takeOwnership?: boolean
  /** Delete what a failed upgrade has made. */
  readonly cleanupOnFail?: boolean
  /** Roll back to the last revision that was deployed. */
  readonly rollbackOnFailure?: boolean
  /** Added to the release's labels; the value `null` takes one away. */
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * Replaces a release's objects by those of another chart or other values.
 * Source: Helm 4.1 pkg/action/upgrade.go.
 * @throws ReleaseError (`NoDeployed`, `Pending`, `Conflict`, …), HelmError, KubeError; what failed is stored as `failed`
 */
export async function upgrade(
  name: string,
  input: { readonly chart: Chart; readonly values: GoMap },
  context: ReleaseContext,
  options: UpgradeOptions = {},
): Promise<ReleaseRecord> {
  requireName(name, 'release name is invalid')
  const storage = storageOf(context)
  const { last, current } = await findCurrent(name, storage)
  const next = await prepare({ last, current, ...input }, context, options)
  const planned = await plan(current, next, context, options)
  if (options.dryRun === true) return dryRunOf(next, options.description)
  await storage.create(next, options.maxHistory ?? defaultMaxHistory)
  const release = new LiveRelease(storage, next)
  const created: Resource[] = []
  try {
    await perform(release, { ...planned, current, created }, context, options)
  } catch (error) {
    return await fail(release, { error, created }, context, options)
  }
  await storage.update(superseded(current)).catch(() => undefined)
  release.set(withStatus(release.record, 'deployed', options.description ?? 'Upgrade complete'))
  await release.save()
  return release.record
}

/** The last revision, and the one whose objects are in the cluster. @throws ReleaseError `NoDeployed` or `Pending` */
async function findCurrent(
  name: string,
  storage: ReleaseStorage,
): Promise<{ readonly last: ReleaseRecord; readonly current: ReleaseRecord }> {
  const last = (await storage.history(name)).at(-1)
  const none = new ReleaseError('NoDeployed', `"${name}" has no deployed releases`)
  if (last === undefined) throw none
  const { status } = last.info
  if (isPending(status))
    throw new ReleaseError('Pending', 'another operation (install/upgrade/rollback) is in progress')
  if (status === 'deployed') return { last, current: last }
  const deployed = (await storage.deployed(name))[0]
  if (deployed !== undefined) return { last, current: deployed }
  if (status === 'failed' || status === 'superseded') return { last, current: last }
  throw none
}

async function prepare(
  given: {
    readonly last: ReleaseRecord
    readonly current: ReleaseRecord
    readonly chart: Chart
    readonly values: GoMap
  },
  context: ReleaseContext,
  options: UpgradeOptions,
): Promise<ReleaseRecord> {
  const { last, current } = given
  const { chart, values } = reusedValues(given, options)
  const version = last.version + 1
  const rendered = await renderFor(context, {
    chart,
    values,
    release: { name: last.name, namespace: current.namespace, revision: version, isUpgrade: true },
  })
  checkLabels(options.labels ?? {})
  const labels = Object.entries({ ...last.labels, ...options.labels }).filter(([, value]) => value !== 'null')
  return {
    name: last.name,
    namespace: current.namespace,
    version,
    info: {
      ...(current.info.firstDeployed === undefined ? {} : { firstDeployed: current.info.firstDeployed }),
      lastDeployed: timestamp(context.clock),
      description: 'Preparing upgrade',
      status: 'pending-upgrade',
      notes: rendered.notes,
    },
    chart: chartToJson(chart, values),
    config: valuesToJson(values),
    manifest: manifestText(rendered),
    hooks: rendered.hooks.map(hookRecord),
    labels: Object.fromEntries(labels),
    applyMethod: 'ssa',
  }
}

/** The values of an upgrade, and the chart, whose defaults are the old ones where those are to be reused. */
function reusedValues(
  { current, chart, values }: { readonly current: ReleaseRecord; readonly chart: Chart; readonly values: GoMap },
  options: UpgradeOptions,
): { readonly chart: Chart; readonly values: GoMap } {
  if (options.resetValues === true) return { chart, values }
  const config = current.config as GoMap
  const merged = (): GoMap => coalesceTables(copyValue(values) as GoMap, copyValue(config) as GoMap, false)
  if (options.reuseValues === true) {
    const old = getIn(current.chart, ['values'])
    const defaults = coalesceValues({ ...chart, values: isObject(old) ? (old as GoMap) : {}, dependencies: [] }, config)
    return { chart: { ...chart, values: defaults }, values: merged() }
  }
  if (options.resetThenReuseValues === true) return { chart, values: merged() }
  return { chart, values: Object.keys(values).length === 0 ? config : values }
}

interface Planned {
  readonly originals: readonly Resource[]
  readonly targets: readonly Resource[]
}

async function plan(
  current: ReleaseRecord,
  next: ReleaseRecord,
  context: ReleaseContext,
  options: UpgradeOptions,
): Promise<Planned> {
  const { name, namespace } = next
  const targets = withOwner(await buildResources(context.client, next.manifest, namespace), name, namespace)
  let originals: Resource[]
  try {
    originals = await buildResources(context.client, current.manifest, namespace)
  } catch (error) {
    throw wrapError('unable to build kubernetes objects from current release manifest', error)
  }
  // A version that changed makes an object new to this check, as upstream.
  const added = targets.filter(
    (target) =>
      !originals.some(
        (original) => isSameObject(original, target) && original.ref.apiVersion === target.ref.apiVersion,
      ),
  )
  try {
    const takeOwnership = options.takeOwnership === true
    const adopted = await adoptable(context.client, added, { name, namespace, takeOwnership })
    return { originals: [...originals, ...adopted], targets }
  } catch (error) {
    throw wrapError('unable to continue with update', error)
  }
}

async function perform(
  release: LiveRelease,
  planned: Planned & { readonly current: ReleaseRecord; readonly created: Resource[] },
  context: ReleaseContext,
  options: UpgradeOptions,
): Promise<void> {
  const hooks = async (event: 'pre-upgrade' | 'post-upgrade'): Promise<void> => {
    if (options.disableHooks === true) return
    try {
      await runHooks(release, event, context, options)
    } catch (error) {
      throw wrapError(`${event} hooks failed`, error)
    }
  }
  await hooks('pre-upgrade')
  await updateAll(planned.originals, planned.targets, applyContext(context, options.forceConflicts), {
    upgradeFieldManager: planned.current.applyMethod !== 'ssa',
    onCreate: (resource) => planned.created.push(resource),
  })
  if (options.wait === true || options.rollbackOnFailure === true)
    await waitForCurrent(planned.targets, options.waitForJobs === true, waitContext(context, options.timeout))
  await hooks('post-upgrade')
}

async function fail(
  release: LiveRelease,
  failure: { readonly error: unknown; readonly created: readonly Resource[] },
  context: ReleaseContext,
  options: UpgradeOptions,
): Promise<never> {
  const { error, created } = failure
  const { name } = release.record
  const original = `original upgrade error: ${failureText(error)}`
  release.set(withStatus(release.record, 'failed', `Upgrade "${name}" failed: ${failureText(error)}`))
  await release.trySave()
  if (options.cleanupOnFail === true) {
    const errors = await deleteAll(context.client, created)
    if (errors.length > 0)
      throw wrapError(
        `an error occurred while cleaning up resources. ${original}: unable to cleanup resources`,
        joinErrors(errors, ', '),
      )
  }
  if (options.rollbackOnFailure !== true) throw error
  const good = (await storageOf(context).history(name)).findLast(
    ({ info }) => info.status === 'superseded' || info.status === 'deployed',
  )
  if (good === undefined)
    throw wrapError('unable to find a previously successful release when attempting to rollback', error)
  try {
    const { description: _, labels: __, ...rest } = options
    await rollback(name, good.version, withoutCancellation(context), { ...rest, wait: true })
  } catch (again) {
    throw wrapError(`an error occurred while rolling back the release. ${original}`, again)
  }
  throw wrapError(`release ${name} failed, and has been rolled back due to rollback-on-failure being set`, error)
}
