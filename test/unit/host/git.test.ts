import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeText } from '../../../src/base/index.ts'
import type { GitRequest } from '../../../src/engine/index.ts'
import { createGitFetcher } from '../../../src/host/index.ts'

const home = mkdtempSync(join(tmpdir(), 'fluxkit-git-test-'))
const repo = join(home, 'repo')
const url = `file://${repo}`
const commits: Record<string, string> = {}

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false']
  return execFileSync('git', ['-C', repo, ...identity, ...args], { encoding: 'utf8' }).trim()
}

function commit(name: string, file: string, text: string): void {
  mkdirSync(join(repo, 'apps'), { recursive: true })
  writeFileSync(join(repo, file), text)
  git('add', '.')
  git('commit', '--quiet', '--message', `${name} commit`)
  commits[name] = git('rev-parse', 'HEAD')
}

beforeAll(() => {
  mkdirSync(repo)
  git('init', '--quiet', '--initial-branch=main')
  commit('first', 'apps/web.yaml', 'one\n')
  git('tag', 'v1.0.0')
  commit('second', 'apps/web.yaml', 'two\n')
  git('tag', 'v1.2.0')
  symlinkSync('/etc/passwd', join(repo, 'link'))
  commit('third', 'other.yaml', 'three\n')
  git('tag', 'v2.0.0-rc.1')
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const request = (ref: GitRequest['ref'], more: Partial<GitRequest> = {}): GitRequest => ({
  url,
  ref,
  sparseCheckout: [],
  recurseSubmodules: false,
  timeout: 20_000,
  credentials: undefined,
  proxy: undefined,
  ...more,
})

test.each([
  ['a branch', { branch: 'main' }, () => `main@sha1:${commits['third']}`, 'two\n'],
  ['a tag', { tag: 'v1.0.0' }, () => `v1.0.0@sha1:${commits['first']}`, 'one\n'],
  [
    'the newest tag in a range, prereleases left out',
    { semver: '>=1.0.0' },
    () => `v1.2.0@sha1:${commits['second']}`,
    'two\n',
  ],
  ['a name', { name: 'refs/tags/v1.0.0' }, () => `refs/tags/v1.0.0@sha1:${commits['first']}`, 'one\n'],
])('fetches %s', async (_, ref, revision, content) => {
  const checkout = await createGitFetcher().fetch(request(ref))
  expect(checkout.revision).toBe(revision())
  const file = checkout.files.find(({ path }) => path === 'apps/web.yaml')
  expect(decodeText(file!.content)).toBe(content)
})

test('a commit of a branch is fetched with the branch in the revision, alone without', async () => {
  const fetcher = createGitFetcher()
  const ofBranch = await fetcher.fetch(request({ branch: 'main', commit: commits['first']! }))
  expect(ofBranch.revision).toBe(`main@sha1:${commits['first']}`)
  const alone = await fetcher.fetch(request({ commit: commits['second']! }))
  expect(alone.revision).toBe(`sha1:${commits['second']}`)
})

test('links are left out, and a sparse checkout holds its folders only', async () => {
  const whole = await createGitFetcher().fetch(request({ branch: 'main' }))
  expect(whole.files.map(({ path }) => path).sort()).toEqual(['apps/web.yaml', 'other.yaml'])
  const sparse = await createGitFetcher().fetch(request({ branch: 'main' }, { sparseCheckout: ['./apps'] }))
  expect(sparse.files.map(({ path }) => path)).toContain('apps/web.yaml')
})

test.each([
  ['a branch that is not there', { branch: 'nope' }, {}, /couldn't find remote ref refs\/heads\/nope/],
  ['a range that nothing is in', { semver: '>=9' }, {}, /no match found for semver: >=9/],
  ['a reference that is an option', { branch: '--upload-pack=touch' }, {}, /no valid reference/],
  ['a URL that would run a program', { branch: 'main' }, { url: 'ext::sh -c touch% /tmp/x' }, /must begin with http/],
  [
    'nobody answering',
    { branch: 'main' },
    { url: 'http://127.0.0.1:1/x' },
    /unable to clone 'http:\/\/127\.0\.0\.1:1\/x'/,
  ],
])('refuses %s', async (_, ref, more, message) => {
  await expect(createGitFetcher().fetch(request(ref, more))).rejects.toThrow(message)
})
