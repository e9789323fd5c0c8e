import { describe, expect, it } from 'vitest'
import {
  codeLenses,
  completion,
  definition,
  documentSymbols,
  hover,
  references,
  rename,
} from '../../../src/language/index.ts'
import { openFixture } from '../../support/check.ts'

const files = `
#- clusters/prod/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: flux-system, namespace: flux-system }
spec: { interval: 1m, url: 'https://github.com/org/fleet' }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: flux-system, namespace: flux-system }
spec: { interval: 10m, path: ./clusters/prod, prune: true, sourceRef: { kind: GitRepository, name: flux-system } }
#- clusters/prod/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  dependsOn:
    - name: infra
  sourceRef:
    kind: GitRepository
    name: flux-system
  postBuild:
    substitute:
      DOMAIN: example.com
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: infra, namespace: flux-system }
spec: { interval: 10m, path: ./infra, prune: true, sourceRef: { kind: GitRepository, name: flux-system } }
#- apps/kustomization.yaml
resources:
  - web.yaml
patches:
  - patch: |
      - op: add
        path: /data/more
        value: text
    target:
      kind: ConfigMap
#- apps/web.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  namespace: default
data:
  host: web.\${DOMAIN}
#- infra/web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2beta1
kind: HelmRelease
metadata:
  name: web
  namespace: default
spec:
  chart:
    spec: { chart: web, valuesFile: a.yaml, sourceRef: { kind: HelmRepository, name: none } }
`

const pieces = [
  'null',
  '[]',
  '{}',
  '- ',
  ': ',
  '\n',
  '  ',
  '$' + '{A}',
  '"',
  '|',
  '&a ',
  '*a',
  '---\n',
  '#',
  '../',
  'true',
  '__proto__: 1\n',
  '!!x ',
  '\t',
  'name: null\n',
  '\0',
  '😀',
]

/** A linear congruential generator: the same edits at every run. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function mutate(text: string, random: (below: number) => number): string {
  const at = random(text.length + 1)
  const lines = text.split('\n')
  switch (random(4)) {
    case 0:
      return text.slice(0, at) + pieces[random(pieces.length)] + text.slice(at)
    case 1:
      return text.slice(0, at) + text.slice(at + random(30))
    case 2:
      lines.splice(random(lines.length), 1)
      return lines.join('\n')
    default: {
      const line = random(lines.length)
      lines[line] = (lines[line] ?? '').replace(/:.*/, `: ${pieces[random(pieces.length)]}`)
      return lines.join('\n')
    }
  }
}

describe('random edits', () => {
  it.each([1, 2, 3])('never throw, and end where opening the result anew would (seed %i)', (seed) => {
    const random = generator(seed)
    const bench = openFixture(files)
    const paths = [...bench.files.keys()]
    for (let i = 0; i < 40; i++) {
      const path = paths[random(paths.length)]!
      const text = mutate(bench.fleet.file(path)!.text, random)
      bench.fleet.update([{ path, text }])
      bench.linter.lint()
      const offset = random(text.length + 1)
      for (const ask of [hover, completion, definition, references]) ask(bench.context, path, offset)
      rename(bench.context, path, offset, 'other')
      codeLenses(bench.context, path)
      documentSymbols(bench.context, path)
      if (random(3) > 0) bench.fleet.update([{ path, text: 'disk' }])
    }
    const fresh = openFixture(files)
    fresh.fleet.update(bench.fleet.files().map(({ path, text }) => ({ path, text })))
    const show = ({ fleet, linter }: typeof bench) => ({
      builds: fleet.kustomizations().map(({ id }) => [id, fleet.build(id)?.text(), fleet.build(id)?.problems]),
      lint: [...linter.lint()],
    })
    expect(show(bench)).toEqual(show(fresh))
  })
})
