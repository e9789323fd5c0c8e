/**
 * Names with the hash of a kind other than ConfigMap and Secret, which is one of go-yaml's node tree: kinds, styles,
 * tags, comments, lines, columns. The names in the fixture are those that kustomize 5.8.1 gave.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { build, type KustomizeBuild } from '../../../src/kustomize/index.ts'

interface Recorded {
  readonly texts: readonly string[]
  readonly cases: readonly {
    readonly name: string
    /** Index into `texts` by path. */
    readonly files: Readonly<Record<string, number>>
    readonly names: readonly string[]
  }[]
}

const { texts, cases } = JSON.parse(
  readFileSync(new URL('../../fixtures/kustomize-node-hashes.json', import.meta.url), 'utf8'),
) as Recorded

function buildFiles(files: Readonly<Record<string, string>>): KustomizeBuild {
  return build('/r', new MemoryFileSystem(Object.entries(files).map(([path, text]) => [`/r/${path}`, text])))
}

it.each(cases)('$name', ({ files, names }) => {
  const built = buildFiles(Object.fromEntries(Object.entries(files).map(([path, i]) => [path, texts[i]!])))
  expect(built.problems).toEqual([])
  expect([...built.text().matchAll(/^ {2}name: (.*)$/gm)].map((match) => match[1])).toEqual(names)
})

const note = 'internal.config.kubernetes.io/needsHashSuffix: enabled'
const thing = `apiVersion: v1\nkind: Thing\nmetadata:\n  name: t\n  annotations:\n    ${note}\n`

it('the nodes of the result have their places in the file all the same', () => {
  const text = `${thing}spec:\n  a: b\n`
  const built = buildFiles({ 'kustomization.yaml': 'resources: [r.yaml]\n', 'r.yaml': text })
  const range = built.objects[0]!.originOf(['spec', 'a'])?.range
  expect(text.slice(range?.start, range?.end)).toBe('b')
})

it.each(['spec:\n  ? k\n', 'spec: [k: , b]\n'])('a key without a value is refused: %j', (spec) => {
  const built = buildFiles({ 'kustomization.yaml': 'resources: [r.yaml]\n', 'r.yaml': thing + spec })
  expect(built.problems).toMatchObject([
    {
      message: /^a hash suffix for kind 'Thing' is not supported where a key has no value/,
      location: { path: '/r/r.yaml', range: { start: 0 } },
    },
  ])
})

it('such a key of an object without a hash is none of its business', () => {
  const other = 'apiVersion: v1\nkind: Other\nmetadata:\n  name: o\nspec:\n  ? k\n'
  const built = buildFiles({ 'kustomization.yaml': 'resources: [r.yaml]\n', 'r.yaml': `${other}---\n${thing}` })
  expect(built.problems).toEqual([])
  expect(built.text()).toMatch(/name: t-[0-9a-z]{10}$/m)
})

it('what is wrong elsewhere is said as without a hash', () => {
  const files = { 'kustomization.yaml': 'resources: [r.yaml]\nvars: [{name: V, objref: {kind: X, name: x}}]\n' }
  const plain = thing.replace(/^ +annotations:\n.*\n/m, '')
  expect(buildFiles({ ...files, 'r.yaml': thing }).problems).toEqual(buildFiles({ ...files, 'r.yaml': plain }).problems)
})

it('a long line is read once', () => {
  const list = `[${Array.from({ length: 60_000 }, (_, i) => `{"a${i}":"é"}`).join(',')}]`
  const before = process.cpuUsage()
  const built = buildFiles({ 'kustomization.yaml': 'resources: [r.yaml]\n', 'r.yaml': `${thing}spec: ${list}\n` })
  const { user } = process.cpuUsage(before)
  expect(built.text()).toMatch(/^ {2}name: t-[0-9a-z]{10}$/m)
  expect(user / 1e6).toBeLessThan(10)
})
