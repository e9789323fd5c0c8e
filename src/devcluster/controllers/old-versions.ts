import { isObject, type JsonObject } from '../../base/index.ts'
import { currentFluxMinor, type SchemaRegistry } from '../../schema/index.ts'
import { oldFields } from '../adapters/flux-versions.ts'

/**
 * Flux's definitions with the versions that earlier minors served beside the current ones, each deprecated with a
 * warning that tells how to migrate. Objects are stored in the current version: see adapters/flux-versions.ts for how
 * they are converted.
 */
export function withOldVersions(
  schemas: SchemaRegistry,
  crds: readonly JsonObject[],
  minors: readonly string[],
): JsonObject[] {
  const older = new Map<string, JsonObject>()
  const removedIn = new Map<string, string>()
  let newer: string | undefined
  // Newest first: the last form in which a version was served counts.
  for (const minor of [...minors].reverse()) {
    for (const crd of schemas.crds(minor)) {
      for (const version of crd.spec.versions) {
        const key = `${crd.metadata.name}/${version.name}`
        if (!version.served || older.has(key)) continue
        older.set(key, version)
        if (newer !== undefined) removedIn.set(key, newer)
      }
    }
    newer = minor
  }
  return crds.map((crd) => {
    const spec = isObject(crd['spec']) ? crd['spec'] : {}
    const name = isObject(crd['metadata']) ? String(crd['metadata']['name']) : ''
    const group = String(spec['group'])
    const kind = isObject(spec['names']) ? String(spec['names']['kind']) : ''
    const versions = Array.isArray(spec['versions']) ? spec['versions'].filter(isObject) : []
    const current = String(versions.find((version) => version['storage'] === true)?.['name'] ?? '')
    const known = new Set(
      versions.filter((version) => version['served'] === true).map((version) => String(version['name'])),
    )
    const added = [...older].flatMap(([key, version]) => {
      const own = key.slice(key.lastIndexOf('/') + 1)
      if (key.slice(0, key.lastIndexOf('/')) !== name || known.has(own)) return []
      const removed = removedIn.get(key) ?? currentFluxMinor
      const still = removed === currentFluxMinor ? '' : ` (since ${removed})`
      const advice = oldFields.get(`${group}/${kind}`)?.advice
      const how = advice === undefined ? '' : `; ${advice}`
      const deprecationWarning = `${group}/${own} ${kind} is removed in Flux ${currentFluxMinor}${still}: use apiVersion ${group}/${current}${how}`
      const shown: JsonObject = { ...version, served: true, storage: false, deprecated: true, deprecationWarning }
      return [shown]
    })
    const replaced = new Set(added.map((version) => String(version['name'])))
    const kept = versions.filter((version) => !replaced.has(String(version['name'])))
    return { ...crd, spec: { ...spec, versions: [...kept, ...added] } }
  })
}
