import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { getIn, isObject, type JsonObject, type JsonValue } from '../../../src/base/index.ts'
import { ADMIN, isStream } from '../../../src/devcluster/index.ts'
import { type Answer, TestCluster } from './cluster.ts'
import { stable, stableText } from './real-answers.ts'

const WATCH = /[?&]watch=(true|1)|\/watch\//
const FIXTURES = new URL('../../fixtures/kube-apiserver/', import.meta.url)

interface Step {
  readonly wait?: number
  readonly method: string
  readonly path: string
  readonly body?: JsonValue
  readonly headers?: Record<string, string>
  /** Absent: the administrator's; null: none. */
  readonly token?: string | null
  /** What kube-apiserver 1.36.4 answered; absent where the dev cluster is known to answer otherwise. */
  readonly answer?: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: JsonValue }
}

interface Refusals {
  readonly path: string
  /** Updates have to name the version that they replace. */
  readonly locked?: true
  readonly object: JsonObject
  readonly answer?: JsonValue
  /** Where the object is changed, to what, and the refusal: status, message, causes. */
  readonly cases: readonly [
    (string | number)[],
    'absent' | { value: JsonValue },
    number,
    string,
    string[] | undefined,
  ][]
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'))
}

function bodyOf(answer: Answer, namespace: string): JsonValue {
  try {
    return stable(JSON.parse(answer.text) as JsonValue, namespace)
  } catch {
    return stableText(answer.text, namespace)
  }
}

/** Watches were recorded line by line, refusals among them. */
function linesOf(answer: Answer, namespace: string): JsonValue {
  return answer.text
    .split('\n')
    .filter(Boolean)
    .map((line) => bodyOf({ ...answer, text: line }, namespace))
}

/** A request as it was recorded; of a watch, what it says at once. */
function send(cluster: TestCluster, step: Step): Answer {
  const token: Record<string, string> = typeof step.token === 'string' ? { authorization: `Bearer ${step.token}` } : {}
  const headers = { 'content-type': 'application/json', 'user-agent': 'tour/v1', ...token, ...step.headers }
  cluster.user = step.token === undefined ? ADMIN : undefined
  if (!/watch/.test(step.path) || step.method !== 'GET') {
    return cluster.request(step.method, step.path, step.body, headers)
  }
  const answer = cluster.server.handleNow({ method: step.method, path: step.path, headers, user: cluster.user })
  if (!isStream(answer)) return { status: answer.status, headers: answer.headers, text: answer.body, body: {} }
  let text = ''
  const write = (part: string): boolean => {
    text += part
    return true
  }
  answer.start({ write, end: () => undefined }).dispose()
  return { status: answer.status, headers: answer.headers, text, body: {} }
}

async function replay(file: string, namespace: string, least = 100): Promise<void> {
  const cluster = new TestCluster({ workloads: false })
  const differences: unknown[] = []
  let compared = 0
  for (const [i, step] of (read(file) as Step[]).entries()) {
    if (step.wait !== undefined) {
      await cluster.clock.advance(step.wait)
      continue
    }
    const answer = send(cluster, step)
    // A stream that was not recorded as one never ended.
    if (step.answer === undefined || step.answer.status < 0) continue
    compared++
    const { status, headers = {} } = step.answer
    // The socket leaves out what is no answer to HEAD.
    const body = step.method === 'HEAD' ? undefined : step.answer.body
    const got = {
      status: answer.status,
      headers: Object.fromEntries(
        Object.keys(headers).map((name) => [name, stableText(answer.headers[name] ?? '', namespace)]),
      ),
      ...(body === undefined
        ? {}
        : { body: WATCH.test(step.path) ? linesOf(answer, namespace) : bodyOf(answer, namespace) }),
    }
    try {
      expect(got).toEqual({ status, headers, ...(body === undefined ? {} : { body }) })
    } catch {
      differences.push([i, step.method, step.path, got, step.answer])
    }
  }
  expect(differences).toEqual([])
  expect(compared).toBeGreaterThan(least)
}

