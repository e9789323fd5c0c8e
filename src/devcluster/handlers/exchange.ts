import type { JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import type { OutputForm } from '../http/content.ts'
import { writeJson } from '../http/json.ts'
import { YAML_TYPE } from '../http/media.ts'
import type { Query } from '../http/query.ts'
import type { ResourceRoute } from '../http/route.ts'
import type { ApiRequest, ApiResponse, UserInfo } from '../http/types.ts'
import type { Machine } from '../operations/machine.ts'
import type { WebhookSession } from '../operations/webhook-session.ts'
import type { WatchHub } from '../read/watch.ts'
import type { ResourceType } from '../resources/types.ts'
import type { Formats } from './formats.ts'
import type { PodLogs } from './logs.ts'

/** What handlers need besides the machine. */
export interface Services {
  readonly machine: Machine
  readonly hub: WatchHub
  readonly formats: Formats
  readonly authorizer: Authorizer
  readonly logs: PodLogs
  /** Set when old Flux versions are served: rids an object of the current version of old fields; answers a warning. */
  readonly modernise?: (object: KubeObject) => string | undefined
}

/** One request on its way through a handler. */
export interface Exchange {
  readonly services: Services
  readonly request: ApiRequest
  readonly route: ResourceRoute
  readonly query: Query
  readonly type: ResourceType
  /** After impersonation. */
  readonly user: UserInfo
  readonly form: OutputForm
  /** Texts for Warning headers. */
  readonly warnings: string[]
  readonly webhooks: WebhookSession
}

/** An answer of JSON text, with the exchange's warnings. */
export function answer(exchange: Exchange, status: number, body: string): ApiResponse {
  const headers = headersOf(exchange.warnings)
  if (!exchange.form.yaml) return { status, headers, body }
  return {
    status,
    headers: { ...headers, 'content-type': YAML_TYPE },
    body: exchange.services.formats.toYaml(JSON.parse(body) as JsonValue),
  }
}

/** An answer of a JSON value. */
export function answerValue(exchange: Exchange, status: number, value: JsonValue): ApiResponse {
  return answer(exchange, status, writeJson(value))
}

/** Headers of a JSON answer; several warnings share one header line, as RFC 9110 allows. */
export function headersOf(warnings: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' }
  const unique = [...new Set(warnings)]
  if (unique.length > 0) {
    headers['warning'] = unique
      .map((text) => `299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[\r\n]+/g, ' ')}"`)
      .join(', ')
  }
  return headers
}
