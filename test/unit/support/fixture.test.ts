import { describe, expect, it } from 'vitest'
import { parseFixture } from '../../support/fixture.ts'

describe('parseFixture', () => {
  it('splits files and strips annotations', () => {
    const fixture = parseFixture(`
#- a/one.yaml
kind: A
#     ^ error x/y: no "A"
name: b
# <---- hint x/z: low
#- two.yaml
kind: B
`)
    expect([...fixture.files]).toEqual([
      ['a/one.yaml', 'kind: A\nname: b\n'],
      ['two.yaml', 'kind: B\n'],
    ])
    expect(fixture.annotations).toEqual([
      { path: 'a/one.yaml', range: { start: 6, end: 7 }, text: 'error x/y: no "A"' },
      { path: 'a/one.yaml', range: { start: 8, end: 12 }, text: 'hint x/z: low' },
    ])
  })

  it('finds the cursor, the selection and escaped marks', () => {
    expect(parseFixture('a: $0b\n').cursor).toEqual({ path: 'test.yaml', offset: 3 })
    const selected = parseFixture('a: $0bc$0d\n')
    expect(selected.selection).toEqual({ path: 'test.yaml', range: { start: 3, end: 5 } })
    expect(selected.files.get('test.yaml')).toBe('a: bcd\n')
    const escaped = parseFixture(`a: \\$0 \${X}\n`)
    expect(escaped.cursor).toBeUndefined()
    expect(escaped.files.get('test.yaml')).toBe(`a: $0 \${X}\n`)
  })

  it('keeps plain comments and labels lines of block scalars', () => {
    const fixture = parseFixture(`
text: |
  one # two
#     ^^^^^ error a/b: c
# plain
`)
    expect(fixture.files.get('test.yaml')).toBe('text: |\n  one # two\n# plain\n')
    expect(fixture.annotations[0]?.range).toEqual({ start: 14, end: 19 })
  })
})
