import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { KubeError } from '../client.ts'
import { type ApiResource, apiVersionOf, type GroupVersionKind, parseApiVersion } from '../types.ts'
import { readBody, type Sender } from './send.ts'

const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',')

/**
 * What a server offers, asked once and kept: aggregated discovery (v2), or the legacy lists of servers that do not
 * know it. A kind that is not found makes it ask again, since CRDs come and go.
 */
export class Discovery {
  readonly #sender: Sender
  #loaded: Promise<DiscoveryIndex> | undefined
  #refreshing: Promise<DiscoveryIndex> | undefined

  constructor(sender: Sender) {
    this.#sender = sender
  }

  async resources(): Promise<readonly ApiResource[]> {
    return (await this.#current()).list
  }

  async resourceFor(gvk: GroupVersionKind): Promise<ApiResource | undefined> {
    const key = keyOf(gvk)
    const found = (await this.#current()).byKind.get(key)
    if (found !== undefined) return found
    // Callers that miss at the same time share one request.
    this.#refreshing ??= this.#load().finally(() => {
      this.#refreshing = undefined
    })
    const fresh = await this.#refreshing
    this.#loaded = Promise.resolve(fresh)
    return fresh.byKind.get(key)
  }

  #current(): Promise<DiscoveryIndex> {
    this.#loaded ??= this.#load().catch((error) => {
      this.#loaded = undefined
      throw error
    })
    return this.#loaded
  }

  async #load(): Promise<DiscoveryIndex> {
    const [core, groups] = await Promise.all([this.#root('/api'), this.#root('/apis')])
    const list = [...core, ...groups]
    const byKind = new Map<string, ApiResource>()
    for (const resource of list) if (!byKind.has(keyOf(resource))) byKind.set(keyOf(resource), resource)
    return { list, byKind }
  }

  async #root(path: '/api' | '/apis'): Promise<ApiResource[]> {
    const response = await this.#sender.send({ method: 'GET', path, headers: { accept: aggregated } })
    const body = readBody(response)
    if (body['kind'] === 'APIGroupDiscoveryList') return fromAggregated(body)
    const versions = path === '/api' ? legacyCoreVersions(body) : legacyGroupVersions(body)
    const lists = await Promise.all(versions.map((version) => this.#legacyVersion(path, version)))
    return lists.flat()
  }

  async #legacyVersion(root: string, apiVersion: string): Promise<ApiResource[]> {
    try {
      const path = `${root}/${apiVersion}`
      const body = await this.#sender.sendJson({ method: 'GET', path, headers: { accept: 'application/json' } })
      return fromLegacy(body, apiVersion)
    } catch (error) {
      // A group whose server is down (metrics, custom APIs) must not hide the others.
      if (error instanceof KubeError && (error.code === 404 || error.code >= 500)) return []
      throw error
    }
  }
}

interface DiscoveryIndex {
  readonly list: readonly ApiResource[]
  readonly byKind: ReadonlyMap<string, ApiResource>
}

function keyOf(gvk: GroupVersionKind): string {
  return `${apiVersionOf(gvk)} ${gvk.kind}`
}

function fromAggregated(body: JsonObject): ApiResource[] {
  const out: ApiResource[] = []
  for (const group of objects(body['items'])) {
    const metadata = group['metadata']
    const groupName = isObject(metadata) ? text(metadata['name']) : ''
    for (const version of objects(group['versions'])) {
      for (const resource of objects(version['resources'])) {
        out.push(aggregatedResource(groupName, text(version['version']), resource))
      }
    }
  }
  return out
}

function aggregatedResource(group: string, version: string, resource: JsonObject): ApiResource {
  const responseKind = isObject(resource['responseKind']) ? resource['responseKind'] : {}
  return {
    group,
    version,
    kind: text(responseKind['kind']),
    resource: text(resource['resource']),
    singular: text(resource['singularResource']),
    namespaced: resource['scope'] === 'Namespaced',
    shortNames: texts(resource['shortNames']),
    categories: texts(resource['categories']),
    verbs: texts(resource['verbs']),
    subresources: objects(resource['subresources']).map((sub) => text(sub['subresource'])),
  }
}

function legacyCoreVersions(body: JsonObject): string[] {
  return texts(body['versions'])
}

/** Every served version, each group's preferred one first. */
function legacyGroupVersions(body: JsonObject): string[] {
  return objects(body['groups']).flatMap((group) => {
    const preferred = isObject(group['preferredVersion']) ? text(group['preferredVersion']['groupVersion']) : ''
    const all = objects(group['versions']).map((version) => text(version['groupVersion']))
    return all.includes(preferred) ? [preferred, ...all.filter((version) => version !== preferred)] : all
  })
}

function fromLegacy(body: JsonObject, apiVersion: string): ApiResource[] {
  const { group, version } = parseApiVersion(apiVersion)
  const entries = objects(body['resources'])
  const subresources = new Map<string, string[]>()
  for (const entry of entries) {
    const [name, sub] = splitOnce(text(entry['name']))
    if (sub === undefined) continue
    const known = subresources.get(name)
    if (known === undefined) subresources.set(name, [sub])
    else known.push(sub)
  }
  return entries
    .filter((entry) => !text(entry['name']).includes('/'))
    .map((entry) => ({
      group,
      version,
      kind: text(entry['kind']),
      resource: text(entry['name']),
      singular: text(entry['singularName']),
      namespaced: entry['namespaced'] === true,
      shortNames: texts(entry['shortNames']),
      categories: texts(entry['categories']),
      verbs: texts(entry['verbs']),
      subresources: subresources.get(text(entry['name'])) ?? [],
    }))
}

function splitOnce(name: string): [string, string | undefined] {
  const slash = name.indexOf('/')
  return slash < 0 ? [name, undefined] : [name.slice(0, slash), name.slice(slash + 1)]
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
