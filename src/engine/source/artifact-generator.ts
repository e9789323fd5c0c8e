import { encodeText, getString, isObject, type JsonObject } from '../../base/index.ts'
import {
  type ArtifactRequest,
  artifactRequests,
  fieldManagers,
  GeneratorSpecError,
  reasons,
  validateGenerator,
} from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { sha256Digest } from '../../source/index.ts'
import { artifactStatusOf } from '../runtime/artifact-store.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ReconcileResult } from '../runtime/controller.ts'
import { ManagedObject } from '../runtime/managed-object.ts'
import {
  type InventoryEntry,
  inventoryOf,
  type ObservedSource,
  ownerOf,
  publishAll,
  publishedBy,
  removeArtifacts,
  restoreArtifacts,
  sourceApi,
} from './external-artifact.ts'

const finalizer = 'source.extensions.fluxcd.io/finalizer'
const disabledAnnotation = 'source.extensions.fluxcd.io/reconcile'
const inProgress = 'Reconciliation in progress'
const hour = 3_600_000

/**
 * Reconciles an ArtifactGenerator as source-watcher 2.2 does: cuts and joins the artifacts of its sources and publishes
 * each result as an ExternalArtifact; those it no longer makes are deleted.
 */
export async function reconcileArtifactGenerator(context: EngineContext, read: KubeObject): Promise<ReconcileResult> {
  const { client, clock } = context
  const object = new ManagedObject(read, { client, now: () => clock.now(), fieldManager: fieldManagers.sourceWatcher })
  let result: ReconcileResult
  try {
    result = await decide(context, object)
  } finally {
    summarize(object)
    await object.patch()
  }
  return result
}

function summarize(object: ManagedObject): void {
  object.recordReconcileRequest()
  const ready = object.condition('Ready')
  const reconciling = object.condition('Reconciling')
  if (reconciling === undefined) return
  if (ready?.status === 'True' || object.condition('Stalled')?.status === 'True') object.deleteCondition('Reconciling')
  else if (ready?.status === 'False') {
    object.mark('Reconciling', 'True', reasons.progressingWithRetry, reconciling.message ?? '')
  }
}

async function decide(context: EngineContext, object: ManagedObject): Promise<ReconcileResult> {
  const disabled = object.annotations[disabledAnnotation]?.toLowerCase() === 'disabled'
  if (object.deleting) {
    const published = await publishedBy(context, object)
    await removeArtifacts(context, [...inventoryOf(object), ...published])
    object.removeFinalizer(finalizer)
    return {}
  }
  if (!object.finalizers.includes(finalizer)) {
    object.addFinalizer(finalizer)
    if (disabled) object.mark('Ready', 'True', 'ReconciliationDisabled', 'Initialized with reconciliation suspended')
    else {
      object.mark('Ready', 'Unknown', reasons.progressing, inProgress)
      object.markReconciling(reasons.progressing, inProgress)
    }
    return { requeue: true }
  }
  if (disabled) return {}
  const fault = validateGenerator(object.spec)
  if (fault !== undefined) return stall(context, object, { reason: 'ValidationFailed', message: fault })
  return generate(context, object)
}

/** A fault that only a change of the object can mend. */
function stall(
  context: EngineContext,
  object: ManagedObject,
  { reason, message }: { reason: string; message: string },
): ReconcileResult {
  object.mark('Ready', 'False', reason, message)
  object.markStalled(reason, message)
  context.watcherEvents.record(object.object, { type: 'Warning', reason, message })
  return {}
}

async function generate(context: EngineContext, object: ManagedObject): Promise<ReconcileResult> {
  const sources = await observeSources(context, object)
  if ('error' in sources) {
    const message = `get sources failed: ${sources.error}`
    object.mark('Ready', 'False', 'SourceFetchFailed', message)
    context.watcherEvents.record(object.object, { type: 'Warning', reason: 'SourceFetchFailed', message })
    return { after: context.dependencyInterval }
  }
  const digest = sourcesDigest(sources.value)
  const isKnown = await isPublished(context, object, digest)
  if (isKnown && inventoryOf(object).every((one) => context.artifacts.of(ownerOf(one))?.digest === one.digest)) {
    return { after: context.jittered(hour) }
  }
  // After a start only the files are missing: they are made again, and the cluster need not be told.
  if (isKnown && restoreArtifacts(context, object, sources.value)) return { after: context.jittered(hour) }
  object.deleteCondition('Stalled')
  object.markReconciling(reasons.progressing, inProgress)
  object.mark('Ready', 'Unknown', reasons.progressing, inProgress)
  await object.patch()
  let requests: ArtifactRequest[]
  try {
    requests = artifactRequests(object.spec, new Map([...sources.value].map(([alias, one]) => [alias, one.tree])))
  } catch (error) {
    if (!(error instanceof GeneratorSpecError)) throw error
    const message = `failed to expand path pattern: ${error.message}`
    return stall(context, object, { reason: reasons.buildFailed, message })
  }
  const published = await publishAll(context, object, { requests, sources: sources.value })
  if ('error' in published) return { error: published.error }
  return finish(context, object, { entries: published.entries, digest })
}

