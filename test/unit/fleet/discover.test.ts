import { describe, expect, it } from 'vitest'
import { openFixture } from '../../support/check.ts'

interface Case {
  readonly name: string
  readonly files: string
  /** `name: entry path (artifact root) found by` */
  readonly clusters: readonly string[]
}

const sync = (path: string): string => `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: flux-system, namespace: flux-system }
spec: { interval: 1m, url: 'https://github.com/org/fleet', ref: { branch: main } }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: flux-system, namespace: flux-system }
spec: { interval: 10m, path: ${path}, prune: true, sourceRef: { kind: GitRepository, name: flux-system } }`

const apps = (path: string): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: apps, namespace: flux-system }
spec: { interval: 10m, path: ${path}, prune: true, sourceRef: { kind: GitRepository, name: flux-system } }`

const cases: readonly Case[] = [
  {
    name: 'the files of flux bootstrap',
    files: `
#- clusters/prod/flux-system/gotk-sync.yaml
${sync('./clusters/prod')}
#- clusters/test/flux-system/gotk-sync.yaml
${sync('./clusters/test')}
`,
    clusters: ['prod: clusters/prod (.) gotk-sync', 'test: clusters/test (.) gotk-sync'],
  },
  {
    name: 'the empty bootstrap files of a template repository',
    files: `
#- hub/flux-system/gotk-sync.yaml
# This file will be generated automatically by flux boostrap.
#- hub/apps.yaml
${apps('./deploy')}
#- deploy/x.yaml
kind: X
`,
    clusters: ['hub: hub (.) gotk-sync'],
  },
  {
    name: 'a FluxInstance',
    files: `
#- flux/instance.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: { name: flux, namespace: flux-system }
spec:
  sync: { kind: GitRepository, url: 'https://github.com/org/fleet', ref: refs/heads/main, path: clusters/dev }
#- clusters/dev/apps.yaml
${apps('./apps')}
`,
    clusters: ['dev: clusters/dev (.) flux-instance'],
  },
  {
    name: 'the values of the flux-instance chart, in a path that names no cluster',
    files: `
#- kubernetes/apps/flux/helmrelease.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: flux-instance }
spec:
  values:
    instance:
      sync: { kind: GitRepository, url: 'ssh://git@github.com/org/fleet.git', ref: refs/heads/main, path: kubernetes/flux/cluster }
#- kubernetes/flux/cluster/ks.yaml
${apps('./kubernetes/apps')}
`,
    clusters: ['main: kubernetes/flux/cluster (.) flux-instance'],
  },
  {
    name: 'directories below clusters/',
    files: `
#- clusters/prod/apps.yaml
${apps('./apps')}
#- clusters/docs/README.yaml
kind: Nothing
#- apps/a.yaml
kind: A
`,
    clusters: ['prod: clusters/prod (.) clusters-directory'],
  },
  {
    name: 'a workspace of two repositories',
    files: `
#- platform/clusters/prod/flux-system/gotk-sync.yaml
# empty
#- platform/clusters/prod/infra.yaml
${apps('./infrastructure')}
#- platform/infrastructure/a.yaml
kind: A
#- team/base/a.yaml
kind: A
`,
    clusters: ['prod: platform/clusters/prod (platform) gotk-sync'],
  },
  {
    name: 'Kustomizations that no other one can contain',
    files: `
#- deploy/root.yaml
${apps('./apps')}
#- apps/child.yaml
${apps('./apps/web')}
#- apps/web/a.yaml
kind: A
`,
    clusters: ['main: deploy (.) unreferenced-kustomization'],
  },
  { name: 'a repository without Flux', files: '\n#- a.yaml\nkind: A\n', clusters: [] },
]

describe('clusters', () => {
  it.each(cases)('$name', ({ files, clusters }) => {
    const { fleet } = openFixture(files)
    const found = fleet
      .clusters()
      .map(({ name, entryPath, artifactRoot, foundBy }) => `${name}: ${entryPath} (${artifactRoot}) ${foundBy}`)
    expect(found).toEqual(clusters)
  })

  it('takes directories that the user marks', () => {
    const { fleet } = openFixture(`\n#- env/a/x.yaml\n${apps('./apps')}\n`, { entryPaths: ['env/a'] })
    expect(fleet.clusters().map(({ name, foundBy }) => [name, foundBy])).toEqual([['a', 'user']])
  })
})
