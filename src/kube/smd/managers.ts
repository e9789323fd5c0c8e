import { compareStrings } from '../../base/index.ts'
import { goQuote } from '../values/go-text.ts'
import { type FieldPath, pathText } from './element.ts'
import { FieldSet } from './field-set.ts'

/** What a manager owns, in which version's terms. */
export interface VersionedSet {
  readonly set: FieldSet
  readonly apiVersion: string
  /** True when it came by server-side apply. */
  readonly applied: boolean
}

/** By manager; treat as immutable. */
export type Managers = ReadonlyMap<string, VersionedSet>

/** What differs between two states: per manager the symmetric difference, or the right side's set in another version. */
export function managersDifference(left: Managers, right: Managers): Managers {
  const out = new Map<string, VersionedSet>()
  for (const [manager, before] of left) {
    const after = right.get(manager)
    if (after === undefined) {
      if (!before.set.empty) out.set(manager, before)
    } else if (before.apiVersion !== after.apiVersion) out.set(manager, after)
    else {
      const set = before.set.difference(after.set).union(after.set.difference(before.set))
      if (!set.empty) out.set(manager, { set, apiVersion: after.apiVersion, applied: false })
    }
  }
  for (const [manager, after] of right) if (!left.has(manager) && !after.set.empty) out.set(manager, after)
  return out
}

/** True when both sides own the same in the same versions and ways. */
export function managersEqual(left: Managers, right: Managers): boolean {
  if (left.size !== right.size) return false
  for (const [manager, before] of left) {
    const after = right.get(manager)
    if (after === undefined || before.apiVersion !== after.apiVersion || before.applied !== after.applied) return false
    if (!before.set.equals(after.set)) return false
  }
  return true
}

/** A field that somebody wants to change and somebody else owns. */
export interface FieldConflict {
  readonly manager: string
  readonly path: FieldPath
}

/** Every conflicting field, by manager name and then in set order. */
export function conflictsOf(managers: Managers): FieldConflict[] {
  return [...managers]
    .sort((a, b) => compareStrings(a[0], b[0]))
    .flatMap(([manager, { set }]) => set.paths().map((path) => ({ manager, path })))
}

/** All the fields of a list of conflicts. */
export function conflictSet(conflicts: readonly FieldConflict[]): FieldSet {
  return FieldSet.of(...conflicts.map((conflict) => conflict.path))
}

/** The text of structured-merge-diff's `merge.Conflicts`. `conflicts` are grouped by manager. */
export function conflictsText(conflicts: readonly FieldConflict[]): string {
  if (conflicts.length === 1) {
    return `conflict with ${goQuote(conflicts[0]!.manager)}: ${pathText(conflicts[0]!.path)}`
  }
  const lines: string[] = []
  let manager: string | undefined
  for (const conflict of conflicts) {
    if (conflict.manager !== manager) lines.push(`conflicts with ${goQuote(conflict.manager)}:`)
    manager = conflict.manager
    lines.push(`- ${pathText(conflict.path)}`)
  }
  return lines.join('\n')
}