function changed(
  object: JsonObject,
  path: readonly (string | number)[],
  to: 'absent' | { value: JsonValue },
): JsonValue {
  const out = structuredClone(object)
  let at: unknown = out
  for (const step of path.slice(0, -1)) at = (at as Record<string | number, unknown>)[step]
  const last = path[path.length - 1]!
  if (to !== 'absent') (at as Record<string | number, unknown>)[last] = to.value
  else if (Array.isArray(at)) at.splice(Number(last), 1)
  else delete (at as Record<string | number, unknown>)[last]
  return out
}

/** The server repeats what it checks twice. */
function once(reasons: readonly string[]): string[] {
  return [...new Set(reasons)]
}

function reasonsOf(body: JsonObject): string[] | undefined {
  const given = isObject(body['details']) ? body['details']['causes'] : undefined
  if (!Array.isArray(given)) return undefined
  return once(given.filter(isObject).map((cause) => `${String(cause['reason'])} ${String(cause['field'])}`))
}

describe('answers of kube-apiserver 1.36.4, recorded', () => {
  it('to requests of all kinds', () => replay('requests.json', 'tt-requests'))
  it('about definitions and custom resources', () => replay('definitions.json', 'tt-custom'))
  it('about Pods in namespaces with Pod Security labels', () => replay('pod-security.json', 'tt-security', 25))
  it('to field and label selectors', () => replay('selectors.json', 'tt-selectors', 300))
  it('to paths that are no resources, and to users who may not', () => replay('paths.json', 'tt-paths', 120))
  it('to names of finalizers', () => replay('finalizers.json', 'tt-finalizers', 50))
  it('to lists and watches with options', () => replay('watches.json', 'tt-watches', 90))
  it('about expressions of admission policies', () => replay('policies.json', 'tt-policies', 110))

  for (const file of readdirSync(new URL('refusals/', FIXTURES)).sort()) {
    it(`to objects with one thing changed: ${file.replace('.json', '')}`, async () => {
      const { path, object, answer, cases } = read(`refusals/${file}`) as Refusals
      const cluster = new TestCluster({ workloads: false })
      cluster.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 't' } })
      await cluster.clock.advance(1000)
      const send = (body: JsonValue): Answer => cluster.request('POST', path, body, { 'user-agent': 'tour/v1' })
      if (answer !== undefined) expect(bodyOf(send(object), '\0')).toEqual(answer)
      for (const [at, to, status, message, causes] of cases) {
        const { body } = send(changed(object, at, to))
        expect([at, body['code'], body['message'], reasonsOf(body)]).toEqual([
          at,
          status,
          message,
          causes ? once(causes) : undefined,
        ])
      }
    })
  }

  for (const file of readdirSync(new URL('updates/', FIXTURES)).sort()) {
    it(`to updates with one thing changed: ${file.replace('.json', '')}`, async () => {
      const { path, object, answer, cases, locked } = read(`updates/${file}`) as Refusals
      const cluster = new TestCluster({ workloads: false })
      cluster.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 't' } })
      await cluster.clock.advance(1000)
      expect(cluster.request('POST', path, object, { 'user-agent': 'tour/v1' }).status).toBe(201)
      await cluster.clock.advance(300)
      const at = `${path}/${String(getIn(object, ['metadata', 'name']))}`
      const version = getIn(cluster.get(at).body, ['metadata', 'resourceVersion'])!
      const send = (body: JsonValue): Answer => {
        const metadata = isObject(body) && isObject(body['metadata']) ? body['metadata'] : undefined
        if (locked === true && metadata !== undefined) metadata['resourceVersion'] = version
        return cluster.request('PUT', `${at}?dryRun=All`, body, { 'user-agent': 'tour/v1' })
      }
      if (answer !== undefined) expect(bodyOf(send(structuredClone(object)), '\0')).toEqual(answer)
      for (const [where, to, status, message, causes] of cases) {
        const { body } = send(changed(object, where, to))
        const reasons = reasonsOf(body) ?? []
        const text = stableText(String(body['message']), '\0')
        expect([where, body['code'], text, reasons]).toEqual([where, status, message, causes ?? []])
      }
    })
  }
})
