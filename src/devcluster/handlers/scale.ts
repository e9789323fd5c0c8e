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
  const paths = type.custom === undefined ? BUILTIN_PATHS : type.custom.scale
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
    if (replicas < 0 && type.custom === undefined) {
      throw invalid({ group: 'autoscaling', kind: 'Scale' }, route.name, [
        invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
      ])
    }
    const draft = draftOf(live)
    const version = wanted.metadata['resourceVersion']
    if (typeof version === 'string' && version !== '') draft.metadata['resourceVersion'] = version
    setPath(draft, paths.specReplicasPath, replicas)
    const now = machine.clock.now()
    // A Scale leaves a zero out, so that nobody owns it.
    const next = replicas === 0 ? withoutPath(draft, paths.specReplicasPath) : draft
    const { metadata } = machine.fields.update({
      type,
      live,
      next,
      manager: context.manager,
      subresource: 'scale',
      now,
    })
    return { ...draft, metadata: { ...draft.metadata, managedFields: metadata['managedFields'] ?? [] } }
  }
  const outcome = updateObject(machine, { type, namespace: route.namespace, name: route.name }, context, produce, {
    managed: true,
  })
  return answer(exchange, 200, renderScale(machine, scaleOf(type, outcome.object, paths), exchange.form))
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
    if (replicas !== undefined) setPath(config, paths.specReplicasPath, replicas)
    const now = machine.clock.now()
    try {
      return machine.fields.apply({ type, live, applied: config, manager, force, subresource, now })
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
  const details = {
    ...error.details,
    ...(causes.length === 0
      ? {}
      : {
          causes: causes.map((cause) => ({
            ...cause,
            message: said(String(cause['message'])),
            field: said(String(cause['field'])),
          })),
        }),
  }
  return new ApiError(error.code, error.reason, said(error.message), details)
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
