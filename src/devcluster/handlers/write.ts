import { decodeText, getIn, isObject, type JsonObject, type JsonValue, jsonClone } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import {
  ApiError,
  badRequest,
  conflict,
  invalid,
  invalidValue,
  notSupported,
  required,
  unsupportedMediaType,
} from '../http/errors.ts'
import { bareType, PATCH_TYPES } from '../http/media.ts'
import { queryFlag, queryText } from '../http/query.ts'
import type { ApiResponse } from '../http/types.ts'
import { createObject } from '../operations/create.ts'
import type { WriteContext } from '../operations/machine.ts'
import { draftOf } from '../operations/pipeline.ts'
import { type UpdateOutcome, updateObject, upsertObject } from '../operations/update.ts'
import { renderObject } from '../read/render.ts'
import { versionOf } from '../resources/types.ts'
import {
  checkedObject,
  checkTypeMeta,
  expectedOf,
  guarded,
  MAX_BODY,
  modernised,
  readObject,
  tooLarge,
} from './body.ts'
import { answer, type Exchange } from './exchange.ts'
import { checkApplied, checkFields, checkPatchedFields, findingsOf, validationOf } from './field-validation.ts'
import { patchFault, shownOutcome, shownPatch } from './patch-faults.ts'

/** The circumstances of a write as its query and headers give them. Throws `ApiError` 422 for unusable options. */
export function writeContext(exchange: Exchange): WriteContext {
  const dryRuns = exchange.query.get('dryRun') ?? []
  for (const value of dryRuns) {
    if (value !== 'All')
      throw invalid({ group: 'meta.k8s.io', kind: optionsKind(exchange) }, '', [
        notSupported('dryRun', [value], ['All']),
      ])
  }
  return {
    user: exchange.user,
    manager: managerOf(exchange),
    dryRun: dryRuns.length > 0,
    validation: validationOf(exchange),
    subresource: exchange.route.subresource,
    warnings: exchange.warnings,
    webhooks: exchange.webhooks,
  }
}

function optionsKind(exchange: Exchange): string {
  const { method } = exchange.request
  return method === 'POST'
    ? 'CreateOptions'
    : method === 'PUT'
      ? 'UpdateOptions'
      : method === 'DELETE'
        ? 'DeleteOptions'
        : 'PatchOptions'
}

/** fieldManager, else the first part of User-Agent (`kubectl/v1.36` → `kubectl`). */
function managerOf(exchange: Exchange): string {
  const manager = queryText(exchange.query, 'fieldManager')
  if (manager !== '') {
    const about = { group: 'meta.k8s.io', kind: optionsKind(exchange) }
    if (manager.length > 128) {
      throw invalid(about, '', [
        { reason: 'FieldValueTooLong', field: 'fieldManager', message: 'Too long: may not be more than 128 bytes' },
      ])
    }
    if (/[^\x20-\x7e\xa1-\uffff]/.test(manager)) {
      const at = [...manager].findIndex((char) => /[^\x20-\x7e\xa1-\uffff]/.test(char))
      const code = ([...manager][at]!.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      throw invalid(about, '', [
        invalidValue('fieldManager', manager, `invalid character U+${code} (at position ${at})`),
      ])
    }
    return manager
  }
  const agent = exchange.request.headers['user-agent'] ?? ''
  const prefix = agent.split('/', 1)[0]!.slice(0, 128)
  return prefix === '' ? 'unknown' : prefix
}

/** POST of a collection. */
export function handleCreate(exchange: Exchange): ApiResponse {
  const { machine } = exchange.services
  const context = writeContext(exchange)
  const draft = modernised(exchange, readObject(exchange, expectedOf(exchange)))
  checkFields(exchange, draft, findingsOf(exchange))
  const created = createObject(machine, exchange.type, exchange.route.namespace, draft, context)
  return answer(exchange, 201, renderObject(machine, exchange.type, created, exchange.form))
}

/** PUT of an object or its status. */
export function handleUpdate(exchange: Exchange): ApiResponse {
  const context = writeContext(exchange)
  const draft = modernised(exchange, readObject(exchange, expectedOf(exchange)))
  checkFields(exchange, draft, findingsOf(exchange))
  const outcome = updateObject(exchange.services.machine, target(exchange), context, () => draft, { put: true })
  return finished(exchange, outcome)
}

function target(exchange: Exchange): { type: Exchange['type']; namespace: string; name: string } {
  return { type: exchange.type, namespace: exchange.route.namespace, name: exchange.route.name }
}

function finished(exchange: Exchange, outcome: UpdateOutcome): ApiResponse {
  const { machine } = exchange.services
  return answer(
    exchange,
    outcome.created ? 201 : 200,
    renderObject(machine, exchange.type, outcome.object, exchange.form),
  )
}

/** PATCH in any of the four forms. */
export function handlePatch(exchange: Exchange): ApiResponse {
  const kind = patchType(exchange)
  if (kind === APPLY_TYPE) return handleApply(exchange)
  const context = writeContext(exchange)
  if (queryFlag(exchange.query, 'force')) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      { reason: 'FieldValueForbidden', field: 'force', message: 'Forbidden: may not be specified for non-apply patch' },
    ])
  }
  const patch = readPatch(exchange)
  const produce = (live: KubeObject): KubeObject =>
    kind === STRATEGIC_TYPE ? mergedObject(exchange, live, patch) : patchedObject(exchange, kind, live, patch)
  const outcome = updateObject(exchange.services.machine, target(exchange), context, produce)
  return finished(exchange, outcome)
}

