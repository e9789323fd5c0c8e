import { type Query, queryText } from './http/query.ts'
import type { ApiResponse } from './http/types.ts'

/** Checks that kube-apiserver 1.36 names, in its order; here each of them passes as soon as there is an answer. */
const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
].map((name) => `poststarthook/${name}`)
const LAST = [
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
]
const ALIVE = ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...HOOKS, ...LAST]
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: ALIVE,
  livez: ALIVE,
  readyz: ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...HOOKS, ...LAST, 'shutdown'],
}

const HEADERS = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache, private' }

/**
 * Answers `/healthz`, `/livez`, `/readyz` (`?verbose`, `?exclude=CHECK`) and the checks below them; undefined for any other
 * path, and for a check that there is not.
 */
export function health(path: string, query: Query): ApiResponse | undefined {
  const [, name = '', ...rest] = path.split('/')
  const checks = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined
  if (checks === undefined) return undefined
  if (rest.length > 0) {
    return checks.includes(rest.join('/')) ? { status: 200, headers: HEADERS, body: 'ok' } : undefined
  }
  const headers = { ...HEADERS, 'x-content-type-options': 'nosniff' }
  if (!query.has('verbose')) return { status: 200, headers, body: 'ok' }
  const excluded = new Set(query.get('exclude') ?? [])
  const lines = checks.map((check) => `[+]${check} ${excluded.delete(check) ? 'excluded: ok' : 'ok'}`)
  if (queryText(query, 'exclude') !== '' && excluded.size > 0) {
    const left = [...excluded].map((item) => JSON.stringify(item)).join(',')
    lines.push(`warn: some health checks cannot be excluded: no matches for ${left}`)
  }
  return { status: 200, headers, body: `${lines.join('\n')}\n${name} check passed\n` }
}
