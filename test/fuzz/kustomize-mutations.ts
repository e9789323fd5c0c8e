import { join } from 'node:path'
import type { Random } from './random.ts'

type Files = Record<string, string>

/** Changes a few things in the files of a kustomization; the result says which directory to build then. */
export function mutate(files: Files, root: string, random: Random): { files: Files; root: string } {
  let top = root
  if (random.chance(0.4)) top = addOverlay(files, top, random)
  if (random.chance(0.15)) top = addOverlay(files, top, random)
  const times = 1 + random.below(4)
  for (let i = 0; i < times; i++) {
    if (random.chance(0.7)) mutateKustomization(files, top, random)
    else mutateFile(files, random)
  }
  return { files, root: top }
}

/** A kustomization over the one there is, sometimes with a component. */
function addOverlay(files: Files, root: string, random: Random): string {
  if (root === '.' || root === '') {
    for (const path of Object.keys(files)) {
      files[`base/${path}`] = files[path]!
      delete files[path]
    }
    return addOverlay(files, 'base', random)
  }
  const dir = `overlay-${Object.keys(files).length}`
  const base = `../${root}`
  const component = random.chance(0.3)
  files[`${dir}/kustomization.yaml`] = `resources: [${base}]\n${component ? `components: [../${dir}-c]\n` : ''}`
  if (component) {
    const [, body] = random.pick(additions)(facts(files), random)
    files[`${dir}-c/kustomization.yaml`] = `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${body}\n`
  }
  return dir
}

const oddScalars = [
  'null',
  '~',
  '""',
  "''",
  'yes',
  'off',
  'n',
  '010',
  '0x1F',
  '0o17',
  '1_000',
  '1e3',
  '1.0',
  '.5',
  '-0',
  '+1',
  '12345678901234567890',
  '"1"',
  "'true'",
  '!!str 5',
  '!!int "7"',
  '2020-01-01',
  '2001-12-14t21:59:43.10-05:00',
  '1:30',
  '[]',
  '{}',
  '[a, b]',
  '{a: 1, b: }',
  '"a: b"',
  '"# x"',
  '$(FOO)',
  'a#b',
  '"tab\\there"',
  '"multi\\nline"',
  '"trail \\n"',
  '<<',
  '=',
  '.inf',
  '.nan',
  'ÄÖ',
  '😀',
  '"\\u0000"',
  '- x',
  '*x',
  '&a b',
  '|',
  '>-',
]

function mutateFile(files: Files, random: Random): void {
  const paths = Object.keys(files).filter((path) => /\.(ya?ml|json)$|Kustomization$/.test(path))
  if (paths.length === 0) return
  const path = random.pick(paths)
  const lines = files[path]!.split('\n')
  const at = random.below(lines.length)
  const line = lines[at]!
  const pair = /^(\s*(?:- )*[^\s#:][^:]*:)(\s+)(\S.*)$/.exec(line)
  switch (random.below(9)) {
    case 0:
      lines.splice(at, 1)
      break
    case 1:
      lines.splice(at, 0, line)
      break
    case 2:
    case 3:
    case 4:
      if (pair !== null) lines[at] = `${pair[1]} ${random.pick(oddScalars)}`
      break
    case 5:
      if (pair !== null) lines[at] = `${pair[1]}${pair[2]}${pair[3]} # comment`
      break
    case 6:
      lines.splice(at, 0, random.pick(['---', '# comment', '', '...', '--- # x']))
      break
    case 7:
      if (pair !== null) lines[at] = `${pair[1]}${pair[2]}"${pair[3]!.replaceAll('"', '')}"`
      break
    default:
      if (pair !== null) lines.splice(at + 1, 0, `${' '.repeat(line.search(/\S/))}extra: ${random.pick(oddScalars)}`)
  }
  files[path] = lines.join('\n')
}

function mutateKustomization(files: Files, root: string, random: Random): void {
  const paths = Object.keys(files).filter((path) => /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path))
  const own = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].map((name) => join(root, name))
  const path = random.chance(0.6)
    ? paths.find((one) => own.includes(one))
    : paths[random.below(Math.max(1, paths.length))]
  if (path === undefined) return
  const text = files[path]!
  if (text.trim().startsWith('{')) return
  const [field, body] = random.pick(additions)(facts(files), random)
  if (new RegExp(`^${field}:`, 'm').test(text)) return
  files[path] = `${text.endsWith('\n') || text === '' ? text : `${text}\n`}${body}\n`
}

