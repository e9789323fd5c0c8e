import { describe, expect, it } from 'vitest'
import { cursorAt } from '../../../src/language/cursor.ts'
import { parseFixture } from '../../support/fixture.ts'

function at(source: string) {
  const fixture = parseFixture(source)
  const text = [...fixture.files.values()][0]!
  const { parent, at: where, key, prefix, inText } = cursorAt(text, fixture.cursor!.offset)
  return { path: parent.join('.'), where, key, prefix, inText }
}

describe('cursorAt', () => {
  const cases: [name: string, source: string, expected: object][] = [
    ['a key at the root', 'apiVersion: v1\nki$0', { path: '', where: 'key', prefix: 'ki' }],
    ['an empty line below a key', 'spec:\n  $0', { path: 'spec', where: 'key', prefix: '' }],
    ['a key among others', 'spec:\n  path: ./a\n  so$0\n  prune: true', { path: 'spec', where: 'key', prefix: 'so' }],
    [
      'a value',
      'spec:\n  sourceRef:\n    kind: Gi$0',
      { path: 'spec.sourceRef', where: 'value', key: 'kind', prefix: 'Gi' },
    ],
    ['a value that is empty', 'spec:\n  path: $0', { path: 'spec', where: 'value', key: 'path', prefix: '' }],
    [
      'the first key of an item',
      'spec:\n  dependsOn:\n    - na$0',
      { path: 'spec.dependsOn.0', where: 'item', prefix: 'na' },
    ],
    [
      'the second key of a second item',
      'spec:\n  dependsOn:\n    - name: a\n    - name: b\n      names$0',
      { path: 'spec.dependsOn.1', where: 'key', prefix: 'names' },
    ],
    [
      'a value in an item whose dash is not indented',
      'spec:\n  dependsOn:\n  - name: a\n  - name: $0',
      { path: 'spec.dependsOn.1', where: 'value', key: 'name', prefix: '' },
    ],
    [
      'an item of a list of strings',
      'resources:\n  - a.yaml\n  - ./b$0',
      { path: 'resources.1', where: 'item', prefix: './b' },
    ],
    [
      'a key below a list item',
      'spec:\n  patches:\n    - patch: x\n      target:\n        ki$0',
      { path: 'spec.patches.0.target', where: 'key', prefix: 'ki' },
    ],
    ['another document', 'kind: A\nspec:\n  a: 1\n---\nki$0', { path: '', where: 'key', prefix: 'ki' }],
    ['a comment', 'spec:\n  # pa$0', { inText: true }],
    ['a block scalar', 'data:\n  x: |\n    path: $0', { inText: true }],
    ['behind a block scalar', 'spec:\n  x: |\n    text\n  ke$0', { path: 'spec', where: 'key', inText: false }],
    ['a URL is no key', 'spec:\n  url: https://a$0', { path: 'spec', where: 'value', key: 'url', prefix: 'https://a' }],
  ]
  it.each(cases)('%s', (_name, source, expected) => {
    expect(at(source)).toMatchObject(expected)
  })
})
