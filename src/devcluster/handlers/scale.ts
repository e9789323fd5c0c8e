import { compareStrings, getIn, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { ApiError, invalid, invalidValue, notFound } from '../http/errors.ts'
import { queryFlag } from '../http/query.ts'
import type { ApiResponse } from '../http/types.ts'
import type { WriteContext } from '../operations/machine.ts'
import { draftOf } from '../operations/pipeline.ts'
import { updateObject } from '../operations/update.ts'
import { renderScale } from '../read/render.ts'
import type { ResourceType, ScalePaths } from '../resources/types.ts'
import { readObject } from './body.ts'
import { answer, type Exchange } from './exchange.ts'
import { checkFields, findingsOf } from './field-validation.ts'
import {
  APPLY_TYPE,
  appliedPatch,
  conversionFault,
  mergedObject,
  patchedObject,
  patchType,
  readPatch,
  STRATEGIC_TYPE,
  writeContext,
} from './write.ts'

const BUILTIN_PATHS: ScalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: undefined,
}
const EXPECTED = { apiVersion: 'autoscaling/v1', kind: 'Scale' }

/** GET, PUT and PATCH of the scale subresource; always `autoscaling/v1` Scale. Throws `ApiError`. */
export function handleScale(exchange: Exchange): ApiResponse {
  const { machine } = exchange.services
  const { type, route } = exchange
  const paths = pathsOf(type)
  const entry = machine.store.get(type.collection, route.namespace, route.name)
  if (entry === undefined || paths === undefined) throw notFound(type, route.name)
  if (exchange.request.method === 'GET') {
    return answer(
      exchange,
      200,
      renderScale(machine, scaleOf(type, machine.fields.convert(entry.object, type), paths), exchange.form),
    )
  }
  const context = { ...writeContext(exchange), subresource: 'scale' }
  const method = exchange.request.method
  if (method === 'PATCH' && patchType(exchange) === APPLY_TYPE) return applyScale(exchange, paths, context)
  const produce = (live: KubeObject): KubeObject => {
    const wanted = wantedScale(exchange, scaleOf(type, live, paths))
    const replicas = Number(getIn(wanted, ['spec', 'replicas']) ?? 0)
    checkCount(exchange, replicas)
    const draft = draftOf(live)
    const version = wanted.metadata['resourceVersion']
    if (typeof version === 'string' && version !== '') draft.metadata['resourceVersion'] = version
    setPath(draft, paths.specReplicasPath, replicas)
    return { ...draft, metadata: { ...draft.metadata, managedFields: ownersOfCount(exchange, live, draft, context) } }
  }
  const outcome = updateObject(machine, { type, namespace: route.namespace, name: route.name }, context, produce, {
    managed: true,
  })
  return answer(exchange, 200, renderScale(machine, scaleOf(type, outcome.object, paths), exchange.form))
}

/** Counts of what is built in are checked as those of a Scale. Throws `ApiError` 422. */
function checkCount(exchange: Exchange, replicas: number): void {
  if (replicas >= 0 || exchange.type.custom !== undefined) return
  throw invalid({ group: 'autoscaling', kind: 'Scale' }, exchange.route.name, [
    invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
  ])
}

/**
 * Who owns what once the count was set through a Scale (apimachinery's `ScaleHandler`): a count that nobody owns stays
 * so, and a Scale leaves a zero out, so that nobody owns it either.
 */
function ownersOfCount(exchange: Exchange, live: KubeObject, next: KubeObject, context: WriteContext): JsonObject[] {
  const { type } = exchange
  const path = pathsOf(type)?.specReplicasPath ?? ''
  if (!isOwned(live, path)) return entriesOf(live)
  const { machine } = exchange.services
  const shown = (object: KubeObject): KubeObject =>
    Number(readPath(object, path) ?? 0) === 0 ? withoutPath(object, path) : object
  const { manager, subresource } = context
  const now = machine.clock.now()
  return entriesOf(machine.fields.update({ type, live: shown(live), next: shown(next), manager, subresource, now }))
}

