import { getIn, getString, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { compareVersions } from '../../schema/index.ts'
import { builtinTypes } from './builtin.ts'
import type { CustomType, ResourceType, ScalePaths } from './types.ts'

const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

/** The resources that the server serves: the built-in ones, and those that stored CustomResourceDefinitions declare. */
export class ResourceRegistry {
  readonly #builtin: readonly ResourceType[]
  readonly #custom = new Map<string, readonly ResourceType[]>()
  /** `group/version/resource` → type. */
  #byPath = new Map<string, ResourceType>()
  #byCollection = new Map<string, ResourceType>()
  #byKind = new Map<string, ResourceType>()
  #revision = 0

  constructor(builtin: readonly ResourceType[] = builtinTypes()) {
    this.#builtin = builtin
    this.#index()
  }

  /** Counts up with every change of what is served: caches of discovery and OpenAPI key on it. */
  get revision(): number {
    return this.#revision
  }

  /** A served resource. */
  find(group: string, version: string, resource: string): ResourceType | undefined {
    return this.#byPath.get(`${group}/${version}/${resource}`)
  }

  /** The type in its storage version. */
  ofCollection(collection: string): ResourceType | undefined {
    return this.#byCollection.get(collection)
  }

  /** The served resource of a kind. */
  ofKind(group: string, version: string, kind: string): ResourceType | undefined {
    return this.#byKind.get(`${group}/${version}/${kind}`)
  }

  /** A kind in any served version, preferred first. */
  ofGroupKind(group: string, kind: string): ResourceType | undefined {
    return this.all().find((type) => type.group === group && type.kind === kind)
  }

  /** Every served type: built-in first, then custom ones by definition. */
  all(): ResourceType[] {
    return [...this.#byPath.values()]
  }

  /** Serves what a definition declares, replacing what it declared before. */
  define(crd: KubeObject): void {
    this.#custom.set(crd.metadata.name, typesOfDefinition(crd))
    this.#index()
  }

  /** Stops serving what a definition declared. */
  undefine(name: string): void {
    if (this.#custom.delete(name)) this.#index()
  }

  #index(): void {
    this.#revision++
    this.#byPath = new Map()
    this.#byCollection = new Map()
    this.#byKind = new Map()
    const names = [...this.#custom.keys()].sort()
    for (const type of [...this.#builtin, ...names.flatMap((name) => this.#custom.get(name)!)]) {
      const path = `${type.group}/${type.version}/${type.resource}`
      if (this.#byPath.has(path)) continue
      this.#byPath.set(path, type)
      this.#byKind.set(`${type.group}/${type.version}/${type.kind}`, type)
      const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`
      if (type.storage.apiVersion === apiVersion) this.#byCollection.set(type.collection, type)
    }
  }
}

/** True for a definition whose names another one has taken. */
function isRefused(crd: KubeObject): boolean {
  const conditions = getIn(crd, ['status', 'conditions'])
  return (
    Array.isArray(conditions) &&
    conditions.some((item) => isObject(item) && item['type'] === 'NamesAccepted' && item['status'] === 'False')
  )
}

/** The served versions of a CustomResourceDefinition as types, the most preferred version first. */
function typesOfDefinition(crd: KubeObject): ResourceType[] {
  const spec = crd['spec']
  if (!isObject(spec) || isRefused(crd)) return []
  const group = getString(spec, 'group') ?? ''
  const names = isObject(spec['names']) ? spec['names'] : {}
  const kind = getString(names, 'kind') ?? ''
  const plural = getString(names, 'plural') ?? ''
  const versions = Array.isArray(spec['versions']) ? spec['versions'].filter(isObject) : []
  const stored = versions.find((version) => version['storage'] === true) ?? versions[0]
  const storage = { apiVersion: `${group}/${getString(stored, 'name') ?? ''}`, kind }
  return versions
    .filter((version) => version['served'] === true)
    .sort((a, b) => compareVersions(String(b['name']), String(a['name'])))
    .map((version): ResourceType => {
      const custom = customOf(crd, spec, version)
      const subresources = isObject(version['subresources']) ? version['subresources'] : {}
      return {
        group,
        version: getString(version, 'name') ?? '',
        kind,
        resource: plural,
        singular: getString(names, 'singular') ?? kind.toLowerCase(),
        namespaced: spec['scope'] !== 'Cluster',
        shortNames: strings(names['shortNames']),
        categories: strings(names['categories']),
        verbs: CUSTOM_VERBS,
        subresources: ['status', 'scale'].filter((name) => Object.hasOwn(subresources, name)),
        listKind: getString(names, 'listKind') ?? `${kind}List`,
        collection: `${plural}.${group}`,
        storage,
        custom,
      }
    })
}

/** `; use <version> <Kind>`: the newest version that is served and not deprecated, if it is newer. */
function successor(spec: JsonObject, version: JsonObject): string {
  const versions = Array.isArray(spec['versions']) ? spec['versions'].filter(isObject) : []
  const [best] = versions
    .filter((other) => other['served'] === true && other['deprecated'] !== true)
    .map((other) => String(other['name']))
    .filter((name) => compareVersions(String(version['name']), name) < 0)
    .sort((a, b) => compareVersions(b, a))
  return best === undefined ? '' : `; use ${String(spec['group'])}/${best} ${String(getIn(spec, ['names', 'kind']))}`
}

function customOf(crd: KubeObject, spec: JsonObject, version: JsonObject): CustomType {
  const columns = Array.isArray(version['additionalPrinterColumns']) ? version['additionalPrinterColumns'] : []
  const selectable = Array.isArray(version['selectableFields']) ? version['selectableFields'] : []
  const schema = getIn(version, ['schema', 'openAPIV3Schema'])
  const deprecated = version['deprecated'] === true
  const apiVersion = `${String(spec['group'])}/${String(version['name'])}`
  return {
    schema: isObject(schema) ? schema : undefined,
    preserveUnknown: spec['preserveUnknownFields'] === true,
    columns: columns.filter(isObject).map((column) => ({
      name: String(column['name'] ?? ''),
      type: String(column['type'] ?? 'string'),
      ...(typeof column['format'] === 'string' ? { format: column['format'] } : {}),
      description: typeof column['description'] === 'string' ? column['description'] : '',
      priority: Number(column['priority'] ?? 0),
      jsonPath: String(column['jsonPath'] ?? ''),
    })),
    scale: scaleOf(getIn(version, ['subresources', 'scale'])),
    selectable: selectable.flatMap((field) => getString(field, 'jsonPath') ?? []),
    deprecation: deprecated
      ? (getString(version, 'deprecationWarning') ??
        `${apiVersion} ${String(getIn(spec, ['names', 'kind']))} is deprecated${successor(spec, version)}`)
      : undefined,
    generation: getString(crd, 'metadata', 'resourceVersion') ?? '',
  }
}

function scaleOf(value: JsonValue | undefined): ScalePaths | undefined {
  if (!isObject(value)) return undefined
  return {
    specReplicasPath: getString(value, 'specReplicasPath') ?? '',
    statusReplicasPath: getString(value, 'statusReplicasPath') ?? '',
    labelSelectorPath: getString(value, 'labelSelectorPath'),
  }
}

function strings(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
