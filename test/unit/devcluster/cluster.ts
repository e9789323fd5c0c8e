import { encodeText, isObject, type JsonObject, type JsonValue, VirtualClock } from '../../../src/base/index.ts'
import { ADMIN, ApiServer, type ApiServerOptions, isStream, type UserInfo } from '../../../src/devcluster/index.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly body: JsonObject
}

/** A dev cluster on virtual time with reproducible names, and short ways to ask it. */
export class TestCluster {
  readonly clock = new VirtualClock()
  readonly server: ApiServer
  user: UserInfo | undefined = ADMIN

  constructor(options: Partial<ApiServerOptions> = {}) {
    let seed = 42
    const random = (): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return (seed >>> 8) / 2 ** 24
    }
    this.server = new ApiServer({ clock: this.clock, random, flux: false, ...options })
  }

  /** One request; `body` is sent as JSON unless it is text already. */
  request(method: string, path: string, body?: JsonValue | Uint8Array, headers: Record<string, string> = {}): Answer {
    const bytes =
      body === undefined
        ? undefined
        : body instanceof Uint8Array
          ? body
          : encodeText(typeof body === 'string' ? body : JSON.stringify(body))
    const answer = this.server.handleNow({
      method,
      path,
      headers: { 'content-type': 'application/json', 'user-agent': 'tester/v1', ...headers },
      ...(bytes === undefined ? {} : { body: bytes }),
      user: this.user,
    })
    if (isStream(answer)) throw new Error(`${path} answered a stream`)
    let value: JsonValue = {}
    try {
      value = JSON.parse(answer.body) as JsonValue
    } catch {
      // Logs and 404s of paths are text.
    }
    return { status: answer.status, headers: answer.headers, text: answer.body, body: isObject(value) ? value : {} }
  }

  get(path: string, headers: Record<string, string> = {}): Answer {
    return this.request('GET', path, undefined, headers)
  }

  post(path: string, body: JsonValue): Answer {
    return this.request('POST', path, body)
  }

  patch(path: string, type: 'json' | 'merge' | 'strategic' | 'apply', body: JsonValue): Answer {
    const types = {
      json: 'application/json-patch+json',
      merge: 'application/merge-patch+json',
      strategic: 'application/strategic-merge-patch+json',
      apply: 'application/apply-patch+yaml',
    }
    return this.request('PATCH', path, body, { 'content-type': types[type] })
  }

  /** Opens a watch; the events arrive in the list that comes back. */
  watch(
    path: string,
    headers: Record<string, string> = {},
  ): { readonly events: JsonObject[]; readonly ended: () => boolean; close(): void } {
    const answer = this.server.handleNow({ method: 'GET', path, headers, user: this.user })
    if (!isStream(answer)) throw new Error(answer.body)
    const events: JsonObject[] = []
    let ended = false
    const running = answer.start({
      write: (text) => {
        for (const line of text.split('\n')) if (line !== '') events.push(JSON.parse(line) as JsonObject)
        return true
      },
      end: () => {
        ended = true
      },
    })
    return { events, ended: () => ended, close: () => running.dispose() }
  }
}

/** `TYPE name` of each event. */
export function eventNames(events: readonly JsonObject[]): string[] {
  return events.map((event) => {
    const object = event['object'] as { metadata?: { name?: string } }
    return `${String(event['type'])} ${object.metadata?.name ?? ''}`.trim()
  })
}

/** A Deployment as short as can be. */
export function deployment(name: string, extra: JsonObject = {}, annotations: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations },
        spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] },
      },
      ...extra,
    },
  }
}

/** The names of a list's items. */
export function names(answer: Answer): string[] {
  const items = answer.body['items']
  return Array.isArray(items) ? items.map((item) => String((item as { metadata: { name: string } }).metadata.name)) : []
}
