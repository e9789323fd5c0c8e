import { expect, test } from 'vitest'
import { MemoryFileSystem, VirtualClock } from '../../../src/base/index.ts'
import type { KubeTransport } from '../../../src/kube/index.ts'
import { configMap, Harness, kustomization, refFor } from './harness.ts'

/** A way to the server that dies with the n-th writing request: what was written stays, nothing more is. */
function dyingAfter(writes: number, onDeath: () => void): (inner: KubeTransport) => KubeTransport {
  let left = writes
  const never = new Promise<never>(() => undefined)
  return (inner) => ({
    request: (request) => {
      if (request.method !== 'GET' && left-- <= 0) {
        onDeath()
        return never
      }
      return left < 0 ? never : inner.request(request)
    },
    stream: (request, handlers) => inner.stream(request, handlers),
  })
}

const before = { 'apps/a.yaml': configMap('a'), 'apps/b.yaml': configMap('b'), 'apps/ns.yaml': namespace('old') }
const meant = {
  'apps/a.yaml': configMap('a', 'key: new'),
  'apps/c.yaml': configMap('c'),
  'apps/ns.yaml': namespace('new'),
}
const after = { 'apps/a.yaml': configMap('a', 'key: last'), 'apps/d.yaml': configMap('d') }

function namespace(name: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`
}

function repository(files: Readonly<Record<string, string>>): MemoryFileSystem {
  return new MemoryFileSystem(Object.entries(files).map(([path, text]) => [`/fleet/${path}`, text] as const))
}

/** Applies `before`, then is killed at a write while it applies `meant`; false when it was through before that. */
async function crashAt(write: number): Promise<{ first: Harness; clock: VirtualClock; died: boolean }> {
  const clock = new VirtualClock()
  const first = new Harness({ files: before, clock, cluster: kustomization('apps', 'path: ./apps') })
  await first.start()
  await first.stop()
  let died = false
  const doomed = new Harness({
    clock,
    server: first.server,
    fs: repository(meant),
    transport: dyingAfter(write, () => {
      died = true
    }),
  })
  void doomed.engine.start()
  await doomed.pass(20_000)
  void doomed.engine.stop()
  return { first, clock, died }
}

/** What is in the cluster that the Kustomization has put there. */
async function owned(h: Harness): Promise<string[]> {
  const labelSelector = 'kustomize.toolkit.fluxcd.io/name=apps'
  const maps = await h.client.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { labelSelector })
  const spaces = await h.client.list({ apiVersion: 'v1', kind: 'Namespace' }, { labelSelector })
  return [...spaces.items, ...maps.items].map(({ metadata }) => metadata.name)
}

test.each([
  [
    'the same revision',
    meant,
    ['new', 'a', 'c'],
    ['_new__Namespace', 'flux-system_a__ConfigMap', 'flux-system_c__ConfigMap'],
  ],
  ['another revision', after, ['a', 'd'], ['flux-system_a__ConfigMap', 'flux-system_d__ConfigMap']],
])(
  'killed between any two writes and started again with %s: converges, nothing orphaned, nothing wrongly pruned',
  async (_, files, objects, inventory) => {
    let write = 0
    for (; ; write++) {
      const { first, clock, died } = await crashAt(write)
      if (!died) break
      const again = new Harness({ clock, server: first.server, fs: repository(files) })
      const settled = await again.start()
      expect(settled.failed, `after a crash at write ${write}`).toEqual([])
      await again.pass(10_000)
      expect(await owned(again), `objects after a crash at write ${write}`).toEqual(objects)
      expect(await again.inventory('apps'), `inventory after a crash at write ${write}`).toEqual(inventory)
      await again.stop()
    }
    // Progress, applies, deletions, status and events: fewer writes would mean that the crash never hit the apply.
    expect(write).toBeGreaterThan(10)
  },
  60_000,
)

test('a second start changes nothing', async () => {
  const clock = new VirtualClock()
  const first = new Harness({ files: before, clock, cluster: kustomization('apps', 'path: ./apps') })
  await first.start()
  await first.stop()
  const snapshot = async (): Promise<unknown[]> =>
    Promise.all(['a', 'b'].map(async (name) => (await first.get('ConfigMap', name))?.metadata['resourceVersion']))
  const versions = await snapshot()
  const source = (await first.get('GitRepository', 'fleet'))?.['status']
  const again = new Harness({ clock, server: first.server, fs: repository(before) })
  expect((await again.start()).failed).toEqual([])
  expect(await snapshot()).toEqual(versions)
  expect((await first.get('GitRepository', 'fleet'))?.['status']).toEqual(source)
  expect(again.messages('apps').filter((message) => !message.includes('Reconciliation finished'))).toEqual([])
  await again.stop()
})

test('killed at any write of a deletion: the Kustomization and all of its objects go in the end', async () => {
  let write = 0
  for (; ; write++) {
    const clock = new VirtualClock()
    const first = new Harness({ files: before, clock, cluster: kustomization('apps', 'path: ./apps') })
    await first.start()
    await first.stop()
    let died = false
    const onDeath = (): void => {
      died = true
    }
    const doomed = new Harness({ clock, server: first.server, fs: first.fs, transport: dyingAfter(write, onDeath) })
    void doomed.engine.start()
    await doomed.pass(5000)
    await first.client.delete(refFor('Kustomization', 'apps'))
    await doomed.pass(20_000)
    void doomed.engine.stop()
    const again = new Harness({ clock, server: first.server, fs: first.fs })
    await again.start()
    await again.pass(20_000)
    expect(await again.kustomization('apps'), `after a crash at write ${write}`).toBeUndefined()
    expect(await owned(again), `after a crash at write ${write}`).toEqual([])
    await again.stop()
    if (!died) break
  }
  expect(write).toBeGreaterThan(4)
}, 60_000)

const cut = `
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: { name: cut, namespace: flux-system }
spec:
  sources: [{ alias: fleet, kind: GitRepository, name: fleet }]
  artifacts: [{ name: apps, copy: [{ from: "@fleet/apps/**", to: "@artifact/" }] }]
---`

test('killed at any write while artifacts are generated: the last revision arrives', async () => {
  const cluster =
    cut +
    kustomization('apps', 'path: ./').replace('kind: GitRepository, name: fleet', 'kind: ExternalArtifact, name: apps')
  let write = 0
  for (; ; write++) {
    const clock = new VirtualClock()
    const first = new Harness({ files: before, clock, cluster })
    await first.start()
    await first.stop()
    let died = false
    const onDeath = (): void => {
      died = true
    }
    const doomed = new Harness({
      clock,
      server: first.server,
      fs: repository(meant),
      transport: dyingAfter(write, onDeath),
    })
    void doomed.engine.start()
    await doomed.pass(20_000)
    void doomed.engine.stop()
    const again = new Harness({ clock, server: first.server, fs: repository(after) })
    expect((await again.start()).failed, `after a crash at write ${write}`).toEqual([])
    await again.pass(10_000)
    expect(await owned(again), `after a crash at write ${write}`).toEqual(['a', 'd'])
    await again.stop()
    if (!died) break
  }
  expect(write).toBeGreaterThan(10)
}, 60_000)
