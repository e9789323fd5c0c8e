import { describe, expect, it } from 'vitest'
import { openFixture } from '../../support/check.ts'

const sync = `
#- clusters/prod/flux-system/gotk-sync.yaml
# empty in a template
`

const generator = (spec: string): string => `apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata:
  name: cutter
  namespace: flux-system
spec:
  sources:
    - alias: repo
      kind: GitRepository
      name: flux-system
${spec}`

const consumer = (name: string, artifact: string, path: string): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: ${name}, namespace: flux-system }
spec:
  interval: 1h
  prune: true
  path: ${path}
  sourceRef: { kind: ExternalArtifact, name: ${artifact} }`

const configMap = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\ndata:\n  key: ${value}`

describe('artifacts that a generator cuts', () => {
  const files = `${sync}#- clusters/prod/apps.yaml
${generator(`  artifacts:
    - name: apps
      copy:
        - from: "@repo/apps/**"
          to: "@artifact/all/"`)}
---
${consumer('apps', 'apps', './all/web')}
#- apps/web/kustomization.yaml
resources: [a.yaml]
#- apps/web/a.yaml
${configMap('a', 'one')}
#- other/b.yaml
${configMap('b', 'two')}
`

  it('are built from, and lead back to the files of the workspace', () => {
    const { fleet } = openFixture(files)
    const apps = fleet.kustomization('prod/flux-system/apps')
    expect(apps).toMatchObject({
      path: 'all/web',
      directory: 'apps/web',
      source: { type: 'generated', ref: { name: 'apps' } },
    })
    const [object] = fleet.build('prod/flux-system/apps')!.objects
    expect(fleet.originLocation(object!.origins[0]!)?.path).toBe('apps/web/a.yaml')
    expect(fleet.declarationOf({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' })?.path).toBe(
      'apps/web/a.yaml',
    )
  })

  it('follow edits of the files that they copy, and of no others', () => {
    const { fleet } = openFixture(files)
    fleet.settle()
    expect(fleet.update([{ path: 'other/b.yaml', text: configMap('b', 'zwei') }]).rebuilt).toEqual([])
    expect(fleet.update([{ path: 'apps/web/a.yaml', text: configMap('a', 'eins') }]).rebuilt).toEqual([
      'prod/flux-system/apps',
    ])
    expect(fleet.build('prod/flux-system/apps')!.text()).toContain('eins')
    fleet.update([
      { path: 'apps/web/kustomization.yaml', text: 'resources: [a.yaml, c.yaml]\n' },
      { path: 'apps/web/c.yaml', text: configMap('c', 'drei') },
    ])
    expect(fleet.build('prod/flux-system/apps')!.objects).toHaveLength(2)
  })

  it('can have names that depend on directories', () => {
    const { fleet } = openFixture(`${sync}#- clusters/prod/apps.yaml
${generator(`  pathPattern: "@repo/apps/{app}"
  artifacts:
    - name: "app-{app}"
      copy:
        - from: "@repo/apps/{app}/**"
          to: "@artifact/"`)}
---
${consumer('web', 'app-web', './')}
---
${consumer('nothing', 'app-nothing', './')}
#- apps/web/a.yaml
${configMap('a', 'one')}
`)
    expect(fleet.kustomizations().map(({ ref, source }) => [ref.name, source.type])).toEqual([
      ['flux-system', 'directory'],
      ['nothing', 'missing'],
      ['web', 'generated'],
    ])
    expect(fleet.build('prod/flux-system/web')?.objects).toHaveLength(1)
  })
})

describe('directories as artifacts', () => {
  it('lack what .sourceignore leaves out, until that changes', () => {
    const { fleet } = openFixture(`${sync}#- clusters/prod/a.yaml
${configMap('a', 'one')}
#- clusters/prod/b.yaml
${configMap('b', 'two')}
#- .sourceignore
b.yaml
`)
    const names = (): string[] =>
      fleet.build('prod/flux-system/flux-system')!.objects.map(({ object }) => object.metadata.name)
    expect(names()).toEqual(['a'])
    fleet.update([{ path: '.sourceignore', text: '' }])
    expect(names()).toEqual(['a', 'b'])
  })

  it('are found for sources of other repositories in the workspace', () => {
    const { fleet } = openFixture(`
#- platform/clusters/prod/flux-system/gotk-sync.yaml
# empty
#- platform/clusters/prod/team.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: team, namespace: flux-system }
spec: { interval: 1m, url: https://github.com/org/team-repo }
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: far, namespace: flux-system }
spec: { interval: 1m, url: https://github.com/other/far-away }
---
${consumer('team', 'team', './deploy').replace('ExternalArtifact', 'GitRepository')}
---
${consumer('far', 'far', './deploy').replace('ExternalArtifact', 'GitRepository')}
---
${consumer('infra', 'flux-system', './infra').replace('ExternalArtifact', 'GitRepository')}
#- platform/infra/a.yaml
${configMap('a', 'one')}
#- team-repo/deploy/b.yaml
${configMap('b', 'two')}
`)
    expect(fleet.kustomizations().map(({ ref, source, directory }) => [ref.name, source.type, directory])).toEqual([
      ['flux-system', 'directory', 'platform/clusters/prod'],
      ['far', 'external', undefined],
      ['infra', 'directory', 'platform/infra'],
      ['team', 'directory', 'team-repo/deploy'],
    ])
  })

  it('are matched by the remotes of clones', () => {
    const { fleet } = openFixture(`
#- fleet/.git/config
[remote "origin"]
  url = git@github.com:org/fleet.git
#- fleet/.git/HEAD
ref: refs/heads/main
#- fleet/clusters/prod/apps.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: anything, namespace: flux-system }
spec: { interval: 1m, url: ssh://git@github.com/Org/apps, ref: { branch: main } }
---
${consumer('apps', 'anything', './deploy').replace('ExternalArtifact', 'GitRepository')}
#- checkout/.git/config
[remote "origin"]
  url = https://github.com/org/apps.git
#- checkout/.git/HEAD
ref: refs/heads/main
#- checkout/deploy/b.yaml
${configMap('b', 'two')}
`)
    expect(fleet.clusters()[0]).toMatchObject({ artifactRoot: 'fleet', entryPath: 'fleet/clusters/prod' })
    expect(fleet.kustomization('prod/flux-system/apps')?.directory).toBe('checkout/deploy')
  })
})

describe('a root that describes itself', () => {
  it('is built again with the variables that its own build gives it', () => {
    const { fleet } = openFixture(`
#- clusters/prod/flux-system/gotk-sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: flux-system, namespace: flux-system }
spec:
  interval: 1h
  prune: true
  path: ./clusters/prod
  sourceRef: { kind: GitRepository, name: flux-system }
#- clusters/prod/kustomization.yaml
resources: [flux-system/gotk-sync.yaml, apps.yaml]
patches:
  - target: { name: flux-system }
    patch: |
      - op: add
        path: /spec/postBuild
        value: { substitute: { ENVIRONMENT: prod } }
#- clusters/prod/apps.yaml
${consumer('apps', 'flux-system', `./apps/\${ENVIRONMENT}`).replace('ExternalArtifact', 'GitRepository')}
#- apps/prod/a.yaml
${configMap('a', 'one')}
`)
    expect(fleet.kustomization('prod/flux-system/apps')?.directory).toBe('apps/prod')
    expect(fleet.build('prod/flux-system/apps')?.objects).toHaveLength(1)
  })
})

describe('values of Secrets', () => {
  it('that SOPS encrypted are named but not known', () => {
    const { fleet } = openFixture(`${sync}#- clusters/prod/vars.yaml
apiVersion: v1
kind: Secret
metadata: { name: vars, namespace: flux-system }
stringData: { DOMAIN: "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]" }
sops: { mac: "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]" }
---
${consumer('apps', 'flux-system', './apps').replace('ExternalArtifact', 'GitRepository')}
  postBuild:
    substituteFrom: [{ kind: Secret, name: vars }]
#- apps/a.yaml
${configMap('a', `host.\${DOMAIN}`)}
`)
    const build = fleet.build('prod/flux-system/apps')!
    expect(build.problems).toEqual([])
    expect(build.text()).toContain(`host.\${DOMAIN}`)
    expect(build.unknownVariables).toEqual(['DOMAIN'])
    expect(fleet.variables('prod/flux-system/apps').get('DOMAIN')).toMatchObject({
      value: undefined,
      secret: true,
      from: 'Secret/vars',
    })
  })
})
