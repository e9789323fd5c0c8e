import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isObject, type JsonValue } from '../../../src/base/index.ts'
import { type Answer, TestCluster } from './cluster.ts'
import { stable } from './real-answers.ts'

const FIXTURES = new URL('../../fixtures/kube-apiserver/patches/', import.meta.url)

interface Step {
  readonly method: string
  /** After the collection's path: name, subresource and options. */
  readonly at: string
  /** The form of a patch. */
  readonly type?: string
  readonly body: JsonValue
  readonly status: number
  readonly warning?: string
  /** Absent for refusals that show the whole patched object: the order of its members is Go's. */
  readonly answer?: JsonValue
}

interface Recording {
  readonly path: string
  /** Each makes an object and writes to it, again and again. */
  readonly chains: readonly (readonly Step[])[]
}

/**
 * Entries of managers in an order of their own: the server's goes by seconds. Causes once each, those of conflicts in
 * any order.
 */
function comparable(body: JsonValue): JsonValue {
  if (!isObject(body)) return body
  const { metadata, details } = body
  if (isObject(metadata) && Array.isArray(metadata['managedFields'])) sort(metadata['managedFields'])
  if (isObject(details) && Array.isArray(details['causes'])) {
    const causes = new Map(details['causes'].map((cause) => [JSON.stringify(cause), cause]))
    details['causes'] = [...causes.values()]
    if (body['reason'] === 'Conflict') sort(details['causes'])
  }
  return body
}

function sort(list: JsonValue[]): void {
  const text = (value: JsonValue): string => {
    if (!isObject(value)) return JSON.stringify(value)
    return ['operation', 'subresource', 'manager', 'apiVersion', 'field', 'message']
      .map((key) => String(value[key] ?? ''))
      .join(' ')
  }
  list.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0))
}

function send(cluster: TestCluster, path: string, step: Step): Answer {
  const headers = { 'user-agent': 'fuzz/v1', 'content-type': step.type ?? 'application/json' }
  return cluster.request(step.method, `${path}${step.at}`, step.body, headers)
}

function seen(answer: Answer, step: Step): unknown {
  const { warning = '' } = answer.headers
  const body =
    step.answer === undefined ? {} : { answer: comparable(stable(JSON.parse(answer.text) as JsonValue, '\0')) }
  return { status: answer.status, ...(warning === '' ? {} : { warning }), ...body }
}

describe('what kube-apiserver 1.36.4 made of random patches, one after the other', () => {
  for (const file of readdirSync(FIXTURES).sort()) {
    it(file.replace('.json', ''), async () => {
      const { path, chains } = JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8')) as Recording
      const cluster = new TestCluster({ workloads: false })
      const namespace = /namespaces\/([^/]+)\//.exec(path)?.[1]
      if (namespace !== undefined) {
        cluster.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
      }
      await cluster.clock.advance(1000)
      for (const [i, steps] of chains.entries()) {
        for (const [k, step] of steps.entries()) {
          const { status, warning, answer } = step
          const expected = {
            status,
            ...(warning === undefined ? {} : { warning }),
            ...(answer === undefined ? {} : { answer: comparable(answer) }),
          }
          const got = seen(send(cluster, path, step), step)
          expect({ at: [i, k, step.at], got }).toEqual({ at: [i, k, step.at], got: expected })
        }
      }
    })
  }
})
