import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ReleaseError, type ReleaseHook, type ReleaseRecord } from '../../../../src/helm/index.ts'
import { decodeRelease, encodeRelease } from '../../../../src/helm/release/codec.ts'
import { hooksFor } from '../../../../src/helm/release/hooks.ts'
import { recordOf, revisionsToPrune, secretOf } from '../../../../src/helm/release/secret.ts'
import { byUninstallOrder } from '../../../../src/helm/release/uninstall-order.ts'
import { nodeGzip } from '../../../../src/host/index.ts'

function hook(name: string, weight: number, events: readonly string[] = ['pre-install']): ReleaseHook {
  return {
    ...{ name, weight, events, kind: 'Job', path: `t/templates/${name}.yaml`, manifest: `metadata: { name: ${name} }` },
    ...{ lastRun: { phase: '' }, deletePolicies: [], outputLogPolicies: [] },
  }
}

const record: ReleaseRecord = {
  name: 'demo',
  namespace: 'apps',
  version: 3,
  info: {
    firstDeployed: '2026-01-02T03:04:05.678Z',
    lastDeployed: '2026-02-02T03:04:05.000Z',
    description: 'Upgrade complete',
    status: 'deployed',
    notes: 'Bonjour à tous',
  },
  chart: { metadata: { name: 't', version: '1.0.0' }, values: { big: 12345678901234567890n, none: null }, lock: null },
  config: { a: { b: [1, 'x', false] } },
  manifest: '---\n# Source: t/templates/a.yaml\nkind: A\n',
  hooks: [
    {
      ...hook('migrate', -3),
      lastRun: { startedAt: '2026-02-02T03:04:06.000Z', completedAt: '2026-02-02T03:04:07.000Z', phase: 'Succeeded' },
      deletePolicies: ['hook-succeeded'],
      outputLogPolicies: ['hook-failed'],
    },
  ],
  labels: {},
  applyMethod: 'ssa',
}

/** The text of a Secret's entry for any JSON, as someone else may have written it. */
function packed(json: string): string {
  return Buffer.from(gzipSync(json)).toString('base64')
}

function refusal(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    if (error instanceof ReleaseError) return error.reason
    throw error
  }
}

describe('the record', () => {
  it('comes back as it was', () => {
    expect(decodeRelease(encodeRelease(record, nodeGzip), nodeGzip)).toEqual(record)
  })

  it('comes back from its Secret, with the labels of the user only', () => {
    const labelled = { ...record, labels: { team: 'red' } }
    const secret = secretOf(labelled, 'store', { label: 'createdAt', now: 1_700_000_000_999 }, nodeGzip)
    expect(secret.metadata).toEqual({
      name: 'sh.helm.release.v1.demo.v3',
      namespace: 'store',
      labels: {
        ...{ team: 'red', createdAt: '1700000000', name: 'demo', owner: 'helm', status: 'deployed', version: '3' },
      },
    })
    expect(secret['type']).toBe('helm.sh/release.v1')
    expect(recordOf(secret, nodeGzip)).toEqual(labelled)
  })

  it('is read from Helm 3, whose zero times are written out and which names no apply method', () => {
    const old = {
      ...{ name: 'old', version: 1, namespace: 'n', manifest: '', chart: {}, config: null, hooks: null },
      info: {
        ...{ first_deployed: '2020-01-01T00:00:00.123456789+02:00', deleted: '', status: 'superseded' },
        last_deployed: '0001-01-01T00:00:00Z',
      },
    }
    const read = decodeRelease(packed(JSON.stringify(old)), nodeGzip)
    expect(read.info).toEqual({
      ...{ firstDeployed: '2020-01-01T00:00:00.123456789+02:00', status: 'superseded', description: '', notes: '' },
    })
    expect([read.applyMethod, read.config, read.hooks]).toEqual(['', {}, []])
  })

  it('is read without compression, as the first records were', () => {
    const text = Buffer.from('{"name":"plain","version":2}').toString('base64')
    expect(decodeRelease(text, nodeGzip)).toMatchObject({ name: 'plain', version: 2 })
  })

  it('refuses a bomb before it has gone off', () => {
    const bomb = packed(`{"name":"${'a'.repeat(2_000_000)}"}`)
    expect(bomb.length).toBeLessThan(10_000)
    expect(refusal(() => decodeRelease(bomb, nodeGzip, {}, 1_000_000))).toBe('TooLarge')
  })

  it.each([
    ['no base64', '%%%'],
    ['a broken stream', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]).toString('base64')],
    ['no JSON', packed('name: demo')],
    ['no object', packed('[1]')],
    ['a version that is text', packed('{"name":"a","version":"1"}')],
    ['hooks that are no list', packed('{"hooks":{"a":1}}')],
    ['depth', packed(`{"config":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`)],
    ['a manifest that is no text', packed('{"manifest":7}')],
  ])('refuses %s', (_, text) => {
    expect(refusal(() => decodeRelease(text, nodeGzip))).toBe('Corrupt')
  })
})

describe('the history limit', () => {
  const history = (...statuses: ReleaseRecord['info']['status'][]): ReleaseRecord[] =>
    statuses.map((status, i) => ({ ...record, version: i + 1, info: { ...record.info, status } }))
  const pruned = (records: readonly ReleaseRecord[], max: number): number[] =>
    revisionsToPrune(records, max).map(({ version }) => version)

  // Source: Helm 4.1 pkg/storage/storage_test.go (`TestStorageRemoveLeastRecent`, `TestStorageDoNotDeleteDeployed`).
  it('takes the oldest', () => {
    expect(pruned(history('superseded', 'superseded', 'superseded', 'deployed'), 2)).toEqual([1, 2])
  })
  it('never takes the last that is deployed', () => {
    expect(pruned(history('superseded', 'deployed', 'failed', 'failed', 'failed'), 2)).toEqual([1, 3, 4])
  })
  it('takes an older one of two that are deployed', () => {
    expect(pruned(history('deployed', 'deployed', 'failed'), 1)).toEqual([1, 3])
  })
  it('takes nothing below the limit', () => {
    expect(pruned(history('superseded', 'deployed'), 2)).toEqual([])
    expect(pruned([], 3)).toEqual([])
  })
})

describe('order', () => {
  it('of hooks is weight, then name; numbers, not text', () => {
    const hooks = [hook('b', 10), hook('z', -1), hook('a', 10), hook('c', 9), hook('x', 0, ['post-install'])]
    expect(hooksFor(hooks, 'pre-install').map((i) => hooks[i]!.name)).toEqual(['z', 'c', 'a', 'b'])
  })

  it('of hooks that are alike is that of the record', () => {
    const hooks = [hook('same', 1), { ...hook('same', 1), path: 'second' }]
    expect(hooksFor(hooks, 'pre-install')).toEqual([0, 1])
  })

  it('of deletion puts webhooks first, unknown kinds last by name', () => {
    const kinds = ['Zebra', 'Namespace', 'Secret', 'Apple', 'Deployment', 'Service', 'ValidatingWebhookConfiguration']
    expect(byUninstallOrder(kinds.map((kind) => ({ kind }))).map(({ kind }) => kind)).toEqual([
      ...['ValidatingWebhookConfiguration', 'Service', 'Deployment', 'Secret', 'Namespace', 'Apple', 'Zebra'],
    ])
  })
})
