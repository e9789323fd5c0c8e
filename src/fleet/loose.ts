import { getString, type ObjectRef } from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { secureJoin } from './artifact-root.ts'
import { isFluxKustomization, isFluxSource } from './kinds.ts'
import type { FileRole } from './kustomize-files.ts'
import type { FleetKustomization, FleetSource, LocatedObject } from './types.ts'
import { sourceRefOf } from './walk.ts'

/** What nothing reaches, as written: the documents that are in no build and no patch of one. */
export interface LooseInput {
  readonly objects: readonly LocatedObject[]
  readonly roles: ReadonlyMap<string, FileRole>
  readonly isReached: (object: LocatedObject) => boolean
  readonly isDirectory: (path: string) => boolean
}

/** Flux Kustomizations that are written somewhere and that no cluster reaches. */
export function looseKustomizations(input: LooseInput): FleetKustomization[] {
  return looseObjects(input, isFluxKustomization).map((located) => {
    const object = located.object as KubeObject
    const path = secureJoin('', getString(object, 'spec', 'path') ?? '')
    const ref = sourceRefOf(object)
    const isHere = ref?.kind !== 'ExternalArtifact' && input.isDirectory(path)
    return {
      id: looseId(located.ref, located),
      cluster: '-',
      ref: located.ref,
      object,
      source: isHere ? { type: 'directory', dir: '.', ref } : { type: 'missing', ref },
      path,
      directory: isHere ? path : undefined,
      parent: undefined,
      declared: { path: located.path, range: located.range },
    }
  })
}

/** Sources that are written somewhere and that no cluster reaches. */
export function looseSources(input: LooseInput): FleetSource[] {
  return looseObjects(input, isFluxSource).map((located) => ({
    id: `-/${located.ref.kind}/${located.ref.namespace ?? ''}/${located.ref.name}@${located.path}#${located.document}`,
    cluster: '-',
    ref: located.ref,
    object: located.object as KubeObject,
    url: getString(located.object, 'spec', 'url'),
    directory: undefined,
    declared: { path: located.path, range: located.range },
    owner: undefined,
  }))
}

function looseObjects(input: LooseInput, matches: (ref: ObjectRef) => boolean): LocatedObject[] {
  return input.objects.filter(
    (located) =>
      matches(located.ref) &&
      located.ref.name !== '' &&
      !isPartial(input.roles.get(located.path)) &&
      !input.isReached(located),
  )
}

function isPartial(role: FileRole | undefined): boolean {
  return role !== undefined && role !== 'resource'
}

function looseId(ref: ObjectRef, located: LocatedObject): string {
  return `-/${ref.namespace ?? ''}/${ref.name}@${located.path}#${located.document}`
}
