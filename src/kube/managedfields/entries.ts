import { compareStrings, isObject, type JsonObject, type JsonValue, rfc3339 } from '../../base/index.ts'
import { FieldSet } from '../smd/field-set.ts'
import { fieldSetFromJson, fieldSetToJson } from '../smd/field-set-json.ts'
import type { VersionedSet } from '../smd/managers.ts'
import { goJsonString, goQuote } from '../values/go-text.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'

/** What tells one entry of `metadata.managedFields` from another. */
export interface ManagerId {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  /** Empty for appliers: they keep their entry when they change version. */
  readonly apiVersion: string
  readonly subresource: string
}

/** Decoded managedFields: by identifier, with the times as written. */
export interface Managed {
  readonly fields: ReadonlyMap<string, VersionedSet>
  readonly times: ReadonlyMap<string, string>
}

export const emptyManaged: Managed = { fields: new Map(), times: new Map() }

/** Sets that were read before; stored objects are immutable, so their entries are read once. */
export type FieldSetCache = WeakMap<JsonObject, FieldSet>

/** The text under which a manager is known: JSON of the entry without its fields and time, as upstream writes it. */
export function managerIdentifier(id: ManagerId): string {
  const parts: string[] = []
  const add = (key: string, value: string): void => {
    if (value !== '') parts.push(`"${key}":${goJsonString(value)}`)
  }
  add('manager', id.manager)
  add('operation', id.operation)
  add('apiVersion', id.operation === 'Apply' ? '' : id.apiVersion)
  add('subresource', id.subresource)
  return `{${parts.join(',')}}`
}

/** What an identifier says. */
export function parseIdentifier(identifier: string): ManagerId {
  const value = JSON.parse(identifier) as JsonObject
  const text = (key: string): string => (typeof value[key] === 'string' ? value[key] : '')
  return {
    manager: text('manager'),
    operation: text('operation') === 'Apply' ? 'Apply' : 'Update',
    apiVersion: text('apiVersion'),
    subresource: text('subresource'),
  }
}

/** Reads `metadata.managedFields`. Errors: an entry that upstream would refuse, in its words. */
export function decodeManagedFields(value: JsonValue | undefined, cache?: FieldSetCache): Outcome<Managed> {
  if (!Array.isArray(value) || value.length === 0) return good(emptyManaged)
  const fields = new Map<string, VersionedSet>()
  const times = new Map<string, string>()
  for (let i = 0; i < value.length; i++) {
    const entry = value[i]!
    const fault = entryFault(entry, i)
    if (fault !== undefined) return bad(fault)
    const { manager, operation, apiVersion, subresource, time, fieldsV1 } = entry as JsonObject
    const applied = operation === 'Apply'
    const identifier = managerIdentifier({
      manager: typeof manager === 'string' ? manager : '',
      operation: applied ? 'Apply' : 'Update',
      apiVersion: apiVersion as string,
      subresource: typeof subresource === 'string' ? subresource : '',
    })
    const set = readSet(fieldsV1, cache)
    if (!set.ok) return bad(`error decoding versioned set from ${identifier}: error decoding set: ${set.error}`)
    fields.set(identifier, { set: set.value, apiVersion: apiVersion as string, applied })
    if (typeof time === 'string') times.set(identifier, time)
  }
  return good({ fields, times })
}

function readSet(value: JsonValue | undefined, cache: FieldSetCache | undefined): Outcome<FieldSet> {
  if (value === undefined || value === null) return good(new FieldSet())
  const known = isObject(value) ? cache?.get(value) : undefined
  if (known !== undefined) return good(known)
  const set = fieldSetFromJson(value)
  if (set.ok && isObject(value)) cache?.set(value, set.value)
  return set
}

function entryFault(entry: JsonValue, index: number): string | undefined {
  if (!isObject(entry)) return 'operation must be `Apply` or `Update`'
  const { operation, apiVersion, fieldsType } = entry
  if (operation !== 'Apply' && operation !== 'Update') return 'operation must be `Apply` or `Update`'
  if (typeof apiVersion !== 'string' || apiVersion === '') return 'apiVersion must not be empty'
  if (fieldsType === undefined || fieldsType === '') return `missing fieldsType in managed fields entry ${index}`
  if (fieldsType === 'FieldsV1') return undefined
  return `invalid fieldsType ${goQuote(String(fieldsType))} in managed fields entry ${index}`
}

/** Writes `metadata.managedFields`: appliers first, then by time, manager, version and subresource. */
export function encodeManagedFields(managed: Managed, cache?: FieldSetCache): JsonObject[] {
  const entries: JsonObject[] = []
  for (const [identifier, owned] of managed.fields) {
    const id = parseIdentifier(identifier)
    const time = managed.times.get(identifier)
    const fieldsV1 = fieldSetToJson(owned.set)
    cache?.set(fieldsV1, owned.set)
    entries.push({
      ...(id.manager === '' ? {} : { manager: id.manager }),
      operation: owned.applied ? 'Apply' : id.operation,
      apiVersion: owned.apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1,
      ...(id.subresource === '' ? {} : { subresource: id.subresource }),
    })
  }
  return sortManagedFields(entries)
}

/** Sorts entries as the API server writes them. */
export function sortManagedFields(entries: readonly JsonObject[]): JsonObject[] {
  const text = (entry: JsonObject, key: string): string => (typeof entry[key] === 'string' ? entry[key] : '')
  const time = (entry: JsonObject): number => {
    const value = entry['time']
    return typeof value === 'string' ? Math.floor(Date.parse(value) / 1000) : 0
  }
  return [...entries].sort(
    (a, b) =>
      compareStrings(text(a, 'operation'), text(b, 'operation')) ||
      time(a) - time(b) ||
      compareStrings(text(a, 'manager'), text(b, 'manager')) ||
      compareStrings(text(a, 'apiVersion'), text(b, 'apiVersion')) ||
      compareStrings(text(a, 'subresource'), text(b, 'subresource')),
  )
}

/** True when the entries ask for forgetting everybody: an empty list, or one empty entry. */
export function isReset(value: JsonValue | undefined): boolean {
  if (!Array.isArray(value)) return false
  if (value.length === 0) return true
  return value.length === 1 && isObject(value[0]) && Object.keys(value[0]).length === 0
}

/** The moment of an operation, as entries have it. */
export function entryTime(now: number): string {
  return rfc3339(now)
}
