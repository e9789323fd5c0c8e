import { getIn, getString, isObject, type JsonObject } from '../../base/index.ts'
import { badRequest, invalid, invalidValue, notSupported } from '../http/errors.ts'
import { listQuery, queryText } from '../http/query.ts'
import type { ApiResponse } from '../http/types.ts'
import { type DeleteRequest, deleteObject, type Propagation } from '../operations/delete.ts'
import type { WriteContext } from '../operations/machine.ts'
import { uidOf } from '../operations/metadata.ts'
import { listEntries } from '../read/list.ts'
import { renderList, renderObject } from '../read/render.ts'
import { checkTypeMeta, readBody } from './body.ts'
import { answer, answerValue, type Exchange } from './exchange.ts'
import { writeContext } from './write.ts'

const PROPAGATION = ['Foreground', 'Background', 'Orphan'] as const

/** DeleteOptions from the body and the query, the body winning. Throws `ApiError` 422. */
function readOptions(exchange: Exchange): { request: DeleteRequest; context: WriteContext } {
  const body = readBody(exchange, { apiVersion: 'v1', kind: 'DeleteOptions' })
  const options: JsonObject = isObject(body) ? body : {}
  checkTypeMeta(options)
  const { kind, apiVersion } = options
  if (kind !== undefined && kind !== 'DeleteOptions') {
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion ?? 'v1')} in scheme "pkg/runtime/scheme.go:111"`,
    )
  }
  const about = { group: 'meta.k8s.io', kind: 'DeleteOptions' }
  const policy = getString(options, 'propagationPolicy') || queryText(exchange.query, 'propagationPolicy')
  if (policy !== '' && !PROPAGATION.some((known) => known === policy)) {
    throw invalid(about, '', [notSupported('propagationPolicy', policy, [...PROPAGATION, 'nil'])])
  }
  const graceText = options['gracePeriodSeconds'] ?? queryText(exchange.query, 'gracePeriodSeconds')
  const grace = graceText === '' || graceText === null ? undefined : Number(graceText)
  if (grace !== undefined && !Number.isInteger(grace)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(String(graceText))}: invalid syntax`)
  }
  const orphan = options['orphanDependents'] ?? queryText(exchange.query, 'orphanDependents')
  const legacy =
    orphan === true || orphan === 'true' ? 'Orphan' : orphan === false || orphan === 'false' ? 'Background' : undefined
  if (legacy !== undefined && policy !== '') {
    const why = 'orphanDependents and deletionPropagation cannot be both set'
    throw invalid(about, '', [invalidValue('propagationPolicy', policy, why)])
  }
  const dryRun = Array.isArray(options['dryRun']) && options['dryRun'].length > 0
  if (dryRun && (options['dryRun'] as unknown[]).some((value) => value !== 'All')) {
    throw invalid(about, '', [notSupported('dryRun', options['dryRun'], ['All'])])
  }
  const context = writeContext(exchange)
  return {
    request: {
      propagation: policy === '' ? legacy : (policy as Propagation),
      gracePeriodSeconds: grace === undefined ? undefined : Math.max(grace, grace < 0 ? 1 : 0),
      uid: getString(options, 'preconditions', 'uid'),
      resourceVersion: getString(options, 'preconditions', 'resourceVersion'),
    },
    context: dryRun ? { ...context, dryRun: true } : context,
  }
}

/** DELETE of one object. */
export function handleDelete(exchange: Exchange): ApiResponse {
  const { machine } = exchange.services
  const { type, route } = exchange
  const { request, context } = readOptions(exchange)
  const outcome = deleteObject(machine, { type, namespace: route.namespace, name: route.name }, request, context)
  if (!outcome.gone || machine.strategies.get(type.collection)?.returnsDeleted === true) {
    return answer(exchange, 200, renderObject(machine, type, outcome.object, exchange.form))
  }
  return answerValue(exchange, 200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: outcome.object.metadata.name,
      ...(type.group === '' ? {} : { group: type.group }),
      kind: type.resource,
      uid: uidOf(outcome.object),
    },
  })
}

/** DELETE of a collection: everything that the selectors take. */
export function handleDeleteCollection(exchange: Exchange): ApiResponse {
  const { machine } = exchange.services
  const { type, route } = exchange
  const { request, context } = readOptions(exchange)
  const query = { ...listQuery(exchange.query, false), watch: false }
  const found = listEntries(machine, type, route.namespace === '' ? undefined : route.namespace, query)
  for (const entry of found.entries) {
    if (getIn(entry.object, ['metadata', 'deletionTimestamp']) !== undefined && request.propagation === undefined)
      continue
    deleteObject(machine, { type, namespace: entry.namespace, name: entry.name }, request, context)
  }
  return answer(exchange, 200, renderList(machine, type, found.entries, found.metadata, exchange.form))
}
