import type { Clock, Disposable, JsonObject } from '../base/index.ts'
import { type KubeObject, parseApiVersion } from '../kube/index.ts'
import { createSchemaRegistry, type SchemaRegistry } from '../schema/index.ts'
import { createFieldManaging } from './adapters/fields.ts'
import { moderniseFlux } from './adapters/flux-versions.ts'
import { createFormats } from './adapters/formats.ts'
import { createSchemaChecks } from './adapters/schemas.ts'
import { standardAdmission } from './admission/standard.ts'
import { type Attributes, Authorizer } from './auth/authorizer.ts'
import { actingUser, denied } from './auth/identity.ts'
import { Controllers } from './controllers/controllers.ts'
import { withOldVersions } from './controllers/old-versions.ts'
import { seed } from './controllers/seed.ts'
import { discoveryGroup, discoveryRoot, discoveryVersion } from './discovery.ts'
import { type Exchange, headersOf, type Services } from './handlers/exchange.ts'
import { handleResource, isWatch, verbOf } from './handlers/resource.ts'
import { ServiceAccountTokens } from './handlers/tokens.ts'
import { asksForForm, negotiate, OUTPUT_TYPES, type OutputForm, STREAM_TYPES } from './http/content.ts'
import { ApiError, badRequest, internalError, methodNotAllowed, notAcceptable, notFoundPath } from './http/errors.ts'
import { writeJson } from './http/json.ts'
import type { Query } from './http/query.ts'
import { parseRoute, type ResourceRoute, splitTarget } from './http/route.ts'
import type { ApiAnswer, ApiRequest, ApiResponse, UserInfo } from './http/types.ts'
import { emptyV2, OpenApi } from './openapi.ts'
import type { Machine } from './operations/machine.ts'
import { commit, toStorage } from './operations/pipeline.ts'
import {
  BackgroundSession,
  type CallWebhook,
  noWebhooks,
  RequestSession,
  WebhookPending,
  type WebhookSession,
} from './operations/webhook-session.ts'
import { WatchHub } from './read/watch.ts'
import { ResourceRegistry } from './resources/registry.ts'
import { STRATEGIES } from './resources/strategies/index-of-kinds.ts'
import { Store, type StoreSnapshot } from './store/store.ts'

export interface ApiServerOptions {
  readonly clock: Clock
  /** Numbers in [0, 1) for uids and generated names; `Math.random` when absent. */
  readonly random?: () => number
  /** Changes that a watch can go back. */
  readonly history?: number
  /** The Flux minor whose definitions are installed (default: the newest); false installs none. */
  readonly flux?: string | false
  /** Serves the Flux API versions of earlier minors too, with deprecation warnings. */
  readonly oldVersions?: boolean
  /** False: no Node, and nothing makes Pods, becomes ready or is scheduled. */
  readonly workloads?: boolean
  /** PEM of the certificate authority, for the ConfigMap kube-root-ca.crt of each namespace. */
  readonly rootCertificate?: string
  /** Calls admission webhooks; without it, they count as out of reach. */
  readonly callWebhook?: CallWebhook
}

/** A request whose objects change under it again and again is given up. */
const MAX_RUNS = 100

/** What a request takes along on its way. */
interface Circumstances {
  readonly warnings: string[]
  readonly webhooks: WebhookSession
}

const TEXT_HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache, private',
  'x-content-type-options': 'nosniff',
}

/** What `/version` answers. */
const VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.0',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-04-22T00:00:00Z',
  goVersion: 'go1.26.0',
  compiler: 'gc',
  platform: 'linux/amd64',
}

/** The whole state of a cluster, cheap to take and to put back. */
export interface ClusterSnapshot {
  readonly store: StoreSnapshot
}

/**
 * A Kubernetes API server without a socket: requests in, answers out, all state in memory and all time from the given
 * clock. Its controllers (namespaces, garbage collection, workloads) run on the same clock.
 */
