import { describe, expect, it } from 'vitest'
import { type DirEntry, type FileSystem, MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, parseSourceFile } from '../../../src/fleet/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'

function open(fs: FileSystem, maxFileSize?: number) {
  return createFleet({
    fs,
    root: '/r',
    registry: createSchemaRegistry(),
    ...(maxFileSize === undefined ? {} : { maxFileSize }),
  })
}

describe('files', () => {
  it('reads YAML files, and not what lies in .git, node_modules or the templates of a chart', () => {
    const fs = new MemoryFileSystem(
      [
        'a.yaml',
        'b/c.yml',
        'b/Kustomization',
        'b/readme.md',
        '.git/x.yaml',
        'node_modules/p/x.yaml',
        'chart/Chart.yaml',
        'chart/templates/t.yaml',
      ].map((path) => [`/r/${path}`, 'a: 1'] as const),
    )
    expect(
      open(fs)
        .files()
        .map((file) => file.path),
    ).toEqual(['a.yaml', 'b/Kustomization', 'b/c.yml', 'chart/Chart.yaml'])
  })

  it('names a file that is too large, without reading it', () => {
    const memory = new MemoryFileSystem([
      ['/r/big.yaml', 'a: 1'],
      ['/r/small.yaml', 'a: 1'],
    ])
    let read = 0
    const fs: FileSystem = {
      readFile: (path) => {
        if (path.endsWith('big.yaml')) read++
        return memory.readFile(path)
      },
      readDir: (path) => memory.readDir(path),
      realPath: (path) => memory.realPath(path),
      stat: (path) => (path.endsWith('big.yaml') ? { kind: 'file', size: 200 * 1024 * 1024 } : memory.stat(path)),
    }
    const fleet = open(fs)
    expect(fleet.problems().map(({ code, message, location }) => [code, location?.path, message])).toEqual([
      [
        'fleet/file-too-large',
        'big.yaml',
        'the file has 200 MiB; files above 5 MiB are not checked. Split it, or keep it out of the fleet',
      ],
    ])
    expect(read).toBe(0)
    expect(fleet.file('small.yaml')?.documents).toHaveLength(1)
  })

  it('does not follow symbolic links', () => {
    const memory = new MemoryFileSystem([['/r/a.yaml', 'a: 1']])
    const link: DirEntry = { name: 'out', kind: 'symlink' }
    const fs: FileSystem = {
      readFile: (path) => memory.readFile(path),
      stat: (path) => memory.stat(path),
      realPath: (path) => memory.realPath(path),
      readDir: (path) =>
        path === '/r' ? [...memory.readDir(path)!, link] : memory.readDir(path.replace('/r/out', '/r')),
    }
    expect(
      open(fs)
        .files()
        .map((file) => file.path),
    ).toEqual(['a.yaml'])
  })

  it('parses again only what has another text', () => {
    const fs = new MemoryFileSystem([
      ['/r/a.yaml', 'a: 1'],
      ['/r/b.yaml', 'b: 1'],
    ])
    const fleet = open(fs)
    expect(fleet.settle().filesParsed).toBe(2)
    const before = fleet.file('b.yaml')
    expect(
      fleet.update([
        { path: 'a.yaml', text: 'a: 2' },
        { path: 'b.yaml', text: 'b: 1' },
      ]).filesParsed,
    ).toBe(1)
    expect(fleet.file('a.yaml')?.text).toBe('a: 2')
    expect(fleet.file('b.yaml')).toBe(before)
    expect(fleet.update([{ path: 'a.yaml', text: 'disk' }]).filesParsed).toBe(1)
    expect(fleet.file('a.yaml')?.text).toBe('a: 1')
  })

  it('notices new, removed and renamed files and directories', () => {
    const fs = new MemoryFileSystem([['/r/a/x.yaml', 'a: 1']])
    const fleet = open(fs)
    fleet.settle()
    fs.writeFile('/r/b/c/y.yaml', 'b: 1')
    fleet.update([{ path: 'b', text: 'disk' }])
    expect(fleet.files().map((file) => file.path)).toEqual(['a/x.yaml', 'b/c/y.yaml'])
    fs.removeFile('/r/a/x.yaml')
    fleet.update([{ path: 'a/x.yaml', text: 'disk' }])
    expect(fleet.files().map((file) => file.path)).toEqual(['b/c/y.yaml'])
  })
})

describe('parseSourceFile', () => {
  it('keeps what is intact of a broken file', () => {
    const file = parseSourceFile(
      'x.yaml',
      'apiVersion: v1\nkind: A\nmetadata: {name: one}\n---\napiVersion: v1\nkind: B\nmetadata:\n  name: two\n bad\nspec: {}\n---\napiVersion: v1\nkind: C\nmetadata: {name: three}\n',
    )
    expect(file.objects.map(({ ref }) => `${ref.kind}/${ref.name}`)).toEqual(['A/one', 'B/two', 'C/three'])
    expect(file.problems.map(({ code }) => code)).toEqual(['yaml/syntax'])
    expect(file.lines.positionAt(file.problems[0]!.location!.range!.start).line).toBeGreaterThanOrEqual(8)
  })

  it('names keys that are written twice, but not merged ones', () => {
    const text = 'base: &b {x: 1, y: 2}\na:\n  <<: *b\n  x: 3\nb:\n  k: 1\n  k: 2\n'
    const { problems } = parseSourceFile('x.yaml', text)
    expect(problems.map(({ code, location }) => [code, text.slice(location!.range!.start)])).toEqual([
      ['yaml/duplicate-key', 'k: 2\n'],
    ])
  })

  it('is not shaken by anything', () => {
    const texts = [
      '',
      '\0',
      '---\n---\n',
      '{',
      '[[[[',
      '&a [*a]',
      'a: *b',
      '__proto__: {a: 1}',
      `${'['.repeat(5000)}`,
      `${'a: {'.repeat(3000)}`,
      'kind: 1\napiVersion: []',
      '- kind: A',
    ]
    for (const text of texts) expect(() => parseSourceFile('x.yaml', text)).not.toThrow()
  })
})
