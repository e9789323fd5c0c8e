import type { JsonObject } from '../base/index.ts'
import { compareVersions } from '../schema/index.ts'
import { OUTPUT_TYPES, parseAccept } from './http/content.ts'
import { notAcceptable } from './http/errors.ts'
import { writeJson } from './http/json.ts'
import { YAML_TYPE } from './http/media.ts'
import type { ApiResponse } from './http/types.ts'
import type { ResourceRegistry } from './resources/registry.ts'
import { type ResourceType, versionOf } from './resources/types.ts'

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' }

const LEGACY_TYPES = new Set(['application/json', YAML_TYPE, '*/*', 'application/*'])

interface Group {
  readonly name: string
  /** Preferred first. */
  readonly versions: readonly string[]
}

/** Kinds that subresources answer with, where it is not the parent's own. */
const SUBRESOURCE_KINDS: Readonly<
  Record<string, { group: string; version: string; kind: string; verbs: readonly string[] }>
> = {
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
  'pods/binding': { group: '', version: 'v1', kind: 'Binding', verbs: ['create'] },
  'pods/eviction': { group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
  'pods/log': { group: '', version: 'v1', kind: 'Pod', verbs: ['get'] },
  'pods/exec': { group: '', version: 'v1', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  'pods/attach': { group: '', version: 'v1', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  'pods/portforward': { group: '', version: 'v1', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  'pods/proxy': {
    group: '',
    version: 'v1',
    kind: 'PodProxyOptions',
    verbs: ['create', 'delete', 'get', 'patch', 'update'],
  },
  'services/proxy': {
    group: '',
    version: 'v1',
    kind: 'ServiceProxyOptions',
    verbs: ['create', 'delete', 'get', 'patch', 'update'],
  },
  'nodes/proxy': {
    group: '',
    version: 'v1',
    kind: 'NodeProxyOptions',
    verbs: ['create', 'delete', 'get', 'patch', 'update'],
  },
  'serviceaccounts/token': { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] },
  'namespaces/finalize': { group: '', version: 'v1', kind: 'Namespace', verbs: ['update'] },
}
/** Groups in the order of their priority (kube-aggregator); those of definitions follow by name. */
const BUILTIN_ORDER: readonly string[] = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
]
const STATUS_VERBS = ['get', 'patch', 'update']

/**
 * Answers `/api` and `/apis` in the aggregated or the legacy form, as Accept asks. `host`: where the server is, as the
 * client sees it.
 * @throws ApiError 406
 */
export function discoveryRoot(
  registry: ResourceRegistry,
  core: boolean,
  accept: string | undefined,
  host: string,
): ApiResponse {
  const groups = groupsOf(registry).filter((group) => (group.name === '') === core)
  for (const { type, parameters } of parseAccept(accept ?? '')) {
    const aggregated = parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io'
    const version = parameters.get('v')
    if ((type === 'application/json' || type === YAML_TYPE) && aggregated && version === 'v2') {
      return {
        status: 200,
        headers: {
          'cache-control': 'public',
          vary: 'Accept',
          'content-type': `${type};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
        },
        body: writeJson({
          kind: 'APIGroupDiscoveryList',
          apiVersion: `apidiscovery.k8s.io/${version}`,
          metadata: {},
          items: groups.map((group) => aggregatedGroup(registry, group)),
        }),
      }
    }
    if (LEGACY_TYPES.has(type) && !parameters.has('as')) return legacyRoot(groups, core, host)
  }
  if (accept === undefined || accept === '') return legacyRoot(groups, core, host)
  throw notAcceptable(OUTPUT_TYPES, true)
}

function legacyRoot(groups: readonly Group[], core: boolean, host: string): ApiResponse {
  const addresses = [{ clientCIDR: '0.0.0.0/0', serverAddress: host }]
  const body: JsonObject = core
    ? { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: addresses }
    : { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupObject) }
  return { status: 200, headers: JSON_HEADERS, body: writeJson(body) }
}

/** Answers `/apis/GROUP`; undefined for an unknown group. */
export function discoveryGroup(registry: ResourceRegistry, name: string): ApiResponse | undefined {
  const group = groupsOf(registry).find((item) => item.name === name && name !== '')
  if (group === undefined) return undefined
  const body = { kind: 'APIGroup', apiVersion: 'v1', ...groupObject(group) }
  return { status: 200, headers: JSON_HEADERS, body: writeJson(body) }
}

/** Answers `/api/v1` and `/apis/GROUP/VERSION`; undefined for an unknown one. */
export function discoveryVersion(registry: ResourceRegistry, group: string, version: string): ApiResponse | undefined {
  const types = registry.all().filter((type) => type.group === group && type.version === version)
  if (types.length === 0) return undefined
  const resources = types.flatMap((type) => [
    legacyResource(type),
    ...type.subresources.map((name) => legacySubresource(type, name)),
  ])
  const body = {
    kind: 'APIResourceList',
    // The core group's list has come without for as long as there is one.
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources,
  }
  return { status: 200, headers: JSON_HEADERS, body: writeJson(body) }
}

/** The served groups, core first, with their versions by preference. */
export function groupsOf(registry: ResourceRegistry): Group[] {
  const versions = new Map<string, string[]>()
  for (const type of registry.all()) {
    const known = versions.get(type.group)
    if (known === undefined) versions.set(type.group, [type.version])
    else if (!known.includes(type.version)) known.push(type.version)
  }
  const groups = [...versions].map(([name, list]) => ({ name, versions: list.sort((a, b) => compareVersions(b, a)) }))
  const builtin = BUILTIN_ORDER.flatMap((name) => groups.filter((group) => group.name === name))
  const custom = groups.filter((group) => !BUILTIN_ORDER.includes(group.name))
  return [...builtin, ...custom.sort((a, b) => (a.name < b.name ? -1 : 1))]
}

function groupObject(group: Group): JsonObject {
  const versions = group.versions.map((version) => ({ groupVersion: `${group.name}/${version}`, version }))
  return { name: group.name, versions, preferredVersion: versions[0]! }
}

function legacyResource(type: ResourceType): JsonObject {
  return {
    name: type.resource,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: [...type.verbs],
    ...(type.shortNames.length > 0 ? { shortNames: [...type.shortNames] } : {}),
    ...(type.categories.length > 0 ? { categories: [...type.categories] } : {}),
    storageVersionHash: hashOf(`${versionOf(type)}/${type.kind}`),
  }
}

/** The kind that a subresource takes and answers, and its verbs. */
export function subresourceKind(
  type: ResourceType,
  name: string,
): { group: string; version: string; kind: string; verbs: readonly string[] } {
  return (
    SUBRESOURCE_KINDS[`${type.resource}/${name}`] ??
    SUBRESOURCE_KINDS[name] ?? { group: type.group, version: type.version, kind: type.kind, verbs: STATUS_VERBS }
  )
}

function legacySubresource(type: ResourceType, name: string): JsonObject {
  const { group, version, kind, verbs } = subresourceKind(type, name)
  const foreign = group !== type.group || version !== type.version
  return {
    name: `${type.resource}/${name}`,
    singularName: '',
    namespaced: type.namespaced,
    ...(foreign ? { ...(group === '' ? {} : { group }), version } : {}),
    kind,
    verbs: [...verbs],
  }
}

function aggregatedGroup(registry: ResourceRegistry, group: Group): JsonObject {
  const types = registry
    .all()
    .filter((type) => type.group === group.name)
    .sort((a, b) => (a.resource < b.resource ? -1 : 1))
  return {
    metadata: group.name === '' ? {} : { name: group.name },
    versions: group.versions.map((version) => ({
      version,
      resources: types.filter((type) => type.version === version).map(aggregatedResource),
      freshness: 'Current',
    })),
  }
}

function aggregatedResource(type: ResourceType): JsonObject {
  // A kind of the group and version that the list is about is named alone; those of definitions are named in full.
  const shown = (group: string, version: string, kind: string): JsonObject =>
    type.custom === undefined && group === type.group && version === type.version
      ? { group: '', version: '', kind }
      : { group, version, kind }
  return {
    resource: type.resource,
    responseKind: shown(type.group, type.version, type.kind),
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: [...type.verbs],
    ...(type.shortNames.length > 0 ? { shortNames: [...type.shortNames] } : {}),
    ...(type.categories.length > 0 ? { categories: [...type.categories] } : {}),
    ...(type.subresources.length === 0
      ? {}
      : {
          subresources: type.subresources.map((name) => {
            const { group, version, kind, verbs } = subresourceKind(type, name)
            return { subresource: name, responseKind: shown(group, version, kind), verbs: [...verbs] }
          }),
        }),
  }
}

/** A short stable text in the place of upstream's storage version hash. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash.toString(36).padStart(7, '0')
}
