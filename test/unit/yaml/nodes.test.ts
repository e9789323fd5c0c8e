import { describe, expect, test } from 'vitest'
import {
  cloneNode,
  emitNode,
  GoFloat,
  GoInt,
  getField,
  jsonToNode,
  mapping,
  nodeAt,
  nodeToJson,
  parseDocuments,
  pathAt,
  scalar,
  sequence,
  stringifyYaml,
} from '../../../src/yaml/index.ts'

const rootOf = (text: string) => parseDocuments(text).documents[0]!.root!

describe('paths', () => {
  const text = 'metadata:\n  labels: {a: "1", b: x}\nlist:\n- name: one\n- &two {name: two}\nref: *two\n'
  const root = rootOf(text)

  test.each([
    ['labels', ['metadata', 'labels'], true],
    ['"1"', ['metadata', 'labels', 'a'], false],
    ['one', ['list', 0, 'name'], false],
    ['two}', ['list', 1, 'name'], false],
    ['*two', ['ref'], false],
  ])('the innermost node at %s', (at, path, isKey) => {
    const found = pathAt(root, text.indexOf(at) + 1)!
    expect([found.path, found.isKey]).toEqual([path, isKey])
    expect(isKey ? found.node.value : nodeAt(root, path)).toEqual(isKey ? path.at(-1) : found.node)
  })

  test('outside of the document there is none', () => {
    expect(pathAt(rootOf('# comment\na: 1\n'), 2)).toBeUndefined()
  })

  test('steps follow aliases, a repeated key is its last', () => {
    expect(nodeAt(root, ['ref', 'name'])?.value).toBe('two')
    expect(getField(rootOf('a: 1\na: 2\n'), 'a')?.value).toBe('2')
    expect(nodeAt(root, ['list', 7, 'name'])).toBeUndefined()
    expect(nodeAt(root, ['metadata', 'labels', 'a', 'deeper'])).toBeUndefined()
  })
})

describe('nodes made by code', () => {
  test('are written so that they read back as what they are', () => {
    const node = mapping([
      ['text', scalar('yes')],
      ['number', scalar('1')],
      ['int', scalar(1)],
      ['float', scalar(1.5)],
      ['big', scalar(2n ** 63n)],
      ['null', scalar(null)],
      ['lines', scalar('a\nb\n')],
      ['list', sequence([scalar('x: y'), scalar(''), scalar('x', 'single')])],
    ])
    const text =
      'text: yes\nnumber: "1"\nint: 1\nfloat: 1.5\nbig: 9223372036854775808\n"null": null\nlines: |\n  a\n  b\nlist:\n- \'x: y\'\n- ""\n- \'x\'\n'
    expect(emitNode(node)).toBe(text)
    expect(nodeToJson(rootOf(text), { flavour: 'v3' }).value).toEqual(nodeToJson(node, { flavour: 'v3' }).value)
    expect(nodeToJson(node, { flavour: 'v2' }).value).toMatchObject({ text: 'yes', number: '1' })
  })

  test('of JSON keep the order of keys', () => {
    expect(emitNode(jsonToNode({ b: [{ c: 1, a: [] }], a: {} }))).toBe('b:\n- c: 1\n  a: []\na: {}\n')
  })

  test('copies share nothing, and their aliases point into the copy', () => {
    const root = rootOf('a: &x {b: 1}\nc: *x\n')
    const copy = cloneNode(root)
    copy.content[1]!.content[1]!.value = '2'
    expect(nodeToJson(copy).value).toEqual({ a: { b: 2 }, c: { b: 2 } })
    expect(nodeToJson(root).value).toEqual({ a: { b: 1 }, c: { b: 1 } })
  })
})

describe('stringifyYaml', () => {
  test.each([
    [{ b: 1, a: 2, a10: 3, a9: 4 }, 'a: 2\na9: 4\na10: 3\nb: 1\n'],
    [new GoFloat(1), '1\n'],
    [
      [new GoInt(10n ** 18n), new GoFloat(1e6), 1e6, 1e21, 0.1, 2 ** 63],
      '- 1000000000000000000\n- 1e+06\n- 1000000\n- 1e+21\n- 0.1\n- 9223372036854775808\n',
    ],
    ['x'.repeat(100), `${'x'.repeat(100)}\n`],
    [[], '[]\n'],
    [null, 'null\n'],
    [{ a: [[1], []] }, 'a:\n- - 1\n- []\n'],
    [{ [`k${'y'.repeat(130)}`]: [1] }, `? k${'y'.repeat(130)}\n: - 1\n`],
  ])('case %#', (value, text) => {
    expect(stringifyYaml(value as never)).toBe(text)
  })

  test('yaml.v3 indents lists and quotes what YAML 1.1 reads as a boolean', () => {
    expect(stringifyYaml({ a: ['yes', 1], b: 'x\ny' }, { flavour: 'v3' })).toBe(
      'a:\n  - "yes"\n  - 1\nb: |-\n  x\n  y\n',
    )
  })
})

test('a value that a later duplicate of its key replaces may be unsupported in JSON', () => {
  expect(nodeToJson(rootOf('a: .inf\na: 1\n'))).toEqual({ value: { a: 1 }, problems: [] })
  expect(nodeToJson(rootOf('a: 1\na: [.inf]\n')).problems).toMatchObject([{ code: 'yaml/unsupported-value' }])
})

test('a byte order mark after the first line is part of the text, as in go-yaml', () => {
  expect(nodeToJson(rootOf('\ufeffa: 1\n\ufeffb: 2\n')).value).toEqual({ a: 1, '\ufeffb': 2 })
})
