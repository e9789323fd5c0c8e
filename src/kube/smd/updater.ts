import { bad, good, type Outcome } from '../values/outcome.ts'
import { type Comparison, compareTyped, mapComparison } from './compare.ts'
import { FieldSet } from './field-set.ts'
import { conflictsOf, type FieldConflict, type Managers, type VersionedSet } from './managers.ts'
import type { FieldFilter } from './matcher.ts'
import { mergeTyped } from './merge.ts'
import { reconcileFieldSet } from './reconcile.ts'
import { removeItems } from './remove.ts'
import { toFieldSet } from './to-field-set.ts'
import { type TypedError, type TypedValue, typedErrorText } from './typed.ts'
import { compareValues } from './value-order.ts'

/** Why an object cannot be had in another version; a missing version makes its owners be forgotten. */
export interface ConversionFault {
  readonly missingVersion: boolean
  readonly message: string
}

export interface UpdaterOptions {
  /** The object in another version; called with the object's own version too. */
  readonly convert: (typed: TypedValue, apiVersion: string) => Outcome<TypedValue, ConversionFault>
  /** What may be owned, by version; a version that is not listed has no limits. */
  readonly filters?: ReadonlyMap<string, FieldFilter>
}

/** A request that changes an object in the name of a manager. */
export interface ManagedRequest {
  /** The object as it is; an empty one (value null) when it is made. */
  readonly live: TypedValue
  readonly managers: Managers
  readonly manager: string
  readonly apiVersion: string
}

export type UpdateFault =
  | { readonly kind: 'conflicts'; readonly conflicts: readonly FieldConflict[] }
  | { readonly kind: 'error'; readonly message: string }

export interface ManagedOutcome {
  readonly object: TypedValue
  readonly managers: Managers
}

/**
 * Who owns what, kept right while an object changes: apply and update of structured-merge-diff's `merge.Updater`.
 * Functions of an options object rather than methods that change it; the managers given are never changed.
 */
export class Updater {
  readonly #options: UpdaterOptions

  constructor(options: UpdaterOptions) {
    this.#options = options
  }

  /**
   * Records an update (create, replace or patch) that made `next` of the live object. The manager owns what it changed
   * or added, on top of what it owned and did not remove; the others lose it.
   */
  update(request: ManagedRequest & { readonly next: TypedValue }): Outcome<ManagedOutcome, UpdateFault> {
    const { live, next, manager, apiVersion } = request
    const reconciled = this.#reconcile(live, request.managers)
    if (!reconciled.ok) return reconciled
    const state = this.#settle({ ...request, managers: reconciled.value, next, force: true })
    if (!state.ok) return state
    const managers = new Map(state.value.managers)
    const { removed, modified, added } = state.value.comparison
    const owned = managers.get(manager)?.set ?? new FieldSet()
    const set = this.#filter(apiVersion, owned.difference(removed).union(modified).union(added))
    if (set.empty) managers.delete(manager)
    else managers.set(manager, { set, apiVersion, applied: false })
    return good({ object: next, managers })
  }

