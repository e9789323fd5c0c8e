import { describe, expect, it } from 'vitest'
import { checkDiagnostics, checkFix, openFixture } from '../../support/check.ts'

const sync = `
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
  sourceRef:
    kind: GitRepository
    name: flux-system
`

const configMap = (data: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: default
data:
${data}`

describe('schema rules', () => {
  it('mark unknown fields and wrong types where they are written', () => {
    checkDiagnostics(
      `${sync}  wiat: true
# ^^^^ error schema/unknown-field: unknown field "spec.wiat", did you mean "wait"?
  suspend: "yes"
#          ^^^^^ error schema/type: …
  timeout: 10
#          ^^ error schema/type: …
#- apps/a.yaml
${configMap('  key: value')}
`.replaceAll('schema/type: …', 'schema/type: …'),
    )
  })

  it('correct a misspelt field', () => {
    checkFix(
      `${sync}  wiat: true\n#- apps/a.yaml\n${configMap('  key: value')}\n`,
      `${sync}  wait: true\n#- apps/a.yaml\n${configMap('  key: value')}\n`,
    )
  })

  it('put quotes around what has to be text', () => {
    checkFix(`${sync}#- apps/a.yaml\n${configMap('  key: 10')}\n`, `#- apps/a.yaml\n${configMap('  key: "10"')}\n`)
  })

  it('remove quotes around what is no text, and say once what is misspelt', () => {
    checkFix(`${sync}  suspend: "true"\n#- apps/a.yaml\n${configMap('  key: value')}\n`, `${sync}  suspend: true\n`)
    checkDiagnostics(
      `${sync.replace(
        '  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n',
        `  prun: true
# ^^^^ error schema/unknown-field: unknown field "spec.prun", did you mean "prune"?
  retryInterval: 1 minute
#                ^^^^^^^^ error schema/pattern: spec.retryInterval: "1 minute" is no duration; write one such as 10m or 1h30m
  sourceRef:
    kind: GitRepository
    name: flux-system
`,
      )}#- apps/a.yaml\n${configMap('  key: value')}\n`,
    )
  })

  it('know that a parent brings what a file lacks', () => {
    checkDiagnostics(`
#- clusters/prod/flux-system/gotk-sync.yaml
# empty
#- clusters/prod/kustomization.yaml
resources: [apps.yaml]
patches:
  - target: { kind: Kustomization }
    patch: |
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: { name: all }
      spec:
        interval: 1h
        sourceRef: { kind: GitRepository, name: flux-system }
#- clusters/prod/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  path: ./apps
  prune: true
#- apps/a.yaml
${configMap('  key: value')}
`)
  })

  it('mark what is missing from the effective object', () => {
    checkDiagnostics(`
#- clusters/prod/flux-system/gotk-sync.yaml
# empty
#- clusters/prod/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
# <---- error schema/required: missing required field "spec.sourceRef"
  interval: 1h
  path: ./apps
  prune: true
#- apps/a.yaml
${configMap('  key: value')}
`)
  })

  it('leave variables and encrypted values alone', () => {
    checkDiagnostics(`${sync}  postBuild:
    substitute:
      REPLICAS: "2"
#- apps/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: \${REPLICAS}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: nginx }] }
---
apiVersion: v1
kind: Secret
metadata: { name: s, namespace: default }
data:
  key: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]
sops:
  mac: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]
`)
  })
})

