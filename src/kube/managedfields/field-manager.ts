import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { FieldSet } from '../smd/field-set.ts'
import { conflictSet, type VersionedSet } from '../smd/managers.ts'
import type { FieldFilter } from '../smd/matcher.ts'
import { type TypedValue, typedErrorText } from '../smd/typed.ts'
import { type ConversionFault, type ManagedRequest, type UpdateFault, Updater } from '../smd/updater.ts'
import { validateTyped } from '../smd/validate.ts'
import { apiVersionOf, gvkOf, type KubeObject, type ObjectMeta, parseApiVersion } from '../types.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { capUpdateManagers } from './cap-managers.ts'
import {
  decodeManagedFields,
  emptyManaged,
  encodeManagedFields,
  entryTime,
  type FieldSetCache,
  isReset,
  type Managed,
  managerIdentifier,
} from './entries.ts'
import { fieldsOfLastApplied, lastAppliedOf, withLastApplied } from './last-applied.ts'
import { conflictStatus, failure, type KubeStatus } from './status.ts'
import type { TypeConverter } from './type-converter.ts'

/** Who changes an object, and how. */
export interface ManageOptions {
  /** The field manager's name; empty becomes `unknown`, as upstream has it. */
  readonly manager: string
  /** Milliseconds since 1970: the time of the manager's entry. */
  readonly now: number
  /** `status`, `scale`, …; the object's own fields when absent. */
  readonly subresource?: string
  /** By apiVersion: what the request may not own, for example `status` through the main resource. */
  readonly filters?: ReadonlyMap<string, FieldFilter>
}

export interface ApplyManageOptions extends ManageOptions {
  /** Take fields that other managers own. */
  readonly force?: boolean
}

/** Keeps `metadata.managedFields` and merges applied configurations, as the API server does. */
export interface FieldManager {
  /**
   * Records what a create, replace or patch changed: `next` with its managedFields. `live` is `undefined` on creation.
   * Never fails: where the change cannot be told, there are no entries (upstream `UpdateNoErrors`).
   */
  update(live: KubeObject | undefined, next: KubeObject, options: ManageOptions): KubeObject
  /**
   * Merges an applied configuration into the live object (`undefined`: create). Fails with 409 and a cause for each
   * field that another manager owns, 400 for a wrong kind, or 500 with upstream's text for an object that does not fit.
   */
  apply(
    live: KubeObject | undefined,
    config: KubeObject,
    options: ApplyManageOptions,
  ): Outcome<{ readonly object: KubeObject; readonly changed: boolean }, KubeStatus>
}

export interface FieldManagerOptions {
  /** An object in another version; `undefined` when there is no such version. Default: only `apiVersion` changes. */
  readonly convert?: (object: KubeObject, apiVersion: string) => KubeObject | undefined
  /** False: objects are tracked from their first apply only. Default true. */
  readonly trackOnCreate?: boolean
}

const maxUpdateManagers = 10
const beforeFirstApply = 'before-first-apply'

/** Identity that no manager owns (upstream `stripMetaManager`). */
const stripped = FieldSet.of(
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((field) => ['metadata', field]),
)

/** A field manager over the types of a converter (`k8s.io/apimachinery/pkg/util/managedfields`). */
export function createFieldManager(types: TypeConverter, options: FieldManagerOptions = {}): FieldManager {
  return new DefaultFieldManager(types, options)
}

/** One request, with everything in the terms of the merge. */
interface Step {
  readonly live: TypedValue
  readonly apiVersion: string
  readonly managed: Managed
  readonly options: ManageOptions
}

class DefaultFieldManager implements FieldManager {
  readonly #types: TypeConverter
  readonly #options: FieldManagerOptions
  /** Entries are read once for as long as the stored object lives. */
  readonly #cache: FieldSetCache = new WeakMap()

  constructor(types: TypeConverter, options: FieldManagerOptions) {
    this.#types = types
    this.#options = options
  }

