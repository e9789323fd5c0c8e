import { basename, getString, type JsonObject, type ObjectRef } from '../../base/index.ts'
import type { Cluster, Fleet, FleetKustomization } from '../../fleet/index.ts'
import { fluxApiVersion, fluxKinds } from '../../flux/index.ts'
import type { KubeClient, KubeObject } from '../../kube/index.ts'
import type { SchemaRegistry } from '../../schema/index.ts'
import { UserError } from '../dispatch.ts'
import { readClone } from './clone.ts'

const fieldManager = 'fluxkit'

export interface BootstrapInput {
  readonly client: KubeClient
  readonly fleet: Fleet
  readonly registry: SchemaRegistry
  readonly cluster: Cluster
}

/**
 * Puts into a cluster what `flux bootstrap` would: the Flux kinds where they are missing, the namespace, and the source
 * and Kustomization of the entry point. Everything else follows from those. Doing it again changes nothing.
 * Rejects with `UserError` when the entry point reads from something else than a repository.
 */
export async function bootstrap(input: BootstrapInput): Promise<void> {
  const { client, fleet, cluster } = input
  const entry = fleet.kustomization(cluster.kustomizations[0] ?? '')
  if (entry === undefined) throw new UserError(`the entry point ${cluster.name} has no Kustomization to start from`)
  await installKinds(input)
  const namespace = entry.ref.namespace ?? 'flux-system'
  await put(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await put(client, entrySource(fleet, cluster, entry))
  await put(client, withoutStatus(entry.object))
}

/** Definitions that the server lacks; where Flux's are installed, in whatever version, they stay as they are. */
async function installKinds({ client, registry }: BootstrapInput): Promise<void> {
  const served = await client.resources()
  const groups = new Set(served.map(({ group, kind }) => `${group}/${kind}`))
  const missing = new Set(
    fluxKinds.filter(({ group, kind }) => !groups.has(`${group}/${kind}`)).map(({ kind }) => kind),
  )
  if (missing.size === 0) return
  const kindOf = (crd: JsonObject): string => getString(crd, 'spec', 'names', 'kind') ?? ''
  for (const crd of registry.crds()) if (missing.has(kindOf(crd))) await put(client, crd as unknown as KubeObject)
}

/** The source of the entry as declared; a bootstrap whose files are empty gets the clone's own remote. */
function entrySource(fleet: Fleet, cluster: Cluster, entry: FleetKustomization): KubeObject {
  const sourceRef = (entry.object['spec'] as JsonObject | undefined)?.['sourceRef']
  const kind = getString(sourceRef, 'kind') ?? 'GitRepository'
  const name = getString(sourceRef, 'name') ?? 'flux-system'
  const namespace = getString(sourceRef, 'namespace') ?? entry.ref.namespace ?? 'flux-system'
  const declared = fleet
    .sources()
    .find(({ cluster: owner, ref }) => owner === cluster.name && isSame(ref, { kind, name, namespace }))
  if (declared?.url !== undefined && declared.url !== '') {
    // What a FluxInstance says of its source has no interval; the operator gives it this one.
    const own = declared.object['spec'] as JsonObject
    return withoutStatus({ ...declared.object, spec: { interval: '1m0s', ...own } })
  }
  if (kind !== 'GitRepository') {
    throw new UserError(
      `${kind}/${namespace}/${name}, the source of ${cluster.name}, has no address and cannot be made up`,
    )
  }
  const root = cluster.artifactRoot === '.' ? fleet.root : `${fleet.root}/${cluster.artifactRoot}`
  const { url, branch } = readClone(fleet.fs, root)
  const spec = (declared?.object['spec'] ?? {}) as JsonObject
  return {
    apiVersion: fluxApiVersion(fluxKinds.find((each) => each.kind === kind)!),
    kind,
    metadata: { name, namespace },
    spec: {
      interval: '1m',
      ref: { branch: branch ?? 'main' },
      ...spec,
      url: url ?? `https://fluxkit.invalid/${encodeURIComponent(basename(root))}`,
    },
  }
}

function isSame(ref: ObjectRef, wanted: { kind: string; name: string; namespace: string }): boolean {
  return ref.kind === wanted.kind && ref.name === wanted.name && ref.namespace === wanted.namespace
}

function withoutStatus({ status: _, ...object }: KubeObject): KubeObject {
  return object as KubeObject
}

async function put(client: KubeClient, object: KubeObject): Promise<void> {
  await client.apply(object, { fieldManager, force: true })
}
