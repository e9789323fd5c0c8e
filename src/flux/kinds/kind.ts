import type { ReferenceSpec } from '../reference.ts'

/** What a kind is to Flux: yields artifacts, applies objects, sends or takes notifications, scans images. */
export type FluxRole = 'source' | 'applier' | 'notification' | 'image' | 'other'

/** One kind that Flux 2.9 (or a companion) serves. */
export interface FluxKind {
  readonly group: string
  /** The one version that Flux 2.9 serves. */
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly shortNames: readonly string[]
  readonly role: FluxRole
  /** True when objects of the kind carry `status.artifact`. */
  readonly hasArtifact: boolean
  /** The controller that reconciles it; its name is the field manager and the event source. */
  readonly controller: string
  readonly references: readonly ReferenceSpec[]
}

/** The groups that the kinds live in. */
export const fluxGroups = {
  source: 'source.toolkit.fluxcd.io',
  sourceExtensions: 'source.extensions.fluxcd.io',
  kustomize: 'kustomize.toolkit.fluxcd.io',
  helm: 'helm.toolkit.fluxcd.io',
  notification: 'notification.toolkit.fluxcd.io',
  image: 'image.toolkit.fluxcd.io',
} as const
