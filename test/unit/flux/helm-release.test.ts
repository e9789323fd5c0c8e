import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
import {
  chartOfRelease,
  composeValues,
  finishRelease,
  helmChartOfRelease,
  type ReferencedData,
  readRelease,
  shortReleaseName,
  ValuesReferenceError,
  versionWithDigest,
} from '../../../src/flux/index.ts'
import { compareKinds, mergeMaps, readValues, readValuesDocument, setValue } from '../../../src/helm/index.ts'
import type { KubeObject } from '../../../src/kube/index.ts'
import { build } from '../../../src/kustomize/index.ts'

function release(spec: JsonObject, name = 'web', namespace = 'apps'): KubeObject {
  return { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name, namespace }, spec }
}

// Source of the first three: helm-controller internal/release/name_test.go.
test.each([
  ['release-name', 'release-name'],
  [
    'release-name-with-very-long-name-which-is-longer-than-53-characters',
    'release-name-with-very-long-name-which-i-788ca0d0d7b0',
  ],
  [
    'another-release-name-with-very-long-name-which-is-longer-than-53-characters',
    'another-release-name-with-very-long-name-7e72150d5a36',
  ],
  ['a'.repeat(53), 'a'.repeat(53)],
])('%s is released as %s', (name, expected) => {
  expect(shortReleaseName(name)).toBe(expected)
})

test.each([
  [{}, { name: 'web', namespace: 'apps', storageNamespace: 'apps' }],
  [{ targetNamespace: 'shop' }, { name: 'shop-web', namespace: 'shop', storageNamespace: 'apps' }],
  [
    { targetNamespace: 'shop', releaseName: 'x', storageNamespace: 'y' },
    { name: 'x', namespace: 'shop', storageNamespace: 'y' },
  ],
  [
    { install: { crds: 'CreateReplace' }, upgrade: { crds: 'Skip' } },
    { crds: { install: 'CreateReplace', upgrade: 'Skip' } },
  ],
  [
    { postRenderStrategy: 'nohooks', test: { enable: true } },
    { postRenderStrategy: 'nohooks', tests: true },
  ],
  [{}, { crds: { install: 'Create', upgrade: 'Create' }, postRenderStrategy: 'combined', tests: false }],
])('%j is released as %j', (spec, expected) => {
  expect(readRelease(release(spec))).toMatchObject(expected)
})

describe('chart', () => {
  test('a template with its defaults, and the HelmChart made of it', () => {
    const object = release({
      interval: '10m',
      chart: {
        metadata: { labels: { a: 'b' } },
        spec: { chart: 'podinfo', sourceRef: { kind: 'HelmRepository', name: 'podinfo', namespace: 'flux-system' } },
      },
    })
    expect(chartOfRelease(object)).toMatchObject({
      type: 'template',
      template: { chart: 'podinfo', version: '*', valuesFiles: [], reconcileStrategy: 'ChartVersion' },
    })
    expect(helmChartOfRelease(object)).toEqual({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmChart',
      metadata: { name: 'apps-web', namespace: 'flux-system', labels: { a: 'b' } },
      spec: {
        chart: 'podinfo',
        version: '*',
        sourceRef: { kind: 'HelmRepository', name: 'podinfo' },
        interval: '10m',
        reconcileStrategy: 'ChartVersion',
      },
    })
  })

  test('a reference is in the namespace of the release', () => {
    expect(chartOfRelease(release({ chartRef: { kind: 'OCIRepository', name: 'web' } }))).toEqual({
      type: 'reference',
      ref: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'OCIRepository', name: 'web', namespace: 'apps' },
    })
  })

  test.each([{}, { chart: { spec: {} }, chartRef: { kind: 'HelmChart', name: 'x' } }])('%j has none', (spec) => {
    expect(chartOfRelease(release(spec as JsonObject))).toBeUndefined()
  })

  test.each([
    ['6.5.0', '6.5.0@sha256:0123456789abcdef', { version: '6.5.0+0123456789ab' }],
    ['1.0.0+build', '1.0.0_build@sha256:0123456789abcdef', { version: '1.0.0+0123456789ab' }],
    ['6.5.0', 'sha256:0123456789abcdef', { version: '6.5.0+0123456789ab' }],
    ['6.5.0', '6.4.0@sha256:0123456789abcdef', { error: 'artifact revision 6.4.0 does not match chart version 6.5.0' }],
    ['6.5.0', 'latest@sha256:0123456789abcdef', { version: '6.5.0+0123456789ab' }],
    ['6.5.0', 'sha256:0123', { error: 'invalid artifact revision sha256:0123' }],
  ])('version %s of artifact %s', (version, revision, expected) => {
    expect(versionWithDigest(version, revision)).toEqual(expected)
  })
})

