import { describe, expect, it } from 'vitest'
import { buildFixture, checkBuild, checkFailure } from './check-build.ts'

const containers = `#- app.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
      - {name: a, image: x}
      - {name: b, image: y}
`

function patched(patch: string): string {
  const body = patch
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
  return `#- kustomization.yaml\nresources: [app.yaml]\npatches:\n- patch: |-\n${body}\n${containers}`
}

function result(list: string): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  template:\n    spec:\n${list}`
}

const head = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec: {template: {spec: '

describe('strategic merge', () => {
  it.each([
    [
      'new elements come first',
      '{containers: [{name: c, image: z}]}}}',
      '      containers:\n      - image: z\n        name: c\n      - image: x\n        name: a\n      - image: "y"\n        name: b\n',
    ],
    [
      'elements are merged by key',
      '{containers: [{name: b, tty: true}]}}}',
      '      containers:\n      - image: "y"\n        name: b\n        tty: true\n      - image: x\n        name: a\n',
    ],
    [
      '$patch: delete takes one away',
      '{containers: [{name: a, $patch: delete}]}}}',
      '      containers:\n      - image: "y"\n        name: b\n',
    ],
    [
      '$patch: replace takes the others away',
      '{containers: [{$patch: replace}, {name: c, image: z}]}}}',
      '      containers:\n      - image: z\n        name: c\n',
    ],
    ['null takes a field away', '{containers: null, hostname: h}}}', '      hostname: h\n'],
  ])('%s', (_, patch, expected) => {
    checkBuild(patched(`${head}${patch}`), result(expected))
  })

  it('keeps a null of the resource if it is spelled out', () => {
    checkBuild(
      `#- kustomization.yaml
resources: [r.yaml]
patches: [{path: p.yaml}]
#- r.yaml
apiVersion: v1
kind: Foo
metadata: {name: f}
spec:
  kept: null
  lost:
#- p.yaml
apiVersion: v1
kind: Foo
metadata: {name: f}
spec: {a: 1}
`,
      'apiVersion: v1\nkind: Foo\nmetadata:\n  name: f\nspec:\n  a: 1\n  kept: null\n',
    )
  })

  it('fails without a resource of its id, but not with a target', () => {
    const patch = 'apiVersion: v1\n    kind: Pod\n    metadata: {name: other}'
    checkFailure(
      `#- kustomization.yaml\nresources: [app.yaml]\npatches:\n- patch: |-\n    ${patch}\n${containers}`,
      /no resource matches strategic merge patch/,
    )
    checkBuild(
      `#- kustomization.yaml\nresources: [r.yaml]\npatches:\n- target: {kind: Pod}\n  patch: |-\n    ${patch}\n#- r.yaml\napiVersion: v1\nkind: A\nmetadata: {name: a}\n`,
      'apiVersion: v1\nkind: A\nmetadata:\n  name: a\n',
    )
  })

  it('renames only if it may', () => {
    const fixture = (options: string): string =>
      `#- kustomization.yaml\nresources: [r.yaml]\npatches:\n- target: {kind: A}\n  patch: |-\n    apiVersion: v1\n    kind: A\n    metadata: {name: new}\n${options}#- r.yaml\napiVersion: v1\nkind: A\nmetadata: {name: old}\n`
    checkBuild(fixture(''), 'apiVersion: v1\nkind: A\nmetadata:\n  name: old\n')
    checkBuild(fixture('  options: {allowNameChange: true}\n'), 'apiVersion: v1\nkind: A\nmetadata:\n  name: new\n')
  })
})