  update(live: KubeObject | undefined, next: KubeObject, options: ManageOptions): KubeObject {
    if (!isObject(next['metadata'])) return next
    const managed = this.#decodeLiveOrNew(live, next, options)
    const bare = withManagedFields(next, [])
    if (managed.fields.size === 0 && !this.#tracksFrom(live)) return bare
    const updated = this.#update(live, bare, managed, options)
    // Upstream's UpdateNoErrors: better no entries than wrong ones.
    if (!updated.ok) return bare
    return withManagedFields(bare, encodeManagedFields(updated.value, this.#cache))
  }

  apply(
    live: KubeObject | undefined,
    config: KubeObject,
    options: ApplyManageOptions,
  ): Outcome<{ readonly object: KubeObject; readonly changed: boolean }, KubeStatus> {
    const fault = configFault(live, config)
    if (fault !== undefined) return bad(fault)
    const decoded = decodeManagedFields(live?.metadata?.['managedFields'], this.#cache)
    if (!decoded.ok) return bad(failure(500, '', `failed to decode managed fields: ${decoded.error}`))
    const base = live === undefined ? emptyObject(config) : withManagedFields(live, [])
    let managed = decoded.value
    if (managed.fields.size === 0 && live !== undefined) {
      // Whoever made the fields that are there already is not known; they get an entry of their own.
      const before = this.#update(undefined, base, managed, { ...options, manager: beforeFirstApply })
      if (!before.ok) {
        const what = `failed to convert new object (${objectText(base)}) to smd typed: ${faultText(before.error)}`
        return bad(failure(500, '', `failed to create manager for existing fields: ${what}`))
      }
      managed = before.value
    }
    const typed = this.#typed(base)
    const typedConfig = this.#typed(config)
    if (typed === undefined || typedConfig === undefined) {
      return bad(failure(500, '', `no corresponding type for ${kindText(config)}`))
    }
    const faults = validateTyped(config, typedConfig.schema, typedConfig.ref)
    if (faults.length > 0) {
      const message = `failed to create typed patch object (${objectText(config)}): ${typedErrorText(faults)}`
      return bad(failure(500, '', message))
    }
    const step: Step = { live: typed, apiVersion: config.apiVersion, managed, options }
    return this.#apply(step, typedConfig, base, options.force === true)
  }

  #apply(
    step: Step,
    config: TypedValue,
    base: KubeObject,
    force: boolean,
  ): Outcome<{ object: KubeObject; changed: boolean }, KubeStatus> {
    const identifier = this.#identifier(step.options, 'Apply', step.apiVersion)
    const request: ManagedRequest = {
      live: step.live,
      managers: step.managed.fields,
      manager: identifier,
      apiVersion: step.apiVersion,
    }
    const updater = this.#updater(step.options)
    let outcome = updater.apply({ ...request, config, force })
    if (!outcome.ok && outcome.error.kind === 'conflicts' && step.options.manager === 'kubectl') {
      const refused = conflictsLeft(outcome.error, step.live, step.apiVersion)
      if (refused === undefined) outcome = updater.apply({ ...request, config, force: true })
      else outcome = bad(refused)
    }
    if (!outcome.ok) {
      const { error } = outcome
      return bad(error.kind === 'conflicts' ? conflictStatus(error.conflicts) : failure(500, '', error.message))
    }
    const { changed } = outcome.value
    const times = new Map(step.managed.times)
    if (changed && step.options.subresource !== 'scale') times.set(identifier, entryTime(step.options.now))
    const fields = stripOwned(outcome.value.managers, identifier)
    let object = changed ? (outcome.value.object.value as KubeObject) : base
    if (step.options.manager === 'kubectl' && lastAppliedOf(object) !== undefined) {
      object = withLastApplied(object, config.value as KubeObject)
    }
    return good({ object: withManagedFields(object, encodeManagedFields({ fields, times }, this.#cache)), changed })
  }

  /** Records an update under a passing name first, so that it is seen whether it changed anything. */
  #update(
    live: KubeObject | undefined,
    next: KubeObject,
    managed: Managed,
    options: ManageOptions,
  ): Outcome<Managed, UpdateFault> {
    const base = live === undefined ? emptyObject(next) : withManagedFields(live, [])
    const typedNext = this.#typed(next)
    const converted = typedNext && this.#inVersion(base, next.apiVersion)
    if (typedNext === undefined || converted === undefined) {
      return bad({ kind: 'error', message: `no corresponding type for ${kindText(next)}` })
    }
    const faults = validateTyped(next, typedNext.schema, typedNext.ref, { allowDuplicates: true })
    if (faults.length > 0) return bad({ kind: 'error', message: typedErrorText(faults) })
    const current = 'current-operation'
    const outcome = this.#updater(options).update({
      live: converted,
      next: typedNext,
      managers: managed.fields,
      manager: current,
      apiVersion: next.apiVersion,
    })
    if (!outcome.ok) return outcome
    const fields = new Map(stripOwned(outcome.value.managers, current))
    const own = fields.get(current)
    const times = new Map(managed.times)
    if (own !== undefined) {
      const identifier = this.#identifier(options, 'Update', next.apiVersion)
      fields.delete(current)
      const previous = fields.get(identifier)
      fields.set(identifier, previous === undefined ? own : { ...own, set: own.set.union(previous.set) })
      // Entries of scales are made anew from the object's, and have the times that these had.
      if (options.subresource !== 'scale') times.set(identifier, entryTime(options.now))
    }
    return good(capUpdateManagers({ fields, times }, maxUpdateManagers))
  }

  #decodeLiveOrNew(live: KubeObject | undefined, next: KubeObject, options: ManageOptions): Managed {
    const ofLive = (): Managed => {
      const decoded = decodeManagedFields(live?.metadata?.['managedFields'], this.#cache)
      return decoded.ok ? decoded.value : emptyManaged
    }
    // Through a subresource nobody may set entries.
    if ((options.subresource ?? '') !== '') return ofLive()
    const given = next.metadata['managedFields']
    if (isReset(given)) return emptyManaged
    const decoded = decodeManagedFields(given, this.#cache)
    // Clients that do not know managedFields leave them out; that does not delete them.
    return !decoded.ok || decoded.value.fields.size === 0 ? ofLive() : decoded.value
  }

  /** An object without entries is tracked from its creation, or not at all. */
  #tracksFrom(live: KubeObject | undefined): boolean {
    const uid = live?.metadata?.['uid']
    return (uid === undefined || uid === '') && this.#options.trackOnCreate !== false
  }

  #identifier(options: ManageOptions, operation: 'Apply' | 'Update', apiVersion: string): string {
    return managerIdentifier({
      manager: options.manager === '' ? 'unknown' : options.manager,
      operation,
      apiVersion,
      subresource: options.subresource ?? '',
    })
  }

  #updater(options: ManageOptions): Updater {
    return new Updater({
      convert: (typed, apiVersion) => this.#convert(typed, apiVersion),
      ...(options.filters === undefined ? {} : { filters: options.filters }),
    })
  }

  #convert(typed: TypedValue, apiVersion: string): Outcome<TypedValue, ConversionFault> {
    if (!isObject(typed.value) || typed.value['apiVersion'] === apiVersion) return good(typed)
    const converted = this.#inVersion(typed.value as KubeObject, apiVersion)
    if (converted !== undefined) return good(converted)
    const message = `no corresponding type for ${apiVersion}, Kind=${String(typed.value['kind'])}`
    return bad({ missingVersion: true, message })
  }

  #inVersion(object: KubeObject, apiVersion: string): TypedValue | undefined {
    if (object.apiVersion === apiVersion) return this.#typed(object)
    if (this.#types.typeOf({ apiVersion, kind: object.kind }) === undefined) return undefined
    const convert = this.#options.convert ?? changeVersion
    const converted = convert(object, apiVersion)
    return converted === undefined ? undefined : this.#typed(converted)
  }

  #typed(object: KubeObject): TypedValue | undefined {
    const type = this.#types.typeOf(object)
    return type === undefined ? undefined : { ...type, value: object }
  }
}

