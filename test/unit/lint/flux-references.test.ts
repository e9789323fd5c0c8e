import { describe, it } from 'vitest'
import { checkDiagnostics, checkFix } from '../../support/check.ts'

/** A cluster with a bootstrap, so that GitRepository/flux-system exists. */
const bootstrap = `
#- clusters/prod/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m0s
  url: https://github.com/org/fleet
  ref:
    branch: main
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
#- apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: []
`

function kustomization(spec: string, name = 'apps'): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  prune: true
${spec}`
}

const gitSource = `  sourceRef:
    kind: GitRepository
    name: flux-system`

describe('flux/source-not-found', () => {
  it('underlines the name of a source that is nowhere, and mends a typing error', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ./apps
  sourceRef:
    kind: GitRepository
    name: flux-sytem
#         ^^^^^^^^^^ error flux/source-not-found: GitRepository/flux-system/flux-sytem does not exist. Did you mean "flux-system"?`)}
`)
    checkFix(
      `${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ./apps
  sourceRef:
    kind: GitRepository
    name: flux-sytem`)}
`,
      `
#- clusters/prod/apps.yaml
${kustomization(`  path: ./apps
${gitSource}`)}
`,
    )
  })

  it('accepts a source in another namespace, an artifact of a generator, and names with variables', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ./apps\n${gitSource}\n    namespace: flux-system`)}
---
${kustomization('  path: ./\n  sourceRef:\n    kind: ExternalArtifact\n    name: cut', 'cut')}
---
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata:
  name: cutter
  namespace: flux-system
spec:
  sources:
    - alias: repo
      kind: GitRepository
      name: flux-system
  artifacts:
    - name: cut
      copy:
        - from: "@repo/apps/**"
          to: "@artifact/"
`)
  })

  it('says where a source is declared that no Kustomization applies', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ./apps
  sourceRef:
    kind: OCIRepository
    name: podinfo
#         ^^^^^^^ error flux/source-not-found: OCIRepository/flux-system/podinfo does not exist: it is declared in sources/podinfo.yaml, but no Kustomization of this cluster applies that file`)}
#- sources/podinfo.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: podinfo
  namespace: flux-system
spec:
  interval: 10m
  url: oci://ghcr.io/stefanprodan/manifests/podinfo
`)
  })
})

describe('flux/dependency-not-found', () => {
  it('underlines a dependency that is nowhere, and says when it is in another namespace', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ./apps
${gitSource}
  dependsOn:
    - name: infra
#           ^^^^^ error flux/dependency-not-found: Kustomization/flux-system/infra does not exist: there is one in namespace "infra". Set namespace: infra
    - name: nothing
#           ^^^^^^^ error flux/dependency-not-found: Kustomization/flux-system/nothing does not exist: correct its name or namespace, or remove the entry`)}
#- clusters/prod/infra.yaml
${kustomization(`  path: ./apps\n${gitSource}\n    namespace: flux-system`, 'infra').replace('namespace: flux-system', 'namespace: infra')}
`)
  })

  it('adds the namespace that is missing', () => {
    const other = kustomization(`  path: ./apps\n${gitSource}\n    namespace: flux-system`, 'infra').replace(
      'namespace: flux-system',
      'namespace: infra',
    )
    const apps = kustomization(`  path: ./apps\n${gitSource}\n  dependsOn:\n    - name: infra`)
    checkFix(
      `${bootstrap}\n#- clusters/prod/apps.yaml\n${apps}\n#- clusters/prod/infra.yaml\n${other}\n`,
      `#- clusters/prod/apps.yaml\n${apps}\n      namespace: infra\n`,
    )
  })

  it('accepts one that another file declares', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ./apps\n${gitSource}\n  dependsOn:\n    - name: infra`)}
#- clusters/prod/infra.yaml
${kustomization(`  path: ./apps\n${gitSource}`, 'infra')}
`)
  })
})