function entriesOf(object: KubeObject): JsonObject[] {
  const entries = object.metadata['managedFields']
  return Array.isArray(entries) ? entries.filter(isObject) : []
}

function isOwned(object: KubeObject, path: string): boolean {
  const fields = fieldPath(path)
  return entriesOf(object).some((entry) => getIn(entry['fieldsV1'], fields) !== undefined)
}

/** `.spec.replicas` as managed fields have it. */
function fieldPath(path: string): string[] {
  return path
    .split('.')
    .slice(1)
    .map((step) => `f:${step}`)
}

/** Before a count is applied that nobody owns yet, it is said to be of who was there before. */
function withFirstOwner(live: KubeObject, path: string): KubeObject {
  if (isOwned(live, path) || Number(readPath(live, path) ?? 0) === 0) return live
  const fieldsV1 = fieldPath(path).reduceRight<JsonObject>((inner, step) => ({ [step]: inner }), {})
  const entry = {
    manager: 'before-first-apply',
    operation: 'Update',
    apiVersion: live.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1,
    subresource: 'scale',
  }
  return { ...live, metadata: { ...live.metadata, managedFields: [...entriesOf(live), entry] } }
}

function pathsOf(type: ResourceType): ScalePaths | undefined {
  return type.custom === undefined ? BUILTIN_PATHS : type.custom.scale
}

/** The exchange as one about a Scale, whatever is scaled. */
function aboutScale(exchange: Exchange): Exchange {
  const type = { ...exchange.type, group: 'autoscaling', version: 'v1', kind: 'Scale', custom: undefined }
  return { ...exchange, type }
}

/**
 * Server-side apply of a Scale: the count is applied to what is scaled, where its owners are kept (apimachinery's
 * `ScaleHandler`). Throws `ApiError`, in the words of a Scale.
 */
function applyScale(exchange: Exchange, paths: ScalePaths, context: WriteContext): ApiResponse {
  const { machine } = exchange.services
  const { type, route } = exchange
  const applied = appliedPatch(aboutScale(exchange))
  const force = queryFlag(exchange.query, 'force')
  const target = { type, namespace: route.namespace, name: route.name }
  const { manager, subresource } = context
  const produce = (live: KubeObject): KubeObject => {
    const config: KubeObject = { apiVersion: live.apiVersion, kind: live.kind, metadata: { name: route.name } }
    const replicas = getIn(applied, ['spec', 'replicas'])
    if (replicas !== undefined) setPath(config, paths.specReplicasPath, replicas ?? 0)
    const now = machine.clock.now()
    try {
      const owned = withFirstOwner(live, paths.specReplicasPath)
      const merged = machine.fields.apply({ type, live: owned, applied: config, manager, force, subresource, now })
      const scale = { ...applied, spec: isObject(applied['spec']) ? { ...applied['spec'] } : {} }
      const { error } = machine.schemas.decode(aboutScale(exchange).type, scale, 'converter')
      if (error !== undefined) throw conversionFault(aboutScale(exchange), applied, error)
      checkCount(exchange, Number(readPath(merged, paths.specReplicasPath) ?? 0))
      return merged
    } catch (error) {
      throw error instanceof ApiError ? inWordsOfScale(error, live, paths) : error
    }
  }
  const outcome = updateObject(machine, target, context, produce, { managed: true })
  return answer(exchange, 200, renderScale(machine, scaleOf(type, outcome.object, paths), exchange.form))
}

