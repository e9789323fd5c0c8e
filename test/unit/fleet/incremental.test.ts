import { describe, expect, it } from 'vitest'
import { CancellationSource, CancelledError } from '../../../src/base/index.ts'
import { checkEdit, openFixture } from '../../support/check.ts'

const kustomization = (name: string, path: string, more = ''): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  path: ${path}
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
${more}`

const configMap = (name: string, value: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: default
data:
  key: ${value}`

const files = `
#- clusters/prod/flux-system/gotk-sync.yaml
${kustomization('flux-system', './clusters/prod')}
#- clusters/prod/kustomizations.yaml
${kustomization('infra', './infra')}
---
${kustomization('apps', './apps')}
---
${kustomization('settings', './settings')}
---
${kustomization('vars', './vars', '  postBuild:\n    substituteFrom:\n      - kind: ConfigMap\n        name: cluster-settings')}
#- infra/kustomization.yaml
resources: [a.yaml]
#- infra/a.yaml
${configMap('a', 'one')}
#- apps/kustomization.yaml
resources: [b.yaml]
#- apps/b.yaml
${configMap('b', 'two')}
#- settings/settings.yaml
${configMap('cluster-settings', 'three').replace('default', 'flux-system').replace('key:', 'COLOR:')}
#- vars/c.yaml
${configMap('c', `\${COLOR}`)}
`

const value = (bench: ReturnType<typeof openFixture>, id: string): unknown =>
  (bench.fleet.build(id)?.objects[0]?.object['data'] as { key?: unknown } | undefined)?.key

