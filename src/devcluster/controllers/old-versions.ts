import { isObject, type JsonObject } from '../../base/index.ts'
import type { SchemaRegistry } from '../../schema/index.ts'

/**
 * Flux's definitions with the versions that earlier minors served beside the current ones, each deprecated with a
 * warning that names the version to move to. Objects are stored in the current version; only their apiVersion differs,
 * so what an old version alone had is not understood by anybody.
 */
export function withOldVersions(
  schemas: SchemaRegistry,
  crds: readonly JsonObject[],
  minors: readonly string[],
): JsonObject[] {
  const older = new Map<string, JsonObject>()
  // Newest first: the last form in which a version was served counts.
  for (const minor of [...minors].reverse()) {
    for (const crd of schemas.crds(minor)) {
      for (const version of crd.spec.versions) {
        const key = `${crd.metadata.name}/${version.name}`
        if (version.served && !older.has(key)) older.set(key, version)
      }
    }
  }
  return crds.map((crd) => {
    const spec = isObject(crd['spec']) ? crd['spec'] : {}
    const name = isObject(crd['metadata']) ? String(crd['metadata']['name']) : ''
    const kind = isObject(spec['names']) ? String(spec['names']['kind']) : ''
    const versions = Array.isArray(spec['versions']) ? spec['versions'].filter(isObject) : []
    const current = String(versions.find((version) => version['storage'] === true)?.['name'] ?? '')
    const known = new Set(
      versions.filter((version) => version['served'] === true).map((version) => String(version['name'])),
    )
    const added = [...older].flatMap(([key, version]) => {
      const own = key.slice(key.lastIndexOf('/') + 1)
      if (key.slice(0, key.lastIndexOf('/')) !== name || known.has(own)) return []
      const deprecationWarning = `${own} ${kind} is deprecated, upgrade to ${current}`
      const shown: JsonObject = { ...version, served: true, storage: false, deprecated: true, deprecationWarning }
      return [shown]
    })
    const replaced = new Set(added.map((version) => String(version['name'])))
    const kept = versions.filter((version) => !replaced.has(String(version['name'])))
    return { ...crd, spec: { ...spec, versions: [...kept, ...added] } }
  })
}