function inWordsOfScale(error: ApiError, live: KubeObject, paths: ScalePaths): ApiError {
  const said = (text: string): string =>
    text
      .replaceAll(`${live.apiVersion}, Kind=${live.kind}`, 'autoscaling/v1, Kind=Scale')
      .replaceAll(`/autoscaling/v1, Kind=Scale`, 'autoscaling/v1, Kind=Scale')
      .replaceAll(` using ${live.apiVersion}`, ' using autoscaling/v1')
      .replaceAll(paths.specReplicasPath, '.spec.replicas')
  const causes = (Array.isArray(error.details?.['causes']) ? error.details['causes'] : []).filter(isObject)
  if (causes.length === 0) return new ApiError(error.code, error.reason, said(error.message), error.details)
  const told = causes.map((cause) => {
    const [message, field] = [said(String(cause['message'])), said(String(cause['field']))]
    return { ...cause, message, field }
  })
  return new ApiError(error.code, error.reason, said(error.message), { ...error.details, causes: told })
}

/** The Scale that a request makes of the current one. Throws `ApiError`. */
function wantedScale(exchange: Exchange, current: KubeObject): KubeObject {
  const scale = aboutScale(exchange)
  if (exchange.request.method === 'PATCH') {
    const kind = patchType(exchange)
    const patch = readPatch(exchange)
    return kind === STRATEGIC_TYPE ? mergedObject(scale, current, patch) : patchedObject(scale, kind, current, patch)
  }
  const draft = readObject(scale, EXPECTED)
  checkFields(scale, draft, findingsOf(scale))
  return draft
}

function scaleOf(type: ResourceType, object: KubeObject, paths: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector =
    type.custom === undefined
      ? selectorText(getIn(object, ['spec', 'selector']))
      : readPath(object, paths.labelSelectorPath)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: uid ?? '',
      resourceVersion: resourceVersion ?? '',
      creationTimestamp: creationTimestamp ?? null,
    },
    spec: specOf(Number(readPath(object, paths.specReplicasPath) ?? 0)),
    status: {
      replicas: Number(readPath(object, paths.statusReplicasPath) ?? 0),
      ...(typeof selector === 'string' && selector !== '' ? { selector } : {}),
    },
  }
}

/** Go leaves a zero out. */
function specOf(replicas: number): JsonObject {
  return replicas === 0 ? {} : { replicas }
}

function readPath(object: KubeObject, path: string | undefined): JsonValue | undefined {
  return path === undefined || path === '' ? undefined : getIn(object, path.split('.').slice(1))
}

function setPath(draft: KubeObject, path: string, value: JsonValue): void {
  const steps = path.split('.').slice(1)
  let current: JsonObject = draft
  for (const step of steps.slice(0, -1)) {
    const next = Object.hasOwn(current, step) ? current[step] : undefined
    if (isObject(next)) current = next
    else {
      const made: JsonObject = {}
      current[step] = made
      current = made
    }
  }
  current[steps[steps.length - 1]!] = value
}

/** A copy without the member at a path. */
function withoutPath(object: KubeObject, path: string): KubeObject {
  const out = draftOf(object)
  const steps = path.split('.').slice(1)
  const holder = getIn(out, steps.slice(0, -1))
  if (isObject(holder)) delete holder[steps[steps.length - 1]!]
  return out
}

/** A label selector in its text form, sorted by keys. */
function selectorText(selector: JsonValue | undefined): string {
  if (!isObject(selector)) return ''
  const labels = isObject(selector['matchLabels'])
    ? selector['matchLabels']
    : selector['matchExpressions'] === undefined
      ? selector
      : {}
  const parts = Object.keys(labels)
    .sort(compareStrings)
    .map((key) => ({ key, text: `${key}=${String(labels[key])}` }))
  const terms = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'].filter(isObject) : []
  for (const term of terms) {
    const key = String(term['key'])
    const values = Array.isArray(term['values']) ? [...term['values']].map(String).sort().join(',') : ''
    if (term['operator'] === 'In') parts.push({ key, text: `${key} in (${values})` })
    else if (term['operator'] === 'NotIn') parts.push({ key, text: `${key} notin (${values})` })
    else if (term['operator'] === 'Exists') parts.push({ key, text: key })
    else if (term['operator'] === 'DoesNotExist') parts.push({ key, text: `!${key}` })
  }
  return parts
    .sort((a, b) => compareStrings(a.key, b.key))
    .map((part) => part.text)
    .join(',')
}
