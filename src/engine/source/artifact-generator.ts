import { encodeText, getString, isObject, type JsonObject, type JsonValue, rfc3339 } from '../../base/index.ts'
import {
  type ArtifactRequest,
  artifactRequests,
  fieldManagers,
  GeneratorSpecError,
  reasons,
  type SourceTree,
  stageArtifact,
  validateGenerator,
} from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { directoryHash, sha256Digest } from '../../source/index.ts'
import { type Artifact, artifactStatusOf, makeArtifact } from '../runtime/artifact-store.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ReconcileResult } from '../runtime/controller.ts'
import { ManagedObject } from '../runtime/managed-object.ts'

const finalizer = 'source.extensions.fluxcd.io/finalizer'
const generatorLabel = 'source.extensions.fluxcd.io/generator'
const disabledAnnotation = 'source.extensions.fluxcd.io/reconcile'
const sourceApi = 'source.toolkit.fluxcd.io/v1'
const inProgress = 'Reconciliation in progress'
const hour = 3_600_000

interface ObservedSource {
  readonly tree: SourceTree
  readonly revision: string
  readonly originRevision: string | undefined
  readonly digest: string
}

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
    await removeArtifacts(context, inventoryOf(object))
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
  if (await isUpToDate(context, object, digest)) return { after: context.jittered(hour) }
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
  await removeArtifacts(
    context,
    before.filter(({ name, namespace }) => !kept.has(`${namespace}/${name}`)),
  )
  object.setStatus(
    'inventory',
    entries.map((entry): JsonObject => ({ ...entry })),
  )
  object.setStatus('observedSourcesDigest', digest)
  object.mark('Ready', 'True', reasons.succeeded, `reconciliation succeeded, generated ${entries.length} artifact(s)`)
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

interface InventoryEntry {
  readonly name: string
  readonly namespace: string
  readonly digest: string
  readonly filename: string
}

function inventoryOf(object: ManagedObject): InventoryEntry[] {
  const list = object.status['inventory']
  if (!Array.isArray(list)) return []
  return list.filter(isObject).map((one) => ({
    name: getString(one, 'name') ?? '',
    namespace: getString(one, 'namespace') ?? '',
    digest: getString(one, 'digest') ?? '',
    filename: getString(one, 'filename') ?? '',
  }))
}

async function isUpToDate(context: EngineContext, object: ManagedObject, digest: string): Promise<boolean> {
  const ready = object.condition('Ready')
  if (ready?.status !== 'True' || ready.observedGeneration !== object.generation) return false
  if (object.status['observedSourcesDigest'] !== digest) return false
  const inventory = inventoryOf(object)
  if (inventory.some((one) => context.artifacts.of(ownerOf(one))?.digest !== one.digest)) return false
  const list = await context.client.list(
    { apiVersion: sourceApi, kind: 'ExternalArtifact' },
    { namespace: object.namespace, labelSelector: `${generatorLabel}=${uidOf(object)}` },
  )
  const digests = new Map(inventory.map((one) => [one.name, one.digest]))
  return (
    list.items.length === inventory.length &&
    list.items.every((one) => artifactStatusOf(one)?.digest === digests.get(one.metadata.name))
  )
}

async function publishAll(
  context: EngineContext,
  object: ManagedObject,
  { requests, sources }: { requests: readonly ArtifactRequest[]; sources: ReadonlyMap<string, ObservedSource> },
): Promise<{ entries: InventoryEntry[] } | { error: Error }> {
  const trees = new Map([...sources].map(([alias, one]) => [alias, one.tree]))
  const entries: InventoryEntry[] = []
  const fail = (reason: string, message: string): { error: Error } => {
    object.mark('Ready', 'False', reason, message)
    context.watcherEvents.record(object.object, { type: 'Warning', reason, message })
    return { error: new Error(message) }
  }
  for (const request of requests) {
    let artifact: Artifact
    try {
      artifact = makeArtifact(stageArtifact(request.copy, trees).files())
    } catch (error) {
      return fail(reasons.buildFailed, `${request.name} build failed: ${messageOf(error)}`)
    }
    try {
      entries.push(await publish(context, object, { request, artifact, sources }))
    } catch (error) {
      return fail(reasons.reconciliationFailed, `${request.name} reconcile failed: ${messageOf(error)}`)
    }
  }
  return { entries }
}

