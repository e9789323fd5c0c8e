import {
  type Clock,
  type Disposable,
  getString,
  isObject,
  type JsonObject,
  type JsonValue,
  type ObjectRef,
} from '../../base/index.ts'
import {
  type ApplyOptions,
  type DeleteOptions,
  type KubeClient,
  KubeError,
  type KubeList,
  type KubeTransport,
  type ListOptions,
  type PatchType,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from '../client.ts'
import { type ApiResource, type GroupVersionKind, gvkOf, type KubeObject, refOf } from '../types.ts'
import { stringifyJson } from '../values/json-text.ts'
import { Discovery } from './discovery.ts'
import { asKubeError } from './errors.ts'
import { resourcePath, withQuery } from './paths.ts'
import { Sender } from './send.ts'
import { decodeWatchLine, LineDecoder } from './watch-decoder.ts'

const json = 'application/json'
const pageSize = 500
/** The server ends a watch after this long and the caller starts the next from where it was (client-go: 5–10 minutes). */
const watchSeconds = 540

const patchContentTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}

/**
 * A client over a transport, with discovery, paging, watches and Kubernetes' errors (behaviour of client-go's dynamic
 * client). Without a clock it does not wait for `Retry-After` but reports the refusal.
 */
export function createKubeClient(transport: KubeTransport, clock?: Clock): KubeClient {
  return new HttpKubeClient(transport, clock)
}

class HttpKubeClient implements KubeClient {
  readonly transport: KubeTransport
  readonly #sender: Sender
  readonly #discovery: Discovery

  constructor(transport: KubeTransport, clock: Clock | undefined) {
    this.transport = transport
    this.#sender = new Sender(transport, clock)
    this.#discovery = new Discovery(this.#sender)
  }

  resourceFor(gvk: GroupVersionKind): Promise<ApiResource | undefined> {
    return this.#discovery.resourceFor(gvk)
  }

  resources(): Promise<readonly ApiResource[]> {
    return this.#discovery.resources()
  }

  async get(ref: ObjectRef, options: { readonly subresource?: string } = {}): Promise<KubeObject | undefined> {
    const path = await this.#objectPath(ref, options.subresource)
    try {
      return (await this.#sender.sendJson({ method: 'GET', path, headers: { accept: json } })) as KubeObject
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async list(kind: { apiVersion: string; kind: string }, options: ListOptions = {}): Promise<KubeList> {
    const resource = await this.#resource(kind)
    const base = resourcePath(resource, options)
    const query = { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector, limit: `${pageSize}` }
    const items: KubeObject[] = []
    for (let next: string | undefined; ; ) {
      const path = withQuery(base, { ...query, continue: next })
      const page = await this.#sender.sendJson({ method: 'GET', path, headers: { accept: json } })
      collect(page, kind, items)
      next = getString(page, 'metadata', 'continue')
      if (next === undefined || next === '') {
        return { items, resourceVersion: getString(page, 'metadata', 'resourceVersion') ?? '' }
      }
    }
  }

  watch(
    kind: { apiVersion: string; kind: string },
    options: WatchOptions,
    onEvent: (event: WatchEvent) => void,
    onEnd: (error?: Error) => void,
  ): Disposable {
    const watch = new RunningWatch(onEvent, onEnd)
    this.#resource(kind).then(
      (resource) => {
        const path = withQuery(resourcePath(resource, options), {
          allowWatchBookmarks: 'true',
          fieldSelector: options.fieldSelector,
          labelSelector: options.labelSelector,
          resourceVersion: options.resourceVersion,
          timeoutSeconds: `${watchSeconds}`,
          watch: 'true',
        })
        watch.start(this.transport, path)
      },
      (error) => watch.end(asKubeError(error)),
    )
    return watch
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const resource = await this.#resource(object)
    const ref = refOf(object)
    requireNamespace(resource, ref, 'an empty namespace may not be set during creation')
    const target = options.subresource === undefined ? {} : { name: ref.name, subresource: options.subresource }
    const path = resourcePath(resource, { ...namespaceOf(ref), ...target })
    return this.#write('POST', withQuery(path, writeQuery(options)), json, object)
  }

  async update(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const path = await this.#objectPath(refOf(object), options.subresource)
    return this.#write('PUT', withQuery(path, writeQuery(options)), json, object)
  }

  async patch(ref: ObjectRef, type: PatchType, patch: JsonValue, options: WriteOptions = {}): Promise<KubeObject> {
    const path = await this.#objectPath(ref, options.subresource)
    return this.#write('PATCH', withQuery(path, writeQuery(options)), patchContentTypes[type], patch)
  }

  async apply(object: KubeObject, options: ApplyOptions): Promise<KubeObject> {
    const path = await this.#objectPath(refOf(object), options.subresource)
    const query = { ...writeQuery(options), force: options.force === true ? 'true' : undefined }
    return this.#write('PATCH', withQuery(path, query), 'application/apply-patch+yaml', object)
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<boolean> {
    const path = await this.#objectPath(ref, undefined)
    const body: JsonObject = { apiVersion: 'v1', kind: 'DeleteOptions' }
    if (options.propagationPolicy !== undefined) body['propagationPolicy'] = options.propagationPolicy
    if (options.preconditions !== undefined) body['preconditions'] = { ...options.preconditions }
    if (options.dryRun === true) body['dryRun'] = ['All']
    try {
      await this.#sender.send({
        method: 'DELETE',
        path: withQuery(path, { dryRun: options.dryRun === true ? 'All' : undefined }),
        headers: { accept: json, 'content-type': json },
        body: stringifyJson(body),
      })
      return true
    } catch (error) {
      if (isNotFound(error)) return false
      throw error
    }
  }

  async #write(method: 'POST' | 'PUT' | 'PATCH', path: string, type: string, body: JsonValue): Promise<KubeObject> {
    const headers = { accept: json, 'content-type': type }
    return (await this.#sender.sendJson({ method, path, headers, body: stringifyJson(body) })) as KubeObject
  }

  async #resource(kind: { apiVersion: string; kind: string }): Promise<ApiResource> {
    const resource = await this.#discovery.resourceFor(gvkOf(kind))
    if (resource !== undefined) return resource
    // Upstream's NoKindMatchError; its own reason keeps it apart from an object that is missing.
    throw new KubeError(404, 'NoKindMatch', `no matches for kind "${kind.kind}" in version "${kind.apiVersion}"`)
  }

