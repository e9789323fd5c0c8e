import { compareStrings, isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { apiVersionOf, type KubeObject, parseApiVersion } from '../kube/index.ts'
import { compareApplyOrder } from './apply-order.ts'

/** Identifies an object without its version (cli-utils `object.ObjMetadata`). */
export interface ObjectMeta {
  /** `''` for a cluster-scoped object. */
  readonly namespace: string
  readonly name: string
  readonly group: string
  readonly kind: string
}

/** One entry of `status.inventory`. */
export interface InventoryEntry {
  /** `namespace_name_group_kind`. */
  readonly id: string
  /** API version of the object, without the group. */
  readonly v: string
}

const rbacKinds = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'])

/** The identity of an object. */
export function objectMetaOf(object: KubeObject): ObjectMeta {
  const namespace = object.metadata['namespace']
  return {
    namespace: typeof namespace === 'string' ? namespace : '',
    name: object.metadata.name,
    group: parseApiVersion(object.apiVersion).group,
    kind: object.kind,
  }
}

/** The inventory id `namespace_name_group_kind`; a colon in the name of an RBAC object is written as `__`. */
export function inventoryId(meta: ObjectMeta): string {
  const rbac = meta.group === 'rbac.authorization.k8s.io' && rbacKinds.has(meta.kind)
  const name = rbac ? meta.name.replaceAll(':', '__') : meta.name
  return `${meta.namespace}_${name}_${meta.group}_${meta.kind}`
}

/** Reads an inventory id; `undefined` when it is malformed. */
export function parseInventoryId(id: string): ObjectMeta | undefined {
  const first = id.indexOf('_')
  const last = id.lastIndexOf('_')
  const middle = id.lastIndexOf('_', last - 1)
  if (first < 0 || middle <= first) return undefined
  const name = id.slice(first + 1, middle).replaceAll('__', ':')
  if (name.includes('_')) return undefined
  return { namespace: id.slice(0, first), name, group: id.slice(middle + 1, last), kind: id.slice(last + 1) }
}

/** An inventory entry as the object reference that a client takes; `undefined` when the id is malformed. */
export function inventoryRef(
  entry: InventoryEntry,
): { apiVersion: string; kind: string; name: string; namespace?: string } | undefined {
  const meta = parseInventoryId(entry.id)
  if (meta === undefined) return undefined
  return {
    apiVersion: apiVersionOf({ group: meta.group, version: entry.v }),
    kind: meta.kind,
    name: meta.name,
    ...(meta.namespace === '' ? {} : { namespace: meta.namespace }),
  }
}

/** The entries of `status.inventory` of a Kustomization; malformed ones are left out. */
export function inventoryOf(object: JsonObject): InventoryEntry[] {
  const status = object['status']
  const inventory = isObject(status) ? status['inventory'] : undefined
  const entries: JsonValue | undefined = isObject(inventory) ? inventory['entries'] : undefined
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry) => {
    if (!isObject(entry) || typeof entry['id'] !== 'string') return []
    return [{ id: entry['id'], v: typeof entry['v'] === 'string' ? entry['v'] : '' }]
  })
}

/** What the old inventory has and the new one has not, in apply order: the candidates for pruning. */
export function staleEntries(before: readonly InventoryEntry[], after: readonly InventoryEntry[]): InventoryEntry[] {
  const kept = new Set(after.map((entry) => entry.id))
  const seen = new Set<string>()
  const stale = before.filter((entry) => {
    if (kept.has(entry.id) || seen.has(entry.id)) return false
    seen.add(entry.id)
    return true
  })
  return sortEntries(stale)
}

/** Entries in the order in which they are applied; malformed ids come last. */
export function sortEntries(entries: readonly InventoryEntry[]): InventoryEntry[] {
  const keyed = entries.map((entry) => ({ entry, meta: parseInventoryId(entry.id) }))
  keyed.sort((a, b) => {
    if (a.meta === undefined || b.meta === undefined) {
      if (a.meta === b.meta) return compareStrings(a.entry.id, b.entry.id)
      return a.meta === undefined ? 1 : -1
    }
    return compareApplyOrder(a.meta, b.meta)
  })
  return keyed.map(({ entry }) => entry)
}

/** The inventory with further entries at its end, unless they are there already (objects whose deletion failed). */
export function mergeEntries(inventory: readonly InventoryEntry[], more: readonly InventoryEntry[]): InventoryEntry[] {
  const seen = new Set(inventory.map((entry) => entry.id))
  return [...inventory, ...more.filter((entry) => !seen.has(entry.id) && seen.add(entry.id))]
}

/** `Kind/namespace/name` as events and logs name an object. */
export function formatMeta(meta: ObjectMeta): string {
  return meta.namespace === '' ? `${meta.kind}/${meta.name}` : `${meta.kind}/${meta.namespace}/${meta.name}`
}