function changeVersion(object: KubeObject, apiVersion: string): KubeObject | undefined {
  if (parseApiVersion(object.apiVersion).group !== parseApiVersion(apiVersion).group) return undefined
  return { ...object, apiVersion }
}

function emptyObject(like: KubeObject): KubeObject {
  return { apiVersion: like.apiVersion, kind: like.kind } as KubeObject
}

/** What is wrong with an applied configuration before it is looked into. */
function configFault(live: KubeObject | undefined, config: KubeObject): KubeStatus | undefined {
  if (live !== undefined && (config.apiVersion !== live.apiVersion || config.kind !== live.kind)) {
    return failure(400, 'BadRequest', `invalid object type: ${kindText(config)}`)
  }
  const entries = isObject(config['metadata']) ? config.metadata['managedFields'] : undefined
  if (entries === undefined || entries === null) return undefined
  return failure(400, 'BadRequest', 'metadata.managedFields must be nil')
}

/** The conflicts that kubectl's own annotation does not explain; `undefined` when it explains all. */
function conflictsLeft(fault: UpdateFault, live: TypedValue, apiVersion: string): UpdateFault | undefined {
  if (fault.kind !== 'conflicts') return fault
  const allowed = fieldsOfLastApplied(live, apiVersion)
  if (allowed === undefined) return fault
  if (conflictSet(fault.conflicts).difference(allowed).empty) return undefined
  return { kind: 'conflicts', conflicts: fault.conflicts.filter((conflict) => !allowed.has(conflict.path)) }
}

function stripOwned(
  managers: ReadonlyMap<string, VersionedSet>,
  identifier: string,
): ReadonlyMap<string, VersionedSet> {
  const owned = managers.get(identifier)
  if (owned === undefined) return managers
  const set = owned.set.difference(stripped)
  const out = new Map(managers)
  if (set.empty) out.delete(identifier)
  else out.set(identifier, { ...owned, set })
  return out
}

/** The object with these entries; without the field when there are none. */
function withManagedFields(object: KubeObject, entries: readonly JsonObject[]): KubeObject {
  const metadata = isObject(object['metadata']) ? object.metadata : undefined
  if (entries.length > 0) return { ...object, metadata: { ...metadata, managedFields: [...entries] } as ObjectMeta }
  if (metadata === undefined || !Object.hasOwn(metadata, 'managedFields')) return object
  const { managedFields: _, ...rest } = metadata
  return { ...object, metadata: rest as ObjectMeta }
}

function faultText(fault: UpdateFault): string {
  return fault.kind === 'error' ? fault.message : fault.kind
}

function kindText(object: KubeObject): string {
  const apiVersion = typeof object['apiVersion'] === 'string' ? object.apiVersion : ''
  const kind = typeof object['kind'] === 'string' ? object.kind : ''
  const gvk = gvkOf({ apiVersion, kind })
  return `${gvk.group === '' ? `/${gvk.version}` : apiVersionOf(gvk)}, Kind=${kind}`
}

/** An object as upstream's errors name it: `namespace/name; group/version, Kind=kind`. */
function objectText(object: KubeObject): string {
  const metadata: JsonObject = isObject(object['metadata']) ? object.metadata : {}
  const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')
  return `${text(metadata['namespace'])}/${text(metadata['name'])}; ${kindText(object)}`
}