describe('json6902', () => {
  it.each([
    ['{op: add, path: /spec/a~1b, value: 010}', 'spec:\n  a/b: 8\n  list:\n  - 1\n  - 2\n'],
    ['{op: add, path: /spec/list/-, value: yes}', 'spec:\n  list:\n  - 1\n  - 2\n  - true\n'],
    ['{op: add, path: /spec/list/-1, value: x}', 'spec:\n  list:\n  - 1\n  - 2\n  - x\n'],
    ['{op: remove, path: /spec/list/0}', 'spec:\n  list:\n  - 2\n'],
    ['{op: move, from: /spec/list, path: /spec/l}', 'spec:\n  l:\n  - 1\n  - 2\n'],
    ['{op: copy, from: /spec/list/0, path: /spec/m}', 'spec:\n  list:\n  - 1\n  - 2\n  m: 1\n'],
    ['{op: replace, path: /spec/none, value: 1}', 'spec:\n  list:\n  - 1\n  - 2\n  none: 1\n'],
    ['{op: copy, from: /spec/none, path: /spec/m}', 'spec:\n  list:\n  - 1\n  - 2\n  m: null\n'],
  ])('%s', (operation, expected) => {
    checkBuild(
      `#- kustomization.yaml\nresources: [r.yaml]\npatches:\n- target: {kind: A}\n  patch: |-\n    - ${operation}\n#- r.yaml\napiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: {list: [1, 2]}\n`,
      `apiVersion: v1\nkind: A\nmetadata:\n  name: a\n${expected}`,
    )
  })

  it.each([
    ['{op: replace, path: /spec/list/2, value: 1}', /doc is missing key: \/spec\/list\/2/],
    ['{op: remove, path: /spec/none}', /Unable to remove nonexistent key: none/],
    ['{op: test, path: /spec/list/0, value: 2}', /testing value \/spec\/list\/0 failed/],
    ['{op: add, path: /spec/list/9, value: 2}', /Unable to access invalid index: 9/],
    ['{op: nope, path: /spec}', /Unexpected kind: nope/],
  ])('%s fails', (operation, message) => {
    checkFailure(
      `#- kustomization.yaml\nresources: [r.yaml]\npatches:\n- target: {kind: A}\n  patch: |-\n    - ${operation}\n#- r.yaml\napiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: {list: [1, 2]}\n`,
      message,
    )
  })

  it('an operation that nothing selects is not looked at', () => {
    checkBuild(
      '#- kustomization.yaml\nresources: [r.yaml]\npatches:\n- target: {kind: B}\n  patch: |-\n    - {op: nope}\n    - null\n#- r.yaml\napiVersion: v1\nkind: A\nmetadata: {name: a}\n',
      'apiVersion: v1\nkind: A\nmetadata:\n  name: a\n',
    )
  })
})

describe('what is wrong with a patch, in the words of kustomize 5.8.1', () => {
  it.each([
    [
      'patches: [{path: nope.yaml, target: {kind: ConfigMap, name: c}, options: {allowNameChange: true}}]',
      "trouble configuring builtin PatchTransformer with config: `\noptions:\n  allowNameChange: true\npath: nope.yaml\ntarget:\n  kind: ConfigMap\n  name: c\n`: failed to get the patch file from path(nope.yaml): evalsymlink failure on '/r/nope.yaml' : lstat /r/nope.yaml: no such file or directory",
    ],
    [
      'patches: [{path: bad.yaml, target: {}, options: {}}]',
      'trouble configuring builtin PatchTransformer with config: `\noptions: {}\npath: bad.yaml\ntarget: {}\n`: unable to parse SM or JSON patch from [path: "bad.yaml"]',
    ],
    [
      'patchesJson6902: [{target: {kind: ConfigMap, name: c}}]',
      'trouble configuring builtin PatchJson6902Transformer with config: `\ntarget:\n  kind: ConfigMap\n  name: c\n`: empty file path and empty jsonOp',
    ],
    [
      'patchesStrategicMerge: [bad.yaml]',
      'trouble configuring builtin PatchStrategicMergeTransformer with config: `\npaths:\n- bad.yaml\n`: MalformedYAMLError: yaml: line 1: did not find expected node content in File: bad.yaml',
    ],
  ])('%s', (field, message) => {
    const built = buildFixture(
      `#- kustomization.yaml\nresources: [c.yaml]\n${field}\n#- c.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n#- bad.yaml\nx: [\n`,
    )
    expect(built.problems.map((problem) => problem.message)).toEqual([message])
  })
})
