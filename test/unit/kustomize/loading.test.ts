import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CancellationSource, CancelledError, MemoryFileSystem } from '../../../src/base/index.ts'
import { build, FetchStore, parseRepoUrl } from '../../../src/kustomize/index.ts'
import { buildFixture, checkBuild, checkFailure } from './check-build.ts'

const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

describe('what may be read', () => {
  it.each([
    ['files above the directory', '#- a/kustomization.yaml\nresources: [../x.yaml]\n#- x.yaml\n', /is not in or below/],
    ['itself', '#- a/kustomization.yaml\nresources: [.]\n', /cycle detected/],
    [
      'what contains it',
      '#- a/kustomization.yaml\nresources: [..]\n#- kustomization.yaml\nresources: [a]\n',
      /cycle detected/,
    ],
    [
      'absolute directories',
      '#- a/kustomization.yaml\nresources: [/r/b]\n#- b/kustomization.yaml\n',
      /cannot be absolute/,
    ],
    ['remote bases', '#- a/kustomization.yaml\nresources: ["https://github.com/o/r?ref=v1"]\n', /is not allowed/],
    [
      'a directory with two files',
      '#- kustomization.yaml\nresources: []\n#- kustomization.yml\nresources: []\n',
      /multiple kustomization files/,
    ],
  ])('refuses %s', (_, fixture, message) => {
    checkFailure(fixture, message)
  })

  it('reads above the directory without a restrictor, but not outside a confine', () => {
    const fixture = `#- a/b/kustomization.yaml\nresources: [../../x.yaml]\n#- x.yaml\n${map('x')}`
    checkBuild(fixture, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n', { loadRestrictor: 'none' })
    checkFailure(fixture, /is outside '\/r\/a'/, { loadRestrictor: 'none', confineTo: '/r/a' })
  })

  it('refuses links that lead out of the confine', () => {
    const files = new MemoryFileSystem([
      ['/r/kustomization.yaml', 'resources: [link.yaml]\n'],
      ['/r/link.yaml', map('x')],
      ['/secret', ''],
    ])
    const linked = Object.assign(Object.create(files) as MemoryFileSystem, {
      readFile: (path: string) => files.readFile(path),
      stat: (path: string) => files.stat(path),
      realPath: (path: string) => (path === '/r/link.yaml' ? '/secret' : files.realPath(path)),
    })
    const built = build('/r', linked, { loadRestrictor: 'none', confineTo: '/r' })
    expect(built.problems[0]?.message).toMatch(/is outside '\/r'/)
  })

  it('takes remote bases from what fetches them', () => {
    checkBuild(
      '#- a/kustomization.yaml\nresources: ["https://github.com/o/r//base?ref=v1"]\n',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n',
      {
        remotes: {
          clone: ({ ref }) =>
            ref === 'v1'
              ? {
                  dir: '/clone',
                  fs: new MemoryFileSystem([
                    ['/clone/base/kustomization.yaml', 'resources: [x.yaml]\n'],
                    ['/clone/base/x.yaml', map('x')],
                  ]),
                }
              : { code: 'kustomize/remote', severity: 'error', message: 'no such ref' },
          get: () => ({ status: 404, statusText: 'Not Found', body: new Uint8Array() }),
        },
      },
    )
  })

  it('lets texts stand for files, also for the kustomization file', () => {
    checkBuild(`#- a/x.yaml\n${map('x')}`, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: p-x\n', {
      overrides: new Map([['/r/a/kustomization.yaml', 'resources: [x.yaml]\nnamePrefix: p-\n']]),
    })
  })

  it('says what it looked for', () => {
    const built = buildFixture(`#- a/kustomization.yaml\nresources: [x.yaml, none]\n#- a/x.yaml\n${map('x')}`)
    expect([...built.inputs].sort()).toEqual([
      '/r/a',
      '/r/a/Kustomization',
      '/r/a/kustomization.yaml',
      '/r/a/kustomization.yml',
      '/r/a/none',
      '/r/a/x.yaml',
    ])
  })

  it('stops when it is cancelled', () => {
    const cancellation = new CancellationSource()
    cancellation.cancel()
    const fs = new MemoryFileSystem([['/r/kustomization.yaml', 'resources: []\n']])
    expect(() => build('/r', fs, { cancellation })).toThrow(CancelledError)
  })
})

