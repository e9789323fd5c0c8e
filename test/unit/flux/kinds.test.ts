import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
import { fluxKindOf, fluxKinds, migrationOf, referencesOf } from '../../../src/flux/index.ts'
import type { KubeObject } from '../../../src/kube/index.ts'
import { parseYaml } from '../../../src/yaml/index.ts'

function references(text: string): string[] {
  const object = parseYaml(text).value[0] as KubeObject
  return referencesOf(object).map(
    (one) =>
      `${one.role} ${one.apiVersion} ${one.kind} ${one.namespace}/${one.name} at ${one.path.join('.')}${one.optional ? ' optional' : ''}`,
  )
}

test('a Kustomization', () => {
  const got = references(`
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: apps, namespace: team }
spec:
  sourceRef: { kind: OCIRepository, name: src, namespace: flux-system }
  dependsOn: [{ name: a }, { name: b, namespace: other }]
  postBuild: { substituteFrom: [{ kind: Secret, name: s, optional: true }] }
  healthChecks: [{ kind: Deployment, name: web, namespace: team }, { apiVersion: batch/v1, kind: Job, name: j }]
  decryption: { provider: sops, secretRef: { name: age } }
  kubeConfig: { secretRef: { name: remote } }
  serviceAccountName: bot
`)
  expect(got).toEqual([
    'source source.toolkit.fluxcd.io/v1 OCIRepository flux-system/src at spec.sourceRef',
    'dependency kustomize.toolkit.fluxcd.io/v1 Kustomization team/a at spec.dependsOn.0',
    'dependency kustomize.toolkit.fluxcd.io/v1 Kustomization other/b at spec.dependsOn.1',
    'substitution v1 Secret team/s at spec.postBuild.substituteFrom.0 optional',
    'health-check apps/v1 Deployment team/web at spec.healthChecks.0',
    'health-check batch/v1 Job team/j at spec.healthChecks.1',
    'secret v1 Secret team/age at spec.decryption.secretRef',
    'kube-config v1 Secret team/remote at spec.kubeConfig.secretRef',
    'service-account v1 ServiceAccount team/bot at spec.serviceAccountName',
  ])
})

test.each([
  [
    'kind: HelmRelease\napiVersion: helm.toolkit.fluxcd.io/v2\nmetadata: { name: h, namespace: team }\nspec: { chartRef: { kind: HelmChart, name: c }, valuesFrom: [{ kind: ConfigMap, name: v }] }',
    [
      'chart source.toolkit.fluxcd.io/v1 HelmChart team/c at spec.chartRef',
      'values v1 ConfigMap team/v at spec.valuesFrom.0',
    ],
  ],
  [
    'kind: Alert\napiVersion: notification.toolkit.fluxcd.io/v1beta3\nmetadata: { name: a, namespace: team }\nspec: { providerRef: { name: p }, eventSources: [{ kind: Kustomization, name: "*", namespace: m }] }',
    [
      'provider notification.toolkit.fluxcd.io/v1beta3 Provider team/p at spec.providerRef',
      'subject kustomize.toolkit.fluxcd.io/v1 Kustomization m/* at spec.eventSources.0',
    ],
  ],
  [
    'kind: GitRepository\napiVersion: source.toolkit.fluxcd.io/v1\nmetadata: { name: g, namespace: team }\nspec: { include: [{ repository: { name: other } }, bad], secretRef: 1 }',
    ['include source.toolkit.fluxcd.io/v1 GitRepository team/other at spec.include.0.repository'],
  ],
  [
    'kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nmetadata: { name: k }\nspec: { sourceRef: { kind: x, name: y } }',
    [],
  ],
])('%s', (text, wanted) => {
  expect(references(text)).toEqual(wanted)
})

test('the table says what the definitions of Flux 2.9 say', () => {
  const file = new URL('../../../../shared/crds/flux-2.9.json', import.meta.url)
  const crds = JSON.parse(readFileSync(file, 'utf8')) as {
    spec: {
      group: string
      names: { kind: string; plural: string; shortNames?: string[] }
      versions: { name: string }[]
    }
  }[]
  const wanted = crds.map(({ spec }) => [
    spec.group,
    spec.versions[0]!.name,
    spec.names.kind,
    spec.names.plural,
    spec.names.shortNames ?? [],
  ])
  const got = fluxKinds.map((one) => [one.group, one.version, one.kind, one.plural, one.shortNames])
  expect(new Set(got.map(String))).toEqual(new Set(wanted.map(String)))
  expect(fluxKindOf({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' })).toBeUndefined()
})

test.each([
  [
    'kustomize.toolkit.fluxcd.io/v1beta2',
    'Kustomization',
    'kustomize.toolkit.fluxcd.io/v1',
    '2.8',
    ['spec.validation', 'spec.patchesStrategicMerge'],
  ],
  [
    'source.toolkit.fluxcd.io/v1beta1',
    'GitRepository',
    'source.toolkit.fluxcd.io/v1',
    '2.7',
    ['spec.gitImplementation'],
  ],
  ['helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'helm.toolkit.fluxcd.io/v2', undefined, ['spec.install.skipCRDs']],
  [
    'helm.toolkit.fluxcd.io/v2beta2',
    'HelmRelease',
    'helm.toolkit.fluxcd.io/v2',
    '2.8',
    ['spec.postRenderers.1.kustomize.patchesJson6902', 'spec.install.skipCRDs'],
  ],
])('%s %s has to become %s', (apiVersion, kind, to, removedIn, fields) => {
  const spec: JsonObject = {
    validation: 'client',
    patchesStrategicMerge: [],
    gitImplementation: 'go-git',
    install: { skipCRDs: true },
    postRenderers: [{}, { kustomize: { patchesJson6902: [] } }],
  }
  const migration = migrationOf({ apiVersion, kind, metadata: { name: 'x' }, spec })
  expect(migration).toMatchObject({ to })
  expect(migration!.removedIn).toBe(removedIn)
  expect(migration!.fields.map(({ path }) => path.join('.'))).toEqual(fields)
})

test('nothing to migrate', () => {
  const object = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'x' },
    spec: { validation: 'x' },
  }
  expect(migrationOf(object)).toBeUndefined()
})
