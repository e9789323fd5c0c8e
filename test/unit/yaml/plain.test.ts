import { describe, expect, it } from 'vitest'
import { nodeToJson, parseDocuments, readPlainYaml } from '../../../src/yaml/index.ts'

/** What the whole grammar makes of a text: a value, or nothing where it complains or there are several documents. */
function fully(text: string): { value: unknown } | undefined {
  const { documents, problems } = parseDocuments(text, { flavour: 'v2' })
  if (problems.length > 0 || documents.length > 1) return undefined
  const root = documents[0]?.root
  if (root === undefined) return { value: null }
  const { value, problems: faults } = nodeToJson(root, { text })
  return faults.length > 0 ? undefined : { value }
}

const plain: readonly [name: string, text: string, value: unknown][] = [
  ['nothing', '\n# only a comment\n', null],
  ['a mapping', 'a: 1\nb:   two words # comment\nc:\n', { a: 1, b: 'two words', c: null }],
  [
    'nested collections',
    'a:\n  b:\n  - x\n  -   d: 1\n      z: 2\n  - - 1\n    - 2\nc: []\n',
    { a: { b: ['x', { d: 1, z: 2 }, [1, 2]] }, c: [] },
  ],
  [
    'scalars',
    'a: yes\nb: 0x1F\nc: 1.50\nd: ~\ne: "\\"q\\"\\n"\nf: \'it\'\'s\'\ng: 18446744073709551615\n"h i": -x\n',
    { a: true, b: 31, c: 1.5, d: null, e: '"q"\n', f: "it's", g: 18446744073709551615n, 'h i': '-x' },
  ],
  ['plain over lines', 'a: one\n  two\n\n\n  - three\nb: x\n', { a: 'one two\n\n- three', b: 'x' }],
  [
    'literals',
    'a: |\n  x\n   y\n\nb: |-\n  x: "\n\n# no comment here\nc: |+\n  k\n\n',
    { a: 'x\n y\n', b: 'x: "', c: 'k\n\n' },
  ],
  ['a literal at the end', 'a:\n- |\n  x\n  y', { a: ['x\ny'] }],
  ['folded', 'a: >\n  x\n  y\n\n  z\n   - w\n  v\n\nb: >-\n  x\n', { a: 'x y\nz\n - w\nv\n', b: 'x' }],
  ['empty literals', 'a: |\nb: |-\n\nc: >\n  x\n', { a: '', b: '', c: 'x\n' }],
  ['quoted over lines', "a: \"x  \n\n\n  y: # z\"\nb: 'it''s\n  so' # c\n", { a: 'x\n\ny: # z', b: "it's so" }],
  ['flow', 'a: [b, "c, d", {e: 1, "f":[]}, g h] # x\n', { a: ['b', 'c, d', { e: 1, f: [] }, 'g h'] }],
  ['JSON', '{"a":[1,{"b":null}],"c":"\\t"}', { a: [1, { b: null }], c: '\t' }],
  ['keys that are no text', 'y: 1\nn: {on: 2}\n80: x\n', { true: 1, false: { true: 2 }, 80: 'x' }],
  ['keys set twice', 'a: 1\na: 2\n', { a: 2 }],
  ['a key that is a prototype', '__proto__: 1\n', JSON.parse('{"__proto__": 1}')],
]

/** What is not plain, or wrong: never a value. */
const others: readonly string[] = [
  'a: &x 1\nb: *x\n',
  '<<: {a: 1}\n',
  'a: !!str 1\n',
  'a: 1\n---\nb: 2\n',
  'a: b: c\n',
  'a: 1\n  b: 2\n',
  'a:\n    b: 1\n  c: 2\n',
  'a: "x\\\n  y"\n',
  'a: "x\n---\n  y"\n',
  'a: 1\n\tb: 2\n',
  'a: [b\n',
  'a: "x" y\n',
  'a: x # c\n  y\n',
  'null: 1\n',
  '1.0: 1\n',
  'a: .inf\n',
  'a:\n  - b\n c\n',
  '- a\nb: c\n',
  'text\n',
  '? a\n: b\n',
  'a: @b\n',
  'a: |\n  x\n y\n',
  'a: \u0007\n',
]

const bits = [
  ...[
    ' ',
    '  ',
    '\n',
    '\n\n',
    ':',
    ': ',
    '- ',
    '-',
    '#',
    ' #',
    '"',
    "'",
    '\\',
    '[',
    ']',
    '{',
    '}',
    ',',
    '|',
    '>',
    '|-',
  ],
  ...['|+', '&a', '*a', '!x', '?', '\t', '---\n', '...', '%', 'null', '1', '0x1', '1e3', '.inf', 'é', '<<: ', '\n    '],
]

describe('readPlainYaml', () => {
  it.each(plain)('%s', (_, text, value) => {
    expect(readPlainYaml(text)).toEqual({ value })
    expect(fully(text)).toEqual({ value })
  })

  it.each(others)('leaves %j to the parser', (text) => {
    expect(readPlainYaml(text)).toBeUndefined()
  })

  it('says what the parser says of every text that it reads', () => {
    let state = 20_260_101
    const below = (limit: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return state % limit
    }
    let read = 0
    for (let i = 0; i < 20_000; i++) {
      let text = plain[below(plain.length)]![1]
      for (let changes = 1 + below(3); changes > 0; changes--) {
        const at = below(text.length + 1)
        const bit = bits[below(bits.length)]!
        text =
          below(3) === 0 ? text.slice(0, at) + text.slice(at + 1 + below(4)) : text.slice(0, at) + bit + text.slice(at)
      }
      const quick = readPlainYaml(text)
      if (quick === undefined) continue
      read++
      expect(quick, JSON.stringify(text)).toEqual(fully(text))
    }
    expect(read).toBeGreaterThan(2_000)
  })
})
