import { fieldManagers, kustomizeAnnotations } from '../../flux/index.ts'
import type { IgnoreRule, ManagerSelector } from '../../kube/index.ts'

/** Labels or annotations of which any one must match. */
export type MetadataPairs = Readonly<Record<string, string>>

/** What earlier tools left on an object and what is to go (fluxcd/pkg ssa `ApplyCleanupOptions`). */
export interface CleanupPolicy {
  readonly annotations: readonly string[]
  readonly labels: readonly string[]
  /** Managers whose fields the engine takes over. */
  readonly fieldManagers: readonly ManagerSelector[]
  /** Objects that are not cleaned. */
  readonly exclusions: MetadataPairs
}

/** How objects are applied (fluxcd/pkg ssa `ApplyOptions`). */
export interface ApplyPolicy {
  /** Recreate an object where an immutable field changes. */
  readonly force: boolean
  /** The same for objects with one of these. */
  readonly forceSelector: MetadataPairs
  /** Objects that are skipped. */
  readonly exclusionSelector: MetadataPairs
  /** Objects that are only ever created. */
  readonly ifNotPresentSelector: MetadataPairs
  readonly cleanup: CleanupPolicy
  /** `group/Kind` of what is applied after the classes and before the rest. */
  readonly customStageKinds: ReadonlySet<string>
  /** Fields that others may set. */
  readonly ignoreRules: readonly IgnoreRule[]
  /** Rewrite the API version of managed fields before an apply. */
  readonly migrateApiVersion: boolean
}

/** Which objects prune and finalization leave alone. */
export const keptFromDeletion: MetadataPairs = {
  [kustomizeAnnotations.prune]: 'disabled',
  [kustomizeAnnotations.reconcile]: 'disabled',
  [kustomizeAnnotations.ssa]: 'Ignore',
}

/** Applies everything, takes nothing over. */
export const plainPolicy: ApplyPolicy = {
  force: false,
  forceSelector: {},
  exclusionSelector: {},
  ifNotPresentSelector: {},
  cleanup: { annotations: [], labels: [], fieldManagers: [], exclusions: {} },
  customStageKinds: new Set(),
  ignoreRules: [],
  migrateApiVersion: false,
}

/** The policy of kustomize-controller (internal/controller `apply`). */
export function kustomizePolicy(spec: {
  readonly force: boolean
  readonly ignoreRules: readonly IgnoreRule[]
}): ApplyPolicy {
  const { reconcile, ssa, force } = kustomizeAnnotations
  return {
    ...plainPolicy,
    force: spec.force,
    forceSelector: { [force]: 'enabled' },
    exclusionSelector: { [reconcile]: 'disabled', [ssa]: 'Ignore' },
    ifNotPresentSelector: { [ssa]: 'IfNotPresent' },
    cleanup: {
      annotations: [
        'kubectl.kubernetes.io/last-applied-configuration',
        'kustomize.toolkit.fluxcd.io/checksum',
        'fluxcd.io/sync-checksum',
      ],
      labels: ['fluxcd.io/sync-gc-mark'],
      fieldManagers: [
        { name: 'kubectl', operation: 'Apply', exact: false },
        { name: 'kubectl', operation: 'Update', exact: false },
        { name: 'before-first-apply', operation: 'Update', exact: false },
        // The controller itself, before it used server-side apply.
        { name: fieldManagers.kustomizeController, operation: 'Update', exact: false },
      ],
      exclusions: { [ssa]: 'Merge' },
    },
    ignoreRules: spec.ignoreRules,
  }
}
