import { expect, test } from 'vitest'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { headCommit } from '../../../src/source/index.ts'

const commit = 'a'.repeat(40)

test.each<[string, Record<string, string>, string | undefined]>([
  ['a branch', { '/r/.git/HEAD': 'ref: refs/heads/x/y\n', '/r/.git/refs/heads/x/y': `${commit}\n` }, commit],
  [
    'a packed branch',
    { '/r/.git/HEAD': 'ref: refs/heads/x\n', '/r/.git/packed-refs': `# pack\n${commit} refs/heads/x\n` },
    commit,
  ],
  ['a commit', { '/r/.git/HEAD': `${commit}\n` }, commit],
  [
    'a linked work tree',
    {
      '/r/.git': 'gitdir: ../main/.git/worktrees/r\n',
      '/main/.git/worktrees/r/HEAD': 'ref: refs/heads/x\n',
      '/main/.git/worktrees/r/commondir': '../..\n',
      '/main/.git/refs/heads/x': `${commit}\n`,
    },
    commit,
  ],
  ['no commit yet', { '/r/.git/HEAD': 'ref: refs/heads/x\n' }, undefined],
  ['a reference that leads out', { '/r/.git/HEAD': 'ref: refs/../../secret\n', '/r/secret': `${commit}\n` }, undefined],
  ['references in a circle', { '/r/.git/HEAD': 'ref: refs/x\n', '/r/.git/refs/x': 'ref: refs/x\n' }, undefined],
  ['no clone', { '/r/a.yaml': '' }, undefined],
])('%s', (_, files, expected) => {
  const fs = new MemoryFileSystem(Object.entries({ '/r/deep/a.yaml': '', ...files }))
  expect(headCommit(fs, '/r/deep')).toBe(expected)
})
