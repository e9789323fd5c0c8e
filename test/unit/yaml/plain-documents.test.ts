import { describe, expect, test } from 'vitest'
import { Parser } from '../../../src/yaml/parser.ts'
import { readPlainDocuments } from '../../../src/yaml/plain-documents.ts'
import { Random } from '../../fuzz/random.ts'

/** What the line reader makes of a text, and what the token parser, the authority, makes of as many documents. */
function both(
  source: string,
  v2: boolean,
): { readonly fast: string[]; readonly slow: string[]; readonly whole: boolean } {
  const text = `${source}\0\0\0\0`
  const { documents, rest } = readPlainDocuments(text, source.length)
  const parser = new Parser(text, source.length, { pos: 0, line: 0, v2 })
  const slow = documents.map(() => shown(parser.next()))
  const fast = documents.map((document) => shown(document))
  if (documents.length === 0) return { fast, slow, whole: false }
  // What comes next is the same as well: the end, or the document to go on with.
  slow.push(shown(parser.next()))
  fast.push(rest === undefined ? 'nothing' : shown(new Parser(text, source.length, { ...rest, v2 }).next()))
  return { fast, slow, whole: rest === undefined }
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  return JSON.stringify(value, (name, inner) => (name === 'alias' && inner !== undefined ? inner.start : inner))
}

const plain: Readonly<Record<string, string>> = {
  'a manifest': `---
# yaml-language-server: $schema=https://example.com/x.json
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: &app podinfo # the app
  labels: {app: "x", list: [a, 'b', {c: 1}], empty: []}
spec:
  # two lines
  # of comment
  interval: 30m
  flag: true
  nothing:
  quoted: "a \\"b\\" \\u00e9"
  single: 'it''s'
  other: *app
  values:
    indented:
      - one
      - name: two
        more:
        - -1
        - 1:2
      # of the last
      - &item third
    text: |-
      line # no comment

        deeper
    folded: >+
      a
      b

    long: a plain scalar
      that goes on
    url: http://example.com:80/#x
    "quoted key": x
    <<: *app
`,
  'documents without a marker first': 'a: 1\n---\nb: 2\n\n---\n- c\n- - d\n  - e: f\n',
  'no newline at the end': 'a:\n  b: c',
  'an indented document': '  a: 1\n  b:\n  - c\n',
  'a block scalar that ends with the text': 'a: |\n  b\n  c',
  'a block scalar without content': 'a:\n  b: >-',
  'values left out': 'a:\nb:\n  - \n  -\nc: ',
}

describe('the line reader', () => {
  test.each(Object.entries(plain))('reads %s like the token parser', (_, source) => {
    for (const v2 of [false, true]) {
      const { fast, slow, whole } = both(source, v2)
      expect(fast).toEqual(slow)
      expect(whole).toBe(true)
    }
  })

  test.each([
    ['a foot comment', 'a: 1\n# foot\n\nb: 2\n'],
    ['a comment behind a key', 'a: # c\n  b: 1\n'],
    ['a tag', 'a: !t b\n'],
    ['a tab', 'a:\tb\n'],
    ['a syntax error', 'a: b: c\n'],
    ['a complex key', '? a\n: b\n'],
    ['a root scalar', 'hello\n'],
    ['an unknown alias', 'a: *b\n'],
    ['an alias to what it stands in', 'x: &b 1\na: &b\n  c: *b\n'],
  ])('leaves %s to the token parser', (_, source) => {
    expect(readPlainDocuments(`${source}\0\0\0\0`, source.length).documents).toEqual([])
  })

  test('goes on with the token parser where the line reader stopped', () => {
    const { fast, slow, whole } = both('a: 1\n---\nb: 2\n---\nc: !t d\n', false)
    expect(whole).toBe(false)
    expect(fast).toEqual(slow)
    expect(fast).toHaveLength(2)
  })

  test('agrees with the token parser on texts with random edits', () => {
    const random = new Random(24)
    const bits =
      '# c; # c;\n# c\n;: ;:;- ;-;&a ;*a;";\';|\n;>-\n;{};[];\n;\n\n;  ;---\n;...;!t ;? ;k: v\n;- x\n;{a: b};\\;@;~;\n  # c\n'.split(
        ';',
      )
    const samples = Object.values(plain)
    let read = 0
    for (let i = 0; i < 4000; i++) {
      let source = random.pick(samples)
      for (let edits = 1 + random.below(3); edits > 0; edits--) {
        const at = random.below(source.length + 1)
        if (random.chance(0.5)) source = source.slice(0, at) + random.pick(bits) + source.slice(at)
        else {
          const lines = source.split('\n')
          const from = random.below(lines.length)
          if (random.chance(0.5)) lines.splice(from, 1)
          else lines.splice(from, 0, random.pick(lines))
          source = lines.join('\n')
        }
      }
      const { fast, slow } = both(source, i % 2 === 0)
      if (fast.length > 0) read++
      expect(fast, source).toEqual(slow)
    }
    expect(read).toBeGreaterThan(400)
  })
})