describe('an edit', () => {
  it('of a leaf file builds its own Kustomization again, and nothing else', () => {
    const bench = openFixture(files)
    expect(bench.fleet.settle().rootsRebuilt).toBe(5)
    checkEdit(
      bench,
      { path: 'infra/a.yaml', from: 'one', to: 'uno' },
      { filesParsed: 1, rebuilt: ['prod/flux-system/infra'], changed: ['prod/flux-system/infra'] },
    )
    expect(value(bench, 'prod/flux-system/infra')).toBe('uno')
  })

  it('that changes no result stops there', () => {
    const bench = openFixture(files)
    checkEdit(
      bench,
      { path: 'clusters/prod/kustomizations.yaml', from: 'apiVersion', to: '# comment\napiVersion' },
      { filesParsed: 1, rebuilt: ['prod/flux-system/flux-system'], changed: [] },
    )
  })

  it('of one child in a shared file builds the parent and that child', () => {
    const bench = openFixture(files)
    checkEdit(
      bench,
      { path: 'clusters/prod/kustomizations.yaml', from: 'path: ./apps', to: 'path: ./infra' },
      { rebuilt: ['prod/flux-system/flux-system', 'prod/flux-system/apps'] },
    )
    expect(value(bench, 'prod/flux-system/apps')).toBe('one')
  })

  it('of a variable source builds what uses it', () => {
    const bench = openFixture(files)
    bench.fleet.settle()
    expect(value(bench, 'prod/flux-system/vars')).toBe('three')
    checkEdit(
      bench,
      { path: 'settings/settings.yaml', from: 'three', to: 'blue' },
      { rebuilt: ['prod/flux-system/settings', 'prod/flux-system/vars'] },
    )
    expect(value(bench, 'prod/flux-system/vars')).toBe('blue')
  })

  it('of a file that nothing reads builds nothing', () => {
    const bench = openFixture(`${files}#- docs/x.yaml\nkind: X\n`)
    checkEdit(bench, { path: 'docs/x.yaml', from: 'X', to: 'Y' }, { filesParsed: 1, rebuilt: [], changed: [] })
  })

  it('that adds a file to a directory without a kustomization file is seen', () => {
    const bench = openFixture(files)
    bench.fleet.settle()
    const summary = bench.fleet.update([{ path: 'vars/d.yaml', text: configMap('d', 'x') }])
    expect(summary.rebuilt).toEqual(['prod/flux-system/vars'])
    expect(bench.fleet.build('prod/flux-system/vars')?.objects).toHaveLength(2)
  })

  it('that makes and removes a missing directory is seen', () => {
    const bench = openFixture(files.replace('./infra', './nowhere'))
    bench.fleet.settle()
    expect(bench.fleet.build('prod/flux-system/infra')?.problems.map(({ code }) => code)).toEqual([
      'flux/path-not-found',
    ])
    bench.fleet.update([{ path: 'nowhere/a.yaml', text: configMap('a', 'here') }])
    expect(value(bench, 'prod/flux-system/infra')).toBe('here')
    bench.fleet.update([{ path: 'nowhere/a.yaml', text: 'disk' }])
    expect(bench.fleet.build('prod/flux-system/infra')?.problems.map(({ code }) => code)).toEqual([
      'flux/path-not-found',
    ])
  })

  it('gives the same as opening the result anew', () => {
    const edits: [path: string, from: string, to: string][] = [
      ['infra/a.yaml', 'one', 'uno'],
      ['settings/settings.yaml', 'three', 'blue'],
      ['clusters/prod/kustomizations.yaml', 'path: ./apps', 'path: ./vars'],
      ['apps/kustomization.yaml', 'b.yaml', 'missing.yaml'],
      ['infra/kustomization.yaml', 'resources: [a.yaml]', 'namePrefix: x-\nresources: [a.yaml]'],
    ]
    const bench = openFixture(files)
    const now = new Map(bench.files)
    bench.fleet.settle()
    for (const [path, from, to] of edits) {
      now.set(path, now.get(path)!.replace(from, to))
      bench.fleet.update([{ path, text: now.get(path)! }])
    }
    const fresh = openFixture([...now].map(([path, text]) => `#- ${path}\n${text}`).join(''))
    const show = ({ fleet }: typeof bench) =>
      fleet.kustomizations().map(({ id }) => [id, fleet.build(id)?.text(), fleet.build(id)?.problems])
    expect(show(bench)).toEqual(show(fresh))
    expect(bench.fleet.problems()).toEqual(fresh.fleet.problems())
    expect([...bench.linter.lint()]).toEqual([...fresh.linter.lint()])
  })

  it('names every file whose problems it can change', () => {
    const bench = openFixture(files)
    bench.fleet.settle()
    const before = bench.linter.lint()
    const texts: [path: string, from: string, to: string][] = [
      ['clusters/prod/kustomizations.yaml', 'name: infra', 'name: infrastructure'],
      ['clusters/prod/kustomizations.yaml', 'name: settings', 'name: settings2'],
      ['settings/settings.yaml', 'cluster-settings', 'cluster-setings'],
      ['infra/a.yaml', 'name: a', 'name: b'],
      ['infra/a.yaml', 'one', 'two'],
    ]
    for (const [path, from, to] of texts) {
      const text = bench.fleet.file(path)!.text
      const { affected } = bench.fleet.update([{ path, text: text.replace(from, to) }])
      const after = bench.linter.lint()
      for (const file of new Set([...before.keys(), ...after.keys()])) {
        const differs = JSON.stringify(before.get(file)) !== JSON.stringify(after.get(file))
        if (differs) expect(affected).toContain(file)
      }
      bench.fleet.update([{ path, text }])
    }
  })

  it('checks only the changed file by its own rules again', () => {
    const bench = openFixture(files)
    bench.linter.lint()
    const before = bench.linter.fileChecks
    const perFile = before / bench.fleet.files().length
    checkEdit(bench, { path: 'infra/a.yaml', from: 'one', to: 'uno' }, {})
    bench.linter.lint()
    expect(bench.linter.fileChecks - before).toBe(perFile)
  })
})

describe('cancellation', () => {
  it('stops between builds and goes on from there', () => {
    const bench = openFixture(files)
    const source = new CancellationSource()
    source.cancel()
    expect(() => bench.fleet.settle(source)).toThrow(CancelledError)
    expect(bench.fleet.kustomizations()).toHaveLength(5)
  })

  it('keeps a change whose update was cancelled', () => {
    const bench = openFixture(files)
    bench.fleet.settle()
    const source = new CancellationSource()
    source.cancel()
    expect(() => bench.fleet.update([{ path: 'infra/a.yaml', text: configMap('a', 'kept') }], source)).toThrow(
      CancelledError,
    )
    expect(bench.fleet.settle().rebuilt).toEqual(['prod/flux-system/infra'])
    expect(value(bench, 'prod/flux-system/infra')).toBe('kept')
  })
})