const operations = {
  read: (text: string) => readValuesDocument(text, 'common.Values'),
  fromJson: (values: JsonObject) => readValues(JSON.stringify(values)),
  merge: mergeMaps,
  set: (values: ReturnType<typeof readValues>, expression: string, kind: 'typed' | 'string') =>
    setValue(values, expression, kind, () => ''),
}

interface ValuesCase {
  readonly name: string
  readonly references: readonly JsonObject[]
  readonly objects?: Readonly<Record<string, Record<string, string> | 'unknown'>>
  readonly values?: JsonObject
  readonly want?: unknown
  readonly error?: string
}

function compose({ references, objects = {}, values = {} }: ValuesCase) {
  const find = ({ kind, name }: { kind: string; name: string }): ReferencedData => {
    const found = objects[`${kind}/${name}`]
    if (found === undefined) return 'missing'
    return found === 'unknown' ? found : new Map(Object.entries(found))
  }
  return composeValues(release({ valuesFrom: [...references] }), values, { operations, find })
}

// Cases and expectations: fluxcd/pkg chartutil/values_test.go.
const cases: readonly ValuesCase[] = [
  {
    name: 'later references win, inline values over them',
    references: [
      { kind: 'ConfigMap', name: 'v' },
      { kind: 'Secret', name: 'v' },
    ],
    objects: {
      'ConfigMap/v': { 'values.yaml': 'flat: value\nnested:\n  configuration: value\n' },
      'Secret/v': { 'values.yaml': 'flat:\n  nested: value\nnested: value\n' },
    },
    values: { other: 'values' },
    want: { flat: { nested: 'value' }, nested: 'value', other: 'values' },
  },
  {
    name: 'target path',
    references: [{ kind: 'Secret', name: 'v', valuesKey: 'single', targetPath: 'merge.at.specific.path' }],
    objects: { 'Secret/v': { single: 'value' } },
    want: { merge: { at: { specific: { path: 'value' } } } },
  },
  {
    name: 'target path wins over all',
    references: [
      { kind: 'Secret', name: 'v', valuesKey: 'key', targetPath: 'nested.configuration[0]' },
      { kind: 'ConfigMap', name: 'v' },
    ],
    objects: {
      'ConfigMap/v': { 'values.yaml': 'flat: value\nnested:\n  configuration:\n  - one\n  - two\n  - three\n' },
      'Secret/v': { key: 'value' },
    },
    values: { nested: { configuration: ['list', 'item', 'option'] } },
    want: { flat: 'value', nested: { configuration: ['value', 'item', 'option'] } },
  },
  {
    name: 'quoted value at a target path is text',
    references: [{ kind: 'Secret', name: 'v', valuesKey: 'k', targetPath: 'a.b' }],
    objects: { 'Secret/v': { k: '"true"' } },
    want: { a: { b: 'true' } },
  },
  {
    name: 'unquoted value at a target path is typed',
    references: [{ kind: 'Secret', name: 'v', valuesKey: 'k', targetPath: 'a.b' }],
    objects: { 'Secret/v': { k: 'true' } },
    want: { a: { b: true } },
  },
  {
    name: 'literal keeps every character',
    references: [
      {
        kind: 'ConfigMap',
        name: 'v',
        valuesKey: 'application.yml',
        targetPath: 'c.application\\.yml.content',
        literal: true,
      },
    ],
    objects: { 'ConfigMap/v': { 'application.yml': 'include: [ "a", "b" ]\nx: {a=b\\c}\n' } },
    want: { c: { 'application.yml': { content: 'include: [ "a", "b" ]\nx: {a=b\\c}\n' } } },
  },
  {
    name: 'literal without a target path is a plain merge',
    references: [{ kind: 'ConfigMap', name: 'v', literal: true }],
    objects: { 'ConfigMap/v': { 'values.yaml': 'flat: value\n' } },
    want: { flat: 'value' },
  },
  { name: 'optional and missing', references: [{ kind: 'Secret', name: 'gone', optional: true }], want: {} },
  {
    name: 'only the first document counts',
    references: [{ kind: 'ConfigMap', name: 'v' }],
    objects: { 'ConfigMap/v': { 'values.yaml': '# first\n---\na: 1\n---\nb: 2\n' } },
    want: { a: '1' },
  },
  {
    name: 'optional, but the key is missing',
    references: [{ kind: 'ConfigMap', name: 'v', valuesKey: 'x', optional: true }],
    objects: { 'ConfigMap/v': {} },
    want: {},
  },
  {
    name: 'missing',
    references: [{ kind: 'ConfigMap', name: 'gone' }],
    error: `could not resolve ConfigMap chart values reference 'apps/gone' with key 'values.yaml': configmaps "gone" not found`,
  },
  {
    name: 'missing key',
    references: [{ kind: 'Secret', name: 'v', valuesKey: 'x' }],
    objects: { 'Secret/v': {} },
    error: "could not resolve Secret chart values reference 'apps/v' with key 'x': key not found",
  },
  {
    name: 'other kinds',
    references: [{ kind: 'Unsupported', name: 'v' }],
    error:
      "could not resolve Unsupported chart values reference 'apps/v' with key 'values.yaml': unsupported values reference kind",
  },
  {
    name: 'values that are no map',
    references: [{ kind: 'ConfigMap', name: 'v' }],
    objects: { 'ConfigMap/v': { 'values.yaml': '\ninvalid' } },
    error: "could not resolve ConfigMap chart values reference 'apps/v' with key 'values.yaml': ",
  },
  {
    name: 'optional does not excuse bad values',
    references: [{ kind: 'ConfigMap', name: 'v', optional: true }],
    objects: { 'ConfigMap/v': { 'values.yaml': 'a: [' } },
    error: "could not resolve optional ConfigMap chart values reference 'apps/v'",
  },
  {
    name: 'commas at a target path without literal (flux2#2625)',
    references: [{ kind: 'Secret', name: 'v', valuesKey: 'brokers', targetPath: 'kafka.brokers' }],
    objects: { 'Secret/v': { brokers: 'kafka01.net:9092,kafka02.net:9092' } },
    error: 'has no value',
  },
]

