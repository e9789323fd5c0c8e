import { isObject } from '../../base/index.ts'
import { ApiError, badRequest, methodNotAllowed, notFound, notFoundPath } from '../http/errors.ts'
import { listQuery, type Query, queryText } from '../http/query.ts'
import type { ResourceRoute } from '../http/route.ts'
import type { ApiAnswer, ApiResponse } from '../http/types.ts'
import { deleteObject } from '../operations/delete.ts'
import { draftOf } from '../operations/pipeline.ts'
import { boundTo, updateObject } from '../operations/update.ts'
import { listEntries, parseRevision, tooLargeVersion } from '../read/list.ts'
import { renderList, renderObject } from '../read/render.ts'
import { REVIEW_GROUPS } from '../resources/builtin.ts'
import { readBody, readObject } from './body.ts'
import { answer, answerValue, type Exchange } from './exchange.ts'
import { handleLog } from './logs.ts'
import { handleDelete, handleDeleteCollection } from './remove.ts'
import { handleReview, handleTokenRequest } from './reviews.ts'
import { handleScale } from './scale.ts'
import type { ServiceAccountTokens } from './tokens.ts'
import { handleCreate, handlePatch, handleUpdate, writeContext } from './write.ts'

/** Subresources that are written like the object itself, with rules of their own. */
const OBJECT_SUBRESOURCES = new Set(['status', 'ephemeralcontainers', 'resize', 'approval'])
/** What needs a protocol upgrade or a container behind it. */
const STREAMING = new Set(['exec', 'attach', 'portforward', 'proxy'])

/** Built-in kinds that every answer warns of. */
const DEPRECATED: ReadonlyMap<string, string> = new Map([
  ['endpoints', 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
  ['componentstatuses', 'v1 ComponentStatus is deprecated in v1.19+'],
])

/** The RBAC verb of a request. */
export function verbOf(method: string, name: string, watch: boolean): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return watch ? 'watch' : name === '' ? 'list' : 'get'
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete'
    default:
      // As RequestInfo: no verb of a resource.
      return ''
  }
}

/** True for requests that are answered with a stream; one named object is only watched under the old prefix. */
export function isWatch(route: ResourceRoute, query: Query): boolean {
  return listQuery(query, route.watchPrefix).watch && (route.name === '' || route.watchPrefix)
}

/** Answers a request for a resource. Throws `ApiError`. */
export function handleResource(exchange: Exchange, tokens: ServiceAccountTokens): ApiAnswer {
  const { type, route, request } = exchange
  const deprecation = type.custom?.deprecation ?? DEPRECATED.get(type.collection)
  if (deprecation !== undefined) exchange.warnings.push(deprecation)
  if (route.subresource !== '') return handleSubresource(exchange, tokens)
  if (request.method === 'HEAD' && type.custom === undefined) throw methodNotAllowed()
  if (route.watchPrefix && request.method !== 'GET') throw methodNotAllowed()
  const verb = verbOf(request.method, route.name, isWatch(route, exchange.query))
  if (verb === 'watch' && type.verbs.includes('list') && !type.verbs.includes(verb))
    throw watchNotSupported(type.resource)
  if (!type.verbs.includes(verb)) throw methodNotAllowed()
  if (verb === 'create' && REVIEW_GROUPS.has(type.group)) return handleReview(exchange, tokens)
  switch (verb) {
    case 'get':
      return handleGet(exchange)
    case 'list':
      return handleList(exchange)
    case 'watch':
      return handleWatch(exchange)
    case 'create':
      if (route.name !== '') throw methodNotAllowed()
      return type.collection === 'bindings' ? handleBinding(exchange) : handleCreate(exchange)
    case 'update':
      return route.name === '' ? refuse() : handleUpdate(exchange)
    case 'patch':
      return route.name === '' ? refuse() : handlePatch(exchange)
    case 'delete':
      return handleDelete(exchange)
    default:
      return handleDeleteCollection(exchange)
  }
}

function refuse(): never {
  throw methodNotAllowed()
}

/** 405 of a kind that can be listed and not watched. */
function watchNotSupported(kind: string): ApiError {
  return new ApiError(405, 'MethodNotAllowed', `watch is not supported on resources of kind ${JSON.stringify(kind)}`, {
    kind,
  })
}

function handleGet(exchange: Exchange): ApiResponse {
  const { machine } = exchange.services
  const { type, route } = exchange
  const version = queryText(exchange.query, 'resourceVersion')
  const least = version === '' ? 0 : parseRevision(version, true)
  if (least > machine.store.revision) throw tooLargeVersion(least, machine.store.revision)
  const entry = machine.store.get(type.collection, route.namespace, route.name)
  if (entry === undefined) throw notFound(type, route.name)
  if (exchange.form.as === 'PartialObjectMetadataList') {
    const name = goTypeName(type, '')
    const why = `you requested PartialObjectMetadataList, but the requested object is not a list (${name})`
    throw new ApiError(406, 'NotAcceptable', why)
  }
  return answer(exchange, 200, renderObject(machine, type, machine.fields.convert(entry.object, type), exchange.form))
}

/** `*core.ConfigMapList`: how the server's own types are called in messages. */
function goTypeName(type: Exchange['type'], suffix: string): string {
  if (type.custom !== undefined) return `*unstructured.Unstructured${suffix}`
  return `*${type.group === '' ? 'core' : type.group.split('.', 1)[0]!}.${type.kind}${suffix}`
}

function namespaceOfRoute(exchange: Exchange): string | undefined {
  return exchange.route.namespace === '' ? undefined : exchange.route.namespace
}