describe('substitution', () => {
  it('marks every use of a variable that is not set', () => {
    checkDiagnostics(`${sync}  postBuild:
    substitute:
      DOMAIN: example.com
#- apps/a.yaml
${configMap(`  host: \${DOMAIN}
  name: \${NAME}
#       ^^^^^^^ error flux/unset-variable: variable "NAME" is not set by Kustomization/flux-system/apps. Set it in…
  other: \${COLOR:=blue} $\${NOT}
  more: x-\${NAME}
#         ^^^^^^^ error flux/unset-variable: variable "NAME" is not set by Kustomization/flux-system/apps. Set it in…`)}
`)
  })

  it('does not guess about Secrets that are not in the repository', () => {
    const { fleet } = checkDiagnostics(`${sync}  postBuild:
    substituteFrom:
      - kind: Secret
        name: cluster-secrets
#- apps/a.yaml
${configMap(`  host: \${DOMAIN}`)}
`)
    expect(fleet.build('prod/flux-system/apps')?.unknownVariables).toEqual(['DOMAIN'])
  })

  it('does not mind dollars where no substitution is asked for', () => {
    checkDiagnostics(`${sync}#- apps/a.yaml\n${configMap(`  host: \${DOMAIN}`)}\n`)
  })

  it('keeps following children when a variable is missing', () => {
    const { fleet } = openFixture(`${sync}  postBuild:
    substitute: { A: b }
#- apps/child.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: child, namespace: flux-system }
spec: { interval: 1h, path: ./web, prune: true, targetNamespace: "\${NAME}", sourceRef: { kind: GitRepository, name: flux-system } }
#- web/a.yaml
${configMap('  key: value')}
`)
    expect(fleet.kustomizations().map(({ id }) => id)).toEqual([
      'prod/flux-system/flux-system',
      'prod/flux-system/apps',
      'prod/flux-system/child',
    ])
  })
})

describe('builds that fail', () => {
  it('name the line, and the rest of the fleet goes on', () => {
    const bench = openFixture(`${sync}#- clusters/prod/good.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: good, namespace: flux-system }
spec: { interval: 1h, path: ./good, prune: true, sourceRef: { kind: GitRepository, name: flux-system } }
#- good/a.yaml
${configMap('  key: value')}
#- apps/kustomization.yaml
resources:
  - ../apps
`)
    const [problem, ...others] = bench.fleet.problems()
    expect(others).toEqual([])
    expect(problem).toMatchObject({ severity: 'error', location: { path: 'apps/kustomization.yaml' } })
    expect(bench.fleet.build('prod/flux-system/good')?.objects).toHaveLength(1)
  })

  it('are said once for a path that is missing', () => {
    checkDiagnostics(`${sync}#- apps/kustomization.yaml
resources:
  - missing.yaml
#   ^^^^^^^^^^^^ error kustomize/path-not-found: "missing.yaml" does not exist
`)
  })

  it('lead to the field of the Kustomization that asked for it', () => {
    checkDiagnostics(`${sync}  components:
    - ../missing
#     ^^^^^^^^^^ error kustomize/build: kustomize build failed: …
#- apps/a.yaml
${configMap('  key: value')}
`)
  })

  it('name the artifact that a generator cannot make', () => {
    checkDiagnostics(`${sync}---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: web, namespace: flux-system }
spec: { interval: 1h, path: ./, prune: true, sourceRef: { kind: ExternalArtifact, name: web } }
---
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: { name: cutter, namespace: flux-system }
spec:
  sources:
    - { alias: repo, kind: GitRepository, name: flux-system }
  artifacts:
    - name: web
#           ^^^ error flux/artifact-failed: artifact "web" cannot be made: failed to apply copy operations: …
      copy:
        - { from: "@repo/wbe/**", to: "@artifact/" }
#- apps/a.yaml
${configMap('  key: value')}
#- web/a.yaml
${configMap('  key: value')}
`)
  })

  it('survive broken YAML', () => {
    const bench = openFixture(`${sync}#- apps/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n`)
    const codes = [...bench.linter.lint().values()].flat().map(({ code, location }) => `${location?.path} ${code}`)
    expect(codes).toEqual(['apps/a.yaml yaml/syntax'])
    expect(bench.fleet.kustomizations()).toHaveLength(2)
  })

  it('say only that the network is needed for remote bases', () => {
    checkDiagnostics(`${sync}#- apps/kustomization.yaml
resources:
  - https://github.com/org/repo//deploy?ref=v1
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info kustomize/remote: not built here, since it needs the network: …
`)
  })

  it('never leave the repository', () => {
    const bench = openFixture(`${sync}#- apps/kustomization.yaml\nresources:\n  - ../../outside.yaml\n`)
    bench.fs.writeFile('/outside.yaml', configMap('  secret: value'))
    expect(bench.fleet.build('prod/flux-system/apps')?.objects).toEqual([])
    expect(bench.fleet.problems().map(({ location }) => location?.path)).toEqual(['apps/kustomization.yaml'])
    expect(bench.linter.lintFile('apps/kustomization.yaml').map(({ code }) => code)).toEqual([
      'kustomize/path-outside-repository',
    ])
  })
})
