import { describe, expect, it } from 'vitest'
import { codeLenses, documentLinks, documentSymbols, rename, workspaceSymbols } from '../../../src/language/index.ts'
import {
  checkCompletion,
  checkDefinition,
  checkHover,
  checkReferences,
  checkRename,
  openFixture,
} from '../../support/check.ts'

const sync = `
#- clusters/prod/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m0s
  url: https://github.com/org/fleet
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m0s
  path: ./clusters/prod
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
`

const apps = `#- clusters/prod/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  postBuild:
    substitute:
      DOMAIN: example.com
`

const web = `#- apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - web.yaml
#- apps/web.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  namespace: default
data:
  host: web.\${DOMAIN}
`

/** The ConfigMap with a cursor in its variable, and an annotation below. */
const webWith = (name: string, below = ''): string => web.replace(/DOMAIN\}/, () => `${name}}${below}`)

const infra = (spec: string): string => `#- clusters/prod/infra.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: infra
  namespace: flux-system
spec:
  interval: 10m
  prune: true
${spec}
`

const fleet = `${sync}${apps}${web}`

describe('definition', () => {
  it('leads from sourceRef to the source', () => {
    checkDefinition(
      `${sync.replace('  name: flux-system\n', '  name: flux-system\n#       ^^^^^^^^^^^ target\n')}${infra('  sourceRef:\n    kind: GitRepository\n    name: flux-$0system')}`,
    )
  })

  it('leads from dependsOn to the Kustomization', () => {
    checkDefinition(
      `${sync}${apps.replace('  name: apps\n', '  name: apps\n#       ^^^^ target\n')}${web}${infra('  dependsOn:\n    - name: ap$0ps')}`,
    )
  })

  it('leads from spec.path to the kustomization file, and from there to resources', () => {
    checkDefinition(`${sync}${apps.replace('./apps', './ap$0ps')}${web}`, ['apps/kustomization.yaml'])
    checkDefinition(`${sync}${apps}${web.replace('- web.yaml', '- web$0.yaml')}`, ['apps/web.yaml'])
  })

  it('leads from a variable to its value', () => {
    checkDefinition(
      `${sync}${apps.replace('      DOMAIN: example.com', '      DOMAIN: example.com\n#     ^^^^^^ target')}${webWith('DOM$0AIN')}`,
    )
  })

  it('leads from an ExternalArtifact to the generator that makes it', () => {
    checkDefinition(`${sync}${infra('  sourceRef:\n    kind: ExternalArtifact\n    name: c$0ut')}
#- clusters/prod/artifacts.yaml
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata:
  name: cutter
  namespace: flux-system
spec:
  sources:
    - { alias: repo, kind: GitRepository, name: flux-system }
  artifacts:
    - name: cut
#           ^^^ target
      copy: []
`)
  })
})

describe('references and rename', () => {
  const chain = (name: string): string =>
    `${sync}${apps.replace('name: apps', `name: ${name}`)}${web}${infra(`  dependsOn:\n    - name: ${name.replace('$0', '')}`)}`

  it('finds every mention of an object', () => {
    checkReferences(
      chain('ap$0ps')
        .replace('  name: ap$0ps\n', '  name: ap$0ps\n#       ^^^^ target\n')
        .replace('    - name: apps\n', '    - name: apps\n#           ^^^^ target\n'),
    )
  })

  it('renames the declaration and every mention', () => {
    checkRename(chain('ap$0ps'), 'websites', chain('websites'))
  })

  it('refuses names that Kubernetes would refuse', () => {
    const bench = openFixture(chain('ap$0ps'))
    expect(rename(bench.context, bench.cursor!.path, bench.cursor!.offset, 'Not_Good').refused).toMatch('no valid name')
  })

  it('finds the uses of a variable', () => {
    checkReferences(
      `${sync}${apps.replace('      DOMAIN: example.com', '      DOMAIN: example.com\n#     ^^^^^^ target')}${webWith('DOM$0AIN', '\n#           ^^^^^^^^^ target')}`,
    )
  })
})

describe('hover', () => {
  it('explains a field', () => {
    checkHover(
      fleet.replace(
        '  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n  postBuild',
        '  pr$0une: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n  postBuild',
      ),
      '**prune** · boolean',
    )
  })

  it('tells where a source is declared and what it stands for', () => {
    checkHover(
      `${fleet}${infra('  sourceRef:\n    kind: GitRepository\n    name: flux-$0system')}`,
      '**GitRepository** `flux-system/flux-system`',
      'declared in `clusters/prod/flux-system/gotk-sync.yaml`',
      '<https://github.com/org/fleet>',
      'files: `.` of this workspace',
    )
  })

  it('tells who applies an object', () => {
    checkHover(
      fleet.replace('  name: web\n', '  name: w$0eb\n'),
      'applied in **prod** by Kustomization `flux-system/apps`',
    )
  })

  it('shows the value of a variable, and hides that of a Secret', () => {
    checkHover(`${sync}${apps}${webWith('DO$0MAIN')}`, '`prod/flux-system/apps`: `example.com` (postBuild.substitute)')
    checkHover(
      `${sync}${apps.replace('    substitute:\n      DOMAIN: example.com', '    substituteFrom:\n      - kind: Secret\n        name: vars')}---
apiVersion: v1
kind: Secret
metadata: { name: vars, namespace: flux-system }
stringData: { DOMAIN: hidden.example.com }
${webWith('DO$0MAIN')}`,
      '`***` (Secret/vars)',
    )
  })

  it('knows the fields of kustomization files', () => {
    checkHover(fleet.replace('resources:\n  - web', 'res$0ources:\n  - web'), '**resources**', 'Files and directories')
  })

  it('has nothing to say about a comment', () => {
    checkHover('\n# comm$0ent\nkind: A\napiVersion: v1\n')
  })
})

