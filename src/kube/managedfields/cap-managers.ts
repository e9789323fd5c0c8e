import { compareStrings } from '../../base/index.ts'
import type { VersionedSet } from '../smd/managers.ts'
import { type Managed, managerIdentifier } from './entries.ts'

/** The manager that the oldest updates are merged into. */
const ancientChanges = 'ancient-changes'

/**
 * Merges the oldest update entries, version by version, until there are no more than `max`
 * (upstream `capManagersManager`). Appliers do not count.
 */
export function capUpdateManagers(managed: Managed, max: number): Managed {
  const updaters = [...managed.fields].filter(([, owned]) => !owned.applied).map(([identifier]) => identifier)
  if (updaters.length <= max) return managed
  const seconds = (identifier: string): number => {
    const time = managed.times.get(identifier)
    return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000)
  }
  updaters.sort((a, b) => seconds(a) - seconds(b) || compareStrings(a, b))
  const fields = new Map(managed.fields)
  const times = new Map(managed.times)
  const firstOfVersion = new Map<string, string>()
  let count = updaters.length
  for (const identifier of updaters) {
    if (count <= max) break
    const owned = fields.get(identifier)!
    const bucket = bucketFor(owned)
    const first = firstOfVersion.get(owned.apiVersion)
    if (first === undefined) {
      firstOfVersion.set(owned.apiVersion, identifier)
      continue
    }
    if (!fields.has(bucket)) {
      fields.set(bucket, fields.get(first)!)
      fields.delete(first)
    }
    fields.set(bucket, { ...owned, set: owned.set.union(fields.get(bucket)!.set) })
    fields.delete(identifier)
    count--
    // The merged entry is as young as its youngest part.
    const time = managed.times.get(identifier)
    if (time === undefined) times.delete(bucket)
    else times.set(bucket, time)
  }
  return { fields, times }
}

function bucketFor(owned: VersionedSet): string {
  return managerIdentifier({
    manager: ancientChanges,
    operation: 'Update',
    apiVersion: owned.apiVersion,
    subresource: '',
  })
}