interface Facts {
  readonly names: readonly string[]
  readonly kinds: readonly string[]
  readonly apiVersions: readonly string[]
  readonly images: readonly string[]
  readonly fields: readonly string[]
}

function facts(files: Files): Facts {
  const all = Object.values(files).join('\n')
  const found = (pattern: RegExp, fallback: string): string[] => {
    const values = [...all.matchAll(pattern)]
      .map((match) => match[1]!.trim().replaceAll(/["']/g, ''))
      .filter((one) => /^[\w./:@-]+$/.test(one))
    return values.length === 0 ? [fallback] : values
  }
  return {
    names: found(/^\s+name: *(\S+)/gm, 'x'),
    kinds: found(/^kind: *(\S+)/gm, 'Deployment'),
    apiVersions: found(/^apiVersion: *(\S+)/gm, 'v1'),
    images: found(/image: *(\S+)/gm, 'nginx').map((image) => image.replace(/[:@].*$/, '')),
    fields: found(/^\s*(?:- )?([\w]+):/gm, 'spec'),
  }
}

type Addition = (facts: Facts, random: Random) => [string, string]

const additions: readonly Addition[] = [
  (_, r) => ['namePrefix', `namePrefix: ${r.pick(['pre-', '"1"', 'a.', 'x-y-'])}`],
  (_, r) => ['nameSuffix', `nameSuffix: ${r.pick(['-suf', '"2"', '-v1'])}`],
  (_, r) => ['namespace', `namespace: ${r.pick(['ns', 'default', 'my-ns', '"1"'])}`],
  (_, r) => [
    'commonLabels',
    `commonLabels:\n  ${r.pick(['app', 'a/b', '"1"'])}: ${r.pick(['x', '"true"', '"5"', 'y-z'])}`,
  ],
  (_, r) => [
    'commonAnnotations',
    `commonAnnotations:\n  ${r.pick(['note', 'a/b'])}: ${r.pick(['x', '"true"', '"a\\nb"', '"5"'])}`,
  ],
  (_, r) => [
    'labels',
    `labels:\n- pairs: {${r.pick(['team', 'app'])}: ${r.pick(['a', '"1"'])}}\n  ${r.pick(['includeSelectors', 'includeTemplates'])}: ${r.pick(['true', 'false'])}`,
  ],
  (f, r) => [
    'images',
    `images:\n- name: ${r.pick(f.images)}\n  ${r.pick(['newTag: "1.2"', 'newName: new/name', 'digest: sha256:abc', 'tagSuffix: -x'])}`,
  ],
  (f, r) => ['replicas', `replicas:\n- name: ${r.pick(f.names)}\n  count: ${r.below(9)}`],
  (_, r) => [
    'buildMetadata',
    `buildMetadata: [${r.pick(['originAnnotations', 'transformerAnnotations', 'managedByLabel', 'originAnnotations, transformerAnnotations'])}]`,
  ],
  (_, r) => ['sortOptions', `sortOptions:\n  order: ${r.pick(['fifo', 'legacy'])}`],
  (_, r) => [
    'configMapGenerator',
    `configMapGenerator:\n- name: ${r.pick(['gen', 'cm'])}\n  literals: [${r.pick(['a=b', 'k="v"', 'x=1, y=true', 'n=a b'])}]${r.pick(['', '\n  options: {disableNameSuffixHash: true}', '\n  behavior: merge', '\n  namespace: other'])}`,
  ],
  (_, r) => [
    'secretGenerator',
    `secretGenerator:\n- name: ${r.pick(['sec', 'gen'])}\n  literals: [p=${r.pick(['q', 'long'.repeat(20)])}]\n  type: ${r.pick(['Opaque', 'kubernetes.io/tls'])}`,
  ],
  (_, r) => [
    'generatorOptions',
    `generatorOptions:\n  ${r.pick(['disableNameSuffixHash: true', 'immutable: true', 'labels: {g: h}', 'annotations: {g: "1"}'])}`,
  ],
  (f, r) => [
    'patches',
    `patches:\n- target: {kind: ${r.pick([...f.kinds, '.*'])}${r.chance(0.3) ? `, name: ${r.pick(f.names)}` : ''}}\n  patch: |-\n    - op: ${r.pick(['add', 'replace', 'test'])}\n      path: ${r.pick(['/metadata/labels', '/metadata/annotations/x', '/spec/replicas', '/metadata/name', '/spec/extra', '/data/a'])}\n      value: ${r.pick(['{a: b}', '5', 'text', '"1"', 'null', '1000000', '[1, 2.5]'])}`,
  ],
  (f, r) => [
    'patches',
    `patches:\n- target: {kind: ${r.pick([...f.kinds, '.*'])}}\n  patch: |-\n    apiVersion: ${r.pick(f.apiVersions)}\n    kind: ${r.pick(f.kinds)}\n    metadata:\n      name: ${r.pick(f.names)}\n      ${r.pick(['labels: {a: b, c: null}', 'annotations: {x: "1"}', 'annotations: null', 'labels:\n        $patch: replace\n        z: y', 'namespace: zz'])}\n${smBody(r)}`,
  ],
  (f, r) => [
    'patches',
    `patches:\n- patch: |-\n    apiVersion: ${r.pick(f.apiVersions)}\n    kind: ${r.pick(f.kinds)}\n    metadata:\n      name: ${r.pick(f.names)}\n${smBody(r)}${r.pick(['', '\n  options: {allowNameChange: true}', '\n  options: {allowKindChange: true}'])}`,
  ],
  (f, r) => [
    'replacements',
    `replacements:\n- source: {kind: ${r.pick(f.kinds)}, name: ${r.pick(f.names)}${r.pick(['', ', fieldPath: metadata.name', ', fieldPath: spec.replicas', ', fieldPath: metadata.labels'])}}\n  targets:\n  - select: {kind: ${r.pick(f.kinds)}}\n    fieldPaths: [${r.pick(['metadata.labels.x', 'spec.replicas', 'metadata.annotations', 'spec.template.spec.containers.*.image', 'spec.template.spec.containers.[name=.*].name', 'data.k', 'metadata.name'])}]\n    options: {create: ${r.pick(['true', 'false'])}${r.pick(['', ', delimiter: "-", index: 1', ', delimiter: "-", index: -1'])}}`,
  ],
  (f, r) => [
    'vars',
    `vars:\n- name: ${r.pick(['FOO', 'BAR'])}\n  objref: {kind: ${r.pick(f.kinds)}, name: ${r.pick(f.names)}, apiVersion: ${r.pick(f.apiVersions)}}\n  fieldref: {fieldpath: ${r.pick(['metadata.name', 'spec.replicas', 'metadata.labels.app'])}}`,
  ],
  (_, r) => [
    'transformers',
    `transformers:\n- |-\n  apiVersion: builtin\n  kind: ${r.pick(['LabelTransformer', 'AnnotationsTransformer'])}\n  metadata: {name: t}\n  labels: {t: "1"}\n  annotations: {t: u}\n  fieldSpecs:\n  - path: ${r.pick(['metadata/labels', 'spec/extra', 'metadata/annotations', 'spec/template/metadata/labels', 'spec/list[]/x'])}\n    create: ${r.pick(['true', 'false'])}`,
  ],
  (_, r) => [
    'transformers',
    `transformers:\n- |-\n  apiVersion: builtin\n  kind: NamespaceTransformer\n  metadata: {name: t, namespace: tns}\n  unsetOnly: ${r.pick(['true', 'false'])}\n  setRoleBindingSubjects: ${r.pick(['allServiceAccounts', 'none', 'defaultOnly'])}\n  fieldSpecs:\n  - path: ${r.pick(['metadata/name', 'metadata/namespace', 'spec/ns'])}\n    create: true`,
  ],
]

function smBody(r: Random): string {
  return r.pick([
    '    spec:\n      replicas: 7',
    '    spec: null',
    '    spec:\n      template:\n        spec:\n          containers:\n          - name: new\n            image: new:1',
    '    spec:\n      template:\n        spec:\n          containers:\n          - name: nginx\n            $patch: delete',
    '    spec:\n      template:\n        spec:\n          containers:\n          - $patch: replace\n          - name: only',
    '    spec:\n      ports:\n      - port: 80\n        name: web\n      - port: 443',
    '    $patch: delete',
    '    data:\n      a: x\n      b: null',
    '    spec:\n      template:\n        spec:\n          volumes:\n          - name: v\n            emptyDir: {}\n          $patch: merge',
    '    spec:\n      list: [1, 2]\n      map: {a: {b: c}, d: null}',
  ])
}
