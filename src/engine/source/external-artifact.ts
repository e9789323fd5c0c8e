import { getString, isObject, type JsonObject, type JsonValue, rfc3339 } from '../../base/index.ts'
import {
  type ArtifactRequest,
  artifactRequests,
  fieldManagers,
  reasons,
  type SourceTree,
  stageArtifact,
} from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { directoryHash } from '../../source/index.ts'
import { type Artifact, artifactStatusOf, makeArtifact } from '../runtime/artifact-store.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ManagedObject } from '../runtime/managed-object.ts'

const generatorLabel = 'source.extensions.fluxcd.io/generator'
export const sourceApi = 'source.toolkit.fluxcd.io/v1'

/** A source as it was found. */
export interface ObservedSource {
  readonly tree: SourceTree
  readonly revision: string
  readonly originRevision: string | undefined
  readonly digest: string
}

/** One entry of an ArtifactGenerator's `status.inventory`. */
export interface InventoryEntry {
  readonly name: string
  readonly namespace: string
  readonly digest: string
  readonly filename: string
}

/** The artifacts that a generator has published. */
export function inventoryOf(object: ManagedObject): InventoryEntry[] {
  const list = object.status['inventory']
  if (!Array.isArray(list)) return []
  return list.filter(isObject).map((one) => ({
    name: getString(one, 'name') ?? '',
    namespace: getString(one, 'namespace') ?? '',
    digest: getString(one, 'digest') ?? '',
    filename: getString(one, 'filename') ?? '',
  }))
}

/** Makes the artifacts of the inventory again; false when one comes out differently. */
export function restoreArtifacts(
  context: EngineContext,
  object: ManagedObject,
  sources: ReadonlyMap<string, ObservedSource>,
): boolean {
  const inventory = new Map(inventoryOf(object).map((one) => [one.name, one]))
  const trees = new Map([...sources].map(([alias, one]) => [alias, one.tree]))
  const made: (readonly [InventoryEntry, Artifact])[] = []
  try {
    for (const request of artifactRequests(object.spec, trees)) {
      const entry = inventory.get(request.name)
      const artifact = makeArtifact(stageArtifact(request.copy, trees).files())
      if (entry?.digest !== artifact.digest) return false
      made.push([entry, artifact])
    }
  } catch {
    // What is wrong shows when they are made with a report.
    return false
  }
  if (made.length !== inventory.size) return false
  for (const [entry, artifact] of made) {
    context.artifacts.put(ownerOf(entry), artifact)
    const { name, namespace } = entry
    context.onArtifact('ExternalArtifact', {
      apiVersion: sourceApi,
      kind: 'ExternalArtifact',
      metadata: { name, namespace },
    })
  }
  return true
}

/** Publishes every artifact that is asked for; what went wrong is on the object. */
export async function publishAll(
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
    const revision = getString(status, 'artifact', 'revision') ?? ''
    const message = `ExternalArtifact/${entry.namespace}/${entry.name} reconciled with revision ${revision}`
    context.watcherEvents.record(object.object, { type: 'Normal', reason: 'Ready', message, trace: true })
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

/** What carries the label of a generator in the cluster: its inventory, and what a crash kept from getting into it. */
export async function publishedBy(
  context: EngineContext,
  object: ManagedObject,
): Promise<{ name: string; namespace: string; digest: string | undefined }[]> {
  const options = { namespace: object.namespace, labelSelector: `${generatorLabel}=${uidOf(object)}` }
  const { items } = await context.client.list({ apiVersion: sourceApi, kind: 'ExternalArtifact' }, options)
  return items.map((one) => ({
    name: one.metadata.name,
    namespace: object.namespace,
    digest: artifactStatusOf(one)?.digest,
  }))
}

/** Deletes what a generator has published. */
export async function removeArtifacts(
  context: EngineContext,
  entries: readonly { readonly name: string; readonly namespace: string }[],
): Promise<void> {
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

/** The name under which the store keeps a published artifact. */
export function ownerOf(entry: { readonly name: string; readonly namespace: string }): string {
  return `ExternalArtifact/${entry.namespace}/${entry.name}`
}

/** The uid by which published artifacts name their generator. */
function uidOf(object: ManagedObject): string {
  const uid = object.object.metadata['uid']
  return typeof uid === 'string' ? uid : ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
