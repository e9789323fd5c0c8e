import { describe, expect, it } from 'vitest'
import { rules } from '../../../src/lint/index.ts'
import { closest } from '../../../src/lint/suggest.ts'
import { checkDiagnostics, checkFix } from '../../support/check.ts'

describe('flux/removed-api-version', () => {
  it('names the Flux version that dropped it, and the fields that went', () => {
    checkDiagnostics(
      `
#- apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1beta2
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error flux/removed-api-version: Kustomization kustomize.toolkit.fluxcd.io/v1beta2: Flux 2.8 no longer serves it. Use kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
spec:
  validation: client
#             ^^^^^^ error flux/removed-api-version: spec.validation does not exist in kustomize.toolkit.fluxcd.io/v1: remove it (server-side dry-run always validates)
  prune: true
`,
      { only: ['flux/removed-api-version'] },
    )
  })

  it('accepts what Flux 2.9 serves', () => {
    checkDiagnostics(
      `
#- apps.yaml
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata:
  name: a
`,
      { only: ['flux/removed-api-version', 'flux/deprecated-field'], hints: true },
    )
  })

  it('is a hint in a patch, where the version of the target decides', () => {
    checkDiagnostics(
      `
#- kustomization.yaml
resources: []
patches:
  - path: patch.yaml
#- patch.yaml
apiVersion: helm.toolkit.fluxcd.io/v2beta2
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint flux/removed-api-version: HelmRelease helm.toolkit.fluxcd.io/v2beta2: Flux 2.8 no longer serves it. Use helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: a
`,
      { only: ['flux/removed-api-version'] },
    )
  })

  it('writes the served version and drops what is gone', () => {
    checkFix(
      `
apiVersion: kustomize.toolkit.fluxcd.io/v1beta2
kind: Kustomization
metadata:
  name: apps
spec:
  validation: client # comment
  prune: true
`,
      `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
spec:
  prune: true
`,
    )
  })

  it('turns patchesStrategicMerge and patchesJson6902 into patches', () => {
    checkFix(
      `
apiVersion: kustomize.toolkit.fluxcd.io/v1beta2
kind: Kustomization
metadata:
  name: apps
spec:
  patchesJson6902:
    - patch:
        - op: remove
          path: /spec/x
      target:
        kind: Deployment
        name: web
  patchesStrategicMerge:
    - apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 2
  prune: true
`,
      `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
spec:
  patches:
    - patch: |
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          replicas: 2
    - patch: |
        - op: remove
          path: /spec/x
      target:
        kind: Deployment
        name: web
  prune: true
`,
    )
  })

  it('adds to patches that are there', () => {
    checkFix(
      `
apiVersion: kustomize.toolkit.fluxcd.io/v1beta2
kind: Kustomization
metadata:
  name: apps
spec:
  patches:
    - patch: |
        - op: remove
          path: /spec/y
  patchesStrategicMerge:
    - kind: A
`,
      `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
spec:
  patches:
    - patch: |
        - op: remove
          path: /spec/y
    - patch: |
        kind: A
`,
    )
  })

  it('turns valuesFile into a list', () => {
    checkFix(
      `
apiVersion: helm.toolkit.fluxcd.io/v2beta1
kind: HelmRelease
metadata:
  name: a
spec:
  chart:
    spec:
      chart: ./charts/a
      valuesFile: ./charts/a/prod.yaml
`,
      `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: a
spec:
  chart:
    spec:
      chart: ./charts/a
      valuesFiles:
        - ./charts/a/prod.yaml
`,
    )
  })

  it('drops what is left of an old version in an object of the served one', () => {
    const before = `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
spec:
  validation: client
  prune: true
`
    checkFix(before, before.replace('  validation: client\n', ''), { code: 'flux/removed-api-version' })
  })

  it('only hints at fields that are still accepted', () => {
    checkDiagnostics(
      `
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata:
  name: a
spec:
  summary: text
#          ^^^^ hint flux/deprecated-field: spec.summary is deprecated; use spec.eventMetadata.summary
`,
      { only: ['flux/deprecated-field', 'flux/removed-api-version'] },
    )
  })
})

