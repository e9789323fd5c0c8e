import { getString, type JsonObject, type Location, type ObjectRef } from '../../base/index.ts'
import { type BuiltObject, fluxGroups } from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { objectKey } from '../kinds.ts'
import { rangeAt } from '../node.ts'
import type { Fleet, LocatedObject } from '../types.ts'

/** A HelmRelease as it ends up in a cluster. */
export interface FleetRelease {
  /** `<cluster>/<namespace>/<name>`; the cluster is `-` for one that nothing reaches. */
  readonly id: string
  readonly cluster: string
  readonly ref: ObjectRef
  readonly object: KubeObject
  /** Id of the Kustomization that applies it; `undefined` for one that nothing reaches. */
  readonly owner: string | undefined
  /** Where a field is written; without a path the document. */
  locate(path?: readonly (string | number)[]): Location | undefined
}

/** The HelmReleases of every cluster in the order in which they are applied, then those that nothing reaches. */
export function listReleases(fleet: Fleet): FleetRelease[] {
  const out: FleetRelease[] = []
  for (const { name: cluster } of fleet.clusters()) {
    for (const { ref, owners } of fleet.clusterObjects(cluster).values()) {
      const [first] = owners
      if (first === undefined || !isHelmRelease(ref)) continue
      out.push(reached(fleet, cluster, { owner: first.owner, rendered: first.rendered, ref }))
    }
  }
  for (const located of fleet.objects()) {
    if (!isHelmRelease(located.ref) || (fleet.fileRole(located.path) ?? 'resource') !== 'resource') continue
    if (fleet.effective(located).length === 0 && isNamed(located.object)) out.push(unreached(located))
  }
  return out
}

function isHelmRelease(ref: ObjectRef): boolean {
  return ref.kind === 'HelmRelease' && ref.apiVersion.startsWith(`${fluxGroups.helm}/`)
}

function isNamed(object: JsonObject): object is KubeObject {
  return getString(object, 'metadata', 'name') !== undefined
}

function reached(
  fleet: Fleet,
  cluster: string,
  { owner, rendered, ref }: { readonly owner: string; readonly rendered: BuiltObject; readonly ref: ObjectRef },
): FleetRelease {
  return {
    id: `${cluster}/${ref.namespace ?? ''}/${ref.name}`,
    cluster,
    ref,
    object: rendered.object,
    owner,
    locate: (path = []) => {
      const origin = rendered.origins[0]
      if (path.length > 0) return fleet.fieldLocation(rendered, path)
      return fleet.declarationOf(ref, cluster) ?? (origin === undefined ? undefined : fleet.originLocation(origin))
    },
  }
}

function unreached(located: LocatedObject): FleetRelease {
  const { ref, path, range, root } = located
  return {
    id: `-/${ref.namespace ?? ''}/${ref.name}`,
    cluster: '-',
    ref,
    object: located.object as KubeObject,
    owner: undefined,
    locate: (field = []) => ({ path, range: field.length === 0 ? range : rangeAt(root, field) }),
  }
}

/** Finds objects of the cluster that a release belongs to; of the files as written for one that nothing reaches. */
export function findObject(fleet: Fleet, cluster: string, ref: ObjectRef): KubeObject | undefined {
  const key = objectKey(ref)
  if (cluster !== '-') {
    const owned = fleet.clusterObjects(cluster).get(key)?.owners[0]
    if (owned !== undefined) return owned.rendered.object
    return fleet.sources().find((source) => source.cluster === cluster && objectKey(source.ref) === key)?.object
  }
  const withoutNamespace = objectKey({ apiVersion: ref.apiVersion, kind: ref.kind, name: ref.name })
  const written = fleet.objects()
  const found =
    written.find((located) => objectKey(located.ref) === key) ??
    written.find((located) => objectKey(located.ref) === withoutNamespace)
  return found === undefined || !isNamed(found.object) ? undefined : found.object
}
