import { expect, test } from 'vitest'
import { type JsonObject, MemoryFileSystem } from '../../../src/base/index.ts'
import { generateKustomization, securePath } from '../../../src/flux/index.ts'

const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: d }\n'

function generate(
  files: Readonly<Record<string, string>>,
  spec: JsonObject = {},
): { text: string; path: string; created: boolean; problems: string[]; inputs: readonly string[] } {
  const fs = new MemoryFileSystem(Object.entries(files).map(([path, text]) => [`/repo/${path}`, text] as const))
  const { value, problems } = generateKustomization({
    fs,
    root: '/repo',
    kustomization: { spec: { path: './apps', ...spec } },
  })
  const { text, path, created, inputs } = value
  return { text, path, created, inputs, problems: problems.map(({ message }) => message) }
}

test('a directory without a kustomization file gets one that lists its manifests in walk order', () => {
  const got = generate({
    'apps/b.yaml': deployment,
    'apps/a/z.yml': deployment,
    'apps/a/kustomize/kustomization.yaml': 'resources: []',
    'apps/a/kustomize/ignored.yaml': 'not: a manifest',
    'apps/a.yaml': deployment,
    'apps/notes.txt': 'text',
    'apps/values.json': '{}',
  })
  expect(got).toMatchObject({ created: true, path: '/repo/apps/kustomization.yaml', problems: [] })
  expect(got.text).toBe(`apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ./a/kustomize
- ./a/z.yml
- ./a.yaml
- ./b.yaml
`)
})

test('a directory without manifests gets a file that builds to nothing', () => {
  expect(generate({ 'apps/readme.md': '' }).text).toContain('namespace: _placeholder\n')
})

test.each([
  ['a: b\n', 'missing kind in object {{ } { } map[] map[]}}'.replace('{ }', '{{ } ')],
  [
    'kind: Pod\nmetadata: { namespace: n, labels: { b: "1", a: "2" } }\n',
    'missing metadata.name in object {{ Pod} {{ n} map[a:2 b:1] map[]}}',
  ],
  ['- a\n', 'missing Resource metadata'],
  ['kind: PodList\nitems: [{}, { kind: Pod }]\n', 'missing metadata.name in object {{ Pod} {{ } map[] map[]}}'],
  ['kind: Pod\nmetadata: { name: p }\n--- not\na: 1\n', 'invalid document separator: --- not'],
  ['kind: [\n', 'MalformedYAMLError: yaml: line 1: did not find expected node content'],
])('a file that holds no objects is refused: %s', (text, why) => {
  const [message] = generate({ 'apps/x.yaml': text }).problems
  expect(message).toMatch(/^failed to decode Kubernetes YAML from \/repo\/apps\/x\.yaml: /)
  if (!why.startsWith('missing kind')) expect(message).toContain(why)
})

test.each([
  'kind: Pod\nmetadata: { name: 1 }\n',
  'kind: Pod\nmetadata: { name: p }\nspec: { list: [1, null], list: [] }\n',
  'kind: &k Pod\nmetadata: { name: *k }\n',
  'null\n---\n{}\n---\n# nothing\n',
  'kind: List\n',
])('a file is only asked for kinds and names: %s', (text) => {
  expect(generate({ 'apps/x.yaml': text }).problems).toEqual([])
})

test("the user's own file is kept, less what kustomize's type does not know", () => {
  const got = generate({
    'apps/kustomization.yml': `resources: [a.yaml]
unknownField: 1
namePrefix: x-
COMMONLABELS: { app: 1, live: true }
images: [{ name: nginx, newTag: 1.25 }]
replicas: [{ name: web, count: 0 }]
`,
  })
  expect(got).toMatchObject({ created: false, path: '/repo/apps/kustomization.yml' })
  expect(got.text).toBe(`apiVersion: kustomize.config.k8s.io/v1beta1
commonLabels:
  app: "1"
  live: "true"
images:
- name: nginx
  newTag: "1.25"
kind: Kustomization
namePrefix: x-
replicas:
- count: 0
  name: web
resources:
- a.yaml
`)
})

test('a file without resources gets origin annotations, so that it is not empty', () => {
  expect(generate({ 'apps/kustomization.yaml': 'components: [../c]\n' }).text).toContain(
    'buildMetadata:\n- originAnnotations\n',
  )
})

test('a field of the wrong type', () => {
  expect(generate({ 'apps/kustomization.yaml': 'resources: { a: b }\n' }).problems).toEqual([
    'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go struct field Kustomization.resources of type []string',
  ])
})

