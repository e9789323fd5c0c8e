import { getIn, getString, isObject, type JsonObject, type Problem, type Result } from '../base/index.ts'
import { type ApiResource, apiVersionOf, type KubeClient, KubeError, type KubeObject } from '../kube/index.ts'
import type { ApiServer } from './api-server.ts'

export interface ForkOptions {
  /** Copies Secrets too; without it no Secret is read. */
  readonly includeSecrets?: boolean
  /** Told of each kind as its objects have been read. */
  readonly onRead?: (resource: string, count: number) => void
}

export interface ForkReport {
  /** Copied objects by `resource.group`. */
  readonly copied: ReadonlyMap<string, number>
}

const CRDS = 'customresourcedefinitions.apiextensions.k8s.io'
/** What the dev cluster makes itself, or what only means something where it was made. */
const LEFT_OUT = new Set([
  'events',
  'events.events.k8s.io',
  'nodes',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'leases.coordination.k8s.io',
  'csinodes.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'apiservices.apiregistration.k8s.io',
  'certificatesigningrequests.certificates.k8s.io',
])
const AT_ONCE = 4

/**
 * Copies a cluster into an empty dev cluster. Only reads from the cluster. Objects keep uid, times, status and managed
 * fields, so ownership, generations and conflicts are as they are there; controllers of the dev cluster make their Pods
 * and endpoints anew.
 *
 * Problems: `fork/unreadable` for a kind that may not or cannot be read, `fork/left-out` for what would not work here.
 * @throws KubeError when the cluster cannot be reached or does not know the user
 */
export async function forkCluster(
  client: KubeClient,
  server: ApiServer,
  options: ForkOptions = {},
): Promise<Result<ForkReport>> {
  const problems: Problem[] = []
  const report = (code: string, message: string): void => {
    problems.push({ severity: 'warning', code, message })
  }
  const offered = await client.resources()
  const copied = new Map<string, number>()
  const definitions = offered.find((resource) => collectionOf(resource) === CRDS && resource.version === 'v1')
  if (definitions !== undefined) {
    const found = (await read(client, definitions, options, report)).filter((object) => !isTerminating(object))
    for (const object of found) server.adopt(object)
    copied.set(CRDS, found.length)
  }
  const kept: KubeObject[] = []
  await inParallel(chosen(offered, server, options), async (resource) => {
    for (const object of await read(client, resource, options, report)) {
      const why = reasonToLeave(collectionOf(resource), object)
      if (why === undefined) kept.push(object)
      else if (why !== '') report('fork/left-out', `${resource.kind} ${object.metadata.name}: ${why}`)
    }
  })
  for (const object of ownersFirst(kept)) {
    if (!server.adopt(object)) continue
    const type = server.registry.ofGroupKind(groupOf(object), object.kind)
    if (type !== undefined) copied.set(type.collection, (copied.get(type.collection) ?? 0) + 1)
  }
  return { value: { copied }, problems }
}

