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
import { type Exchange, headersOf, type Services } from './handlers/exchange.ts'
import { handleResource, isWatch, verbOf } from './handlers/resource.ts'
import { ServiceAccountTokens } from './handlers/tokens.ts'
import { health } from './health.ts'
import { asksForForm, negotiate, OUTPUT_TYPES, type OutputForm, STREAM_TYPES } from './http/content.ts'
import {
  ApiError,
  badRequest,
  DeniedError,
  internalError,
  methodNotAllowed,
  notAcceptable,
  notFoundPath,
} from './http/errors.ts'
import { writeJson } from './http/json.ts'
import type { Query } from './http/query.ts'
import { parseRoute, type ResourceRoute, splitTarget } from './http/route.ts'
import type { ApiAnswer, ApiRequest, UserInfo } from './http/types.ts'
import { Metrics } from './metrics.ts'
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
import { type PathRequest, Paths, pageNotFound } from './paths.ts'
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

/** What a request for a path wants of a resource. */
const NOTHING = { group: '', resource: '', subresource: '', namespace: '', name: '' }

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
  readonly #paths: Paths
  readonly #metrics: Metrics
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
    this.#metrics = new Metrics(options.clock.now())
    this.#paths = new Paths({
      registry: this.registry,
      schemas: this.schemas,
      formats: this.#services.formats,
      started: options.clock.now(),
      metrics: (version) => this.#metrics.render(this.store, this.registry.all(), hub.size, version),
    })
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
    if (route.kind === 'path') {
      const path: PathRequest = { request, path: route.path, query: target.query }
      const wanted = { ...NOTHING, verb: request.method.toLowerCase(), path: route.path }
      const user = actingUser(request.user, request.headers, this.#services.authorizer, wanted)
      if (!(isForAll(route.path) && user.groups.includes('system:authenticated'))) this.#authorize(user, wanted)
      const answer = health(target.path, target.query) ?? this.#paths.answer(path)
      this.#count(request, answer.status, target.query, undefined, '')
      return answer
    }
    const watch = isWatch(route, target.query)
    const wanted: Attributes = {
      verb: verbOf(request.method, route.name, watch && isAcross(request.method)),
      group: route.group,
      resource: route.resource,
      subresource: route.subresource,
      namespace: route.namespace === '' && route.resource === 'namespaces' ? route.name : route.namespace,
      name: route.name,
      path: '',
    }
    try {
      const user = actingUser(request.user, request.headers, this.#services.authorizer, wanted)
      this.#authorize(user, wanted)
      const answer = this.#resource(request, route, target.query, { user, watch, ...on })
      this.#count(request, answer.status, target.query, route, wanted.verb)
      return answer
    } catch (error) {
      if (error instanceof ApiError) this.#count(request, error.code, target.query, route, wanted.verb)
      throw error
    }
  }

  #count(request: ApiRequest, code: number, query: Query, route: ResourceRoute | undefined, verb: string): void {
    const { method } = request
    const dryRun = query.has('dryRun')
    if (route === undefined) {
      const path = /^\/(healthz|livez|readyz|version|metrics|api|apis|openapi)\b/.exec(request.path)?.[0] ?? ''
      this.#metrics.count({ method, code, dryRun, route, verb, path })
      return
    }
    const type = this.registry.find(route.group, route.version, route.resource)
    if (type === undefined || (route.subresource !== '' && !type.subresources.includes(route.subresource))) return
    this.#metrics.count({ method, code, dryRun, route, verb, path: '' })
  }

  #authorize(user: UserInfo, wanted: Attributes): void {
    if (!this.#services.authorizer.decide(user, wanted).allowed) throw denied(user, wanted)
  }

  #resource(
    request: ApiRequest,
    route: ResourceRoute,
    query: Query,
    on: Circumstances & { readonly user: UserInfo; readonly watch: boolean },
  ): ApiAnswer {
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
    if (on.watch && isAcross(request.method) && form?.yaml === true) throw notAcceptable(STREAM_TYPES, true)
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

/** Headers of a refusal: those of any answer, when to try again, and `nosniff` on denials. */
function refusalHeaders(refusal: ApiError, warnings: readonly string[]): Record<string, string> {
  const after = refusal.details?.['retryAfterSeconds']
  return {
    ...headersOf(warnings),
    ...(after === undefined ? {} : { 'retry-after': String(after) }),
    ...(refusal instanceof DeniedError ? { 'x-content-type-options': 'nosniff' } : {}),
  }
}

/** Paths that every authenticated user may read: discovery. */
function isForAll(path: string): boolean {
  return /^\/(api|apis|openapi|version)(\/|$)/.test(path)
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