test('a broken file is not taken for what could be read of it; a second document is not looked at', () => {
  expect(generate({ 'apps/kustomization.yaml': 'resources: [a.yaml]\nimages: [\n' }).problems[0]).toMatch(
    /^error converting YAML to JSON: yaml: line \d+: /,
  )
  expect(generate({ 'apps/kustomization.yaml': 'resources: [a.yaml]\n---\nimages: [\n' }).text).toContain('- a.yaml\n')
})

test('spec is merged in', () => {
  const got = generate(
    {
      'apps/kustomization.yaml':
        'resources: [a.yaml]\nnamePrefix: own-\nimages: [{ name: a, newTag: v1, newName: kept }]\npatches: [{ path: p.yaml }]\n',
      'c/k.yaml': '',
    },
    {
      targetNamespace: 'team',
      namePrefix: 'flux-',
      nameSuffix: '',
      patches: [{ patch: '- op: remove\n  path: /spec\n', target: { kind: 'Pod', extra: 'x' } }],
      images: [
        { name: 'a', digest: 'sha256:1' },
        { name: 'b', newTag: 'v2' },
      ],
      components: ['../c', '../missing'],
      ignoreMissingComponents: true,
      buildMetadata: ['transformerAnnotations'],
    },
  )
  expect(got.text).toBe(`apiVersion: kustomize.config.k8s.io/v1beta1
buildMetadata:
- transformerAnnotations
components:
- ../c
images:
- digest: sha256:1
  name: a
  newName: kept
- name: b
  newTag: v2
kind: Kustomization
namePrefix: flux-
namespace: team
patches:
- path: p.yaml
- patch: |
    - op: remove
      path: /spec
  target:
    kind: Pod
resources:
- a.yaml
`)
  expect(got.inputs).toContain('/repo/missing')
})

test.each(['https://example.com/c', '/abs', 'github.com/o/r', 'file:///abs'])(
  'the component %s is refused',
  (component) => {
    const got = generate({ 'apps/kustomization.yaml': 'resources: [a.yaml]\n' }, { components: [component] })
    expect(got.problems).toEqual([`component path '${component}' must be local and relative`])
  },
)

test.each([
  ['./apps', '/repo/apps'],
  ['../../apps/', '/repo/apps'],
  ['apps/../../..', '/repo'],
  ['', '/repo'],
  ['/apps/./x', '/repo/apps/x'],
])('path %j cannot leave the artifact', (path, wanted) => {
  expect(securePath('/repo', path)).toBe(wanted)
})

test('a path that is not there', () => {
  expect(generate({}, { path: './none' }).problems).toEqual([
    'kustomization path not found: stat /repo/none: no such file or directory',
  ])
})

test('fields that kustomize writes always, and those that it never writes empty', () => {
  // As fluxcd/pkg kustomize 1.35 writes it.
  const own = `vars: [{ name: V }]
sortOptions: { legacySortOptions: { orderFirst: [] } }
replicas: [{ name: web }]
replacements: [{ sourceValue: "", targets: [null, {}] }]
images: [null]
`
  const spec = { patches: [{ patch: '', target: { kind: 'Pod' } }], images: [{ name: '', newTag: '1' }] }
  expect(generate({ 'apps/kustomization.yaml': own }, spec).text).toBe(`apiVersion: kustomize.config.k8s.io/v1beta1
buildMetadata:
- originAnnotations
images:
- newTag: "1"
kind: Kustomization
patches:
- target:
    kind: Pod
replacements:
- sourceValue: ""
  targets:
  - null
  - select: null
replicas:
- count: 0
  name: web
sortOptions:
  legacySortOptions:
    orderFirst: []
    orderLast: null
vars:
- fieldref: {}
  name: V
  objref:
    name: ""
`)
})

test('of two names that differ in case the second by order of bytes counts, also when it is empty', () => {
  const own = 'resources: []\nResources: [a.yaml]\nNamePrefix: a-\nnamePrefix: b-\n'
  expect(generate({ 'apps/kustomization.yaml': own }).text).toBe(`apiVersion: kustomize.config.k8s.io/v1beta1
buildMetadata:
- originAnnotations
kind: Kustomization
namePrefix: b-
`)
})

test('a wrong type is told with the innermost struct', () => {
  const [message] = generate({ 'apps/kustomization.yaml': 'replicas: [{ name: web, count: 1.5 }]\n' }).problems
  expect(message).toContain('cannot unmarshal number 1.5 into Go struct field Replica.replicas.count of type int64')
})
