import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
import { eventNames, names, TestCluster } from './cluster.ts'

const PATH = '/api/v1/namespaces/default/configmaps'

function filled(count: number): TestCluster {
  const cluster = new TestCluster()
  for (let i = 0; i < count; i++) {
    const name = `c${String(i).padStart(2, '0')}`
    cluster.post(PATH, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels: { parity: i % 2 === 0 ? 'even' : 'odd' } },
    })
  }
  return cluster
}

describe('list', () => {
  it('pages consistently while the collection changes', () => {
    const cluster = filled(5)
    const first = cluster.get(`${PATH}?limit=2`)
    const metadata = first.body['metadata'] as JsonObject
    expect([names(first), metadata['remainingItemCount']]).toEqual([['c00', 'c01'], 3])
    cluster.request('DELETE', `${PATH}/c03`)
    cluster.post(PATH, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c02a' } })
    const second = cluster.get(`${PATH}?limit=2&continue=${String(metadata['continue'])}`)
    expect(names(second)).toEqual(['c02', 'c03'])
    const third = cluster.get(`${PATH}?limit=2&continue=${String((second.body['metadata'] as JsonObject)['continue'])}`)
    expect([names(third), (third.body['metadata'] as JsonObject)['continue']]).toEqual([['c04'], undefined])
  })

  it('answers 410 for a page of a state that is forgotten', () => {
    const cluster = filled(3)
    const token = (cluster.get(`${PATH}?limit=1`).body['metadata'] as JsonObject)['continue']
    cluster.request('DELETE', `${PATH}/c00`)
    cluster.server.store.compact(cluster.server.store.revision)
    const answer = cluster.get(`${PATH}?limit=1&continue=${String(token)}`)
    expect([answer.status, answer.body['reason']]).toEqual([410, 'Expired'])
  })

  const selections: [string, string[]][] = [
    ['labelSelector=parity%3Deven', ['c00', 'c02']],
    ['labelSelector=parity!%3Deven', ['c01', 'c03']],
    ['labelSelector=parity%20in%20(odd,none)', ['c01', 'c03']],
    ['labelSelector=!parity', []],
    ['fieldSelector=metadata.name%3Dc01', ['c01']],
    ['fieldSelector=metadata.name!%3Dc01&labelSelector=parity%3Dodd', ['c03']],
  ]
  it.each(selections)('selects by %s', (query, expected) => {
    expect(names(filled(4).get(`${PATH}?${query}`))).toEqual(expected)
  })

  it('refuses selectors it cannot answer', () => {
    const cluster = filled(1)
    expect(cluster.get(`${PATH}?fieldSelector=data.x%3D1`).body['message']).toBe(
      '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    )
    expect(cluster.get(`${PATH}?labelSelector=a%3D%3D%3Db`).status).toBe(400)
  })

  it('shows tables and bare metadata', () => {
    const cluster = filled(1)
    const table = cluster.get(PATH, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' }).body
    expect((table['columnDefinitions'] as JsonObject[]).map((column) => column['name'])).toEqual([
      'Name',
      'Data',
      'Age',
    ])
    expect((table['rows'] as JsonObject[])[0]!['cells']).toEqual(['c00', 0, '0s'])
    const partial = cluster.get(`${PATH}/c00`, {
      accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    }).body
    expect([partial['kind'], partial['data']]).toEqual(['PartialObjectMetadata', undefined])
  })
})

describe('watch', () => {
  it('tells of what happens after a resourceVersion', () => {
    const cluster = filled(1)
    const version = String((cluster.get(PATH).body['metadata'] as JsonObject)['resourceVersion'])
    cluster.post(PATH, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'before' } })
    const watch = cluster.watch(`${PATH}?watch=true&resourceVersion=${version}`)
    cluster.patch(`${PATH}/before`, 'merge', { data: { a: 'b' } })
    cluster.request('DELETE', `${PATH}/c00`)
    expect(eventNames(watch.events)).toEqual(['ADDED before', 'MODIFIED before', 'DELETED c00'])
  })

  it('shows objects that begin or cease to match as added and deleted', () => {
    const cluster = filled(1)
    const watch = cluster.watch(`${PATH}?watch=true&labelSelector=parity%3Dodd`)
    cluster.patch(`${PATH}/c00`, 'merge', { metadata: { labels: { parity: 'odd' } } })
    cluster.patch(`${PATH}/c00`, 'merge', { metadata: { labels: { parity: 'even' } } })
    expect(eventNames(watch.events)).toEqual(['ADDED c00', 'DELETED c00'])
  })

  it('begins with the state and marks its end', () => {
    const cluster = filled(2)
    const watch = cluster.watch(
      `${PATH}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    )
    expect(eventNames(watch.events)).toEqual(['ADDED c00', 'ADDED c01', 'BOOKMARK'])
    const bookmark = (watch.events[2]!['object'] as JsonObject)['metadata'] as JsonObject
    expect(bookmark['annotations']).toEqual({ 'k8s.io/initial-events-end': 'true' })
  })

  it('marks its end in the form that was asked for', () => {
    const cluster = filled(0)
    const watch = cluster.watch(
      `${PATH}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
      { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' },
    )
    const kinds = watch.events.map((event) => [event['type'], (event['object'] as JsonObject)['kind']])
    expect(kinds.at(-1)).toEqual(['BOOKMARK', 'PartialObjectMetadata'])
  })

  it('ends with 410 when the past is forgotten', () => {
    const cluster = filled(3)
    cluster.server.store.compact(cluster.server.store.revision)
    const watch = cluster.watch(`${PATH}?watch=true&resourceVersion=5`)
    expect([watch.events[0]!['type'], (watch.events[0]!['object'] as JsonObject)['code'], watch.ended()]).toEqual([
      'ERROR',
      410,
      true,
    ])
  })

  it('ends after its time, with bookmarks on the way', async () => {
    const cluster = filled(0)
    const watch = cluster.watch(`${PATH}?watch=true&allowWatchBookmarks=true&timeoutSeconds=90`)
    await cluster.clock.advance(89_000)
    expect([eventNames(watch.events), watch.ended()]).toEqual([
      ['BOOKMARK', 'ADDED kube-root-ca.crt', 'BOOKMARK'],
      false,
    ])
    await cluster.clock.advance(2_000)
    expect(watch.ended()).toBe(true)
  })
})
