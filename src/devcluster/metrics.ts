import type { ResourceRoute } from './http/route.ts'
import type { ResourceType } from './resources/types.ts'
import type { Store } from './store/store.ts'

/** What is counted of a request: a resource's with its route, a path's with the path's first step. */
export interface Counted {
  readonly method: string
  readonly code: number
  readonly dryRun: boolean
  readonly route: ResourceRoute | undefined
  readonly verb: string
  /** `/healthz`, `/version`, …: names that the server has itself, so that clients cannot make up counters. */
  readonly path: string
}

const VERBS: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
}
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Counts requests as `apiserver_request_total` does, and writes what `/metrics` shows. */
export class Metrics {
  readonly #requests = new Map<string, number>()
  readonly #started: number

  /** `started`: Unix time in milliseconds. */
  constructor(started: number) {
    this.#started = started
  }

  /** Counts an answered request. */
  count(request: Counted): void {
    const { route, code } = request
    const dry = request.dryRun ? 'All' : ''
    const key =
      route === undefined
        ? `code="${code}",component="",dry_run="${dry}",group="",resource="",scope="",subresource="${request.path}",verb="${METHODS.has(request.method) ? request.method : 'other'}",version=""`
        : `code="${code}",component="apiserver",dry_run="${dry}",group="${route.group}",resource="${route.resource}",scope="${scopeOf(route)}",subresource="${route.subresource}",verb="${VERBS[request.verb] ?? 'other'}",version="${route.version}"`
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1)
  }

  /** The text exposition format 0.0.4 of Prometheus: the families that people look at, with upstream's names. */
  render(
    store: Store,
    types: readonly ResourceType[],
    watches: number,
    version: Readonly<Record<string, string>>,
  ): string {
    const objects = new Map<string, [group: string, resource: string, count: number]>()
    for (const type of types) {
      if (type.verbs.includes('list') && !objects.has(type.collection)) {
        objects.set(type.collection, [
          type.group,
          type.resource,
          store.collection(type.collection).list(undefined).length,
        ])
      }
    }
    const sorted = [...objects].sort(([a], [b]) => (a < b ? -1 : 1))
    return [
      family('apiserver_current_inflight_requests', 'gauge', 'Requests that are being served, by kind of request.', [
        ['request_kind="mutating"', 0],
        ['request_kind="readOnly"', 1],
      ]),
      family('apiserver_longrunning_requests', 'gauge', 'Watches that are open.', [
        ['component="apiserver",verb="WATCH"', watches],
      ]),
      family(
        'apiserver_request_total',
        'counter',
        'Requests by verb, dry run, group, version, resource, scope, component and code.',
        [...this.#requests].sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
      family(
        'apiserver_resource_objects',
        'gauge',
        'Stored objects by kind.',
        sorted.map(([, [group, resource, count]]) => [`group="${group}",resource="${resource}"`, count]),
      ),
      family(
        'apiserver_storage_objects',
        'gauge',
        'Stored objects by kind (deprecated since 1.34).',
        sorted.map(([collection, [, , count]]) => [`resource="${collection}"`, count]),
      ),
      family('kubernetes_build_info', 'gauge', 'Always 1; the labels tell the version.', [
        [
          Object.entries(version)
            .map(([name, value]) => `${name}="${value}"`)
            .join(','),
          1,
        ],
      ]),
      family('process_start_time_seconds', 'gauge', 'Unix time at which the cluster started.', [
        ['', this.#started / 1000],
      ]),
    ].join('')
  }
}

function scopeOf(route: ResourceRoute): string {
  if (route.name !== '') return 'resource'
  return route.namespace === '' ? 'cluster' : 'namespace'
}

function family(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  samples: readonly (readonly [labels: string, value: number])[],
): string {
  const lines = samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
