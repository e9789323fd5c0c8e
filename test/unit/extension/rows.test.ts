import { describe, expect, it } from 'vitest'
import { nodesOf, refOfNode } from '../../../src/extension/infrastructure/nodes.ts'
import { rowOf, shortRevision } from '../../../src/extension/infrastructure/rows.ts'
import type { ClusterInfo, FluxObject } from '../../../src/protocol/index.ts'
import { cluster, fleetCluster, kustomization, source, workload } from './objects.ts'

describe('rows of live objects', () => {
  const cases: readonly (readonly [what: string, object: FluxObject, expected: object])[] = [
    [
      'ready, with its revision cut short',
      kustomization('apps', { inventorySize: 2 }),
      {
        label: 'apps',
        description: 'main@sha1:01234567 · flux-system',
        icon: 'pass-filled',
        contextValue: 'live:Kustomization:active',
        expand: 'collapsed',
      },
    ],
    [
      'failed, with the reason in place of the revision',
      kustomization('apps', { health: 'failed', reason: 'BuildFailed' }),
      { description: 'BuildFailed · flux-system', icon: 'error', color: 'testing.iconFailed', expand: 'none' },
    ],
    [
      'suspended: menus offer to resume it',
      kustomization('apps', { health: 'suspended', suspended: true }),
      { icon: 'debug-pause', contextValue: 'live:Kustomization:suspended' },
    ],
    [
      'a HelmRelease that nobody reconciles',
      {
        ...kustomization('podinfo', { health: 'unmanaged', revision: '' }),
        ref: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'podinfo', name: 'podinfo' },
      },
      { description: 'HelmRelease · no controller yet · podinfo', icon: 'circle-slash' },
    ],
    ['a source, with its kind', source('fleet'), { description: 'GitRepository · main@sha1:01234567 · flux-system' }],
  ]
  it.each(cases)('%s', (_, object, expected) => {
    expect(rowOf({ type: 'live', cluster: cluster(), object })).toMatchObject(expected)
  })
  it('says the whole message in the tooltip', () => {
    const object = kustomization('apps', {
      health: 'failed',
      reason: 'BuildFailed',
      message: 'kustomize build failed: x',
    })
    expect(rowOf({ type: 'live', cluster: cluster(), object }).tooltip).toContain('kustomize build failed: x')
  })
})

describe('rows of clusters', () => {
  const dev: Partial<ClusterInfo> = { id: 'dev', name: 'Dev cluster', kind: 'dev' }
  const cases: readonly (readonly [what: string, info: ClusterInfo, expected: object])[] = [
    [
      'a context that was never contacted: expanding it opens it',
      cluster({ state: 'closed', current: true }),
      { description: 'current', expand: 'collapsed', contextValue: 'cluster:context:closed:idle' },
    ],
    [
      'a dev cluster that does not run: its button starts it',
      cluster({ ...dev, state: 'closed', message: '', server: '' }),
      { description: 'stopped', expand: 'none', contextValue: 'cluster:dev:closed:idle' },
    ],
    [
      'a context that does not answer, with the reason',
      cluster({ state: 'failed', message: 'ECONNREFUSED' }),
      { description: 'ECONNREFUSED', icon: 'error' },
    ],
    [
      'one with the engine running',
      cluster({ ...dev, engine: { phase: 'running', message: '' } }),
      { description: 'engine running · https://127.0.0.1:6443', contextValue: 'cluster:dev:open:engine' },
    ],
  ]
  it.each(cases)('%s', (_, info, expected) => {
    expect(rowOf({ type: 'cluster', cluster: info })).toMatchObject(expected)
  })
})

describe('rows of the fleet', () => {
  it('counts what is wrong', () => {
    const node = {
      type: 'fleetWorkload',
      cluster: fleetCluster([]),
      workload: workload('shop', { errors: 1, warnings: 2 }),
    } as const
    expect(rowOf(node)).toMatchObject({ icon: 'error', description: '1 error · 2 warnings · ./shop · flux-system' })
  })
  it('says in which folder an entry point lies where there are several', () => {
    const staging = fleetCluster([])
    expect(rowOf({ type: 'fleetCluster', cluster: staging }).description).toBe('clusters/staging')
    const inFolder = { ...staging, folder: 'fleet' }
    expect(rowOf({ type: 'fleetCluster', cluster: inFolder }).description).toBe('fleet · clusters/staging')
    const lost = { ...inFolder, path: '' }
    expect(rowOf({ type: 'fleetCluster', cluster: lost }).description).toBe('fleet')
  })

  it('gives the same object different ids below different owners', () => {
    const object = { ref: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' } }
    const ids = ['a', 'b'].map((owner) => rowOf({ type: 'fleetObject', cluster: fleetCluster([]), owner, object }).id)
    expect(new Set(ids).size).toBe(2)
  })
})

describe('revisions', () => {
  it.each([
    ['main@sha1:0123456789abcdef0123456789abcdef01234567', 'main@sha1:01234567'],
    ['latest@sha256:0123456789abcdef', 'latest@sha256:01234567'],
    ['6.9.1', '6.9.1'],
    ['', ''],
  ])('%s', (revision, expected) => expect(shortRevision(revision)).toBe(expected))
})

describe('what commands are called with', () => {
  const a = { type: 'live', cluster: cluster(), object: kustomization('a') } as const
  const b = { type: 'live', cluster: cluster(), object: kustomization('b') } as const
  it.each([
    ['a click', [a], [a]],
    ['a click on a selection', [a, [a, b]], [a, b]],
    ['a click on a row while nothing is selected', [a, undefined], [a]],
    ['the palette', [], []],
    ['an editor, which gives its URI', [{ scheme: 'file', path: '/a.yaml' }], []],
  ])('%s', (_, args, expected) => expect(nodesOf(args)).toEqual(expected))
  it('names the object of a row', () => {
    expect(refOfNode(a)).toEqual(a.object.ref)
    expect(refOfNode({ type: 'cluster', cluster: cluster() })).toBeUndefined()
  })
})