describe('completion', () => {
  it('offers fields that are not there yet, required ones first', () => {
    const items = checkCompletion(`${sync}${infra('  $0\n  path: ./apps')}`, ['sourceRef', 'components', 'dependsOn'], {
      without: ['interval', 'prune', 'path'],
    })
    const field = items.find((item) => item.label === 'dependsOn')!
    expect(field.newText).toBe('dependsOn:\n    - $0')
  })

  it('offers kinds and versions', () => {
    checkCompletion('\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: $0\n', ['Kustomization'], { exactly: true })
    checkCompletion('\napiVersion: $0\nkind: HelmRelease\n', ['helm.toolkit.fluxcd.io/v2'], { exactly: true })
  })

  it('offers names of sources of the kind that is written', () => {
    checkCompletion(`${fleet}${infra('  sourceRef:\n    kind: GitRepository\n    name: $0')}`, ['flux-system'], {
      exactly: true,
    })
    checkCompletion(`${fleet}${infra('  sourceRef:\n    name: $0\n    kind: OCIRepository')}`, [], { exactly: true })
  })

  it('offers Kustomizations to depend on, and namespaces', () => {
    checkCompletion(`${fleet}${infra('  dependsOn:\n    - name: $0')}`, ['apps', 'flux-system'])
    checkCompletion(`${fleet}${infra('  targetNamespace: $0')}`, ['default', 'flux-system'], { exactly: true })
  })

  it('offers enum values and booleans', () => {
    checkCompletion(
      `${fleet}${infra('  sourceRef:\n    kind: $0')}`,
      ['Bucket', 'ExternalArtifact', 'GitRepository', 'OCIRepository'],
      { exactly: true },
    )
    checkCompletion(`${fleet}${infra('  wait: $0')}`, ['false', 'true'], { exactly: true })
  })

  it('offers directories for spec.path', () => {
    checkCompletion(`${fleet}${infra('  path: $0')}`, ['./apps', './clusters'], { exactly: true })
    checkCompletion(`${fleet}${infra('  path: ./clusters/$0')}`, ['./clusters/prod'], { exactly: true })
  })

  it('offers files for resources', () => {
    checkCompletion(`${sync}${apps}${web.replace('- web.yaml', '- $0')}`, ['web.yaml'])
  })

  it('offers files for every list of paths that kustomize has', () => {
    for (const field of ['crds', 'validators', 'configurations']) {
      checkCompletion(`${sync}${apps}${web.replace('resources:\n  - web.yaml', `${field}:\n  - $0`)}`, ['web.yaml'])
    }
  })

  it('offers variables', () => {
    checkCompletion(`${sync}${apps}${web.replace(/DOMAIN\}/, '$0')}`, ['DOMAIN'], { exactly: true })
  })

  it('works in a document that does not parse', () => {
    checkCompletion(`${fleet}${infra('  sourceRef:\n    kind: GitRepository\n    na$0\n  bad: [')}`, [
      'name',
      'namespace',
    ])
  })

  it('offers whole objects in an empty file', () => {
    checkCompletion('\n#- a.yaml\n$0\n', ['Flux GitRepository', 'Flux Kustomization'])
    checkCompletion('\n#- kustomization.yaml\n$0\n', ['kustomization.yaml', 'resources'])
  })
})

describe('symbols, links, lenses', () => {
  it('outlines objects by name', () => {
    const { context } = openFixture(fleet)
    const symbols = documentSymbols(context, 'clusters/prod/flux-system/gotk-sync.yaml')
    expect(symbols.map(({ name, detail }) => `${detail} ${name}`)).toEqual([
      'GitRepository flux-system',
      'Kustomization flux-system',
    ])
    expect(symbols[1]!.children.map(({ name }) => name)).toEqual(['metadata', 'spec'])
    for (const { range, selection } of symbols) {
      expect(range.start).toBeLessThanOrEqual(selection.start)
      expect(range.end).toBeGreaterThanOrEqual(selection.end)
    }
  })

  it('finds objects of the workspace by letters of their names', () => {
    const { context } = openFixture(fleet)
    expect(workspaceSymbols(context, 'web').map(({ name, detail }) => `${detail} ${name}`)).toEqual([
      'ConfigMap · default web',
    ])
    expect(workspaceSymbols(context, 'zzz').map(({ name }) => name)).toEqual([])
    expect(workspaceSymbols(context, 'kustomization/flux-system/apps').map(({ name }) => name)).toEqual(['apps'])
  })

  it('links paths', () => {
    const { context } = openFixture(fleet)
    expect(documentLinks(context, 'apps/kustomization.yaml').map(({ target }) => target.path)).toEqual([
      'apps/web.yaml',
    ])
    expect(documentLinks(context, 'clusters/prod/apps.yaml').map(({ target }) => target.path)).toEqual([
      'apps/kustomization.yaml',
    ])
  })

  it('puts buttons above Flux objects', () => {
    const bench = openFixture(fleet)
    const context = { ...bench.context, liveStatus: () => 'Ready' }
    const titles = codeLenses(context, 'clusters/prod/apps.yaml').map(({ title, command }) => `${command}: ${title}`)
    expect(titles).toEqual([
      'showGraph: Ready',
      'build: Build (1 objects)',
      'diff: Diff',
      'reconcile: Reconcile',
      'suspend: Suspend',
      'openSource: GitRepository/flux-system',
      'openDirectory: apps',
    ])
    expect(codeLenses(context, 'apps/web.yaml')).toEqual([])
  })
})