async function finish(
  context: EngineContext,
  object: ManagedObject,
  { entries, digest }: { entries: readonly InventoryEntry[]; digest: string },
): Promise<ReconcileResult> {
  const before = inventoryOf(object)
  const kept = new Set(entries.map(({ name, namespace }) => `${namespace}/${name}`))
  const published = await publishedBy(context, object)
  await removeArtifacts(
    context,
    [...before, ...published].filter(({ name, namespace }) => !kept.has(`${namespace}/${name}`)),
  )
  object.setStatus(
    'inventory',
    entries.map((entry): JsonObject => ({ ...entry })),
  )
  object.setStatus('observedSourcesDigest', digest)
  const succeeded = `reconciliation succeeded, generated ${entries.length} artifact(s)`
  object.mark('Ready', 'True', reasons.succeeded, succeeded)
  context.watcherEvents.record(object.object, { type: 'Normal', reason: 'Ready', message: succeeded, trace: true })
  const known = new Set(before.map((one) => `${one.namespace}/${one.name} (${one.digest})`))
  const changed = entries.map((one) => `${one.namespace}/${one.name} (${one.digest})`).filter((one) => !known.has(one))
  if (changed.length > 0) {
    const message = `external artifacts reconciled: ${changed.join('\n')}`
    context.watcherEvents.record(object.object, { type: 'Normal', reason: 'Ready', message })
  }
  return { after: context.jittered(hour) }
}

async function observeSources(
  context: EngineContext,
  object: ManagedObject,
): Promise<{ value: Map<string, ObservedSource> } | { error: string }> {
  const observed = new Map<string, ObservedSource>()
  const list = object.spec['sources']
  for (const source of Array.isArray(list) ? list.filter(isObject) : []) {
    const alias = getString(source, 'alias') ?? ''
    const kind = getString(source, 'kind') ?? ''
    const name = getString(source, 'name') ?? ''
    const given = getString(source, 'namespace') ?? ''
    const namespace = given === '' ? object.namespace : given
    const found = await context.client.get({ apiVersion: sourceApi, kind, name, namespace })
    if (found === undefined) return { error: `${kind}.source.toolkit.fluxcd.io "${name}" not found` }
    const status = artifactStatusOf(found)
    const artifact = context.artifacts.of(`${kind}/${namespace}/${name}`)
    if (status === undefined || artifact === undefined)
      return { error: `source '${kind}/${namespace}/${name}' is not ready` }
    observed.set(alias, {
      tree: artifact,
      revision: status.revision,
      originRevision: status.originRevision,
      digest: artifact.digest,
    })
  }
  return { value: observed }
}

/** A hash over what was seen of the sources, by which a later look tells whether anything has changed. */
function sourcesDigest(sources: ReadonlyMap<string, ObservedSource>): string {
  const lines = [...sources].map(([alias, one]) => `${alias} ${one.digest} ${one.revision} ${one.originRevision ?? ''}`)
  return sha256Digest(encodeText(lines.sort().join('\n')))
}

/** True when the cluster says that all that would be published has been, from these sources. */
async function isPublished(context: EngineContext, object: ManagedObject, digest: string): Promise<boolean> {
  const ready = object.condition('Ready')
  if (ready?.status !== 'True' || ready.observedGeneration !== object.generation) return false
  if (object.status['observedSourcesDigest'] !== digest) return false
  const inventory = inventoryOf(object)
  const published = await publishedBy(context, object)
  const digests = new Map(inventory.map((one) => [one.name, one.digest]))
  return published.length === inventory.length && published.every((one) => one.digest === digests.get(one.name))
}
