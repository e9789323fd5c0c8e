import type { JsonObject } from '../base/index.ts'
import flux from './data/flux.json' with { type: 'json' }
import type { CustomResourceDefinition, VersionHistory } from './types.ts'

/** The newest Flux minor that Fluxkit knows. */
export const currentFluxMinor = '2.9'

/** The definitions of Flux and Flagger, parsed on demand. */
export interface FluxCrds {
  /** `2.0` … `2.9`. */
  minors(): readonly string[]
  /** The definitions that a Flux minor installs; empty for an unknown minor. */
  crds(release: string): readonly CustomResourceDefinition[]
  history(group: string, kind: string): readonly VersionHistory[]
}

interface StoredCrd extends JsonObject {
  metadata: { name: string }
  spec: { group: string; names: { kind: string }; versions: StoredVersion[] }
}

interface StoredVersion extends JsonObject {
  name: string
  served: boolean
  storage: boolean
  /** Index into the shared list of schemas. */
  schema: number
}

/** Opens the generated definitions (see data/generate.mjs). */
export function createFluxCrds(): FluxCrds {
  const releases = flux.releases as Readonly<Record<string, string>>
  const schemas = new Map<number, JsonObject>()
  const parsed = new Map<string, readonly CustomResourceDefinition[]>()

  function crds(release: string): readonly CustomResourceDefinition[] {
    const known = parsed.get(release)
    if (known !== undefined) return known
    const stored = skeletons(release)
    const result = stored.map(
      (crd) =>
        ({
          ...crd,
          spec: {
            ...crd.spec,
            versions: crd.spec.versions.map((version) => ({
              ...version,
              schema: { openAPIV3Schema: schemaAt(version.schema) },
            })),
          },
        }) as unknown as CustomResourceDefinition,
    )
    parsed.set(release, result)
    return result
  }

  function skeletons(release: string): readonly StoredCrd[] {
    return Object.hasOwn(releases, release) ? (JSON.parse(releases[release]!) as StoredCrd[]) : []
  }

  function schemaAt(index: number): JsonObject {
    let schema = schemas.get(index)
    if (schema === undefined) {
      schema = JSON.parse(flux.schemas[index]!) as JsonObject
      schemas.set(index, schema)
    }
    return schema
  }

  const minors = (): readonly string[] => Object.keys(releases).filter((release) => /^\d/.test(release))

  function history(group: string, kind: string): readonly VersionHistory[] {
    return minors().map((fluxMinor) => ({
      fluxMinor,
      versions: skeletons(fluxMinor)
        .filter((crd) => crd.spec.group === group && crd.spec.names.kind === kind)
        .flatMap((crd) => crd.spec.versions)
        .map((version) => ({
          version: version.name,
          served: version.served,
          deprecated: version['deprecated'] === true,
          storage: version.storage,
        })),
    }))
  }

  return { minors, crds, history }
}
