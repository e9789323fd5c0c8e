import { describe, expect, it } from 'vitest'
import { compileFileMatch } from '../../../src/helm/file-match.ts'

/** Answers of Go's filepath.Match on Unix; `undefined` is its ErrBadPattern. */
describe('compileFileMatch', () => {
  it.each<[pattern: string, path: string, matches: boolean | undefined]>([
    ['.gitlab-ci.yml', '.gitlab-ci.yml', true],
    ['*c', 'abc', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'abc/b', true],
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
})