export class ApiServer {
  readonly store: Store
  readonly registry: ResourceRegistry
  readonly schemas: SchemaRegistry
  readonly #machine: Machine
  readonly #services: Services
  readonly #tokens: ServiceAccountTokens
  readonly #openapi: OpenApi
  readonly #controllers: Controllers
  readonly #initial: ClusterSnapshot
  readonly #callWebhook: CallWebhook | undefined
  #tape: { readonly numbers: number[]; at: number } | undefined

  constructor(options: ApiServerOptions) {
    const random = this.#recorded(options.random ?? Math.random)
    this.#callWebhook = options.callWebhook
    this.store = new Store(options.history === undefined ? {} : { history: options.history })
    this.registry = new ResourceRegistry()
    this.schemas = createSchemaRegistry()
    this.#machine = {
      store: this.store,
      registry: this.registry,
      clock: options.clock,
      strategies: STRATEGIES,
      fields: createFieldManaging(this.schemas, this.registry),
      schemas: createSchemaChecks(this.schemas),
      types: this.schemas,
      admission: standardAdmission(),
      random,
      webhooks: background(options),
      texts: new WeakMap(),
    }
    this.#controllers = new Controllers(this.#machine, {
      workloads: options.workloads !== false,
      root: { pem: options.rootCertificate ?? '' },
      onGone: (collection) => hub.closeCollection(collection),
    })
    // After the controllers, so that a watch never tells of a kind that is not served yet.
    const hub = new WatchHub(this.#machine)
    const authorizer = new Authorizer(this.store)
    this.#services = {
      machine: this.#machine,
      hub,
      formats: createFormats(this.schemas),
      authorizer,
      logs: this.#controllers.logs,
      ...(options.oldVersions === true ? { modernise: moderniseFlux } : {}),
    }
    this.#tokens = new ServiceAccountTokens(this.#machine, () => tokenText(random))
    this.#openapi = new OpenApi(this.registry, this.schemas)
    seed(this.#machine, { crds: this.#definitions(options), node: options.workloads !== false })
    this.#initial = this.snapshot()
  }

  #definitions(options: ApiServerOptions): readonly JsonObject[] {
    if (options.flux === false) return []
    const crds = [...this.schemas.crds(options.flux), ...this.schemas.crds('flagger')]
    if (options.oldVersions !== true) return crds
    const minors = this.schemas.history('source.toolkit.fluxcd.io', 'GitRepository').map((entry) => entry.fluxMinor)
    return withOldVersions(this.schemas, crds, minors)
  }

  /** Answers one request. Never rejects: whatever goes wrong comes back as a Status. */
  async handle(request: ApiRequest): Promise<ApiAnswer> {
    const call = this.#callWebhook
    if (call === undefined) return this.handleNow(request)
    const session = new RequestSession()
    const tape: number[] = []
    for (let run = 0; run < MAX_RUNS; run++) {
      this.#tape = { numbers: tape, at: 0 }
      try {
        return this.#answer(request, session)
      } catch (error) {
        if (!(error instanceof WebhookPending)) throw error
        // Nothing was written yet: the request runs again with what the webhook says, and with the same random numbers.
        this.#tape = undefined
        session.add(error.call.key, await call(error.call))
      } finally {
        this.#tape = undefined
      }
    }
    const refusal = internalError('the object changed too often while webhooks were asked')
    return { status: refusal.code, headers: headersOf([]), body: writeJson(refusal.toStatus()) }
  }

  /** The same without a promise, and so without webhooks: those that would be called count as out of reach. */
  handleNow(request: ApiRequest): ApiAnswer {
    return this.#answer(request, noWebhooks)
  }

  #answer(request: ApiRequest, webhooks: WebhookSession): ApiAnswer {
    const warnings: string[] = []
    try {
      return this.#dispatch(request, { warnings, webhooks })
    } catch (error) {
      if (error instanceof WebhookPending) throw error
      const refusal =
        error instanceof ApiError ? error : internalError(error instanceof Error ? error.message : String(error))
      return { status: refusal.code, headers: refusalHeaders(refusal, warnings), body: writeJson(refusal.toStatus()) }
    }
  }

  /** Random numbers that a request which runs again gets again. */
  #recorded(random: () => number): () => number {
    return () => {
      const tape = this.#tape
      if (tape === undefined) return random()
      if (tape.at === tape.numbers.length) tape.numbers.push(random())
      return tape.numbers[tape.at++]!
    }
  }

  /** The account that a service-account token stands for. */
  userOfToken(token: string): UserInfo | undefined {
    return this.#tokens.userOf(token)
  }

  /**
   * Stores an object as it is, with its uid, times, status and managed fields, as if it had always been here: for copies
   * of other clusters. False when its kind is not served or it has no name or namespace.
   */
  adopt(object: KubeObject): boolean {
    const { group, version } = parseApiVersion(object.apiVersion)
    const type = this.registry.ofKind(group, version, object.kind)
    const { name, namespace } = object.metadata
    if (type === undefined || typeof name !== 'string' || name === '') return false
    if (type.namespaced && (typeof namespace !== 'string' || namespace === '')) return false
    const stored = toStorage(this.#machine, type, object)
    commit(this.#machine, type, type.namespaced ? String(namespace) : '', stored, false)
    return true
  }

  /** Takes the state; objects are immutable, so nothing is copied. */
  snapshot(): ClusterSnapshot {
    return { store: this.store.snapshot() }
  }

  /** Puts a state back. Every watch ends, so that clients list again. */
  restore(snapshot: ClusterSnapshot): void {
    this.#services.hub.closeAll()
    this.store.restore(snapshot.store)
    this.#controllers.resync()
  }

  /** Back to an empty cluster. */
  reset(): void {
    this.restore(this.#initial)
  }

  /** Calls back after each write. */
  onChange(listener: () => void): Disposable {
    return this.store.onChange(listener)
  }

  /** Stops controllers and watches. */
  close(): void {
    this.#controllers.dispose()
    this.#services.hub.closeAll()
  }

  #dispatch(request: ApiRequest, on: Circumstances): ApiAnswer {
    const target = splitTarget(request.path)
    if (target === undefined) throw badRequest('the request path is not valid')
    const route = parseRoute(target.path)
    const health = route.kind === 'path' ? this.#health(request.method, route.path) : undefined
    if (health !== undefined) return health
    const user = actingUser(request.user, request.headers, this.#services.authorizer)
    if (route.kind === 'path') return this.#path(request, route.path, user)
    return this.#resource(request, route, target.query, { user, ...on })
  }

  #health(method: string, path: string): ApiResponse | undefined {
    if (!/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return undefined
    if (method !== 'GET' && method !== 'HEAD') throw new ApiError(405, 'MethodNotAllowed', 'method not allowed', {})
    return { status: 200, headers: TEXT_HEADERS, body: 'ok' }
  }

  #path(request: ApiRequest, path: string, user: UserInfo): ApiResponse {
    const verb = request.method.toLowerCase()
    const everyone = /^\/(api|apis|openapi|version)(\/|$)/.test(path) && user.groups.includes('system:authenticated')
    if (!everyone)
      this.#authorize(user, { verb, group: '', resource: '', subresource: '', namespace: '', name: '', path })
    const known = this.#document(request, path)
    if (known !== undefined && request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed()
    const answer = known
    if (answer !== undefined) return answer
    const [root, group] = path.split('/').slice(1)
    if (root === 'apis' && this.registry.all().some((type) => type.group === group)) throw notFoundPath()
    return pageNotFound()
  }

  #document(request: ApiRequest, path: string): ApiResponse | undefined {
    const accept = request.headers['accept']
    const parts = path.split('/').slice(1)
    switch (parts[0]) {
      case 'version':
        if (parts.length > 1) throw notFoundPath()
        return { status: 200, headers: headersOf([]), body: JSON.stringify(VERSION, undefined, 2) }
      case 'api':
        return parts.length === 1
          ? discoveryRoot(this.registry, true, accept)
          : discoveryVersion(this.registry, '', parts[1]!)
      case 'apis':
        if (parts.length === 1) return discoveryRoot(this.registry, false, accept)
        return parts.length === 2
          ? discoveryGroup(this.registry, parts[1]!)
          : discoveryVersion(this.registry, parts[1]!, parts[2]!)
      case 'openapi':
        if (parts[1] === 'v2' && parts.length === 2) return emptyV2(accept)
        if (parts[1] !== 'v3') return undefined
        return parts.length === 2 ? this.#openapi.index() : this.#openapi.document(parts.slice(2).join('/'))
      case '':
        return {
          status: 200,
          headers: headersOf([]),
          body: writeJson({ paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'] }),
        }
      default:
        return undefined
    }
  }

  #authorize(user: UserInfo, wanted: Attributes): void {
    if (!this.#services.authorizer.decide(user, wanted).allowed) throw denied(user, wanted)
  }

  #resource(
    request: ApiRequest,
    route: ResourceRoute,
    query: Query,
    on: Circumstances & { readonly user: UserInfo },
  ): ApiAnswer {
    const watch = isWatch(route, query)
    this.#authorize(on.user, {
      verb: verbOf(request.method, route.name, watch && (request.method === 'GET' || request.method === 'HEAD')),
      group: route.group,
      resource: route.resource,
      subresource: route.subresource,
      namespace: route.namespace === '' && route.resource === 'namespaces' ? route.name : route.namespace,
      name: route.name,
      path: '',
    })
    const type = this.registry.find(route.group, route.version, route.resource)
    if (type === undefined) {
      if (!this.registry.all().some((item) => item.group === route.group)) return pageNotFound()
      throw notFoundPath()
    }
    if (type.namespaced !== (route.namespace !== '')) {
      if (!type.namespaced || route.name !== '') throw notFoundPath()
      if (!isAcross(request.method)) throw methodNotAllowed()
    }
    const form: OutputForm | undefined = negotiate(request.headers['accept'], query)
    if (watch && isAcross(request.method) && form?.yaml === true) throw notAcceptable(STREAM_TYPES, true)
    if (form === undefined) {
      const lists = route.name === '' && isAcross(request.method)
      const asked = asksForForm(request.headers['accept'])
      throw notAcceptable(lists && !asked ? [...OUTPUT_TYPES, ...STREAM_TYPES] : OUTPUT_TYPES, asked)
    }
    const exchange: Exchange = {
      services: this.#services,
      request,
      route,
      query,
      type,
      user: on.user,
      form,
      warnings: on.warnings,
      webhooks: on.webhooks,
    }
    const answer = handleResource(exchange, this.#tokens)
    return request.method === 'HEAD' && 'body' in answer ? { ...answer, body: '' } : answer
  }
}

/** Headers of a refusal: those of any answer, and when to try again. */
function refusalHeaders(refusal: ApiError, warnings: readonly string[]): Record<string, string> {
  const after = refusal.details?.['retryAfterSeconds']
  return {
    ...headersOf(warnings),
    ...(after === undefined ? {} : { 'retry-after': String(after) }),
  }
}

/** 404 of a path that nothing is served under. */
function pageNotFound(): ApiResponse {
  return { status: 404, headers: TEXT_HEADERS, body: '404 page not found\n' }
}

/** Lists, watches and collection deletes of a namespaced resource work across namespaces. */
function isAcross(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

function background({ callWebhook, clock }: ApiServerOptions): WebhookSession | undefined {
  return callWebhook === undefined ? undefined : new BackgroundSession(callWebhook, () => clock.now())
}

function tokenText(random: () => number): string {
  let out = ''
  for (let i = 0; i < 48; i++)
    out += 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'[Math.floor(random() * 62)]
  return `fluxkit-sa-${out}`
}
