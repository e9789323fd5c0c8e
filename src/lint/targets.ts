import type { Fix, ObjectRef, TextRange } from '../base/index.ts'
import { type Fleet, objectKey, type Reference } from '../fleet/index.ts'
import { closest } from './suggest.ts'

/** What exists in one cluster that a reference can lead to. */
export class TargetIndex {
  readonly #keys = new Set<string>()
  readonly #names = new Map<string, Set<string>>()

  constructor(fleet: Fleet, cluster: string) {
    for (const { ref } of fleet.clusterObjects(cluster).values()) this.#add(ref)
    for (const source of fleet.sources()) if (source.cluster === cluster) this.#add(source.ref)
    for (const kustomization of fleet.kustomizations()) {
      if (kustomization.cluster !== cluster) continue
      this.#add(kustomization.ref)
      // The name of an artifact can depend on files (`pathPattern`); what was found exists.
      if (kustomization.source.type === 'generated') this.#add(kustomization.source.ref)
    }
    for (const { ref, owners } of fleet.clusterObjects(cluster).values()) {
      if (ref.kind !== 'ArtifactGenerator') continue
      for (const name of artifactNames(owners[0]!.rendered.object)) {
        this.#add({
          apiVersion: 'source.toolkit.fluxcd.io/v1',
          kind: 'ExternalArtifact',
          name,
          ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
        })
      }
    }
  }

  has(ref: ObjectRef): boolean {
    return this.#keys.has(objectKey(ref))
  }

  /** The object of the same kind and namespace whose name is closest. */
  closestName(ref: ObjectRef): string | undefined {
    return closest(ref.name, this.#names.get(objectKey({ ...ref, name: '' })) ?? [])
  }

  /** Names of the same kind and namespace. */
  namesLike(ref: ObjectRef): ReadonlySet<string> {
    return this.#names.get(objectKey({ ...ref, name: '' })) ?? new Set()
  }

  #add(ref: ObjectRef): void {
    this.#keys.add(objectKey(ref))
    const group = objectKey({ ...ref, name: '' })
    const names = this.#names.get(group) ?? new Set()
    names.add(ref.name)
    this.#names.set(group, names)
  }
}

function artifactNames(object: { readonly [key: string]: unknown }): string[] {
  const spec = object['spec'] as { artifacts?: unknown } | undefined
  if (!Array.isArray(spec?.artifacts)) return []
  return spec.artifacts.flatMap((artifact: unknown) => {
    const name = (artifact as { name?: unknown } | null)?.name
    return typeof name === 'string' ? [name] : []
  })
}

/** `Kind/namespace/name` for messages. */
export function showRef(ref: ObjectRef): string {
  return `${ref.kind}/${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`
}

/** An edit that writes another name in place of the one at a range. */
export function replaceFix(path: string, range: TextRange, newText: string): Fix {
  return { title: `Change to "${newText}"`, edits: [{ path, range, newText }] }
}

/** References of one cluster whose names are known: those with variables cannot be followed. */
export function knownReferences(fleet: Fleet, cluster: string, roles: readonly Reference['role'][]): Reference[] {
  return fleet
    .allReferences(cluster)
    .filter(
      (reference) => roles.includes(reference.role) && !`${reference.to.name}${reference.to.namespace}`.includes('${'),
    )
}

/** True when objects can come into a cluster that no file shows: ResourceSets make them. */
export function hasHiddenObjects(fleet: Fleet, cluster: string): boolean {
  for (const { ref } of fleet.clusterObjects(cluster).values()) if (ref.kind === 'ResourceSet') return true
  return false
}

/** Names the cluster that a Kustomization's objects go to: '' for its own, else where its kubeConfig leads. */
export function destinationOf(fleet: Fleet, owner: string): string {
  const object = fleet.kustomization(owner)?.object
  const spec = object?.['spec'] as { kubeConfig?: unknown } | undefined
  if (spec?.kubeConfig === undefined || spec.kubeConfig === null) return ''
  const namespace = object?.metadata['namespace']
  return `${typeof namespace === 'string' ? namespace : ''} ${JSON.stringify(spec.kubeConfig)}`
}