describe('flux/dependency-cycle', () => {
  it('names the circle at each of its entries', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/a.yaml
${kustomization(
  `  path: ./apps
${gitSource}
  dependsOn:
    - name: b
#           ^ error flux/dependency-cycle: dependsOn goes in a circle: Kustomization/flux-system/a → Kustomization/flux-system/b → Kustomization/flux-system/a. Remove one of the entries`,
  'a',
)}
#- clusters/prod/b.yaml
${kustomization(
  `  path: ./apps
${gitSource}
  dependsOn:
    - name: a
#           ^ error flux/dependency-cycle: dependsOn goes in a circle: Kustomization/flux-system/a → Kustomization/flux-system/b → Kustomization/flux-system/a. Remove one of the entries`,
  'b',
)}
#- clusters/prod/c.yaml
${kustomization(`  path: ./apps\n${gitSource}\n  dependsOn:\n    - name: a`, 'c')}
`)
  })

  it('finds an object that depends on itself', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/a.yaml
${kustomization(
  `  path: ./apps
${gitSource}
  dependsOn:
    - name: a
#           ^ error flux/dependency-cycle: dependsOn goes in a circle: Kustomization/flux-system/a → Kustomization/flux-system/a. Remove one of the entries`,
  'a',
)}
`)
  })
})

describe('flux/path-not-found', () => {
  it('underlines a path that is not in the source', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ./aps
#       ^^^^^ error flux/path-not-found: "./aps" does not exist in GitRepository/flux-system/flux-system. Did you mean "./apps"?
${gitSource}`)}
`)
  })

  it('underlines the line of the patch that gives the path', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/kustomization.yaml
resources:
  - apps.yaml
  - flux-system/gotk-sync.yaml
patches:
  - path: patch.yaml
  - target:
      kind: Kustomization
      name: apps
    patch: |
      - op: replace
        path: /spec/timeout
        value: 5m
#- clusters/prod/patch.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  path: ./nowhere
#       ^^^^^^^^^ error flux/path-not-found: "./nowhere" does not exist in GitRepository/flux-system/flux-system
#- clusters/prod/apps.yaml
${kustomization(`  path: ./apps\n  timeout: 1m\n${gitSource}`)}
`)
  })

  it('is silent about paths in sources that are not here', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/apps.yaml
${kustomization('  path: ./deploy\n  sourceRef:\n    kind: OCIRepository\n    name: podinfo')}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: podinfo
  namespace: flux-system
spec:
  interval: 10m
  url: oci://ghcr.io/stefanprodan/manifests/podinfo
`)
  })
})

describe('flux/path-outside-repository', () => {
  it('says what Flux reads instead', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ../../apps
#       ^^^^^^^^^^ warning flux/path-outside-repository: "../../apps" leads outside the repository; Flux stays inside and reads "./apps". Write that
${gitSource}`)}
`)
  })

  it('is silent about ".." that stays inside', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ./clusters/../apps\n${gitSource}`)}
`)
  })
})

describe('flux/duplicate-object', () => {
  const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: default'

  it('marks an object that two Kustomizations apply', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/a.yaml
${kustomization(`  path: ./a\n${gitSource}`, 'a')}
#- clusters/prod/b.yaml
${kustomization(`  path: ./b\n${gitSource}`, 'b')}
#- a/settings.yaml
${configMap.replace('settings', 'settings\n#       ^^^^^^^^ warning flux/duplicate-object: ConfigMap/default/settings is applied by Kustomization/flux-system/a and Kustomization/flux-system/b…')}
#- b/settings.yaml
${configMap.replace('settings', 'settings\n#       ^^^^^^^^ warning flux/duplicate-object: ConfigMap/default/settings is applied by Kustomization/flux-system/a and Kustomization/flux-system/b…')}
`)
  })

  it('does not mind the same name in two clusters, or of objects that go elsewhere', () => {
    checkDiagnostics(`${bootstrap}
#- clusters/prod/a.yaml
${kustomization(`  path: ./a\n${gitSource}`, 'a')}
#- clusters/prod/b.yaml
${kustomization(`  path: ./b\n${gitSource}\n  kubeConfig:\n    secretRef:\n      name: other`, 'b')}
#- a/settings.yaml
${configMap}
#- b/settings.yaml
${configMap}
`)
  })
})

describe('flux/kustomization-cycle', () => {
  it('marks a Kustomization that is in its own build', () => {
    checkDiagnostics(
      `${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ./more\n${gitSource}`)}
#- more/more.yaml
${kustomization(
  `  path: ./more
#       ^^^^^^ warning flux/kustomization-cycle: Kustomization/flux-system/more is in its own build: it would apply, and could prune, itself. Move its declaration out of the directory
${gitSource}`,
  'more',
)}
`,
      { only: ['flux/kustomization-cycle'] },
    )
  })

  it('lets the bootstrap contain itself', () => {
    checkDiagnostics(bootstrap)
  })
})

describe('flux/values-not-found', () => {
  it('hints at a ConfigMap that nothing makes, and warns when the name is nearly right', () => {
    checkDiagnostics(
      `${bootstrap}
#- clusters/prod/apps.yaml
${kustomization(`  path: ./apps
${gitSource}
  postBuild:
    substituteFrom:
      - kind: ConfigMap
        name: cluster-setings
#             ^^^^^^^^^^^^^^^ warning flux/values-not-found: ConfigMap/flux-system/cluster-setings is in no build of this cluster. Did you mean "cluster-settings"?
      - kind: Secret
        name: cluster-secrets
#             ^^^^^^^^^^^^^^^ hint flux/values-not-found: Secret/flux-system/cluster-secrets is in no build of this cluster; it has to be made in the cluster by other means
      - kind: Secret
        name: perhaps
        optional: true`)}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: cluster-settings
  namespace: flux-system
`,
      { hints: true },
    )
  })
})
