import { expect, test } from 'vitest'
import { decodeText, type JsonObject, MemoryFileSystem } from '../../../src/base/index.ts'
import { artifactRequests, stageArtifact, validateGenerator } from '../../../src/flux/index.ts'

const files = {
  'a.yaml': 'a',
  'dir/b.yaml': 'b',
  'dir/c.md': 'c',
  'dir/deep/d.yaml': 'd',
  'values.yaml': 'one: 1\nmap: { x: 1, z: 2 }\nlist: [1]\n',
  'over/values.yaml': 'map: { z: 3 }\nlist: [2]\n',
}
const tree = {
  fs: new MemoryFileSystem(Object.entries(files).map(([path, text]) => [`/src/${path}`, text] as const)),
  root: '/src',
}
const sources = new Map([['s', tree]])

function stage(
  ...operations: { from: string; to: string; exclude?: string[]; strategy?: string }[]
): Record<string, string> {
  const full = operations.map((one) => ({ exclude: [], strategy: '', ...one }))
  return Object.fromEntries(
    stageArtifact(full, sources)
      .files()
      .map(({ path, content }) => [path, decodeText(content)]),
  )
}

test.each([
  ['@s/a.yaml', '@artifact/', ['a.yaml']],
  ['@s/a.yaml', '@artifact/x', ['x']],
  ['@s/a.yaml', '@artifact/x/', ['x/a.yaml']],
  ['@s/dir', '@artifact/', ['dir/b.yaml', 'dir/c.md', 'dir/deep/d.yaml']],
  ['@s/dir/', '@artifact/y', ['y/dir/b.yaml', 'y/dir/c.md', 'y/dir/deep/d.yaml']],
  ['@s/dir/**', '@artifact/', ['b.yaml', 'c.md', 'deep/d.yaml']],
  ['@s/dir/*.yaml', '@artifact/', ['dir/b.yaml']],
  ['@s/*.yaml', '@artifact/z', ['z/a.yaml', 'z/values.yaml']],
])('%s to %s', (from, to, wanted) => {
  expect(Object.keys(stage({ from, to }))).toEqual(wanted)
})

test.each([
  [['*.md'], ['b.yaml', 'deep/d.yaml']],
  [['**/deep/**'], ['b.yaml', 'c.md']],
  [['deep'], ['b.yaml', 'c.md']],
  [['dir/b.yaml', '*.md'], ['deep/d.yaml']],
])('leaves out %j', (exclude, wanted) => {
  expect(Object.keys(stage({ from: '@s/dir/**', to: '@artifact/', exclude }))).toEqual(wanted)
})

test('merges YAML onto what is staged', () => {
  const got = stage(
    { from: '@s/values.yaml', to: '@artifact/' },
    { from: '@s/over/values.yaml', to: '@artifact/values.yaml', strategy: 'Merge' },
  )
  // One file onto the name of another: the second operation finds the first one's file.
  expect(got['values.yaml']).toBe('list:\n- 2\nmap:\n  x: 1\n  z: 3\none: 1\n')
})

test('neither source nor artifact can be left', () => {
  expect(() => stage({ from: '@s/../../etc/passwd', to: '@artifact/' })).toThrow('does not exist')
  expect(Object.keys(stage({ from: '@s/a.yaml', to: '@artifact/../../x' }))).toEqual(['x'])
})

test.each([
  [{ from: 's/a.yaml', to: '@artifact/' }, "invalid copy source 's/a.yaml': source must start with '@'"],
  [{ from: '@s', to: '@artifact/' }, "source format must be '@alias/pattern'"],
  [{ from: '@s/a.yaml', to: 'x' }, "destination must start with '@artifact/'"],
  [{ from: '@t/a.yaml', to: '@artifact/' }, "source alias 't' not found"],
  [{ from: '@s/none/*', to: '@artifact/' }, "no files match pattern 'none/*' in source 's'"],
  [
    { from: '@s/*.yaml', to: '@artifact/', exclude: ['*'] },
    "all files matching pattern '*.yaml' in source 's' were excluded",
  ],
  [
    { from: '@s/a.yaml', to: '@artifact/', strategy: 'Extract' },
    'extract strategy requires tarball file (.tar.gz or .tgz)',
  ],
])('%j', (operation, message) => {
  expect(() => stage(operation)).toThrow(message)
})

test('a path pattern makes one artifact for every directory', () => {
  const fs = new MemoryFileSystem([
    ['/src/apps/Web/envs/dev/k.yaml', ''],
    ['/src/apps/Web/envs/prod/k.yaml', ''],
    ['/src/apps/file', ''],
  ])
  const spec: JsonObject = {
    pathPattern: '@s/apps/{app}/envs/{env}',
    artifacts: [{ name: '{app}-{env}', copy: [{ from: '@s/apps/{app}/envs/{env}/**', to: '@artifact/' }] }],
  }
  const got = artifactRequests(spec, new Map([['s', { fs, root: '/src' }]]))
  expect(got.map(({ name, labels, copy }) => [name, labels, copy[0]!.from])).toEqual([
    ['web-dev', { app: 'web', env: 'dev' }, '@s/apps/Web/envs/dev/**'],
    ['web-prod', { app: 'web', env: 'prod' }, '@s/apps/Web/envs/prod/**'],
  ])
  const twice = { ...spec, artifacts: [{ name: '{app}', copy: [] }] }
  expect(() => artifactRequests(twice, new Map([['s', { fs, root: '/src' }]]))).toThrow(
    'directories "apps/Web/envs/dev" and "apps/Web/envs/prod" both resolve to artifact name "web"',
  )
})

test.each([
  [{ sources: [{ alias: 'a' }, { alias: 'a' }] }, "duplicate source alias 'a' found"],
  [{ sources: [], artifacts: [{ name: 'x' }, { name: 'x' }] }, "duplicate artifact name 'x' found"],
  [
    { sources: [{ alias: 'a' }], artifacts: [{ name: 'x', revision: '@b' }] },
    "artifact x revision source alias 'b' not found",
  ],
  [{ sources: [{ alias: 'a' }], artifacts: [{ name: 'x', revision: '@a' }] }, undefined],
])('%j', (spec, fault) => {
  expect(validateGenerator(spec)).toBe(fault)
})
