import { describe, expect, test } from 'vitest'
import {
  gitRevision,
  modernRevision,
  normalizeGitUrl,
  parseRevision,
  sameRepository,
} from '../../../src/source/index.ts'

const sha = '5394cb7f48332b2de7c17dd8b8384bbc84b7e738'

describe('parseRevision', () => {
  test.each([
    [`main@sha1:${sha}`, 'main', 'sha1'],
    [`feature/branch@sha1:${sha}`, 'feature/branch', 'sha1'],
    [`sha1:${sha}`, '', 'sha1'],
    [`refs/heads/main@sha1:${sha}`, 'refs/heads/main', 'sha1'],
    [`main/${sha}`, 'main', 'sha1'],
    [`feature/branch/${sha}`, 'feature/branch', 'sha1'],
    [`HEAD/${sha}`, '', 'sha1'],
    [sha, '', 'sha1'],
    [`6.5.0@sha256:${'a'.repeat(64)}`, '6.5.0', 'sha256'],
  ])('%s', (text, name, algorithm) => {
    expect(parseRevision(text)).toEqual({ name, algorithm, hash: algorithm === 'sha256' ? 'a'.repeat(64) : sha })
  })

  test('revisions of before Flux 2.0 are brought to the form of today', () => {
    expect(modernRevision(`main/${sha}`)).toBe(`main@sha1:${sha}`)
    expect(modernRevision(`HEAD/${sha}`)).toBe(`sha1:${sha}`)
    expect(modernRevision(`v1@sha1:${sha}`)).toBe(`v1@sha1:${sha}`)
    expect(gitRevision('v1.0.0', sha)).toBe(`v1.0.0@sha1:${sha}`)
    expect(gitRevision('', sha)).toBe(`sha1:${sha}`)
  })
})

describe('sameRepository', () => {
  test.each([
    ['https://github.com/org/fleet', 'ssh://git@github.com/org/fleet'],
    ['https://github.com/org/fleet.git', 'git@github.com:Org/Fleet.git'],
    ['https://token@github.com/org/fleet/', 'ssh://git@ssh.github.com:443/org/fleet.git'],
    ['ssh://git@git.example.com:22/a/b.git', 'https://git.example.com/a/b'],
    ['ssh://git@git.example.com:7999/a/b.git', 'ssh://git@git.example.com:7999/a/b'],
    ['https://org@dev.azure.com/org/proj/_git/repo', 'git@ssh.dev.azure.com:v3/org/proj/repo'],
    ['file:///srv/git/fleet.git', '/srv/git/fleet'],
  ])('%s is %s', (a, b) => {
    expect(sameRepository(a, b)).toBe(true)
  })

  test.each([
    ['https://github.com/org/fleet', 'https://github.com/org/fleet-infra'],
    ['https://github.com/org/fleet', 'https://gitlab.com/org/fleet'],
    ['ssh://git@git.example.com:7999/a/b', 'ssh://git@git.example.com/a/b'],
    ['https://git.example.com/a/B', 'https://git.example.com/a/b'],
    ['', ''],
    ['not a url', 'not a url'],
  ])('%s is not %s', (a, b) => {
    expect(sameRepository(a, b)).toBe(false)
  })

  test('credentials are not part of what a URL names', () => {
    expect(normalizeGitUrl('https://user:secret@github.com/org/fleet.git')).toBe('github.com/org/fleet')
  })
})
