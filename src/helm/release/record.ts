import type { JsonObject } from '../../base/index.ts'
import type { Hook } from '../manifests.ts'

/** Source: Helm 4.1 pkg/release/common/status.go. */
export type ReleaseStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback'

/** Source: Helm 4.1 pkg/release/v1/info.go. Times are RFC 3339; absent where Go has the zero time. */
export interface ReleaseInfo {
  readonly firstDeployed?: string
  readonly lastDeployed?: string
  readonly deleted?: string
  readonly description: string
  readonly status: ReleaseStatus
  readonly notes: string
}

export type HookPhase = '' | 'Unknown' | 'Running' | 'Succeeded' | 'Failed'

/** The last execution of a hook. */
export interface HookExecution {
  readonly startedAt?: string
  readonly completedAt?: string
  readonly phase: HookPhase
}

/** Source: Helm 4.1 pkg/release/v1/hook.go. */
export interface ReleaseHook {
  readonly name: string
  readonly kind: string
  readonly path: string
  readonly manifest: string
  readonly events: readonly string[]
  readonly lastRun: HookExecution
  readonly weight: number
  readonly deletePolicies: readonly string[]
  readonly outputLogPolicies: readonly string[]
}

/** One revision of a release. Source: Helm 4.1 pkg/release/v1/release.go. */
export interface ReleaseRecord {
  readonly name: string
  readonly namespace: string
  readonly version: number
  readonly info: ReleaseInfo
  /** The chart as Helm's JSON has it; kept as it is, so that a rollback stores what Helm stored. */
  readonly chart: JsonObject
  /** The user's values. */
  readonly config: JsonObject
  readonly manifest: string
  readonly hooks: readonly ReleaseHook[]
  /** The user's labels; they live on the Secret, not in the record. */
  readonly labels: Readonly<Record<string, string>>
  /** `""` comes from Helm 3 and means `csa`. */
  readonly applyMethod: '' | 'csa' | 'ssa'
}

/** True while an operation holds the release (Helm's `Status.IsPending`). */
export function isPending(status: ReleaseStatus): boolean {
  return status === 'pending-install' || status === 'pending-upgrade' || status === 'pending-rollback'
}

/** A rendered hook as a record keeps it, not run yet. */
export function hookRecord(hook: Hook): ReleaseHook {
  return {
    name: hook.name,
    kind: hook.kind,
    path: hook.path,
    manifest: hook.content,
    events: hook.events,
    lastRun: { phase: '' },
    weight: hook.weight,
    deletePolicies: hook.deletePolicies,
    outputLogPolicies: hook.outputLogPolicies,
  }
}

/** The record with another status and description. */
export function withStatus(record: ReleaseRecord, status: ReleaseStatus, description: string): ReleaseRecord {
  return { ...record, info: { ...record.info, status, description } }
}

/** A revision that another one took the place of. */
export function superseded(record: ReleaseRecord): ReleaseRecord {
  return { ...record, info: { ...record.info, status: 'superseded' } }
}
