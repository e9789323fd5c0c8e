import { describe, expect, test } from 'vitest'
import { nodeToGo, nodeToJson, parseDocuments, parseYaml, type YamlNode } from '../../../src/yaml/index.ts'

const roots = (text: string): unknown[] =>
  parseDocuments(text).documents.map(({ root }) => (root === undefined ? undefined : nodeToJson(root).value))

const textOf = (text: string, node: YamlNode): string => text.slice(node.start, node.end)

describe('ranges', () => {
  test('cover the node and nothing around it', () => {
    const text =
      'apiVersion: v1 # the first\nmetadata:\n  name: "a b"\n  labels: {x: y}\nlist:\n- one\n- &two !t 2\ntext: |\n  a\n\n  b\n\nend: *two\n'
    const root = parseDocuments(text).documents[0]!.root!
    const shown = root.content.map((node) => textOf(text, node))
    expect(shown).toEqual([
      'apiVersion',
      'v1',
      'metadata',
      'name: "a b"\n  labels: {x: y}',
      'list',
      '- one\n- &two !t 2',
      'text',
      '|\n  a\n\n  b',
      'end',
      '*two',
    ])
    expect(textOf(text, root.content[5]!.content[1]!)).toBe('&two !t 2')
  })

  test('of documents include the marker', () => {
    const text = 'a: 1\n---\nb: 2\n...\n---\n'
    const { documents } = parseDocuments(text)
    expect(documents.map(({ range }) => text.slice(range.start, range.end))).toEqual([
      'a: 1\n',
      '---\nb: 2\n...',
      '---\n',
    ])
    expect(documents.map(({ root }) => root?.kind)).toEqual(['mapping', 'mapping', undefined])
  })
})

describe('broken text still yields what is intact', () => {
  test.each<[string, string, unknown[], string[]]>([
    [
      'a broken document between two others',
      'a: 1\n---\nb: [1, 2\nc: 3\n---\nd: 4\n',
      [{ a: 1 }, { b: [1, '2 c'], c: 3 }, { d: 4 }],
      ["yaml: line 2: did not find expected ',' or ']'"],
    ],
    [
      'a half-typed key',
      'apiVersion: v1\nmetad\nspec:\n  x: 1\n',
      [{ apiVersion: 'v1', spec: { x: 1 } }],
      ["yaml: line 2: could not find expected ':'"],
    ],
    [
      'bad indentation below a key',
      'a:\n  b: 1\n   c: 2\nd: 3\n',
      [{ a: { b: '1 c' }, d: 3 }],
      ['yaml: line 3: mapping values are not allowed in this context'],
    ],
    ['an unknown anchor', 'a: *x\nb: 2\n', [{ a: null, b: 2 }], ["yaml: unknown anchor 'x' referenced"]],
    ['an open quote', 'a: 1\nb: "x\n', [{ a: 1, b: null }], ['yaml: line 2: found unexpected end of stream']],
    [
      'a tab',
      'a: 1\nb:\n\tc: 1\nd: 2\n',
      [{ a: 1, b: null, d: 2 }],
      ['yaml: line 3: found character that cannot start any token'],
    ],
  ])('%s', (_name, text, values, messages) => {
    const { documents, problems } = parseDocuments(text)
    expect(problems.map((problem) => problem.message)).toEqual(messages)
    expect(problems.every((problem) => problem.code === 'yaml/syntax' && problem.location !== undefined)).toBe(true)
    expect(roots(text)).toEqual(values)
    expect(documents.some((document) => document.broken)).toBe(true)
  })

  test('control characters are refused, what is before them is read', () => {
    const { documents, problems } = parseDocuments('a: 1\n---\nb: \u0007\n')
    expect(problems.map((problem) => problem.message)).toEqual(['yaml: control characters are not allowed'])
    expect(documents.map((document) => document.broken)).toEqual([false, true])
  })

  test('never throws and always ends on damaged text', () => {
    const text = 'a: {b: [1, "x", &c d]}\ne: |\n  f\n? g\n: - h\n  - !i j\n---\n%YAML 1.1\n--- # k\n*c\n'
    for (let i = 0; i < text.length; i++) {
      for (const damage of ['', '{', '"', '\n- ', '\t', ': ', '&', '|', '\u0001', '---\n']) {
        const { documents } = parseDocuments(text.slice(0, i) + damage + text.slice(i + 1))
        for (const { document } of documents) nodeToJson(document, { flavour: 'v3' })
      }
    }
  })
})

describe('bounds', () => {
  test.each([
    ['flow', '['.repeat(100_000)],
    ['block sequences', '- '.repeat(100_000)],
    ['block mappings', Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
  ])('deep nesting of %s is an error', (_name, text) => {
    const { problems } = parseDocuments(text)
    expect(problems[0]?.message).toMatch(/exceeded max depth|did not find/)
  })

  test('alias bombs are refused', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]']
    for (let i = 1; i < 10; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      )
    const { problems } = parseYaml(lines.join('\n'))
    expect(problems.map((problem) => problem.message)).toEqual(['yaml: document contains excessive aliasing'])
  })

  test('an anchor that contains itself is refused', () => {
    const { problems } = parseYaml('a: &a\n  b: *a\n')
    expect(problems.map((problem) => problem.message)).toEqual(["yaml: anchor 'a' value contains itself"])
  })

  test('__proto__ is a key like any other', () => {
    const value = parseYaml('__proto__: {polluted: true}\n').value[0] as object
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

describe('numbers', () => {
  test('beyond 2^53 are kept as bigint', () => {
    expect(parseYaml('[9007199254740993, -9223372036854775808, 18446744073709551615, 9007199254740991]').value).toEqual(
      [[9007199254740993n, -9223372036854775808n, 18446744073709551615n, 9007199254740991]],
    )
  })

  test('integers and floats can be told apart', () => {
    const root = parseDocuments('[1, 1.0, 1e3, 0x10]').documents[0]!.root!
    expect(nodeToGo(root).value).toEqual([{ int: 1 }, { float: 1 }, { float: 1000 }, { int: 16 }])
  })

  test('infinity has no JSON', () => {
    expect(parseYaml('a: .inf').problems.map((problem) => problem.message)).toEqual(['json: unsupported value: +Inf'])
  })
})