describe('references to repositories', () => {
  const read = readFileSync(new URL('../../fixtures/kustomize-remote/urls.json', import.meta.url), 'utf8')

  it.each(JSON.parse(read) as { url: string }[])('$url', ({ url, ...expected }) => {
    const { raw, ...parsed } = parseRepoUrl(url) ?? { raw: url }
    expect(parsed).toEqual(expected)
    expect(raw).toBe(url)
  })
})

describe('what builds fetch', () => {
  const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

  it('is fetched once, also by builds that run at the same time', async () => {
    const store = new FetchStore()
    let asked = 0
    const ask = () =>
      store.ask('key', async () => {
        asked++
        await wait()
        return { value: 1 }
      })
    expect(ask()).toBe('pending')
    const first = store.settle()
    expect(ask()).toBe('pending')
    expect(await Promise.all([first, store.settle()])).toEqual([true, true])
    expect(ask()).toEqual({ value: 1 })
    expect(asked).toBe(1)
    expect(await store.settle()).toBe(false)
  })

  it('is fetched again when it is too old', async () => {
    let now = 0
    const store = new FetchStore({ now: () => now, maxAge: 100 })
    const ask = () => store.ask('key', async () => ({ at: now }))
    ask()
    await store.settle()
    now = 99
    expect(ask()).toEqual({ at: 0 })
    now = 100
    expect(ask()).toBe('pending')
    await store.settle()
    expect(ask()).toEqual({ at: 100 })
  })

  it('is bounded in number', async () => {
    const store = new FetchStore()
    for (let i = 0; i < 500; i++) store.ask(`key ${i}`, async () => ({ i }))
    expect(store.ask('one more', async () => ({ i: 0 }))).toMatchObject({ message: 'more than 500 remote references' })
  })
})

describe('two byte order marks', () => {
  const mark = '\ufeff'

  // What kustomize 5.8.1 makes of them: go-yaml then takes the first character of every line for a mark.
  it.each([
    ['a line', `${mark}${mark}{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n`],
    ['indented lines', `${mark}${mark} apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\n`],
  ])('before %s', (_, text) => {
    checkBuild(
      `#- kustomization.yaml\nresources: [c.yaml]\n#- c.yaml\n${text}`,
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n',
    )
  })

  it('before lines that begin with their keys, which lose a letter', () => {
    const files = `#- c.yaml\n${mark}${mark}${map('c')}`
    checkFailure(`#- kustomization.yaml\nresources: [c.yaml]\n${files}`, /missing kind in object \{\{v1 \} /)
    checkFailure(
      `#- kustomization.yaml\n${mark}${mark}resources: [c.yaml]\nnamePrefix: a-\n#- c.yaml\n${map('c')}`,
      /unknown field "amePrefix"/,
    )
  })

  it('behind a separator are no space', () => {
    checkFailure(
      `#- kustomization.yaml\nresources: [c.yaml]\n#- c.yaml\n${map('c')}---${mark}\n${map('d')}`,
      /invalid document separator: ---\ufeff/,
    )
  })
})

describe('hostile input', () => {
  it('bounds what aliases expand to', () => {
    const levels = Array.from({ length: 12 }, (_, i) =>
      i === 0
        ? 'l0: &l0 [x, x, x, x, x, x, x, x, x, x]'
        : `l${i}: &l${i} [${Array(10)
            .fill(`*l${i - 1}`)
            .join(', ')}]`,
    )
    checkFailure(
      `#- kustomization.yaml\nresources: [x.yaml]\n#- x.yaml\n${map('x')}${levels.join('\n')}\n`,
      /excessive aliasing/,
    )
  })

  it('survives nesting without end and keys that name the prototype', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const built = buildFixture(`#- kustomization.yaml\nresources: [x.yaml]\n#- x.yaml\n${map('x')}deep: ${deep}\n`)
    expect(built.objects.length + built.problems.length).toBeGreaterThan(0)
    checkBuild(
      `#- kustomization.yaml\nresources: [x.yaml]\n#- x.yaml\n${map('x')}data: {__proto__: a, constructor: b}\n`,
      'apiVersion: v1\ndata:\n  __proto__: a\n  constructor: b\nkind: ConfigMap\nmetadata:\n  name: x\n',
    )
  })
})