describe('values', () => {
  test.each(cases)('$name', (one) => {
    if (one.error !== undefined) {
      expect(() => compose(one)).toThrow(ValuesReferenceError)
      expect(() => compose(one)).toThrow(one.error)
      return
    }
    const { values } = compose(one)
    expect(
      JSON.parse(JSON.stringify(values, (_, value: unknown) => (isGoNumber(value) ? String(value) : value))),
    ).toEqual(one.want)
  })

  test('what nobody can know is told, and stands as unknown where its place is given', () => {
    const { values, unknown } = compose({
      name: '',
      references: [
        { kind: 'Secret', name: 's' },
        { kind: 'Secret', name: 's', valuesKey: 'k', targetPath: 'db.password' },
      ],
      objects: { 'Secret/s': 'unknown' },
      values: { db: { user: 'app' } },
    })
    expect(values).toEqual({ db: { user: 'app', password: 'unknown' } })
    expect(unknown.map(({ index }) => index)).toEqual([0, 1])
  })
})

/** Numbers of templates are objects that know their Go type. */
function isGoNumber(value: unknown): boolean {
  return (
    typeof value === 'number' ||
    (typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.getPrototypeOf(value) !== Object.prototype)
  )
}

const deployment =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        image: nginx:1.27\n'
const job =
  'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations:\n    helm.sh/hook: pre-install\nspec:\n  template:\n    spec:\n      containers:\n      - name: m\n        image: nginx:1.27\n'
const check = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: check\n  annotations:\n    helm.sh/hook: test\n'
const role =
  'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: web\n  labels:\n    existing: label\n'
const output = {
  manifests: [
    { path: 'web/templates/all.yaml', kind: 'ClusterRole', content: role },
    { path: 'web/templates/all.yaml', kind: 'Deployment', content: deployment },
  ],
  hooks: [
    { path: 'web/templates/check.yaml', kind: 'Pod', content: check },
    { path: 'web/templates/job.yaml', kind: 'Job', content: job },
  ],
  crds: [
    {
      path: 'web/crds/a.yaml',
      content:
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: as.example.com\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: stray\n',
    },
  ],
}
const isNamespaced = (_: string, kind: string) => kind !== 'ClusterRole'

function finish(spec: JsonObject, chart: Parameters<typeof finishRelease>[1] = output) {
  return finishRelease(release(spec), chart, { build, isNamespaced, compareKinds })
}

