import { type Cancellation, checkCancelled, isObject, type JsonValue } from '../../base/index.ts'
import type { RenderedRelease } from '../../fleet/releases/index.ts'
import { fieldManagers, type ReleaseSpec, readRelease } from '../../flux/index.ts'
import { type ReleaseRecord, ReleaseStorage } from '../../helm/index.ts'
import { nodeGzip, systemClock } from '../../host/index.ts'
import { gvkOf, type KubeClient, type KubeObject, refOf } from '../../kube/index.ts'
import { type DiffEntry, objectId } from '../../protocol/index.ts'
import { parseYaml } from '../../yaml/index.ts'
import { diffObjects } from './diff.ts'
import { comparableTexts } from './manifest.ts'

/**
 * What an upgrade of a HelmRelease would change in a cluster: its manifests by server-side dry-run as helm-controller 1.6
 * applies them, new definitions, and what the deployed revision has and the new one has not. Hooks are left out, since
 * they are made and removed by each run. Loaded on demand, with the Helm engine.
 */
export async function diffRelease(
  client: KubeClient,
  { release, objects }: RenderedRelease,
  cancellation: Cancellation,
): Promise<readonly DiffEntry[]> {
  const spec = readRelease(release.object)
  const wanted: KubeObject[] = []
  for (const { object, role } of objects) {
    checkCancelled(cancellation)
    if (role === 'manifest') wanted.push(owned(object, spec))
    else if (role === 'crd' && (await isInstalled(client, object, spec))) wanted.push(object)
  }
  const options = { fieldManager: fieldManagers.helmController, cancellation }
  return [...(await diffObjects(client, wanted, options)), ...(await deletions(client, spec, { wanted, cancellation }))]
}

/** Definitions are made where they are missing, and replaced only where the release says so. */
async function isInstalled(client: KubeClient, object: KubeObject, { crds }: ReleaseSpec): Promise<boolean> {
  return crds.upgrade === 'CreateReplace' || (await client.get(refOf(object))) === undefined
}

/** The marks by which Helm knows its own objects. Source: Helm 4.2 pkg/action/validate.go. */
function owned(object: KubeObject, { name, namespace }: ReleaseSpec): KubeObject {
  const { labels, annotations } = object.metadata as { labels?: JsonValue; annotations?: JsonValue }
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...(isObject(labels) ? labels : {}), 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...(isObject(annotations) ? annotations : {}),
        'meta.helm.sh/release-name': name,
        'meta.helm.sh/release-namespace': namespace,
      },
    },
  }
}

async function deletions(
  client: KubeClient,
  spec: ReleaseSpec,
  { wanted, cancellation }: { readonly wanted: readonly KubeObject[]; readonly cancellation: Cancellation },
): Promise<readonly DiffEntry[]> {
  const kept = new Set(wanted.map((object) => objectId(refOf(object))))
  const entries: DiffEntry[] = []
  for (const object of await deployedObjects(client, spec)) {
    checkCancelled(cancellation)
    const ref = refOf(object)
    if (kept.has(objectId(ref))) continue
    const live = await client.get(ref).catch(() => undefined)
    if (live === undefined || isKept(live)) continue
    entries.push({ ref, change: 'deleted', live: comparableTexts(live, undefined).live, merged: '', message: '' })
  }
  return entries
}

/** The objects of the revision that is deployed, as Helm stored them. */
async function deployedObjects(client: KubeClient, spec: ReleaseSpec): Promise<readonly KubeObject[]> {
  const { name, namespace, storageNamespace } = spec
  const storage = new ReleaseStorage({ client, namespace: storageNamespace, clock: systemClock, gzip: nodeGzip })
  const [deployed]: readonly ReleaseRecord[] = await storage.deployed(name)
  const out: KubeObject[] = []
  for (const value of deployed === undefined ? [] : parseYaml(deployed.manifest).value) {
    if (!isKubeObject(value)) continue
    const kind = await client.resourceFor(gvkOf(value))
    const isPlaced = kind?.namespaced !== true || typeof value.metadata['namespace'] === 'string'
    out.push(isPlaced ? value : { ...value, metadata: { ...value.metadata, namespace } })
  }
  return out
}

function isKubeObject(value: JsonValue): value is KubeObject {
  if (!isObject(value) || !isObject(value['metadata'])) return false
  const { apiVersion, kind, metadata } = value
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata['name'] === 'string'
}

/** What an upgrade leaves although it is no longer in the chart. */
function isKept({ metadata }: KubeObject): boolean {
  const annotations = metadata['annotations']
  return isObject(annotations) && annotations['helm.sh/resource-policy'] === 'keep'
}