/** The outcome of a JSON patch or merge patch, which is read again from its text. Throws `ApiError`. */
export function patchedObject(exchange: Exchange, kind: string, live: KubeObject, patch: JsonValue): KubeObject {
  const custom = exchange.type.custom !== undefined
  const next = applyPatch(exchange, kind, live, patch)
  // Made again for the error: what is read here is changed on the way.
  const shown = (): string => shownOutcome(applyPatch(exchange, kind, live, patch), patch, custom)
  try {
    if (!custom) checkPatchedKind(exchange, next)
    checkPatchedFields(exchange, modernised(exchange, checkedObject(next, expectedOf(exchange))), patch, shown)
  } catch (error) {
    throw custom ? error : patchFault(error, shown)
  }
  return next
}

/** What a JSON patch made says of what it is. Throws `ApiError` 400, as a decoder of bodies would. */
function checkPatchedKind(exchange: Exchange, next: KubeObject): void {
  checkTypeMeta(next)
  const expected = expectedOf(exchange)
  const { apiVersion, kind } = next
  if ((kind ?? '') === '' || kind === expected.kind || apiVersion !== expected.apiVersion) return
  const { registry } = exchange.services.machine
  const { group, version } = exchange.type
  const hub = group === '' ? 'core' : group.split('.', 1)[0]!
  const why =
    registry.ofKind(group, version, kind) === undefined
      ? `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`
      : `converting (${version}.${kind}) to (${hub}.${expected.kind}): unknown conversion`
  throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: ${why}`)
}

/**
 * The outcome of a strategic merge patch, which never becomes text: apimachinery's converter reads it, and what it says
 * of its kind does not matter. Throws `ApiError`.
 */
export function mergedObject(exchange: Exchange, live: KubeObject, patch: JsonValue): KubeObject {
  const { formats } = exchange.services
  const { apiVersion, kind } = expectedOf(exchange)
  const next: JsonObject = applyPatch(exchange, STRATEGIC_TYPE, live, patch)
  for (const [key, value] of Object.entries({ apiVersion, kind })) {
    if (typeof (next[key] ?? '') === 'string') next[key] = value
  }
  const shown = (): string => shownPatch(isObject(patch) ? formats.consumedPatch(exchange.type, live, patch) : patch)
  try {
    checkPatchedFields(exchange, next as KubeObject, patch, shown, 'converter')
  } catch (error) {
    throw patchFault(error, shown)
  }
  if (!isObject(next['metadata'])) next['metadata'] = {}
  return next as KubeObject
}

/** The patch form of a request. Throws `ApiError` 415. */
export function patchType(exchange: Exchange): string {
  const kind = bareType(exchange.request.headers['content-type'])
  const accepted =
    exchange.type.custom === undefined ? PATCH_TYPES : PATCH_TYPES.filter((type) => !type.includes('strategic'))
  if (!accepted.includes(kind)) {
    if (exchange.type.custom !== undefined) throw unsupportedMediaType(accepted)
    throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
  }
  return kind
}

/**
 * The patch in a request's body, in the form of its type: JSON, or YAML for server-side apply.
 * @throws ApiError 400, 413
 */
export function readPatch(exchange: Exchange): JsonValue {
  const { body } = exchange.request
  const { formats } = exchange.services
  const kind = bareType(exchange.request.headers['content-type'])
  if (body !== undefined && body.length > MAX_BODY) throw tooLarge()
  const text = body === undefined ? '' : decodeText(body)
  if (kind === APPLY_TYPE) return guarded(() => readApplied(exchange, text), 'error decoding YAML: ')
  const prefix = kind === STRATEGIC_TYPE ? '' : 'error decoding patch: '
  const patch = guarded(() => formats.json(text), prefix)
  if (kind === JSON_PATCH_TYPE) {
    if (Array.isArray(patch)) return patch
    throw badRequest(`${prefix}json: cannot unmarshal ${kindOf(patch)} into Go value of type []handlers.jsonPatchOp`)
  }
  if (isObject(patch)) return patch
  if (patch === null) throw badRequest('Invalid JSON Patch')
  throw badRequest(`${prefix}json: cannot unmarshal ${kindOf(patch)} into Go value of type map[string]interface {}`)
}

export const APPLY_TYPE = 'application/apply-patch+yaml'
const JSON_PATCH_TYPE = 'application/json-patch+json'
export const STRATEGIC_TYPE = 'application/strategic-merge-patch+json'

function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value === 'bigint' ? 'number' : typeof value
}

/** JSON is YAML too, and much faster to read as what it is. */
function readApplied(exchange: Exchange, text: string): JsonValue {
  const { formats } = exchange.services
  if (/^\s*\{/.test(text)) {
    try {
      return formats.json(text)
    } catch {
      // A flow mapping of YAML.
    }
  }
  try {
    return formats.yaml(text)
  } catch (error) {
    throw new Error(`error converting YAML to JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Makes the next state of an object from a patch that is no server-side apply; the answer shares nothing with `live`. */
function applyPatch(exchange: Exchange, kind: string, live: KubeObject, patch: JsonValue): KubeObject {
  const { formats } = exchange.services
  const draft = draftOf(live)
  let next: JsonValue
  try {
    if (kind === JSON_PATCH_TYPE) next = formats.jsonPatch(draft, patch)
    else if (!isObject(patch)) throw badRequest('the patch is no JSON object')
    else if (kind === 'application/merge-patch+json') next = formats.mergePatch(draft, patch)
    else next = formats.strategicPatch(exchange.type, draft, jsonClone(patch))
  } catch (error) {
    if (error instanceof ApiError) throw error
    const why = error instanceof Error ? error.message : String(error)
    if (kind === JSON_PATCH_TYPE) {
      throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
    }
    if (kind === STRATEGIC_TYPE && !/^invalid patch format of /.test(why)) throw new ApiError(500, '', why)
    throw badRequest(why)
  }
  if (!isObject(next)) throw badRequest('the patched object is no JSON object')
  return next as KubeObject
}

/** The configuration that a request applies. Throws `ApiError` 400, 413, 422. */
export function appliedPatch(exchange: Exchange): KubeObject {
  const about = { group: 'meta.k8s.io', kind: 'PatchOptions' }
  if (queryText(exchange.query, 'fieldManager') === '') {
    throw invalid(about, '', [required('fieldManager', 'is required for apply patch')])
  }
  const applied = readPatch(exchange)
  if (!isObject(applied)) {
    const what = `json: cannot unmarshal ${kindOf(applied)} into Go value of type map[string]interface {}`
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${what}`)
  }
  return appliedConfig(exchange, applied)
}

/** Server-side apply; creates what is not there. */
function handleApply(exchange: Exchange): ApiResponse {
  const { machine } = exchange.services
  const context = writeContext(exchange)
  const config = appliedPatch(exchange)
  const force = queryFlag(exchange.query, 'force')
  const { type } = exchange
  const { manager, subresource } = context
  const produce = (live: KubeObject | undefined): KubeObject => {
    const uid = getIn(config, ['metadata', 'uid'])
    if (live === undefined && typeof uid === 'string' && uid !== '') {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
      throw conflict(type, exchange.route.name, why)
    }
    const now = machine.clock.now()
    const merged = machine.fields.apply({ type, live, applied: config, manager, force, subresource, now })
    // Unknown fields and wrong types were refused by the merge; what is left is the form that Go gives the object.
    const { error } = machine.schemas.decode(type, merged, 'converter')
    if (error !== undefined) throw conversionFault(exchange, config, error)
    checkApplied(exchange)
    return merged
  }
  const where = target(exchange)
  const outcome =
    context.subresource === ''
      ? upsertObject(machine, where, context, produce, { managed: true })
      : updateObject(machine, where, context, produce, { managed: true })
  return finished(exchange, outcome)
}

/** 500 of a merge whose outcome does not fit into the kind, with upstream's text. */
export function conversionFault(exchange: Exchange, applied: KubeObject, error: string): ApiError {
  if (exchange.type.custom !== undefined) return badRequest(error)
  const version = versionOf(exchange.type)
  const kind = `${version.includes('/') ? version : `/${version}`}, Kind=${exchange.type.kind}`
  const [namespace, name] = ['namespace', 'name'].map((key) => String(getIn(applied, ['metadata', key]) ?? ''))
  const about = `failed to convert new object (${namespace}/${name}; ${kind}) to proper version`
  return new ApiError(500, '', `${about}: unable to convert unstructured object to ${kind}: ${error}`)
}

/** An applied configuration: of the right kind; what else it must be is told by its type. Throws `ApiError` 400. */
function appliedConfig(exchange: Exchange, applied: JsonObject): KubeObject {
  const expected = expectedOf(exchange)
  const { apiVersion, kind, metadata } = applied
  if (apiVersion !== expected.apiVersion || kind !== expected.kind) {
    const version = typeof apiVersion === 'string' ? apiVersion : ''
    const shown = version.includes('/') || version === '' ? version || '/' : `/${version}`
    throw badRequest(`invalid object type: ${shown}, Kind=${typeof kind === 'string' ? kind : ''}`)
  }
  const entries = isObject(metadata) ? metadata['managedFields'] : undefined
  if (Array.isArray(entries) && entries.length > 0) throw badRequest('metadata.managedFields must be nil')
  return modernised(exchange, applied as KubeObject)
}
