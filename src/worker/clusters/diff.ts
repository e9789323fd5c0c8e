import { type Cancellation, checkCancelled } from '../../base/index.ts'
import type { FleetKustomization, Rendered } from '../../fleet/index.ts'
import { fieldManagers, inventoryOf, inventoryRef, kustomizeAnnotations, ownerLabels } from '../../flux/index.ts'
import { type KubeClient, type KubeObject, refOf } from '../../kube/index.ts'
import { type DiffEntry, objectId } from '../../protocol/index.ts'
import { messageOf } from '../dispatch.ts'
import { comparableTexts } from './manifest.ts'

/** Requests in flight at a time. */
const parallel = 8

/**
 * What applying a Kustomization would change in a cluster, by server-side dry-run as kustomize-controller applies: same
 * field manager, same owner labels, forced. Objects that the cluster's inventory has and the build has not are deletions.
 */
export async function diffAgainst(
  client: KubeClient,
  kustomization: FleetKustomization,
  rendered: Rendered,
  cancellation: Cancellation,
): Promise<readonly DiffEntry[]> {
  const wanted = rendered.objects.map(({ object }) => owned(object, kustomization))
  const entries = await diffObjects(client, wanted, { fieldManager: fieldManagers.kustomizeController, cancellation })
  return [...entries, ...(await deletions(client, kustomization, wanted, cancellation))]
}

/** What applying objects under the name of a controller would change, each by itself. */
export async function diffObjects(
  client: KubeClient,
  wanted: readonly KubeObject[],
  { fieldManager, cancellation }: { readonly fieldManager: string; readonly cancellation: Cancellation },
): Promise<readonly DiffEntry[]> {
  const entries: DiffEntry[] = new Array(wanted.length)
  let next = 0
  async function lane(): Promise<void> {
    for (let i = next++; i < wanted.length; i = next++) {
      checkCancelled(cancellation)
      entries[i] = await diffOne(client, wanted[i]!, fieldManager)
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, wanted.length) }, lane))
  return entries
}

async function diffOne(client: KubeClient, object: KubeObject, fieldManager: string): Promise<DiffEntry> {
  const ref = refOf(object)
  try {
    const live = await client.get(ref)
    const merged = await client.apply(object, { fieldManager, force: true, dryRun: true })
    const texts = comparableTexts(live, merged)
    const change = live === undefined ? 'created' : texts.live === texts.merged ? 'unchanged' : 'changed'
    return { ref, change, ...texts, message: '' }
  } catch (error) {
    // The namespace or the definition may be part of this very build: then the object is new, whatever the server says.
    const { merged } = comparableTexts(undefined, object)
    const live = await client.get(ref).catch(() => undefined)
    if (live === undefined) return { ref, change: 'created', live: '', merged, message: messageOf(error) }
    return { ref, change: 'failed', live: comparableTexts(live, undefined).live, merged, message: messageOf(error) }
  }
}

async function deletions(
  client: KubeClient,
  kustomization: FleetKustomization,
  wanted: readonly KubeObject[],
  cancellation: Cancellation,
): Promise<readonly DiffEntry[]> {
  const live = await client.get(kustomization.ref).catch(() => undefined)
  const spec = kustomization.object['spec'] as { prune?: unknown } | undefined
  if (live === undefined || spec?.prune !== true) return []
  const kept = new Set(wanted.map((object) => objectId(refOf(object))))
  const entries: DiffEntry[] = []
  for (const entry of inventoryOf(live)) {
    checkCancelled(cancellation)
    const ref = inventoryRef(entry)
    if (ref === undefined || kept.has(objectId(ref))) continue
    const object = await client.get(ref).catch(() => undefined)
    if (object === undefined || isProtected(object)) continue
    entries.push({ ref, change: 'deleted', live: comparableTexts(object, undefined).live, merged: '', message: '' })
  }
  return entries
}

function isProtected(object: KubeObject): boolean {
  const { labels, annotations } = object.metadata as {
    labels?: Record<string, unknown>
    annotations?: Record<string, unknown>
  }
  return [labels, annotations].some((map) => map?.[kustomizeAnnotations.prune] === 'disabled')
}

/** The object as the controller sends it: with the labels that name its Kustomization. */
function owned(object: KubeObject, { ref }: FleetKustomization): KubeObject {
  const labels = object.metadata['labels'] as Record<string, string> | undefined
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, [ownerLabels.name]: ref.name, [ownerLabels.namespace]: ref.namespace ?? '' },
    },
  }
}
