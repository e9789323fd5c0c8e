import { formatMeta, type InventoryEntry, inventoryId, type ObjectMeta } from '../../flux/index.ts'

export type ChangeAction = 'created' | 'configured' | 'unchanged' | 'deleted' | 'skipped' | 'unknown'

/** What happened to one object (fluxcd/pkg ssa/changeset.go). */
export interface Change {
  readonly meta: ObjectMeta
  /** API version without the group. */
  readonly version: string
  readonly action: ChangeAction
}

/** `Kind/namespace/name action`, one a line, as events show changes. */
export function formatChanges(changes: readonly Change[]): string {
  return changes.map((change) => `${formatMeta(change.meta)} ${change.action}`).join('\n')
}

/** True for what really changed something. */
export function hasChanged(change: Change): boolean {
  return change.action !== 'skipped' && change.action !== 'unchanged'
}

/** The inventory that a set of changes leaves. */
export function inventoryOfChanges(changes: readonly Change[]): InventoryEntry[] {
  return changes.map((change) => ({ id: inventoryId(change.meta), v: change.version }))
}
