import type { Disposable, JsonObject, JsonValue, ObjectRef } from '../base/index.ts'
import type { ApiResource, GroupVersionKind, KubeObject } from './types.ts'

/** One HTTP request to an API server; `path` holds the query too (`/api/v1/pods?limit=500`). */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Milliseconds without an answer after which the request fails with `KubeError` reason `Timeout`. */
  readonly timeout?: number
}

export interface KubeResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface StreamHandlers {
  readonly onText: (text: string) => void
  /** Called once, with the error when the stream broke off. */
  readonly onEnd: (error?: Error) => void
}

/**
 * The way to one API server. The Node implementation (over the kubeconfig of `@kubernetes/client-node`) is in
 * `src/host`; the dev cluster's handler can be called through it without a socket.
 */
export interface KubeTransport {
  request(request: KubeRequest): Promise<KubeResponse>
  /** A watch or a followed log: text arrives until disposed. */
  stream(request: KubeRequest, handlers: StreamHandlers): Disposable
}

export interface ListOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface KubeList {
  readonly items: readonly KubeObject[]
  readonly resourceVersion: string
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

export interface WatchOptions extends ListOptions {
  readonly resourceVersion: string
}

export interface WriteOptions {
  readonly dryRun?: boolean
  readonly fieldManager?: string
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore'
  readonly subresource?: string
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string
  readonly force?: boolean
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly dryRun?: boolean
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

export type PatchType = 'json' | 'merge' | 'strategic'

/**
 * A typed door to one API server. Every method but `get` and `delete` rejects with `KubeError` on a refusal;
 * those two answer a missing object (404 with reason NotFound) with `undefined` and `false`.
 */
export interface KubeClient {
  /** The server's resource for a kind; `undefined` when the server does not know it. Asks discovery again once on a miss. */
  resourceFor(gvk: GroupVersionKind): Promise<ApiResource | undefined>
  /** Everything the server offers, preferred versions first. */
  resources(): Promise<readonly ApiResource[]>
  get(ref: ObjectRef, options?: { readonly subresource?: string }): Promise<KubeObject | undefined>
  /** Every object, following `continue`. */
  list(kind: { apiVersion: string; kind: string }, options?: ListOptions): Promise<KubeList>
  watch(
    kind: { apiVersion: string; kind: string },
    options: WatchOptions,
    onEvent: (event: WatchEvent) => void,
    /** Called once; `KubeError` with code 410 asks for a new list. */
    onEnd: (error?: Error) => void,
  ): Disposable
  create(object: KubeObject, options?: WriteOptions): Promise<KubeObject>
  update(object: KubeObject, options?: WriteOptions): Promise<KubeObject>
  patch(ref: ObjectRef, type: PatchType, patch: JsonValue, options?: WriteOptions): Promise<KubeObject>
  /** Server-side apply. */
  apply(object: KubeObject, options: ApplyOptions): Promise<KubeObject>
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<boolean>
  /** Any other request: version, logs, OpenAPI. */
  readonly transport: KubeTransport
}

/** A `metav1.Status` that says no, or a connection that failed (code 0). */
export class KubeError extends Error {
  override readonly name = 'KubeError'
  /** HTTP status; 0 when no answer came. */
  readonly code: number
  /** `NotFound`, `Conflict`, `Invalid`, `AlreadyExists`, `Forbidden`, `Unauthorized`, `Timeout`, `Expired`, … */
  readonly reason: string
  readonly details: JsonObject | undefined

  constructor(code: number, reason: string, message: string, details?: JsonObject) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }
}
