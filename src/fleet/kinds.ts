import type { ObjectRef } from '../base/index.ts'

/** True for Flux's Kustomization in any version; kustomize's own file kind has another group. */
export function isFluxKustomization(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): boolean {
  return ref.kind === 'Kustomization' && ref.apiVersion.startsWith('kustomize.toolkit.fluxcd.io/')
}

/** True for what kustomize reads from `kustomization.yaml`. */
export function isKustomizeFileKind(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): boolean {
  return ref.apiVersion.startsWith('kustomize.config.k8s.io/')
}

/** True for the kinds of source-controller and source-watcher. */
export function isFluxSource(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): boolean {
  return ref.apiVersion.startsWith('source.toolkit.fluxcd.io/')
}

const kustomizeNames: ReadonlySet<string> = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])

/** True for the file names that kustomize looks for in a directory. */
export function isKustomizeFileName(name: string): boolean {
  return kustomizeNames.has(name)
}

/** A string that names an object whatever its version: `group/Kind/namespace/name`. */
export function objectKey(ref: ObjectRef): string {
  const slash = ref.apiVersion.indexOf('/')
  const group = slash < 0 ? '' : ref.apiVersion.slice(0, slash)
  return `${group}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`
}