  async #objectPath(ref: ObjectRef, subresource: string | undefined): Promise<string> {
    const resource = await this.#resource(ref)
    if (ref.name === '') throw new KubeError(400, 'BadRequest', 'name is required')
    requireNamespace(resource, ref, 'an empty namespace may not be set when a resource name is provided')
    const target = subresource === undefined || subresource === '' ? {} : { subresource }
    return resourcePath(resource, { ...namespaceOf(ref), name: ref.name, ...target })
  }
}

/** One watch: from discovery of its resource to the end of its stream. */
class RunningWatch implements Disposable {
  readonly #onEvent: (event: WatchEvent) => void
  readonly #onEnd: (error?: Error) => void
  #stream: Disposable | undefined
  #done = false

  constructor(onEvent: (event: WatchEvent) => void, onEnd: (error?: Error) => void) {
    this.#onEvent = onEvent
    this.#onEnd = onEnd
  }

  start(transport: KubeTransport, path: string): void {
    if (this.#done) return
    const lines = new LineDecoder((line) => {
      if (!this.#done) this.#onEvent(decodeWatchLine(line))
    })
    const stream = transport.stream(
      { method: 'GET', path, headers: { accept: json } },
      {
        onText: (text) => this.#guard(() => lines.push(text)),
        onEnd: (error) => {
          if (error === undefined) this.#guard(() => lines.finish())
          this.end(error === undefined ? undefined : asKubeError(error))
        },
      },
    )
    if (this.#done) stream.dispose()
    else this.#stream = stream
  }

  end(error?: Error): void {
    if (this.#done) return
    this.dispose()
    this.#onEnd(error)
  }

  dispose(): void {
    this.#done = true
    this.#stream?.dispose()
    this.#stream = undefined
  }

  #guard(action: () => void): void {
    if (this.#done) return
    try {
      action()
    } catch (error) {
      this.end(asKubeError(error))
    }
  }
}

/** Adds a page's items; a server leaves out the kind of list items, so it is put back. */
function collect(page: JsonObject, kind: { apiVersion: string; kind: string }, into: KubeObject[]): void {
  const items = page['items']
  if (!Array.isArray(items)) return
  for (const item of items) {
    if (!isObject(item)) continue
    if (item['kind'] === undefined) into.push({ apiVersion: kind.apiVersion, kind: kind.kind, ...item } as KubeObject)
    else into.push(item as KubeObject)
  }
}

function writeQuery(options: WriteOptions): Record<string, string | undefined> {
  return {
    dryRun: options.dryRun === true ? 'All' : undefined,
    fieldManager: options.fieldManager,
    fieldValidation: options.fieldValidation,
  }
}

function namespaceOf(ref: ObjectRef): { namespace?: string } {
  return ref.namespace === undefined ? {} : { namespace: ref.namespace }
}

function requireNamespace(resource: ApiResource, ref: ObjectRef, message: string): void {
  if (resource.namespaced && (ref.namespace ?? '') === '') throw new KubeError(400, 'BadRequest', message)
}

function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.code === 404 && error.reason === 'NotFound'
}