function handleList(exchange: Exchange): ApiResponse {
  const { machine } = exchange.services
  const found = listEntries(machine, exchange.type, namespaceOfRoute(exchange), listQuery(exchange.query, false))
  if (exchange.form.as === 'PartialObjectMetadata') {
    const name = goTypeName(exchange.type, 'List')
    throw new ApiError(
      406,
      'NotAcceptable',
      `you requested PartialObjectMetadata, but the requested object is a list (${name})`,
    )
  }
  return answer(exchange, 200, renderList(machine, exchange.type, found.entries, found.metadata, exchange.form))
}

function handleWatch(exchange: Exchange): ApiAnswer {
  const { route, type, form } = exchange
  const query = listQuery(exchange.query, route.watchPrefix)
  const narrowed =
    route.name === ''
      ? query
      : { ...query, fieldSelector: [query.fieldSelector, `metadata.name=${route.name}`].filter(Boolean).join(',') }
  return exchange.services.hub.open({ type, namespace: namespaceOfRoute(exchange), query: narrowed, form })
}

function handleSubresource(exchange: Exchange, tokens: ServiceAccountTokens): ApiAnswer {
  const { type, route, request } = exchange
  const { subresource } = route
  if (!type.subresources.includes(subresource)) {
    throw type.custom === undefined ? notFoundPath() : notFound(type, route.name)
  }
  if (STREAMING.has(subresource)) {
    throw new ApiError(
      501,
      'NotImplemented',
      `the dev cluster runs no containers: ${type.resource}/${subresource} is not available`,
      {},
    )
  }
  switch (subresource) {
    case 'scale':
      return isReadWrite(request.method) ? handleScale(exchange) : refuse()
    case 'log':
      return request.method === 'GET' ? handleLog(exchange) : refuse()
    case 'token':
      return request.method === 'POST' ? handleTokenRequest(exchange, tokens) : refuse()
    case 'finalize':
      return request.method === 'PUT' ? handleFinalize(exchange) : refuse()
    case 'binding':
      return request.method === 'POST' ? handleBinding(exchange) : refuse()
    case 'eviction':
      return request.method === 'POST' ? handleEviction(exchange) : refuse()
    default:
      if (!OBJECT_SUBRESOURCES.has(subresource)) throw notFoundPath()
      if (request.method === 'GET') return handleGet(exchange)
      if (request.method === 'PUT') return handleUpdate(exchange)
      return request.method === 'PATCH' ? handlePatch(exchange) : refuse()
  }
}

function isReadWrite(method: string): boolean {
  return method === 'GET' || method === 'PUT' || method === 'PATCH'
}

/** PUT namespaces/finalize: only spec.finalizers is taken over; the last one gone ends the deletion. */
function handleFinalize(exchange: Exchange): ApiResponse {
  const { machine } = exchange.services
  const { type, route } = exchange
  const wanted = readObject(exchange, { apiVersion: 'v1', kind: 'Namespace' })
  const context = writeContext(exchange)
  const outcome = updateObject(machine, { type, namespace: '', name: route.name }, context, (live) => {
    const draft = draftOf(live)
    const finalizers = isObject(wanted['spec']) ? wanted['spec']['finalizers'] : undefined
    draft['spec'] = {
      ...(isObject(draft['spec']) ? draft['spec'] : {}),
      finalizers: Array.isArray(finalizers) ? finalizers : [],
    }
    return draft
  })
  return answer(exchange, 200, renderObject(machine, type, outcome.object, exchange.form))
}

/** POST pods/binding: puts a pod on a node. */
function handleBinding(exchange: Exchange): ApiResponse {
  const { machine } = exchange.services
  const { route } = exchange
  const body = readBody(exchange)
  const metadata = isObject(body) && isObject(body['metadata']) ? body['metadata'] : {}
  const target = isObject(body) && isObject(body['target']) ? body['target'] : {}
  const name = route.name === '' ? String(metadata['name'] ?? '') : route.name
  const node = String(target['name'] ?? '')
  if (node === '') throw badRequest('target.name: Required value')
  const type = machine.registry.find('', 'v1', 'pods')!
  updateObject(
    machine,
    { type, namespace: route.namespace, name },
    { ...writeContext(exchange), subresource: 'binding' },
    (live) => boundTo(live, node),
    { managed: true },
  )
  return answerValue(exchange, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
}

/** POST pods/eviction: a deletion that a disruption budget may refuse. */
function handleEviction(exchange: Exchange): ApiResponse {
  const { machine } = exchange.services
  const { type, route } = exchange
  const pod = machine.store.get(type.collection, route.namespace, route.name)
  if (pod === undefined) throw notFound(type, route.name)
  const labels = isObject(pod.object.metadata['labels']) ? pod.object.metadata['labels'] : {}
  for (const { object } of machine.store.collection('poddisruptionbudgets.policy').list(route.namespace)) {
    const spec = isObject(object['spec']) ? object['spec'] : {}
    const status = isObject(object['status']) ? object['status'] : {}
    const wanted =
      isObject(spec['selector']) && isObject(spec['selector']['matchLabels']) ? spec['selector']['matchLabels'] : {}
    if (!Object.entries(wanted).every(([key, value]) => labels[key] === value)) continue
    if (Number(status['disruptionsAllowed'] ?? 0) < 1) {
      const message = "Cannot evict pod as it would violate the pod's disruption budget."
      throw new ApiError(429, 'TooManyRequests', message, {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: `The disruption budget ${object.metadata.name} needs ${String(status['desiredHealthy'] ?? 0)} healthy pods and has ${String(status['currentHealthy'] ?? 0)} currently`,
          },
        ],
      })
    }
  }
  const options = { propagation: undefined, gracePeriodSeconds: undefined, uid: undefined, resourceVersion: undefined }
  deleteObject(machine, { type, namespace: route.namespace, name: route.name }, options, writeContext(exchange))
  return answerValue(exchange, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
}
