import { describe, expect, it } from 'vitest'
import { getIn, type JsonObject, type JsonValue } from '../../../src/base/index.ts'
import { parseYaml } from '../../../src/yaml/index.ts'
import { TestCluster } from './cluster.ts'

const root = (group: string, version: string, resource: string): string =>
  `/apis/${group}.toolkit.fluxcd.io/${version}/namespaces/default/${resource}`

function cluster(): TestCluster {
  return new TestCluster({ flux: '2.9', oldVersions: true })
}

const KUSTOMIZATION = `apiVersion: kustomize.toolkit.fluxcd.io/v1beta2
kind: Kustomization
metadata:
  name: apps
spec:
  interval: 10m
  prune: true
  path: ./apps
  validation: client
  sourceRef: {kind: GitRepository, name: app}
  patches:
    - patch: "own"
      target: {kind: Job}
  patchesStrategicMerge:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec: {replicas: 2}
  patchesJson6902:
    - target: {group: apps, version: v1, kind: Deployment, name: web}
      patch:
        - {op: add, path: /metadata/labels/a, value: b}
`
const CURRENT_PATCHES = [
  { patch: 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n' },
  { patch: 'own', target: { kind: 'Job' } },
  {
    patch: '- op: add\n  path: /metadata/labels/a\n  value: b\n',
    target: { group: 'apps', version: 'v1', kind: 'Deployment', name: 'web' },
  },
]

function document(text: string): JsonObject {
  return parseYaml(text).value[0] as JsonObject
}

describe('old Flux versions', () => {
  it('are served on demand only', () => {
    const path = root('source', 'v1beta2', 'ocirepositories')
    const object = {
      apiVersion: 'source.toolkit.fluxcd.io/v1beta2',
      kind: 'OCIRepository',
      metadata: { name: 'a' },
      spec: { interval: '5m', url: 'oci://a.io/b' },
    }
    expect(new TestCluster({ flux: '2.9' }).post(path, object).status).toBe(404)
    const on = cluster()
    const made = on.post(path, object)
    expect([made.status, made.headers['warning']]).toEqual([
      201,
      '299 - "source.toolkit.fluxcd.io/v1beta2 OCIRepository is removed in Flux 2.9 (since 2.8): use apiVersion source.toolkit.fluxcd.io/v1"',
    ])
    expect(on.get(`${root('source', 'v1', 'ocirepositories')}/a`).body['apiVersion']).toBe(
      'source.toolkit.fluxcd.io/v1',
    )
  })

  it.each([
    ['kustomize', 'v1beta1', 'kustomizations', 'patchesStrategicMerge and patchesJson6902 become patches'],
    ['helm', 'v2beta1', 'helmreleases', 'valuesFile becomes valuesFiles'],
    ['notification', 'v1beta2', 'receivers', 'removed in Flux 2.9: use apiVersion notification.toolkit.fluxcd.io/v1'],
    ['image', 'v1beta1', 'imageupdateautomations', 'use apiVersion image.toolkit.fluxcd.io/v1'],
  ])('%s/%s %s: the warning tells how to migrate', (group, version, resource, words) => {
    const { warning } = cluster().get(root(group, version, resource)).headers
    expect(warning).toContain(words)
    expect(warning!.length).toBeLessThan(256 + 10)
  })

  it('say old fields of a Kustomization in new ones, and read back what was written', () => {
    const on = cluster()
    const written = document(KUSTOMIZATION)
    expect(on.post(root('kustomize', 'v1beta2', 'kustomizations'), written).status).toBe(201)
    const now = on.get(`${root('kustomize', 'v1', 'kustomizations')}/apps`).body
    expect(now['spec']).toEqual({
      interval: '10m',
      prune: true,
      path: './apps',
      force: false,
      sourceRef: { kind: 'GitRepository', name: 'app' },
      patches: CURRENT_PATCHES,
    })
    for (const version of ['v1beta2', 'v1beta1']) {
      const old = on.get(`${root('kustomize', version, 'kustomizations')}/apps`).body
      expect(old['spec']).toEqual({ ...(written['spec'] as JsonObject), force: false })
      expect(getIn(old, ['metadata', 'annotations'])).toBeUndefined()
    }
  })

  it('let a change through the current version win', () => {
    const on = cluster()
    on.post(root('kustomize', 'v1beta2', 'kustomizations'), document(KUSTOMIZATION))
    const path = `${root('kustomize', 'v1', 'kustomizations')}/apps`
    expect(on.patch(path, 'merge', { spec: { patches: [{ patch: 'new' }] } }).status).toBe(200)
    const old = on.get(`${root('kustomize', 'v1beta2', 'kustomizations')}/apps`).body['spec'] as JsonObject
    expect([old['patches'], old['patchesStrategicMerge'], old['validation']]).toEqual([
      [{ patch: 'new' }],
      undefined,
      undefined,
    ])
  })

  it('can be applied again and again, and their lists edited', () => {
    const on = cluster()
    const path = `${root('kustomize', 'v1beta2', 'kustomizations')}/apps?fieldManager=me`
    const current = (): JsonValue | undefined =>
      getIn(on.get(`${root('kustomize', 'v1', 'kustomizations')}/apps`).body, ['spec', 'patches'])
    expect(on.patch(path, 'apply', KUSTOMIZATION).status).toBe(201)
    expect(current()).toEqual(CURRENT_PATCHES)
    const again = on.patch(path, 'apply', KUSTOMIZATION)
    expect([again.status, getIn(again.body, ['metadata', 'generation'])]).toEqual([200, 1])
    expect(on.patch(path, 'apply', KUSTOMIZATION.replace('replicas: 2', 'replicas: 3')).status).toBe(200)
    expect(current()).toEqual([
      { patch: (CURRENT_PATCHES[0] as { patch: string }).patch.replace('2', '3') },
      ...CURRENT_PATCHES.slice(1),
    ])
  })

  it('say old fields of a HelmRelease in new ones', () => {
    const on = cluster()
    const release = document(`apiVersion: helm.toolkit.fluxcd.io/v2beta1
kind: HelmRelease
metadata: {name: web}
spec:
  interval: 5m
  chart:
    spec:
      chart: web
      valuesFile: ci.yaml
      valuesFiles: [more.yaml]
      sourceRef: {kind: HelmRepository, name: web}
  postRenderers:
    - kustomize:
        patchesStrategicMerge:
          - {kind: Service, apiVersion: v1, metadata: {name: web}}
`)
    expect(on.post(root('helm', 'v2beta1', 'helmreleases'), release).status).toBe(201)
    const spec = on.get(`${root('helm', 'v2', 'helmreleases')}/web`).body['spec'] as JsonObject
    expect(getIn(spec, ['chart', 'spec', 'valuesFiles'])).toEqual(['ci.yaml', 'more.yaml'])
    expect(getIn(spec, ['chart', 'spec', 'valuesFile'])).toBeUndefined()
    expect(getIn(spec, ['postRenderers', 0, 'kustomize', 'patches'])).toHaveLength(1)
    const old = on.get(`${root('helm', 'v2beta2', 'helmreleases')}/web`).body['spec'] as JsonObject
    expect(getIn(old, ['chart', 'spec', 'valuesFile'])).toBe('ci.yaml')
  })

  it('drop what has no meaning any more', () => {
    const on = cluster()
    const repository = document(`apiVersion: source.toolkit.fluxcd.io/v1beta1
kind: GitRepository
metadata: {name: app}
spec:
  interval: 1m
  url: https://example.com/app
  gitImplementation: libgit2
  accessFrom: {namespaceSelectors: [{matchLabels: {a: b}}]}
`)
    expect(on.post(root('source', 'v1beta1', 'gitrepositories'), repository).status).toBe(201)
    const spec = on.get(`${root('source', 'v1', 'gitrepositories')}/app`).body['spec'] as JsonObject
    expect([spec['gitImplementation'], spec['accessFrom'], spec['url']]).toEqual([
      undefined,
      undefined,
      'https://example.com/app',
    ])
  })

  it.each(['post', 'apply'] as const)('let old fields pass in the current version, with a warning (%s)', (verb) => {
    const text = KUSTOMIZATION.replace('v1beta2', 'v1')
    const on = cluster()
    const path = root('kustomize', 'v1', 'kustomizations')
    const strict = 'fieldValidation=Strict&fieldManager=me'
    const send = (to: TestCluster): ReturnType<TestCluster['post']> =>
      verb === 'post' ? to.post(`${path}?${strict}`, document(text)) : to.patch(`${path}/apps?${strict}`, verb, text)
    const made = send(on)
    expect([made.status, getIn(made.body, ['spec', 'patches'])]).toEqual([201, CURRENT_PATCHES])
    expect(made.headers['warning']).toContain('drop spec.validation')
    expect(send(new TestCluster({ flux: '2.9' })).status).toBeGreaterThanOrEqual(400)
  })
})
