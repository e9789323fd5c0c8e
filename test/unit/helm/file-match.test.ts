import { describe, expect, it } from 'vitest'
import { compileFileMatch } from '../../../src/helm/file-match.ts'

/** Answers of Go's filepath.Match on Unix; `undefined` is its ErrBadPattern. */
describe('compileFileMatch', () => {
  it.each<[pattern: string, path: string, matches: boolean | undefined]>([
    ['.gitlab-ci.yml', '.gitlab-ci.yml', true],
    ['*c', 'abc', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'abc/b', true],
    ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/fff', false],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['a***b*', 'axb1', true],
    ['\\**', '*x', true],
    ['ab[c]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a?b', 'a/b', false],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['[\\]a]', ']', true],
    ['[\\-]', '-', true],
    ['[x\\-]', '-', true],
    ['[z-a]', 'm', false],
    ['[]a]', ']', undefined],
    ['[-]', '-', undefined],
    ['[x-]', 'x', undefined],
    ['[a-b-c]', 'a', undefined],
    ['[^', 'a', undefined],
    ['a[', 'a', undefined],
  ])('%s and %s', (pattern, path, matches) => {
    expect(compileFileMatch(pattern)?.test(path)).toBe(matches)
  })

  it('does not come back to a star', () => {
    const started = performance.now()
    expect(compileFileMatch(`${'*a'.repeat(30)}b`)?.test('a'.repeat(4_000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