describe('kube/unknown-kind', () => {
  it('knows what is misspelt in a group whose kinds are all known', () => {
    checkDiagnostics(
      `
apiVersion: apps/v1
kind: Deploymnt
#     ^^^^^^^^^ error kube/unknown-kind: there is no kind Deploymnt in apps/v1. Did you mean "Deployment"?
metadata:
  name: a
---
apiVersion: networking.k8s.io/v1beta1
#           ^^^^^^^^^^^^^^^^^^^^^^^^^ error kube/removed-api-version: Ingress networking.k8s.io/v1beta1 is not served by Kubernetes 1.36. Use networking.k8s.io/v1
kind: Ingress
metadata:
  name: a
---
apiVersion: extensions/v1beta1
#           ^^^^^^^^^^^^^^^^^^ error kube/removed-api-version: Deployment extensions/v1beta1 is not served by Kubernetes 1.36. Use apps/v1
kind: Deployment
metadata:
  name: a
---
apiVersion: example.com/v1
kind: Thing
#     ^^^^^ hint kube/unknown-kind: no CustomResourceDefinition for Thing (example.com/v1) is in the repository, so its fields are not checked
metadata:
  name: a
`,
      { only: ['kube/'] },
    )
  })

  it('accepts kinds that a definition in the repository brings', () => {
    checkDiagnostics(
      `
#- crd.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { plural: things, kind: Thing }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true }
#- thing.yaml
apiVersion: example.com/v1
kind: Thing
metadata:
  name: a
`,
      { only: ['kube/'] },
    )
  })

  it('knows a misspelt group', () => {
    checkDiagnostics(
      `
apiVersion: source.toolkit.fluccd.io/v1
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^ error kube/unknown-kind: there is no API group source.toolkit.fluccd.io. Did you mean "source.toolkit.fluxcd.io"?
kind: Bucket
metadata:
  name: a
`,
    )
  })

  it('says nothing about configuration of tools', () => {
    checkDiagnostics('\napiVersion: v1alpha1\nkind: VolumeConfig\nmetadata:\n  name: a\n')
  })
})

describe('kustomize/unknown-field', () => {
  it('suggests the field that was meant', () => {
    const before = `
#- kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resource:
# <-------- error kustomize/unknown-field: kustomize does not know the field "resource". Did you mean "resources"?
  - a.yaml
images:
  - name: a
    tag: x
#   ^^^ error kustomize/unknown-field: kustomize does not know the field "tag"
commonLabels: []
#             ^^ error kustomize/type: expected a mapping
`
    checkDiagnostics(before, { only: ['kustomize/unknown-field', 'kustomize/type'] })
  })

  it('accepts every field of kustomize, whatever its case', () => {
    checkDiagnostics(`
#- kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
Resources: []
namespace: a
patches:
  - target: { kind: Deployment, labelSelector: a=b }
    patch: |
      - op: remove
        path: /x
    options: { allowNameChange: true }
configMapGenerator:
  - name: c
    literals: [a=b]
    options: { disableNameSuffixHash: true }
`)
  })

  it('hints at deprecated fields', () => {
    checkDiagnostics(
      `
#- kustomization.yaml
bases: []
# <----- hint kustomize/deprecated-field: bases is deprecated; use resources
`,
      { hints: true, only: ['kustomize/deprecated-field'] },
    )
  })
})

describe('kustomize/path-not-found', () => {
  it('underlines each path that is not there', () => {
    checkDiagnostics(
      `
#- app/kustomization.yaml
resources:
  - deploy.yaml
  - sevice.yaml
#   ^^^^^^^^^^^ error kustomize/path-not-found: "sevice.yaml" does not exist. Did you mean "service.yaml"?
  - ../base
  - https://github.com/org/repo//deploy?ref=v1
  - github.com/org/repo
patches:
  - path: nothing.yaml
#         ^^^^^^^^^^^^ error kustomize/path-not-found: "nothing.yaml" does not exist
configMapGenerator:
  - name: a
    files:
      - config.ini
#       ^^^^^^^^^^ error kustomize/path-not-found: "config.ini" does not exist
      - other=deploy.yaml
#- app/deploy.yaml
kind: A
#- app/service.yaml
kind: A
#- base/kustomization.yaml
resources: []
`,
      { only: ['kustomize/path-not-found'] },
    )
  })
})

describe('yaml problems', () => {
  it('are shown with those of the rules', () => {
    checkDiagnostics(
      '\na: 1\na: 2\n# <- error yaml/duplicate-key: "a" is written twice in this mapping; only the last one counts. Remove one of them\n',
    )
  })
})

describe('flux/resource-set-not-expanded', () => {
  it('says that something is missing from the picture', () => {
    checkDiagnostics(
      `
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
#     ^^^^^^^^^^^ info flux/resource-set-not-expanded: the objects that this ResourceSet makes are not shown: it is not expanded here
metadata:
  name: a
`,
      { only: ['flux/'] },
    )
  })
})

describe('the rules', () => {
  it('have unique codes in order, and a page each', () => {
    const codes = rules.map((rule) => rule.code)
    expect(new Set(codes).size).toBe(codes.length)
    for (const rule of rules) expect(rule.doc.length).toBeGreaterThan(80)
  })
})

describe('templates', () => {
  it('of other tools are no broken YAML', () => {
    checkDiagnostics('\n#- template/x.yaml\nname: {{ .Name }}\n{% if a %}\n')
  })
})

describe('closest', () => {
  it.each([
    ['resource', ['resources', 'crds'], 'resources'],
    ['sourceref', ['sourceRef', 'source'], 'sourceRef'],
    ['flux-sytem', ['flux-system', 'flux'], 'flux-system'],
    ['namepsace', ['namespace'], 'namespace'],
    ['a', ['b'], 'b'],
    ['apps', ['infra', 'monitoring'], undefined],
    ['x', [], undefined],
  ])('%s', (word, candidates, expected) => {
    expect(closest(word as string, candidates as string[])).toBe(expected)
  })
})
