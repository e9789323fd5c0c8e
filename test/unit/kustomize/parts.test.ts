import { describe, expect, it } from 'vitest'
import { parseLabelSelector } from '../../../src/kustomize/label-selector.ts'
import { splitBracketPath, splitPath } from '../../../src/kustomize/path-splitter.ts'
import { parseRepoUrl } from '../../../src/kustomize/repo-url.ts'
import { insertPathPart } from '../../../src/kustomize/transformers/value-add.ts'

describe('splitPath', () => {
  it.each([
    ['a/b/c', ['a', 'b', 'c']],
    ['/a/b', ['a', 'b']],
    ['a\\/b/c', ['a/b', 'c']],
  ])('%s', (path, parts) => {
    expect(splitPath(path, '/')).toEqual(parts)
  })
})

describe('splitBracketPath', () => {
  it.each([
    ['a.b', ['a', 'b']],
    ['a.[name=x.y].b', ['a', '[name=x.y]', 'b']],
    ['a.[b.c/d].e', ['a', 'b.c/d', 'e']],
    ['a\\.b.c', ['a.b', 'c']],
  ])('%s', (path, parts) => {
    expect(splitBracketPath(path, '.')).toEqual(parts)
  })
})

describe('parseRepoUrl', () => {
  it.each([
    ['https://github.com/org/repo//base?ref=v1', 'https://github.com/org/repo', 'base', 'v1'],
    ['github.com/org/repo/sub/dir', 'https://github.com/org/repo', 'sub/dir', ''],
    ['git@github.com:org/repo.git//x?version=2', 'git@github.com:org/repo.git', 'x', '2'],
    ['ssh://git@host.com/org/repo/p', 'ssh://git@host.com/org/repo', 'p', ''],
    ['https://dev.azure.com/o/p/_git/repo/path', 'https://dev.azure.com/o/p/_git/repo', 'path', ''],
  ])('%s', (url, repo, path, ref) => {
    expect(parseRepoUrl(url)).toMatchObject({ repo, path, ref })
  })

  it.each(['../base', 'base/dir', '/abs', 'https://host.com/one', 'github.com/org/repo//../x'])('%s is none', (url) => {
    expect(parseRepoUrl(url)).toBeUndefined()
  })
})

describe('parseLabelSelector', () => {
  const labels = new Map([
    ['app', 'web'],
    ['tier', '3'],
  ])
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web,tier!=4', true],
    ['app!=web', false],
    ['app in (db, web)', true],
    ['app notin (db,web)', false],
    ['none notin (x)', true],
    ['app', true],
    ['!app', false],
    ['tier>2', true],
    ['tier<3', false],
  ])('%s', (selector, expected) => {
    expect(parseLabelSelector(selector)(labels)).toBe(expected)
  })

  it.each(['=a', 'a=b c', 'a in b', 'a in (b', 'a,,b', 'x y'])('%s is wrong', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow()
  })
})

describe('insertPathPart', () => {
  it.each([
    ['pie', 0, 'PEACH/pie'],
    ['/pie', 0, '/PEACH/pie'],
    ['raw', 9, 'raw/PEACH'],
    ['a/nice/warm/pie', 3, 'a/nice/warm/PEACH/pie'],
    ['', 3, 'PEACH'],
    ['/', 0, '/PEACH'],
  ])('%s at %i', (path, position, expected) => {
    expect(insertPathPart(path, position, 'PEACH')).toBe(expected)
  })
})
