/**
 * Differences that the fuzz against kustomize 5.8.1 found (test/fuzz/kustomize.ts), in their smallest form. What is
 * expected is what that kustomize prints.
 */
import { expect, test } from 'vitest'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { build } from '../../../src/kustomize/index.ts'

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'

function run(files: Readonly<Record<string, string>>): string {
  const fs = new MemoryFileSystem(Object.entries(files).map(([name, text]) => [`/r/${name}`, text]))
  const built = build('/r', fs)
  const errors = built.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  return errors.length > 0 ? errors.join('\n') : built.text()
}

test('a number that JSON does not have is text where a transformer configuration wants text', () => {
  const files = {
    'kustomization.yaml': 'commonLabels: {a: b}\nresources: [r.yaml]\nconfigurations: [c.yaml]\n',
    'r.yaml': configMap,
    'c.yaml': 'commonLabels:\n- path: .nan\n  create: true\n',
  }
  expect(run(files)).toBe('NaN:\n  a: b\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n    a: b\n  name: a\n')
})

test('keys stand once in a transformer configuration', () => {
  const files = {
    'kustomization.yaml': 'resources: [r.yaml]\nconfigurations: [c.yaml]\n',
    'r.yaml': configMap,
    'c.yaml': 'commonLabels:\n- path: a/b\n  create: true\n  create: true\n',
  }
  expect(run(files)).toContain(
    'error converting YAML to JSON: yaml: unmarshal errors:\n  line 4: key "create" already set in map',
  )
})

test('a key of a kustomization may stand twice, and what the last replaces may be anything', () => {
  const files = {
    'kustomization.yaml': 'resources: [.inf]\nresources: [r.yaml]\nnamePrefix: x-\n',
    'r.yaml': configMap,
  }
  expect(run(files)).toBe('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x-a\n')
})

test('a count fits 64 bits', () => {
  const files = { 'kustomization.yaml': 'replicas: [{name: a, count: 12345678901234567890}]\n' }
  expect(run(files)).toContain(
    'json: cannot unmarshal number 12345678901234567890 into Go struct field Replica.replicas.count of type int64',
  )
})

test('a byte order mark in the middle of a file belongs to the key', () => {
  const files = { 'kustomization.yaml': 'resources: [r.yaml]\n', 'r.yaml': `${configMap}\ufeffextra: 1\n` }
  expect(run(files)).toContain('"\\uFEFF\\x65\\x78\\x74\\x72\\x61": 1\n')
})

test('a $ref of a schema that is no text counts as none', () => {
  const schema = { definitions: { 'v1.My': { properties: { spec: { $ref: 0 } } } } }
  const files = {
    'kustomization.yaml': 'resources: [r.yaml]\nopenapi: {path: schema.json}\n',
    'r.yaml': configMap,
    'schema.json': JSON.stringify(schema),
  }
  expect(run(files)).toBe('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n')
})

test('quotes that are doubled count for the width of a line', () => {
  const value = `{{ time_since('', '{{ target.metadata.creationTimestamp }}', '') }}`
  const files = {
    'kustomization.yaml': 'resources: [r.yaml]\n',
    'r.yaml': `${configMap}data: {abcdefghij: ${JSON.stringify(value)}}\n`,
  }
  expect(run(files)).toBe(
    `apiVersion: v1
data:
  abcdefghij: '{{ time_since('''', ''{{ target.metadata.creationTimestamp }}'', '''')
    }}'
kind: ConfigMap
metadata:
  name: a
`,
  )
})

test.each([
  ['b: null\n      b: null', 'data:\n  b: null\n'],
  ['c:\n        b: null\n        b: null', 'data:\n  c:\n    b: null\n'],
])('of a null that stands twice in what a patch adds, the second stays: %s', (patch, data) => {
  const files = {
    'kustomization.yaml': `resources: [r.yaml]\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata:\n      name: a\n    data:\n      ${patch}\n`,
    'r.yaml': configMap,
  }
  expect(run(files)).toBe(`apiVersion: v1\n${data}kind: ConfigMap\nmetadata:\n  name: a\n`)
})

test.each([
  ['a', 'SortOrderTransformer: Failed to append to resources: may not add resource with an already registered id: '],
  ['b', ''],
])('what is for local use only is taken away by its id: renamed to %s', (name, prefix) => {
  const local = (own: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${own}\n  annotations: {config.kubernetes.io/local-config: "true"}\n`
  const files = {
    'kustomization.yaml': `resources: [r.yaml]\npatches:\n- target: {name: local.*}\n  patch: |-\n    - {op: replace, path: /metadata/name, value: ${name}}\n`,
    'r.yaml': `${configMap}---\n${local('local-1')}---\n${local('local-2')}`,
  }
  const id = `ConfigMap.v1.[noGrp]/${name}.[noNs]`
  expect(run(files)).toContain(prefix === '' ? `id ${id} not found in removal` : `${prefix}${id}`)
})