async function publish(
  context: EngineContext,
  object: ManagedObject,
  {
    request,
    artifact,
    sources,
  }: { request: ArtifactRequest; artifact: Artifact; sources: ReadonlyMap<string, ObservedSource> },
): Promise<InventoryEntry> {
  const filename = `${directoryHash(request.name, artifact.files)}.tar.gz`
  const entry = { name: request.name, namespace: object.namespace, digest: artifact.digest, filename }
  const options = { fieldManager: fieldManagers.sourceWatcher, force: true }
  const applied = await context.client.apply(externalArtifact(object, request), options)
  const before = context.artifacts.of(ownerOf(entry))
  if (before !== undefined && before.digest !== artifact.digest) context.onReplace(ownerOf(entry), before, artifact)
  context.artifacts.put(ownerOf(entry), artifact)
  const status = externalStatus(context, { entry, request, artifact, sources, applied })
  if (artifactStatusOf(applied)?.digest === artifact.digest && hasRevision(applied, status)) {
    context.onArtifact('ExternalArtifact', applied)
  } else {
    const metadata = { name: entry.name, namespace: entry.namespace }
    const body: KubeObject = { apiVersion: sourceApi, kind: 'ExternalArtifact', metadata, status }
    await context.client.apply(body, { ...options, subresource: 'status' })
  }
  return entry
}

function hasRevision(applied: KubeObject, status: JsonObject): boolean {
  return artifactStatusOf(applied)?.revision === getString(status, 'artifact', 'revision')
}

function externalArtifact(object: ManagedObject, request: ArtifactRequest): KubeObject {
  const common = object.spec['commonMetadata']
  const add = isObject(common) ? common : {}
  const annotations: JsonValue | undefined = add['annotations']
  const labels = isObject(add['labels']) ? add['labels'] : {}
  return {
    apiVersion: sourceApi,
    kind: 'ExternalArtifact',
    metadata: {
      name: request.name,
      namespace: object.namespace,
      labels: {
        ...labels,
        ...request.labels,
        'app.kubernetes.io/managed-by': 'source-watcher',
        [generatorLabel]: uidOf(object),
      },
      ...(isObject(annotations) && Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    spec: {
      sourceRef: {
        apiVersion: object.object.apiVersion,
        kind: object.object.kind,
        name: object.name,
        namespace: object.namespace,
      },
    },
  }
}

function externalStatus(
  context: EngineContext,
  made: {
    readonly entry: InventoryEntry
    readonly request: ArtifactRequest
    readonly artifact: Artifact
    readonly sources: ReadonlyMap<string, ObservedSource>
    readonly applied: KubeObject
  },
): JsonObject {
  const { entry, request, artifact, sources, applied } = made
  const now = rfc3339(context.clock.now())
  const path = `externalartifact/${entry.namespace}/${entry.name}/${entry.filename}`
  const from = sources.get(request.revision.replace(/^@/, ''))
  const origin = request.originRevision === '' ? undefined : sources.get(request.originRevision.replace(/^@/, ''))
  const generation = applied.metadata['generation']
  return {
    artifact: {
      digest: artifact.digest,
      lastUpdateTime: now,
      ...(origin === undefined
        ? {}
        : { metadata: { 'org.opencontainers.image.revision': origin.originRevision ?? origin.revision } }),
      path,
      revision: from?.revision ?? `latest@${artifact.digest}`,
      size: artifact.size,
      url: `http://source-watcher.flux-system.svc.cluster.local./${path}`,
    },
    conditions: [
      {
        lastTransitionTime: now,
        message: 'Artifact is ready',
        observedGeneration: typeof generation === 'number' ? generation : 1,
        reason: reasons.succeeded,
        status: 'True',
        type: 'Ready',
      },
    ],
  }
}

async function removeArtifacts(context: EngineContext, entries: readonly InventoryEntry[]): Promise<void> {
  for (const entry of entries) {
    context.artifacts.remove(ownerOf(entry))
    try {
      const { name, namespace } = entry
      await context.client.delete({ apiVersion: sourceApi, kind: 'ExternalArtifact', name, namespace })
    } catch (error) {
      context.log('error', `failed to delete ExternalArtifact ${entry.namespace}/${entry.name}: ${messageOf(error)}`)
    }
  }
}

function ownerOf(entry: { readonly name: string; readonly namespace: string }): string {
  return `ExternalArtifact/${entry.namespace}/${entry.name}`
}

function uidOf(object: ManagedObject): string {
  const uid = object.object.metadata['uid']
  return typeof uid === 'string' ? uid : ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
