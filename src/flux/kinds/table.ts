import { apiVersionOf, type KubeObject, parseApiVersion } from '../../kube/index.ts'
import { collectReferences, type Reference } from '../reference.ts'
import { alertKind } from './alert.ts'
import { artifactGeneratorKind } from './artifact-generator.ts'
import { bucketKind } from './bucket.ts'
import { externalArtifactKind } from './external-artifact.ts'
import { gitRepositoryKind } from './git-repository.ts'
import { helmChartKind } from './helm-chart.ts'
import { helmReleaseKind } from './helm-release.ts'
import { helmRepositoryKind } from './helm-repository.ts'
import { imagePolicyKind } from './image-policy.ts'
import { imageRepositoryKind } from './image-repository.ts'
import { imageUpdateAutomationKind } from './image-update-automation.ts'
import type { FluxKind } from './kind.ts'
import { kustomizationKind } from './kustomization.ts'
import { ociRepositoryKind } from './oci-repository.ts'
import { providerKind } from './provider.ts'
import { receiverKind } from './receiver.ts'

/** Every kind of Flux 2.9: sources, then appliers, notifications, images. */
export const fluxKinds: readonly FluxKind[] = [
  gitRepositoryKind,
  ociRepositoryKind,
  bucketKind,
  helmRepositoryKind,
  helmChartKind,
  externalArtifactKind,
  artifactGeneratorKind,
  kustomizationKind,
  helmReleaseKind,
  alertKind,
  providerKind,
  receiverKind,
  imageRepositoryKind,
  imagePolicyKind,
  imageUpdateAutomationKind,
]

const byKind: ReadonlyMap<string, FluxKind> = new Map(fluxKinds.map((kind) => [kind.kind, kind]))

/**
 * The Flux kind of an object or reference, whatever its version; `undefined` for anything else. Without an apiVersion
 * the kind's name decides.
 */
export function fluxKindOf(ref: { readonly apiVersion?: string; readonly kind: string }): FluxKind | undefined {
  const kind = byKind.get(ref.kind)
  if (kind === undefined || ref.apiVersion === undefined || ref.apiVersion === '') return kind
  return parseApiVersion(ref.apiVersion).group === kind.group ? kind : undefined
}

/** The apiVersion that Flux 2.9 serves a kind under. */
export function fluxApiVersion(kind: FluxKind): string {
  return apiVersionOf(kind)
}

/**
 * What a Flux object refers to, in the order of its fields' table. Empty for other objects. Names that still hold
 * variables are given as they stand.
 */
export function referencesOf(object: KubeObject): Reference[] {
  const kind = fluxKindOf(object)
  return kind === undefined ? [] : collectReferences(object, kind.references, apiVersionByKind)
}

/** Where a reference gives a kind only: Flux kinds, core kinds, and the workloads of health checks. */
function apiVersionByKind(kind: string): string | undefined {
  const flux = byKind.get(kind)
  if (flux !== undefined) return apiVersionOf(flux)
  if (kind === 'Secret' || kind === 'ConfigMap' || kind === 'ServiceAccount') return 'v1'
  return 'apps/v1'
}
