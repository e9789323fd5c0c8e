import { describe, expect, it } from 'vitest'
import { encodeText, MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, type Fleet } from '../../../src/fleet/index.ts'
import { FetchStore, fetchedRemotes, type RemoteFetcher, refusedRemotes } from '../../../src/kustomize/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'

const kustomization = (name: string, path: string): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {interval: 1m, path: ${path}, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
---
`
const source = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: "https://example.com/x"}
---
`
const files: readonly (readonly [string, string])[] = [
  ['/r/clusters/prod/flux-system/gotk-sync.yaml', source + kustomization('flux-system', './clusters/prod')],
  ['/r/clusters/prod/apps.yaml', kustomization('apps', './apps') + kustomization('plain', './plain')],
  ['/r/apps/kustomization.yaml', 'namespace: apps\nresources:\n- https://example.com/o/lib//base?ref=v1\n'],
  ['/r/plain/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: apps}\n'],
]
const clone = (name: string): MemoryFileSystem =>
  new MemoryFileSystem([
    ['/clone/base/kustomization.yaml', 'resources: [cm.yaml]\n'],
    ['/clone/base/cm.yaml', `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`],
  ])

function open(fetcher: RemoteFetcher | undefined, store = new FetchStore()): { fleet: Fleet; store: FetchStore } {
  const remotes = fetcher === undefined ? refusedRemotes('allow it') : fetchedRemotes(store, fetcher)
  const fs = new MemoryFileSystem(files)
  return { fleet: createFleet({ fs, root: '/r', registry: createSchemaRegistry(), remotes }), store }
}

const names = (fleet: Fleet): (string | undefined)[] | undefined =>
  fleet.build('prod/flux-system/apps')?.objects.map(({ object }) => object.metadata.name)
const shown = (fleet: Fleet): string[] =>
  fleet.problems().map(({ severity, code, message }) => `${severity} ${code}: ${message}`)

describe('remote bases of a fleet', () => {
  it('are no fault where they may not be fetched; the note is at the entry and says how to allow them', () => {
    const { fleet } = open(undefined)
    const [problem] = fleet.problems('apps/kustomization.yaml')
    expect(problem).toMatchObject({
      code: 'kustomize/remote',
      severity: 'info',
      message:
        "not built here, since it needs the network: kustomize build failed: remote resource 'https://example.com/o/lib//base?ref=v1' is not allowed; allow it",
    })
    const text = files[2]![1]
    expect(text.slice(problem!.location!.range!.start, problem!.location!.range!.end)).toBe(
      'https://example.com/o/lib//base?ref=v1',
    )
  })

  it('are awaited, then only what reads them is built again', async () => {
    const { fleet, store } = open({
      get: async () => ({ status: 404, statusText: 'Not Found', body: encodeText('') }),
      clone: async () => ({ dir: '/clone', fs: clone('one') }),
    })
    expect(shown(fleet)).toEqual([
      'info kustomize/remote-pending: not built yet: https://example.com/o/lib//base?ref=v1 is being fetched',
    ])
    fleet.settle()
    // The page of the URL is asked for before it is cloned, as kustomize does.
    expect(await store.settle()).toBe(true)
    expect(fleet.refetched().rebuilt).toEqual(['prod/flux-system/apps'])
    expect(names(fleet)).toEqual([])
    expect(await store.settle()).toBe(true)
    const { rebuilt, changed } = fleet.refetched()
    expect({ rebuilt, changed }).toEqual({ rebuilt: ['prod/flux-system/apps'], changed: ['prod/flux-system/apps'] })
    expect(names(fleet)).toEqual(['one'])
    expect(fleet.problems()).toEqual([])
    expect(await store.settle()).toBe(false)
  })

  it('that cannot be fetched are a warning, and asked for again when they are old', async () => {
    let now = 0
    let works = false
    const store = new FetchStore({ now: () => now, maxProblemAge: 1000 })
    const { fleet } = open(
      {
        get: async () => ({ status: 404, statusText: 'Not Found', body: encodeText('') }),
        clone: async () =>
          works
            ? { dir: '/clone', fs: clone('late') }
            : { code: 'kustomize/remote-failed', severity: 'error', message: 'no such host' },
      },
      store,
    )
    for (fleet.settle(); await store.settle(); fleet.refetched());
    expect(shown(fleet)).toEqual(['warning kustomize/remote-failed: kustomize build failed: no such host'])
    works = true
    fleet.refetched()
    expect(await store.settle()).toBe(false)
    now = 2000
    for (fleet.refetched(); await store.settle(); fleet.refetched());
    expect(names(fleet)).toEqual(['late'])
  })

  it('keep the files of the clone out of the tree: what leaves it is refused', async () => {
    const evil = new MemoryFileSystem([['/clone/base/kustomization.yaml', 'resources: [../../r/plain/a.yaml]\n']])
    const { fleet, store } = open({
      get: async () => ({ status: 404, statusText: 'Not Found', body: encodeText('') }),
      clone: async () => ({ dir: '/clone', fs: evil }),
    })
    for (fleet.settle(); await store.settle(); fleet.refetched());
    expect(names(fleet)).toEqual([])
    expect(shown(fleet)[0]).toMatch(/security; file 'plain\/a\.yaml' is not in or below '\/clone\/base'/)
  })
})
