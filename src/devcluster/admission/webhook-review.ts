import { decodeText, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { applyJsonPatch, type KubeObject, parseJson } from '../../kube/index.ts'
import { ApiError, internalError } from '../http/errors.ts'
import { writeJson } from '../http/json.ts'
import type { AdmissionRequest } from '../operations/admission.ts'
import type { WebhookAnswer } from '../operations/webhook-session.ts'
import { fromBase64 } from '../resources/strategies/base64.ts'
import type { ResourceType } from '../resources/types.ts'

/** A webhook of a configuration, about to be asked. */
export interface WebhookUse {
  readonly configuration: string
  readonly name: string
  readonly spec: JsonObject
  /** The version that its rules name: another than the request's under matchPolicy Equivalent. */
  readonly type: ResourceType
}

/** What a webhook said: nothing against it, and perhaps the object after its patch. */
export interface Verdict {
  readonly patched: JsonObject | undefined
  readonly warnings: readonly string[]
}

/** A webhook that could not be asked or did not answer as it should: its failurePolicy decides. */
export class WebhookFailure extends Error {}

/** The AdmissionReview of a request (k8s.io/api/admission/v1). */
export function reviewOf(
  use: WebhookUse,
  request: AdmissionRequest,
  objects: { readonly object: KubeObject | undefined; readonly old: KubeObject | undefined; readonly uid: string },
): string {
  const { context, operation } = request
  const kindOf = (type: ResourceType): JsonObject => ({ group: type.group, version: type.version, kind: type.kind })
  const resourceOf = (type: ResourceType): JsonObject => ({
    group: type.group,
    version: type.version,
    resource: type.resource,
  })
  const { user, subresource } = context
  return writeJson({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: objects.uid,
      kind: kindOf(use.type),
      resource: resourceOf(use.type),
      ...(subresource === '' ? {} : { subResource: subresource }),
      requestKind: kindOf(request.type),
      requestResource: resourceOf(request.type),
      ...(subresource === '' ? {} : { requestSubResource: subresource }),
      ...(request.name === '' ? {} : { name: request.name }),
      ...(request.namespace === '' ? {} : { namespace: request.namespace }),
      operation,
      userInfo: { username: user.name, groups: [...user.groups], ...(user.uid === undefined ? {} : { uid: user.uid }) },
      object: objects.object ?? null,
      oldObject: objects.old ?? null,
      dryRun: context.dryRun,
      options: {
        kind: `${operation[0]}${operation.slice(1).toLowerCase()}Options`,
        apiVersion: 'meta.k8s.io/v1',
        ...(context.dryRun ? { dryRun: ['All'] } : {}),
        ...(operation === 'DELETE' ? {} : { fieldManager: context.manager, fieldValidation: context.validation }),
      },
    },
  })
}

/**
 * Reads a webhook's answer (apiserver's pkg/admission/plugin/webhook/request).
 * @throws ApiError when it denies, WebhookFailure when the answer cannot be used
 */
export function verdictOf(
  use: WebhookUse,
  answer: WebhookAnswer,
  asked: { readonly object: KubeObject | undefined; readonly uid: string; readonly mutating: boolean },
): Verdict {
  const { url } = (use.spec['clientConfig'] as { url?: string } | undefined) ?? {}
  if ('error' in answer)
    throw new WebhookFailure(`failed to call webhook: Post ${JSON.stringify(url)}: ${answer.error}`)
  if (answer.status < 200 || answer.status > 299) {
    throw new WebhookFailure(`failed to call webhook: the server responded with status ${answer.status}`)
  }
  const response = responseIn(answer.body, asked.uid)
  const warnings = Array.isArray(response['warnings'])
    ? response['warnings'].filter((text): text is string => typeof text === 'string')
    : []
  if (response['allowed'] !== true) throw denied(use.name, response['status'])
  const patched = asked.mutating ? patchedBy(response, asked.object) : undefined
  return { patched, warnings }
}

function responseIn(body: string, uid: string): JsonObject {
  let review: JsonValue
  try {
    review = parseJson(body)
  } catch (error) {
    throw new WebhookFailure(`received invalid webhook response: ${error instanceof Error ? error.message : ''}`)
  }
  if (!isObject(review) || review['kind'] !== 'AdmissionReview' || review['apiVersion'] !== 'admission.k8s.io/v1') {
    const got = isObject(review)
      ? `${String(review['apiVersion'] ?? '')}, Kind=${String(review['kind'] ?? '')}`
      : 'no object'
    throw new WebhookFailure(
      `received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${got}`,
    )
  }
  const { response } = review
  if (!isObject(response)) throw new WebhookFailure('received invalid webhook response: webhook response was absent')
  if (response['uid'] !== uid) {
    throw new WebhookFailure(
      `received invalid webhook response: expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`,
    )
  }
  return response
}

function patchedBy(response: JsonObject, object: KubeObject | undefined): JsonObject | undefined {
  const { patch, patchType } = response
  if (patch === undefined || patch === null || patch === '') return undefined
  if (patchType !== 'JSONPatch') {
    throw new WebhookFailure(
      `received invalid webhook response: ${patchType === undefined ? 'webhook returned response.patch but not response.patchType' : `invalid value of response.patchType: ${JSON.stringify(patchType)}`}`,
    )
  }
  if (object === undefined) return undefined
  const bytes = fromBase64(String(patch))
  let operations: JsonValue
  try {
    operations = bytes === undefined ? null : parseJson(decodeText(bytes))
  } catch {
    operations = null
  }
  if (operations === null) {
    throw new WebhookFailure('received invalid webhook response: response.patch is no base64 of a JSON patch')
  }
  const outcome = applyJsonPatch(object, operations)
  if (!outcome.ok) throw internalError(outcome.error)
  if (!isObject(outcome.value)) throw internalError('the patch of a webhook left no object')
  return outcome.value
}

/** What the client reads of a denial: the webhook's own status under a text that names it. */
function denied(name: string, status: JsonValue | undefined): ApiError {
  const own = isObject(status) ? status : {}
  const subject = `admission webhook ${JSON.stringify(name)} denied the request`
  const { message, reason, code, details } = own
  const text =
    typeof message === 'string' && message !== ''
      ? `${subject}: ${message}`
      : typeof reason === 'string' && reason !== ''
        ? `${subject}: ${reason}`
        : `${subject} without explanation`
  return new ApiError(
    typeof code === 'number' && code >= 400 && code < 600 ? code : 400,
    typeof reason === 'string' ? reason : '',
    text,
    isObject(details) ? details : undefined,
  )
}
