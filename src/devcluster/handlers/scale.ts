import { getIn, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { badRequest, invalid, invalidValue, notFound } from '../http/errors.ts'
import type { ApiResponse } from '../http/types.ts'
import { draftOf } from '../operations/pipeline.ts'
import { updateObject } from '../operations/update.ts'
import { renderScale } from '../read/render.ts'
import type { ResourceType, ScalePaths } from '../resources/types.ts'
import { checkedObject, readBody } from './body.ts'
import { answer, type Exchange } from './exchange.ts'
import { applyPatch, patchType, readPatch, writeContext } from './write.ts'

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
  const outcome = updateObject(machine, { type, namespace: route.namespace, name: route.name }, context, (live) => {
    const wanted = wantedScale(exchange, scaleOf(type, live, paths))
    const replicas = getIn(wanted, ['spec', 'replicas']) ?? 0
    if (typeof replicas !== 'number' || !Number.isInteger(replicas))
      throw badRequest('spec.replicas must be an integer')
    if (replicas < 0 && type.custom === undefined) {
      throw invalid({ group: 'autoscaling', kind: 'Scale' }, route.name, [
        invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
      ])
    }
    const draft = draftOf(live)
    const version = wanted.metadata['resourceVersion']
    if (typeof version === 'string' && version !== '') draft.metadata['resourceVersion'] = version
    setPath(draft, paths.specReplicasPath, replicas)
    return draft
  })
  return answer(exchange, 200, renderScale(machine, scaleOf(type, outcome.object, paths), exchange.form))
}

function wantedScale(exchange: Exchange, current: KubeObject): KubeObject {
  if (exchange.request.method === 'PATCH') {
    const scaleExchange: Exchange = {
      ...exchange,
      type: { ...exchange.type, group: 'autoscaling', version: 'v1', kind: 'Scale' },
    }
    const kind = patchType(scaleExchange)
    // A Scale has no lists: a strategic or apply patch of it means the same as a merge patch.
    const form = kind === 'application/json-patch+json' ? kind : 'application/merge-patch+json'
    return applyPatch(scaleExchange, form, current, readPatch(exchange))
  }
  const body = readBody(exchange)
  if (!isObject(body)) throw badRequest('the request body is empty')
  return checkedObject(body, EXPECTED)
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
    spec: { replicas: Number(readPath(object, paths.specReplicasPath) ?? 0) },
    status: {
      replicas: Number(readPath(object, paths.statusReplicasPath) ?? 0),
      ...(typeof selector === 'string' && selector !== '' ? { selector } : {}),
    },
  }
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

/** A label selector in its text form, sorted. */
function selectorText(selector: JsonValue | undefined): string {
  if (!isObject(selector)) return ''
  const labels = isObject(selector['matchLabels'])
    ? selector['matchLabels']
    : selector['matchExpressions'] === undefined
      ? selector
      : {}
  const parts = Object.keys(labels).map((key) => `${key}=${String(labels[key])}`)
  const terms = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'].filter(isObject) : []
  for (const term of terms) {
    const key = String(term['key'])
    const values = Array.isArray(term['values']) ? [...term['values']].map(String).sort().join(',') : ''
    if (term['operator'] === 'In') parts.push(`${key} in (${values})`)
    else if (term['operator'] === 'NotIn') parts.push(`${key} notin (${values})`)
    else if (term['operator'] === 'Exists') parts.push(key)
    else if (term['operator'] === 'DoesNotExist') parts.push(`!${key}`)
  }
  return parts.sort().join(',')
}
