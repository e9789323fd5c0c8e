import { getIn, isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { type BuiltinResource, builtinResources } from './builtin-resources.ts'
import { type BuiltinSchemas, createBuiltinSchemas } from './builtin-schemas.ts'
import { createFluxCrds, currentFluxMinor } from './flux-crds.ts'
import { type PatchMeta, patchMetaAt } from './patch-meta.ts'
import type { CrdVersion, CustomResourceDefinition, Gvk, KindInfo, StructuralSchema, VersionHistory } from './types.ts'

/** Everything known about kinds: the built-in ones, Flux's, Flagger's, and those whose definitions were added. */
export interface SchemaRegistry {
  /** The schema of a served version of a kind; `undefined` for a kind or version that nobody serves. */
  forKind(gvk: Gvk): StructuralSchema | undefined
  /** What discovery would say about one kind and version. */
  info(gvk: Gvk): KindInfo | undefined
  /** All served kinds and versions: built-in first, then Flux's, then added ones. */
  kinds(): readonly KindInfo[]
  /** The served versions of a kind, preferred first; empty for an unknown kind. */
  versionsOf(group: string, kind: string): readonly string[]
  /** The CustomResourceDefinitions that a Flux minor installs (default: the newest); `flagger` for Flagger's. */
  crds(fluxMinor?: string): readonly CustomResourceDefinition[]
  /** Which versions of a kind each Flux minor served, oldest first; entries have no versions before the kind existed. */
  history(group: string, kind: string): readonly VersionHistory[]
  /** How a strategic merge patch treats the field at a path; list indexes are left out of the path. */
  patchMeta(gvk: Gvk, path: readonly string[]): PatchMeta | undefined
  /** Adds (or replaces) the kinds of a definition found in a repository or a cluster. Malformed ones are ignored. */
  addCrd(crd: JsonObject): void
  /** Takes back what `addCrd` added. Flux's own definition shows again. */
  removeCrd(group: string, plural: string): void
  /** The built-in types with `{ $ref }` between them, for OpenAPI documents. */
  definitions(): ReadonlyMap<string, JsonObject>
  /** The name of the type in `definitions` that describes a built-in kind. */
  typeName(gvk: Gvk): string | undefined
}

interface Entry {
  readonly info: KindInfo
  readonly schema: () => StructuralSchema | undefined
  readonly typeName?: string
}

/** Opens a registry. It holds no shared state: two registries do not see each other's added definitions. */
export function createSchemaRegistry(options: { readonly fluxMinor?: string } = {}): SchemaRegistry {
  const builtin = createBuiltinSchemas()
  const flux = createFluxCrds()
  const fluxMinor = options.fluxMinor ?? currentFluxMinor
  const added = new Map<string, readonly Entry[]>()
  let index: Map<string, Entry> | undefined

  function entries(): Map<string, Entry> {
    index ??= buildIndex(builtin, [...flux.crds(fluxMinor), ...flux.crds('flagger')], added.values())
    return index
  }

  const find = (gvk: Gvk): Entry | undefined => entries().get(keyOf(gvk))

  return {
    forKind: (gvk) => find(gvk)?.schema(),
    info: (gvk) => find(gvk)?.info,
    kinds: () => [...entries().values()].map((entry) => entry.info),
    versionsOf: (group, kind) =>
      [...entries().values()]
        .map((entry) => entry.info)
        .filter((info) => info.group === group && info.kind === kind)
        .map((info) => info.version),
    crds: (minor = fluxMinor) => flux.crds(minor),
    history: (group, kind) => flux.history(group, kind),
    patchMeta: (gvk, path) => {
      // Custom resources have no strategic merge patch, whatever their schema says.
      const entry = find(gvk)
      if (entry?.typeName === undefined) return undefined
      const schema = builtin.resolve(entry.typeName)
      return schema === undefined ? undefined : patchMetaAt(schema, path)
    },
    addCrd: (crd) => {
      if (!isCrd(crd)) return
      added.set(`${crd.spec.names.plural}.${crd.spec.group}`, crdEntries(crd, 'added'))
      index = undefined
    },
    removeCrd: (group, plural) => {
      if (added.delete(`${plural}.${group}`)) index = undefined
    },
    definitions: () => builtin.definitions(),
    typeName: (gvk) => find(gvk)?.typeName,
  }
}

/** Built-in kinds, then those of definitions; an added definition replaces all versions of its kind. */
function buildIndex(
  builtin: BuiltinSchemas,
  definitions: readonly CustomResourceDefinition[],
  added: Iterable<readonly Entry[]>,
): Map<string, Entry> {
  const index = new Map<string, Entry>()
  for (const resource of builtinResources()) put(index, builtinEntry(builtin, resource))
  for (const crd of definitions) for (const entry of crdEntries(crd, 'flux')) put(index, entry)
  for (const list of added) {
    const first = list[0]
    if (first === undefined) continue
    const prefix = `${first.info.group}/${first.info.kind}/`
    for (const key of [...index.keys()]) if (key.startsWith(prefix)) index.delete(key)
    for (const entry of list) put(index, entry)
  }
  return index
}

function builtinEntry(builtin: BuiltinSchemas, resource: BuiltinResource): Entry {
  const { typeName, ...info } = resource
  return { info, schema: () => builtin.resolve(typeName), typeName }
}

function keyOf(gvk: Gvk): string {
  return `${gvk.group}/${gvk.kind}/${gvk.version}`
}

function put(index: Map<string, Entry>, entry: Entry): void {
  index.set(keyOf(entry.info), entry)
}

const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const

/** One entry for each served version, preferred first. */
function crdEntries(crd: CustomResourceDefinition, source: 'flux' | 'added'): Entry[] {
  const { group, names, scope } = crd.spec
  const served = crd.spec.versions.filter((version) => version.served).sort((a, b) => compareVersions(b.name, a.name))
  return served.map((version, position) => ({
    info: {
      group,
      version: version.name,
      kind: names.kind,
      resource: names.plural,
      singular: typeof names['singular'] === 'string' ? names['singular'] : names.kind.toLowerCase(),
      namespaced: scope === 'Namespaced',
      shortNames: strings(names['shortNames']),
      categories: strings(names['categories']),
      verbs: customVerbs,
      subresources: isObject(version['subresources']) ? Object.keys(version['subresources']) : [],
      preferred: position === 0,
      source,
    },
    schema: () => schemaOf(crd, version),
  }))
}

function schemaOf(crd: CustomResourceDefinition, version: CrdVersion): StructuralSchema | undefined {
  const schema = getIn(version, ['schema', 'openAPIV3Schema']) ?? getIn(crd, ['spec', 'validation', 'openAPIV3Schema'])
  return isObject(schema) ? (schema as StructuralSchema) : undefined
}

function strings(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

function isCrd(value: JsonObject): value is CustomResourceDefinition {
  const versions = getIn(value, ['spec', 'versions'])
  return (
    typeof getIn(value, ['spec', 'group']) === 'string' &&
    typeof getIn(value, ['spec', 'names', 'kind']) === 'string' &&
    typeof getIn(value, ['spec', 'names', 'plural']) === 'string' &&
    Array.isArray(versions) &&
    versions.every((version) => isObject(version) && typeof version['name'] === 'string')
  )
}

/**
 * Orders API versions as Kubernetes does: GA over beta over alpha, then by number (v2 over v1beta2 over v1alpha1);
 * other names come last, in reverse alphabetical order.
 * k8s.io/apimachinery pkg/version CompareKubeAwareVersionStrings.
 */
export function compareVersions(a: string, b: string): number {
  const left = kubeVersion(a)
  const right = kubeVersion(b)
  if (left === undefined || right === undefined) {
    if (left !== undefined) return 1
    if (right !== undefined) return -1
    return a < b ? 1 : a > b ? -1 : 0
  }
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return left[i]! - right[i]!
  return 0
}

function kubeVersion(version: string): [stability: number, major: number, minor: number] | undefined {
  const match = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version)
  if (match === null) return undefined
  const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0
  return [stability, Number(match[1]), Number(match[3] ?? 0)]
}
