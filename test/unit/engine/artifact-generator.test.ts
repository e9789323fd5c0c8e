import { expect, test } from 'vitest'
import { configMap, Harness, kustomization, refFor } from './harness.ts'

function generator(artifacts: string): string {
  return `
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: { name: cut, namespace: flux-system }
spec:
  sources: [{ alias: fleet, kind: GitRepository, name: fleet }]
  artifacts: ${artifacts}
---`
}

const apps = '[{ name: apps, revision: "@fleet", copy: [{ from: "@fleet/apps/**", to: "@artifact/" }] }]'
const fromArtifact = kustomization('apps', 'path: ./').replace(
  'kind: GitRepository, name: fleet',
  'kind: ExternalArtifact, name: apps',
)

test('a Kustomization builds what a generator cuts out of a repository', async () => {
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a'), 'other/b.yaml': configMap('b') },
    cluster: generator(apps) + fromArtifact,
  })
  expect((await h.start()).failed).toEqual([])
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap'])
  const source = (await h.get('GitRepository', 'fleet'))!['status'] as { artifact: { revision: string } }
  const external = (await h.get('ExternalArtifact', 'apps'))!
  expect(external['spec']).toMatchObject({ sourceRef: { kind: 'ArtifactGenerator', name: 'cut' } })
  expect(external['status']).toMatchObject({
    artifact: { revision: source.artifact.revision },
    conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded', message: 'Artifact is ready' }],
  })
  expect((await h.get('ArtifactGenerator', 'cut'))!['status']).toMatchObject({
    conditions: [{ type: 'Ready', reason: 'Succeeded', message: 'reconciliation succeeded, generated 1 artifact(s)' }],
    inventory: [{ name: 'apps', namespace: 'flux-system', filename: expect.stringMatching(/^\d+\.tar\.gz$/) }],
  })
  h.save('apps/c.yaml', configMap('c'))
  await h.settle()
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap', 'flux-system_c__ConfigMap'])
  await h.stop()
})

test('with a revision of its own, an artifact is new only when its content is', async () => {
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a'), 'other/b.yaml': configMap('b') },
    cluster: generator(apps.replace('revision: "@fleet", ', '')) + fromArtifact,
  })
  await h.start()
  const revision = async (): Promise<unknown> =>
    ((await h.kustomization('apps'))!['status'] as Record<string, unknown>)['lastAppliedRevision']
  const before = await revision()
  expect(before).toMatch(/^latest@sha256:[0-9a-f]{64}$/)
  h.save('other/b.yaml', configMap('b', 'key: new'))
  await h.settle()
  expect(await revision()).toBe(before)
  await h.stop()
})

test('an artifact that is no longer asked for is deleted, and all are with their generator', async () => {
  const two = apps.replace(/]$/, ', { name: more, copy: [{ from: "@fleet/other/", to: "@artifact/x/" }] }]')
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a'), 'other/b.yaml': configMap('b') },
    cluster: generator(two),
  })
  await h.start()
  expect(await h.get('ExternalArtifact', 'more')).toBeDefined()
  const { artifacts } = ((await h.get('ArtifactGenerator', 'cut'))!['spec'] ?? {}) as { artifacts: [object, object] }
  await h.client.patch(refFor('ArtifactGenerator', 'cut'), 'merge', {
    spec: { artifacts: [artifacts[0] as { name: string }] },
  })
  await h.settle()
  expect(await h.get('ExternalArtifact', 'more')).toBeUndefined()
  expect(await h.get('ExternalArtifact', 'apps')).toBeDefined()
  await h.client.delete(refFor('ArtifactGenerator', 'cut'))
  await h.pass(5000)
  expect(await h.get('ArtifactGenerator', 'cut')).toBeUndefined()
  expect(await h.get('ExternalArtifact', 'apps')).toBeUndefined()
  await h.stop()
})

test.each([
  [
    '[{ name: apps, copy: [{ from: "@fleet/nowhere", to: "@artifact/" }] }]',
    "BuildFailed: apps build failed: failed to apply copy operations: failed to apply copy operation from '@fleet/nowhere' to '@artifact/': source 'nowhere' does not exist",
  ],
  [
    '[{ name: apps, copy: [{ from: "@other/x", to: "@artifact/" }] }]',
    "BuildFailed: apps build failed: failed to apply copy operations: failed to apply copy operation from '@other/x' to '@artifact/': source alias 'other' not found",
  ],
  [
    '[{ name: apps, revision: "@other", copy: [{ from: "@fleet/apps", to: "@artifact/" }] }]',
    "ValidationFailed: artifact apps revision source alias 'other' not found",
  ],
])('%s', async (artifacts, wanted) => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: generator(artifacts) })
  const settled = await h.start()
  expect(settled.failed.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([wanted])
  await h.stop()
})

test('a second start makes the artifacts again and changes nothing in the cluster', async () => {
  const first = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: generator(apps) + fromArtifact })
  await first.start()
  await first.stop()
  const versions = async (): Promise<unknown[]> =>
    Promise.all(
      [
        ['ArtifactGenerator', 'cut'],
        ['ExternalArtifact', 'apps'],
        ['ConfigMap', 'a'],
      ].map(async ([kind, name]) => (await first.get(kind!, name!))?.metadata['resourceVersion']),
    )
  const before = await versions()
  const again = new Harness({ clock: first.clock, server: first.server, fs: first.fs })
  expect((await again.start()).failed).toEqual([])
  expect(await versions()).toEqual(before)
  again.save('apps/b.yaml', configMap('b'))
  await again.settle()
  expect(await again.inventory('apps')).toEqual(['flux-system_a__ConfigMap', 'flux-system_b__ConfigMap'])
  await again.stop()
})
