import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../../src/base/index.ts'
import { applyEdits, deleteIn, parseYaml, setIn, type YamlPath } from '../../../src/yaml/index.ts'

const text = `# top
apiVersion: v1 # keep
metadata:
  name: a # n
  labels: {x: y}
spec:
  # items
  list:
    - name: one # first
      v: 1
    # two
    - name: two
  empty:
  none: {} # nothing
  text: |
    hello
    world
last: 1`

describe('setIn', () => {
  test.each<[string, YamlPath, JsonValue, string, string]>([
    ['a scalar, its comment kept', ['metadata', 'name'], 'new: name', '  name: a # n', "  name: 'new: name' # n"],
    ['a key in braces', ['metadata', 'labels', 'k'], 'a,b', '{x: y}', "{x: y, k: 'a,b'}"],
    ['a value in braces', ['metadata', 'labels', 'x'], [1], '{x: y}', '{x: [1]}'],
    ['below a key without value', ['spec', 'empty', 'a', 'b'], 1, '  empty:', '  empty:\n    a:\n      b: 1'],
    [
      'a key of an empty mapping',
      ['spec', 'none', 'x'],
      true,
      '  none: {} # nothing',
      '  none: # nothing\n    x: true',
    ],
    [
      'a list instead of a scalar',
      ['spec', 'list', 0, 'v'],
      [1, 2],
      '      v: 1',
      '      v:\n        - 1\n        - 2',
    ],
    [
      'a new item',
      ['spec', 'list', 2],
      { k: 1, m: ['x'] },
      '- name: two',
      '- name: two\n    - k: 1\n      m:\n        - x',
    ],
    ['an item', ['spec', 'list', 1], 'x\ny', '- name: two', '- |-\n      x\n      y'],
    ['a block scalar', ['spec', 'text'], 'a\nb\n', '|\n    hello\n    world', '|\n    a\n    b'],
    ['a key at the end of a text without line break', ['more'], null, 'last: 1', 'last: 1\nmore: null\n'],
  ])('%s', (_name, path, value, before, after) => {
    expect(text).toContain(before)
    expect(applyEdits(text, setIn(text, 0, path, value))).toBe(text.replace(before, after))
  })

  test.each<[string, string, YamlPath, JsonValue, string]>([
    ['compact lists stay compact', 'a:\n- 1\nb: 2\n', ['b'], [3], 'a:\n- 1\nb:\n- 3\n'],
    ['text that YAML 1.1 reads as a boolean', 'a: 1\n', ['a'], 'on', 'a: "on"\n'],
    ['an empty document', '', ['a', 'b'], 1, 'a:\n  b: 1\n'],
    ['the second document', 'a: 1\n---\nb: 2\n', ['c'], 3, 'a: 1\n---\nb: 2\nc: 3\n'],
    ['CRLF text', 'a: 1\r\nb: 2\r\n', ['a'], 'x', 'a: x\r\nb: 2\r\n'],
  ])('%s', (_name, source, path, value, after) => {
    const document = source.includes('---') ? 1 : 0
    const edited = source === '' ? setIn('---\n', 0, path, value) : setIn(source, document, path, value)
    expect(applyEdits(source === '' ? '---\n' : source, edited)).toBe(source === '' ? `---\n${after}` : after)
  })

  test('no edits behind the end of a list or past the last document', () => {
    expect(setIn(text, 0, ['spec', 'list', 3], 1)).toEqual([])
    expect(setIn(text, 1, ['a'], 1)).toEqual([])
  })

  test('reads back as set, at every path', () => {
    const values: JsonValue[] = [
      's',
      'yes',
      { no: '1e3' },
      ['~'],
      ' lead',
      'a\n b\n',
      '',
      7,
      null,
      [],
      {},
      [[1], { a: [] }],
      { a: { b: 'c\n\n' } },
    ]
    for (const path of pathsOf(parseYaml(text).value[0]!)) {
      for (const value of values) {
        const { value: documents, problems } = parseYaml(applyEdits(text, setIn(text, 0, path, value)))
        const expected = structuredClone(parseYaml(text).value[0]!)
        expect(problems).toEqual([])
        expect(documents[0]).toEqual(path.length === 0 ? value : assign(expected, path, value))
      }
    }
  })
})

describe('deleteIn', () => {
  test.each<[string, YamlPath, string, string]>([
    ['a key with the comment behind it', ['apiVersion'], 'apiVersion: v1 # keep\n', ''],
    ['the first key of an item', ['spec', 'list', 0, 'name'], '- name: one # first\n      v', '- v'],
    ['an item with the comment above it', ['spec', 'list', 1], '    # two\n    - name: two\n', ''],
    ['the last key in braces', ['metadata', 'labels', 'x'], '{x: y}', '{}'],
    ['a block scalar', ['spec', 'text'], '  text: |\n    hello\n    world\n', ''],
  ])('%s', (_name, path, before, after) => {
    expect(text).toContain(before)
    const cut = path[0] === 'apiVersion' ? `# top\n${before}` : before
    expect(applyEdits(text, deleteIn(text, 0, path))).toBe(text.replace(cut, after))
  })

  test('the only key leaves an empty mapping', () => {
    expect(applyEdits('a:\n  b:\n    c: 1\nd: 2\n', deleteIn('a:\n  b:\n    c: 1\nd: 2\n', 0, ['a', 'b', 'c']))).toBe(
      'a:\n  b: {}\nd: 2\n',
    )
  })

  test('nothing there, no edits', () => {
    expect(deleteIn(text, 0, ['spec', 'absent'])).toEqual([])
  })
})

function pathsOf(value: JsonValue, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries: [string | number, JsonValue][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...entries.flatMap(([key, item]) => pathsOf(item, [...path, key]))]
}

function assign(root: JsonValue, path: readonly (string | number)[], value: JsonValue): JsonValue {
  let at = root as Record<string | number, JsonValue>
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, JsonValue>
  at[path[path.length - 1]!] = value
  return root
}
