import { isObject, type JsonValue } from '../../base/index.ts'
import { KubeError, type KubeResponse } from '../client.ts'
import { parseJson } from '../values/json-text.ts'

/** The reason that a status code stands for when the server gave none (`apimachinery pkg/api/errors`). */
const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

/** The error in a `metav1.Status` object, whether an answer's body or the object of a watch's ERROR event. */
export function errorFromStatus(status: JsonValue, httpCode: number): KubeError {
  if (!isObject(status)) return new KubeError(httpCode, reasons[httpCode] ?? 'Unknown', `HTTP status ${httpCode}`)
  const code = typeof status['code'] === 'number' && status['code'] > 0 ? status['code'] : httpCode
  const given = status['reason']
  const reason = typeof given === 'string' && given !== '' ? given : (reasons[code] ?? 'Unknown')
  const message = typeof status['message'] === 'string' ? status['message'] : reason
  return new KubeError(code, reason, message, isObject(status['details']) ? status['details'] : undefined)
}

/** The error that a refused request's answer stands for; bodies that are no Status give their first line. */
export function errorFromResponse(response: KubeResponse): KubeError {
  try {
    const body = parseJson(response.body)
    if (isObject(body) && body['kind'] === 'Status') return errorFromStatus(body, response.status)
  } catch {
    // Not JSON: proxies and load balancers answer with text.
  }
  const line = response.body.trim().split('\n', 1)[0]!.slice(0, 400)
  const message = line === '' ? `the server answered with HTTP status ${response.status}` : line
  return new KubeError(response.status, reasons[response.status] ?? 'Unknown', message)
}

/** Any failure as a `KubeError`: a transport's own error means that no answer came (code 0). */
export function asKubeError(error: unknown): KubeError {
  if (error instanceof KubeError) return error
  return new KubeError(0, 'ConnectionFailed', error instanceof Error ? error.message : String(error))
}