function collectionOf(resource: ApiResource): string {
  return resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`
}

function groupOf(object: KubeObject): string {
  const slash = object.apiVersion.indexOf('/')
  return slash < 0 ? '' : object.apiVersion.slice(0, slash)
}

/** One version of each resource that both clusters serve, the other's preferred one if possible. */
function chosen(offered: readonly ApiResource[], server: ApiServer, options: ForkOptions): ApiResource[] {
  const out = new Map<string, ApiResource>()
  for (const resource of offered) {
    const collection = collectionOf(resource)
    if (out.has(collection) || collection === CRDS || LEFT_OUT.has(collection)) continue
    if (collection === 'secrets' && options.includeSecrets !== true) continue
    if (!resource.verbs.includes('list') || !resource.verbs.includes('create')) continue
    const known = server.registry.find(resource.group, resource.version, resource.resource)
    if (known?.verbs.includes('create') === true) out.set(collection, resource)
  }
  return [...out.values()]
}

async function read(
  client: KubeClient,
  resource: ApiResource,
  options: ForkOptions,
  report: (code: string, message: string) => void,
): Promise<readonly KubeObject[]> {
  const kind = { apiVersion: apiVersionOf(resource), kind: resource.kind }
  try {
    const { items } = await client.list(kind)
    options.onRead?.(collectionOf(resource), items.length)
    return items.map((item) => ({ ...item, ...kind }))
  } catch (error) {
    if (!(error instanceof KubeError) || error.code === 0 || error.code === 401) throw error
    report('fork/unreadable', `${collectionOf(resource)} cannot be read: ${error.message}`)
    return []
  }
}

/** Why an object is not copied; `''` when that goes without saying. */
function reasonToLeave(collection: string, object: KubeObject): string | undefined {
  const { name } = object.metadata
  if (isTerminating(object)) return collection === 'namespaces' ? undefined : ''
  switch (collection) {
    case 'pods':
      return controllerOf(object) === undefined ? undefined : ''
    case 'configmaps':
      return name === 'kube-root-ca.crt' ? '' : undefined
    case 'services':
      return name === 'kubernetes' && object.metadata['namespace'] === 'default' ? '' : undefined
    case 'secrets':
      return object['type'] === 'kubernetes.io/service-account-token' ? '' : undefined
    case 'mutatingwebhookconfigurations.admissionregistration.k8s.io':
    case 'validatingwebhookconfigurations.admissionregistration.k8s.io':
      return 'its webhooks are out of reach of the dev cluster'
    default:
      return undefined
  }
}

function isTerminating(object: KubeObject): boolean {
  return object.metadata['deletionTimestamp'] !== undefined
}

function references(object: KubeObject): JsonObject[] {
  const list = object.metadata['ownerReferences']
  return Array.isArray(list) ? list.filter(isObject) : []
}

function controllerOf(object: KubeObject): JsonObject | undefined {
  return references(object).find((reference) => reference['controller'] === true)
}

/** Namespaces, then owners before what they own; owners that were not copied are forgotten, or their dependents would go too. */
function ownersFirst(objects: readonly KubeObject[]): KubeObject[] {
  const byUid = new Map(objects.map((object) => [getString(object, 'metadata', 'uid') ?? '', object]))
  const out = new Set<KubeObject>()
  const place = (object: KubeObject): void => {
    // An explicit stack: owners of owners of … may go deep, and may go round in circles.
    const stack = [object]
    const seen = new Set<KubeObject>()
    while (stack.length > 0) {
      const top = stack.at(-1)!
      const owner = references(top)
        .map((reference) => byUid.get(String(reference['uid'])))
        .find((item) => item !== undefined && !out.has(item) && !seen.has(item))
      seen.add(top)
      if (owner === undefined) out.add(stack.pop()!)
      else stack.push(owner)
    }
  }
  for (const object of objects) if (object.kind === 'Namespace' && groupOf(object) === '') place(object)
  for (const object of objects) if (!out.has(object)) place(object)
  return [...out].map((object) => tidied(object, byUid))
}

function tidied(object: KubeObject, copied: ReadonlyMap<string, KubeObject>): KubeObject {
  const { resourceVersion: _version, selfLink: _link, ownerReferences: _owners, ...metadata } = object.metadata
  const owners = references(object).filter((reference) => copied.has(String(reference['uid'])))
  if (owners.length > 0) metadata['ownerReferences'] = owners
  // A namespace that goes would take its copy along.
  delete metadata['deletionTimestamp']
  delete metadata['deletionGracePeriodSeconds']
  const out: KubeObject = { ...object, metadata: { ...metadata, name: object.metadata.name } }
  if (object.kind === 'Namespace' && getIn(object, ['status', 'phase']) === 'Terminating')
    out['status'] = { phase: 'Active' }
  const status = freshStatus(out)
  if (status !== undefined) out['status'] = status
  return out
}

/** What outlives the Pods in the status of a kind that makes Pods. */
const LASTING: ReadonlyMap<string, readonly string[]> = new Map([
  ['Deployment', ['collisionCount']],
  ['ReplicaSet', []],
  ['StatefulSet', ['collisionCount', 'currentRevision', 'updateRevision']],
  ['DaemonSet', ['collisionCount']],
])

/**
 * The status of a workload whose Pods stayed behind: it says nothing of Pods until its controller here has made new ones.
 * Undefined where the status is true here too, as that of a finished Job.
 */
function freshStatus(object: KubeObject): JsonObject | undefined {
  const { status } = object
  if (!isObject(status)) return undefined
  const lasting = groupOf(object) === 'apps' ? LASTING.get(object.kind) : undefined
  if (lasting !== undefined) return Object.fromEntries(Object.entries(status).filter(([key]) => lasting.includes(key)))
  if (groupOf(object) !== 'batch' || object.kind !== 'Job') return undefined
  const { active: _active, ready: _ready, terminating: _terminating, ...rest } = status
  return rest
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