describe('what a release installs', () => {
  const originLabels = { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'apps' }

  test('definitions, manifests in order, hooks without tests; labels and namespaces', () => {
    const { objects, problems } = finish({ targetNamespace: 'shop' })
    expect(objects.map(({ role, object, path }) => [role, object.kind, object.metadata['namespace'], path])).toEqual([
      ['crd', 'CustomResourceDefinition', undefined, 'web/crds/a.yaml'],
      ['manifest', 'ClusterRole', undefined, 'web/templates/all.yaml'],
      ['manifest', 'Deployment', 'shop', 'web/templates/all.yaml'],
      ['hook', 'Job', 'shop', 'web/templates/job.yaml'],
    ])
    for (const { object } of objects) expect(object.metadata['labels']).toMatchObject(originLabels)
    expect(objects[1]!.object.metadata['labels']).toEqual({ existing: 'label', ...originLabels })
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual([
      ['warning', expect.stringContaining('ConfigMap/stray')],
    ])
  })

  test('policies', () => {
    const kinds = (spec: JsonObject) => finish(spec).objects.map(({ object }) => object.kind)
    expect(kinds({ install: { crds: 'Skip', disableHooks: true } })).toEqual(['ClusterRole', 'Deployment'])
    expect(kinds({ test: { enable: true } })).toEqual([
      'CustomResourceDefinition',
      'ClusterRole',
      'Deployment',
      'Pod',
      'Job',
    ])
  })

  test('common metadata reaches the objects, not their templates; origin labels win', () => {
    const { objects } = finish({
      commonMetadata: {
        labels: { existing: 'ours', 'helm.toolkit.fluxcd.io/name': 'forged' },
        annotations: { a: 'b' },
      },
    })
    const [, clusterRole, web] = objects.map(({ object }) => object)
    expect(clusterRole!.metadata).toMatchObject({
      labels: { existing: 'ours', ...originLabels },
      annotations: { a: 'b' },
    })
    expect(web!['spec']).toEqual({ template: { spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } })
  })

  const images = { postRenderers: [{ kustomize: { images: [{ name: 'nginx', newTag: '1.29' }] } }] }
  const imageOf = (spec: JsonObject, kind: string): unknown => {
    const found = finish({ ...images, ...spec }).objects.find(({ object }) => object.kind === kind)
    return JSON.stringify(found?.object).match(/"image":"([^"]*)"/)?.[1]
  }

  test.each([
    ['combined', 'nginx:1.29', true],
    ['separate', 'nginx:1.29', true],
    ['nohooks', 'nginx:1.27', false],
  ])('hooks with the strategy %s', (postRenderStrategy, image, labelled) => {
    expect(imageOf({ postRenderStrategy }, 'Deployment')).toBe('nginx:1.29')
    expect(imageOf({ postRenderStrategy }, 'Job')).toBe(image)
    const hook = finish({ postRenderStrategy }).objects.find(({ role }) => role === 'hook')
    expect(hook!.object.metadata['labels'] !== undefined).toBe(labelled)
  })

  test('several post-renderers run one after the other', () => {
    const patch = (value: string) => ({
      kustomize: {
        patches: [
          {
            target: { kind: 'Deployment' },
            patch: `- {op: add, path: /metadata/annotations, value: {step: "${value}"}}`,
          },
        ],
      },
    })
    const { objects } = finish({ postRenderers: [patch('first'), patch('second')] })
    expect(objects.find(({ object }) => object.kind === 'Deployment')!.object.metadata['annotations']).toEqual({
      step: 'second',
    })
  })

  test('a patch may take an object away', () => {
    const patch = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n$patch: delete\n'
    const { objects } = finish({ postRenderers: [{ kustomize: { patches: [{ patch }] } }] })
    expect(objects.map(({ object }) => object.kind)).toEqual(['CustomResourceDefinition', 'ClusterRole', 'Job'])
  })

  test('a failing patch is an error that names what it was for', () => {
    const { objects, problems } = finish({
      postRenderers: [
        { kustomize: { patches: [{ target: { kind: 'Deployment' }, patch: '- {op: remove, path: /nowhere}' }] } },
      ],
    })
    expect(objects).toEqual([])
    expect(problems[0]!.message).toMatch(/^error while running post render on files: .*nowhere/s)
  })

  test('the same object as hook and as manifest fails combined, not separate', () => {
    const twice = {
      ...output,
      hooks: [
        {
          path: 'web/templates/hook.yaml',
          kind: 'ClusterRole',
          content: role.replace('  labels', '  annotations:\n    helm.sh/hook: pre-install\n  labels'),
        },
      ],
    }
    expect(finish({}, twice).problems[0]!.message).toContain('may not add resource with an already registered id')
    expect(finish({ postRenderStrategy: 'separate' }, twice).objects.map(({ role }) => role)).toEqual([
      'crd',
      'manifest',
      'manifest',
      'hook',
    ])
  })

  test('a chart that renders nothing is fine', () => {
    expect(finish({}, { manifests: [], hooks: [], crds: [] })).toEqual({ objects: [], problems: [] })
  })
})
