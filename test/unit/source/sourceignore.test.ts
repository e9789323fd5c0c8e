/** Which files are packed; the expectations are what fluxcd/pkg sourceignore answers for the same tree. */
import { describe, expect, test } from 'vitest'
import { encodeText, type FileSystem, MemoryFileSystem } from '../../../src/base/index.ts'
import { artifactView, listArtifact, parseIgnorePattern, selectArtifactFiles } from '../../../src/source/index.ts'

type Tree = Record<string, string>

const tree: Tree = {
  'README.md': '',
  'logo.png': '',
  '.gitignore': '',
  '.github/workflows/ci.yaml': '',
  '.sops.yaml': '',
  'apps/base/app.yaml': '',
  'apps/base/.sops.yaml': '',
  'apps/base/notes.md': '',
  'apps/prod/app.yaml': '',
  'infra/crds/x.yaml': '',
}

function fileSystem(files: Tree): FileSystem {
  return new MemoryFileSystem(Object.entries(files).map(([path, content]) => [`/repo/${path}`, content] as const))
}

/** Every file that a view shows. */
function shown(view: FileSystem, dir: string): string[] {
  return (view.readDir(dir) ?? []).flatMap(({ name, kind }) =>
    kind === 'directory' ? shown(view, `${dir}/${name}`) : [`${dir}/${name}`.slice('/repo/'.length)],
  )
}

describe('an artifact holds', () => {
  test.each<[string, Tree, string | undefined, string[]]>([
    [
      'no CI files, pictures and the like where nothing is said',
      {},
      undefined,
      ['README.md', 'apps/base/app.yaml', 'apps/base/notes.md', 'apps/prod/app.yaml', 'infra/crds/x.yaml'],
    ],
    [
      'them where any pattern is given, but never Git’s own files',
      {},
      'notes.md',
      [
        '.github/workflows/ci.yaml',
        '.sops.yaml',
        'README.md',
        'apps/base/.sops.yaml',
        'apps/base/app.yaml',
        'apps/prod/app.yaml',
        'infra/crds/x.yaml',
        'logo.png',
      ],
    ],
    [
      'only what is brought back',
      {},
      '/*\n!/apps/\n',
      ['apps/base/.sops.yaml', 'apps/base/app.yaml', 'apps/base/notes.md', 'apps/prod/app.yaml'],
    ],
    ['a file brought back below a folder that is left out', {}, '/*\n!/apps/prod/*.yaml\n', ['apps/prod/app.yaml']],
    [
      'what folders say for themselves',
      {
        '.sourceignore': '*.md\n.*\n!.sourceignore\nlogo.png\n',
        'apps/.sourceignore': '# only here\n/base/\n',
        'infra/.sourceignore': '/apps\n',
      },
      undefined,
      ['.sourceignore', 'apps/.sourceignore', 'apps/prod/app.yaml', 'infra/.sourceignore', 'infra/crds/x.yaml'],
    ],
    [
      'the last word of spec.ignore',
      { '.sourceignore': '*\n' },
      '!*.yaml\n!/apps/**\n!infra\n',
      [
        '.github/workflows/ci.yaml',
        '.sops.yaml',
        'apps/base/.sops.yaml',
        'apps/base/app.yaml',
        'apps/base/notes.md',
        'apps/prod/app.yaml',
        'infra/crds/x.yaml',
      ],
    ],
  ])('%s', (_name, more, ignore, expected) => {
    const files = { ...tree, ...more }
    const fs = fileSystem(files)
    const inMemory = Object.entries(files).map(([path, content]) => ({ path, content: encodeText(content) }))
    expect(listArtifact(fs, '/repo', { ignore }).sort()).toEqual([...expected].sort())
    expect(
      selectArtifactFiles(inMemory, { ignore })
        .map(({ path }) => path)
        .sort(),
    ).toEqual([...expected].sort())
    expect(shown(artifactView(fs, '/repo', { ignore }), '/repo').sort()).toEqual([...expected].sort())
  })
})

describe('the view', () => {
  const fs = new MemoryFileSystem([
    ['/repo/a/x.yaml', 'x'],
    ['/repo/a/x.md', 'x'],
    ['/repo/.git/HEAD', 'x'],
    ['/other/secret.yaml', 'x'],
  ])

  /** `/repo/link` → `/other`, as a real file system shows it. */
  const withLink: FileSystem = {
    readFile: (path) => fs.readFile(path.replace('/repo/link', '/other')),
    readDir: (path) => {
      const entries = fs.readDir(path.replace('/repo/link', '/other'))
      return path === '/repo' ? [...entries!, { name: 'link', kind: 'symlink' }] : entries
    },
    stat: (path) => fs.stat(path.replace('/repo/link', '/other')),
    realPath: (path) => fs.realPath(path.replace('/repo/link', '/other')),
  }

  test('hides what is left out, Git, links and everything outside', () => {
    const view = artifactView(withLink, '/repo', { ignore: '*.md' })
    expect(view.readDir('/repo')).toEqual([{ name: 'a', kind: 'directory' }])
    expect(view.readFile('/repo/a/x.yaml')).toEqual(encodeText('x'))
    for (const path of [
      '/repo/a/x.md',
      '/repo/.git/HEAD',
      '/repo/link/secret.yaml',
      '/other/secret.yaml',
      '/repo/../other/secret.yaml',
    ]) {
      expect(view.readFile(path)).toBeUndefined()
      expect(view.stat(path)).toBeUndefined()
      expect(view.realPath(path)).toBeUndefined()
    }
    expect(view.readDir('/repo/link')).toBeUndefined()
    expect(view.readDir('/')).toBeUndefined()
  })
})

test('a pattern with many stars takes no exponential time', () => {
  const pattern = parseIgnorePattern(`${'*a'.repeat(100)}b`)
  expect(pattern.parts[0]!.glob!('a'.repeat(255))).toBe(false)
})