  /**
   * Applies a configuration: merges it over the live object, and removes what the manager applied before, left out now,
   * and nobody else owns. Without `force` a field that another manager owns with another value is a conflict.
   * `changed` is false when the merge left the object as it was.
   */
  apply(
    request: ManagedRequest & { readonly config: TypedValue; readonly force: boolean },
  ): Outcome<ManagedOutcome & { readonly changed: boolean }, UpdateFault> {
    const { live, config, manager, apiVersion } = request
    const reconciled = this.#reconcile(live, request.managers)
    if (!reconciled.ok) return reconciled
    const merged = mergeTyped(live, config)
    if (!merged.ok) return fault('failed to merge config', merged.error)
    const configSet = toFieldSet(config)
    if (!configSet.ok) return fault('failed to get field set', configSet.error)
    const last = reconciled.value.get(manager)
    const managers = new Map(reconciled.value)
    managers.set(manager, { set: this.#filter(apiVersion, configSet.value), apiVersion, applied: true })
    const pruned = this.#prune(merged.value, { managers, manager, last })
    if (!pruned.ok) return bad({ kind: 'error', message: `failed to prune fields: ${pruned.error}` })
    const next = pruned.value
    const state = this.#settle({ ...request, managers, next, force: request.force })
    if (!state.ok) return state
    const changed = live.value !== next.value && compareValues(live.value, next.value) !== 0
    return good({ object: next, managers: state.value.managers, changed })
  }

  /** Takes from every other manager what the step from live to next changed or removed; refuses unless forced. */
  #settle(
    step: ManagedRequest & { readonly next: TypedValue; readonly force: boolean },
  ): Outcome<{ managers: Managers; comparison: Comparison }, UpdateFault> {
    const compared = compareTyped(step.live, step.next)
    if (!compared.ok) return fault('failed to compare objects', compared.error)
    const own = this.#filterComparison(step.apiVersion, compared.value)
    const byVersion = new Map([[step.apiVersion, own]])
    const managers = new Map(step.managers)
    const conflicts = new Map<string, VersionedSet>()
    const losses = new Map<string, FieldSet>()
    for (const [manager, owned] of step.managers) {
      if (manager === step.manager) continue
      const comparison = this.#comparisonIn(owned.apiVersion, step, byVersion)
      if (!comparison.ok) return comparison
      if (comparison.value === undefined) {
        managers.delete(manager)
        continue
      }
      const { modified, added, removed } = comparison.value
      const set = owned.set.intersection(modified.union(added))
      if (!set.empty) conflicts.set(manager, { set, apiVersion: owned.apiVersion, applied: false })
      losses.set(manager, set.union(removed))
    }
    if (!step.force && conflicts.size > 0) return bad({ kind: 'conflicts', conflicts: conflictsOf(conflicts) })
    for (const [manager, lost] of losses) {
      const owned = managers.get(manager)!
      if (!lost.empty) managers.set(manager, { ...owned, set: owned.set.difference(lost) })
    }
    for (const [manager, owned] of managers) if (owned.set.empty) managers.delete(manager)
    return good({ managers, comparison: own })
  }

  /** The step's comparison in another version's terms; `undefined` when that version is gone. */
  #comparisonIn(
    apiVersion: string,
    step: { readonly live: TypedValue; readonly next: TypedValue },
    known: Map<string, Comparison>,
  ): Outcome<Comparison | undefined, UpdateFault> {
    const found = known.get(apiVersion)
    if (found !== undefined) return good(found)
    const live = this.#options.convert(step.live, apiVersion)
    if (!live.ok) return conversionFault('failed to convert old object', live.error)
    const next = this.#options.convert(step.next, apiVersion)
    if (!next.ok) return conversionFault('failed to convert new object', next.error)
    const compared = compareTyped(live.value, next.value)
    if (!compared.ok) return fault('failed to compare objects', compared.error)
    const comparison = this.#filterComparison(apiVersion, compared.value)
    known.set(apiVersion, comparison)
    return good(comparison)
  }

