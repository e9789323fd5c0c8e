import { describe, expect, test } from 'vitest'
import {
  layersOf,
  readValues,
  textLayer,
  type ValuePath,
  type ValuesLayer,
  valueAtPath,
  valuesLocator,
} from '../../../../src/helm/index.ts'
import { makeChart, traced } from '../support.ts'

/** A parent with an aliased dependency, globals on both sides, and imported values. */
const files = {
  'Chart.yaml': `apiVersion: v2
name: t
version: 0.1.0
dependencies:
- name: redis
  version: 1.0.0
  alias: cache
  import-values:
  - child: shared
    parent: imported
`,
  'values.yaml': `# top
global:
  registry: docker.io
cache:
  port: 6380
  list: [a, b]
imported:
  own: parent
`,
  'templates/t.yaml': 'kind: A\nmetadata:\n  name: a\n',
  'charts/redis/Chart.yaml': 'apiVersion: v2\nname: redis\nversion: 1.0.0\n',
  'charts/redis/values.yaml': `port: 6379
host: localhost
global:
  registry: quay.io
  zone: eu
shared:
  timeout: 30
  own: child
`,
}

const userText = 'cache:\n  host: remote\nglobal:\n  zone: us\n'
const user = textLayer(userText, { kind: 'file', label: 'my.yaml', mount: [], file: 'my.yaml' })

/** `LABEL:LINE=VALUE`, the winner with a star. */
function settings(layers: readonly ValuesLayer[], path: ValuePath, effective?: string): string[] {
  return layersOf(layers, path, effective).map(
    ({ layer, place, value, wins }) =>
      `${wins ? '*' : ''}${layer.label}:${place?.line ?? '-'}=${JSON.stringify(value)}`,
  )
}

describe('layers of a chart and its user', () => {
  const rendered = traced(makeChart(files), userText)
  const layers = [...rendered.trace!.chartLayers, user]

  test.each<[string, ValuePath, string[]]>([
    ['a parent over its dependency', ['cache', 'port'], ['t/charts/cache/values.yaml:1=6379', '*t/values.yaml:5=6380']],
    [
      'the user over a dependency',
      ['cache', 'host'],
      ['t/charts/cache/values.yaml:2="localhost"', '*my.yaml:2="remote"'],
    ],
    ['only a default', ['cache', 'shared', 'timeout'], ['*t/charts/cache/values.yaml:7=30']],
    [
      'a parent’s global over that of a dependency',
      ['cache', 'global', 'registry'],
      ['t/charts/cache/values.yaml:4="quay.io"', '*t/values.yaml:3="docker.io"'],
    ],
    ['a global of the user', ['cache', 'global', 'zone'], ['t/charts/cache/values.yaml:5="eu"', '*my.yaml:4="us"']],
    ['an imported value', ['imported', 'timeout'], ['*import-values of cache (shared):7=30']],
    [
      'own over imported',
      ['imported', 'own'],
      ['import-values of cache (shared):8="child"', '*t/values.yaml:8="parent"'],
    ],
    ['an item of a list', ['cache', 'list', 1], ['*t/values.yaml:6="b"']],
    ['nothing', ['cache', 'nope'], []],
  ])('%s', (_, path, expected) => {
    expect(settings(layers, path)).toEqual(expected)
    const winner = layersOf(layers, path).find(({ wins }) => wins)
    // What the layers say is what the chart saw.
    expect(winner?.value).toEqual(valueAtPath(rendered.values, path))
  })

  test('a map is the work of every layer, and what a list or null replaces is hidden', () => {
    expect(settings(layers, ['cache', 'global']).filter((each) => each.startsWith('*'))).toHaveLength(3)
    const text = (label: string, yaml: string): ValuesLayer => textLayer(yaml, { kind: 'file', label, mount: [] })
    const nulled = [text('a', 'x:\n  k: 1\n'), text('b', 'x: null\n')]
    expect(settings(nulled, ['x', 'k'])).toEqual(['a:2=1', '*b:1=null'])
    const replaced = [text('a', 'x: [1, 2, 3]\n'), text('b', 'x: [4]\n')]
    expect(settings(replaced, ['x', 2])).toEqual(['a:1=3', '*b:1=[4]'])
    const merged = [text('a', 'x: 1\n'), text('b', 'x: {k: 2}\n')]
    expect(settings(merged, ['x'])).toEqual(['a:1=1', '*b:1={"k":2}'])
  })

  test('what templates saw decides where the order does not', () => {
    const text = (label: string, yaml: string): ValuesLayer => textLayer(yaml, { kind: 'file', label, mount: [] })
    expect(settings([text('a', 'x: first\n'), text('b', 'x: second\n')], ['x'], 'first')).toEqual([
      '*a:1="first"',
      'b:1="second"',
    ])
  })

  test('values of Secrets are named, not shown', () => {
    const secret: ValuesLayer = {
      kind: 'valuesFrom',
      label: 'Secret a/b (k)',
      secret: true,
      values: readValues('token: s3cret\n'),
    }
    const [setting] = layersOf([secret], ['token'])
    expect(setting).toMatchObject({ wins: true, place: undefined })
    expect(setting).not.toHaveProperty('value')
  })
})

describe('places in a values file', () => {
  test.each<[string, ValuePath, number, number]>([
    ['a key', ['a', 'b'], 2, 3],
    ['an item', ['list', 1], 5, 5],
    ['a key of an item', ['list', 1, 'name'], 5, 5],
    ['the last document that has it', ['z'], 8, 1],
    ['a quoted key', ['q.r'], 6, 1],
  ])('%s', (_, path, line, column) => {
    const text = 'a:\n  b: 1\nlist:\n  - x\n  - name: y\n"q.r": 1\n---\nz: 1\n'
    expect(valuesLocator(text)(path)).toMatchObject({ line, column })
  })

  test('nothing, and a broken text', () => {
    expect(valuesLocator('a: 1\n')(['b'])).toBeUndefined()
    expect(valuesLocator('a: [\n')(['b'])).toBeUndefined()
    expect(layersOf([textLayer('a: [\n', { kind: 'file', label: 'x', mount: [] })], ['a'])).toEqual([])
  })
})