  #filter(apiVersion: string, set: FieldSet): FieldSet {
    return this.#options.filters?.get(apiVersion)?.(set) ?? set
  }

  #filterComparison(apiVersion: string, comparison: Comparison): Comparison {
    const filter = this.#options.filters?.get(apiVersion)
    return filter === undefined ? comparison : mapComparison(comparison, filter)
  }

  /** Adapts what is owned to a schema that changed since. */
  #reconcile(live: TypedValue, managers: Managers): Outcome<Managers, UpdateFault> {
    const out = new Map<string, VersionedSet>()
    for (const [manager, owned] of managers) {
      const converted = this.#options.convert(live, owned.apiVersion)
      if (!converted.ok) {
        if (converted.error.missingVersion) continue
        return bad({ kind: 'error', message: converted.error.message })
      }
      const set = reconcileFieldSet(owned.set, converted.value.schema, converted.value.ref)
      if (!set.ok) {
        const message = `errors reconciling field set with schema: ${typedErrorText(set.error)}`
        return bad({ kind: 'error', message })
      }
      out.set(manager, set.value === owned.set ? owned : { ...owned, set: set.value })
    }
    return good(out)
  }

  /** Removes what the applier owned by its last apply, does not mention now, and no other manager owns. */
  #prune(merged: TypedValue, context: PruneContext): Outcome<TypedValue> {
    const { last, managers, manager } = context
    if (last === undefined || last.set.empty) return good(merged)
    const current = managers.get(manager)!
    // Most applies leave nothing out, and then nothing can go.
    if (current.apiVersion === last.apiVersion && last.set.difference(current.set).empty) return good(merged)
    const converted = this.#options.convert(merged, last.apiVersion)
    if (!converted.ok) {
      if (converted.error.missingVersion) return good(merged)
      return bad(`failed to convert merged object to last applied version: ${converted.error.message}`)
    }
    const base = converted.value
    const cut = removeItems(base, last.set.ensureNamedFieldsAreMembers(base.schema, base.ref))
    const owned = this.#addBackOwned(base, cut, context)
    if (!owned.ok) return bad(`failed add back owned items: ${owned.error}`)
    const kept = this.#addBackDangling(base, owned.value, last)
    if (!kept.ok) return bad(`failed add back dangling items: ${kept.error}`)
    const back = this.#options.convert(kept.value, current.apiVersion)
    return back.ok ? back : bad(back.error.message)
  }

  /** Puts back what was cut but somebody (the applier's new configuration too) owns. */
  #addBackOwned(merged: TypedValue, cut: TypedValue, context: PruneContext): Outcome<TypedValue> {
    const byVersion = new Map<string, FieldSet>()
    // The version of the cut object first: what it lacks may be needed to convert it.
    byVersion.set(context.last!.apiVersion, new FieldSet())
    for (const { apiVersion, set } of context.managers.values()) {
      byVersion.set(apiVersion, byVersion.get(apiVersion)?.union(set) ?? set)
    }
    let base = merged
    let pruned = cut
    for (const [apiVersion, owned] of byVersion) {
      if (apiVersion === context.last!.apiVersion && owned.empty) continue
      const step = this.#addBackInVersion(base, pruned, apiVersion, owned)
      if (!step.ok) return step
      base = step.value.merged
      pruned = step.value.pruned
    }
    return good(pruned)
  }

  #addBackInVersion(
    merged: TypedValue,
    pruned: TypedValue,
    apiVersion: string,
    owned: FieldSet,
  ): Outcome<{ merged: TypedValue; pruned: TypedValue }> {
    const base = this.#options.convert(merged, apiVersion)
    if (!base.ok) {
      if (base.error.missingVersion) return good({ merged, pruned })
      return bad(`failed to convert merged object at version ${apiVersion}: ${base.error.message}`)
    }
    const cut = this.#options.convert(pruned, apiVersion)
    if (!cut.ok) {
      if (cut.error.missingVersion) return good({ merged: base.value, pruned })
      return bad(`failed to convert pruned object at version ${apiVersion}: ${cut.error.message}`)
    }
    const { schema, ref } = base.value
    const all = namedSet(base.value)
    const kept = namedSet(cut.value)
    if (!all.ok) return bad(`failed to create field set from merged object at version ${apiVersion}: ${all.error}`)
    if (!kept.ok) return bad(`failed to create field set from pruned object at version ${apiVersion}: ${kept.error}`)
    const gone = all.value.difference(kept.value.union(owned.ensureNamedFieldsAreMembers(schema, ref)))
    return good({ merged: base.value, pruned: removeItems(base.value, gone) })
  }

  /** Puts back what was cut below something that went, but did not belong to the applier. */
  #addBackDangling(merged: TypedValue, pruned: TypedValue, last: VersionedSet): Outcome<TypedValue> {
    const converted = this.#options.convert(pruned, last.apiVersion)
    if (!converted.ok) {
      if (converted.error.missingVersion) return good(merged)
      return bad(`failed to convert pruned object to last applied version: ${converted.error.message}`)
    }
    const kept = namedSet(converted.value)
    if (!kept.ok) return bad(`failed to create field set from pruned object in last applied version: ${kept.error}`)
    const all = namedSet(merged)
    if (!all.ok) return bad(`failed to create field set from merged object in last applied version: ${all.error}`)
    const owned = last.set.ensureNamedFieldsAreMembers(merged.schema, merged.ref)
    return good(removeItems(merged, all.value.difference(kept.value).intersection(owned)))
  }
}

interface PruneContext {
  readonly managers: Managers
  readonly manager: string
  readonly last: VersionedSet | undefined
}

function namedSet(typed: TypedValue): Outcome<FieldSet> {
  const set = toFieldSet(typed)
  if (!set.ok) return bad(typedErrorText(set.error))
  return good(set.value.ensureNamedFieldsAreMembers(typed.schema, typed.ref))
}

function fault(what: string, errors: readonly TypedError[]): Outcome<never, UpdateFault> {
  return bad({ kind: 'error', message: `${what}: ${typedErrorText(errors)}` })
}

function conversionFault(what: string, error: ConversionFault): Outcome<undefined, UpdateFault> {
  return error.missingVersion ? good(undefined) : bad({ kind: 'error', message: `${what}: ${error.message}` })
}
