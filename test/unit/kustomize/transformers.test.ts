import { describe, it } from 'vitest'
import { checkBuild, checkFailure } from './check-build.ts'

const deployment = `#- app.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
      - {name: main, image: "nginx:1.0"}
`

function withFile(kustomization: string, file = deployment): string {
  return `#- kustomization.yaml\nresources: [app.yaml]\n${kustomization}\n${file}`
}

describe('namespace', () => {
  it('goes to what has one, and to subjects named default', () => {
    checkBuild(
      `#- kustomization.yaml
resources: [r.yaml]
namespace: team
#- r.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
subjects:
- {kind: ServiceAccount, name: default}
- {kind: ServiceAccount, name: other}
---
apiVersion: v1
kind: Namespace
metadata: {name: old}
`,
      `
apiVersion: v1
kind: Namespace
metadata:
  name: team
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: b
subjects:
- kind: ServiceAccount
  name: default
  namespace: team
- kind: ServiceAccount
  name: other
`,
    )
  })

  it('refuses to make two ids equal', () => {
    const twins = `#- app.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: one}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: two}
`
    checkFailure(withFile('namespace: team', twins), /namespace transformation produces ID conflict/)
  })
})

describe('namePrefix and nameSuffix', () => {
  it('change names and what refers to them, but not CRDs and namespaces', () => {
    checkBuild(
      `#- kustomization.yaml
resources: [r.yaml]
namePrefix: a-
nameSuffix: -z
#- r.yaml
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {volumes: [{name: v, configMap: {name: cm}}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
---
apiVersion: v1
kind: Namespace
metadata: {name: ns}
`,
      `
apiVersion: v1
kind: Namespace
metadata:
  name: ns
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: a-cm-z
---
apiVersion: v1
kind: Pod
metadata:
  name: a-p-z
spec:
  volumes:
  - configMap:
      name: a-cm-z
    name: v
`,
    )
  })
})

describe('labels', () => {
  const out = (labels: string, selector: string, template: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
${labels}  name: app
spec:
${selector}  template:
${template}    spec:
      containers:
      - image: nginx:1.0
        name: main
`
  const metadata = '  labels:\n    a: "1"\n'
  const selector = '  selector:\n    matchLabels:\n      a: "1"\n'
  const template = '    metadata:\n      labels:\n        a: "1"\n'

  it.each([
    ['only the object by default', 'labels: [{pairs: {a: "1"}}]', out(metadata, '', '')],
    ['templates if asked', 'labels: [{pairs: {a: "1"}, includeTemplates: true}]', out(metadata, '', template)],
    ['selectors if asked', 'labels: [{pairs: {a: "1"}, includeSelectors: true}]', out(metadata, selector, template)],
    ['everywhere as commonLabels', 'commonLabels: {a: "1"}', out(metadata, selector, template)],
  ])('%s', (_, kustomization, expected) => {
    checkBuild(withFile(kustomization), expected)
  })
})

describe('replicas', () => {
  it('refuses a name that nothing has', () => {
    checkFailure(withFile('replicas: [{name: nope, count: 2}]'), /resource with name nope does not match a config/)
  })
})

describe('generators', () => {
  it('sort keys and lose a pair of quotes', () => {
    checkBuild(
      '#- kustomization.yaml\nconfigMapGenerator:\n- name: c\n  literals: [b=2, "a=\'x y\'"]\n  options: {disableNameSuffixHash: true}\n',
      'apiVersion: v1\ndata:\n  a: x y\n  b: "2"\nkind: ConfigMap\nmetadata:\n  name: c\n',
    )
  })

  it.each([
    ['merge', 'a: base\n  b: overlay\n  c: new'],
    ['replace', 'b: overlay\n  c: new'],
  ])('%s what a base made', (behavior, data) => {
    checkBuild(
      `#- o/kustomization.yaml
resources: [../b]
generatorOptions: {disableNameSuffixHash: true}
configMapGenerator:
- {name: c, behavior: ${behavior}, literals: [b=overlay, c=new]}
#- b/kustomization.yaml
configMapGenerator:
- {name: c, literals: [a=base, b=base]}
`,
      `apiVersion: v1\ndata:\n  ${data}\nkind: ConfigMap\nmetadata:\n  name: c\n`,
    )
  })

  it('refuses a key twice', () => {
    checkFailure(
      '#- kustomization.yaml\nconfigMapGenerator: [{name: c, literals: [a=1, a=2]}]\n',
      /illegally repeats the key `a`/,
    )
  })

  it('keeps env files, binary files and text apart', () => {
    checkBuild(
      `#- kustomization.yaml
secretGenerator:
- name: s
  envs: [e.env]
  options: {disableNameSuffixHash: true}
#- e.env
# a comment
  A=b # no comment
B
`,
      'apiVersion: v1\ndata:\n  A: YiAjIG5vIGNvbW1lbnQ=\n  B: ""\nkind: Secret\nmetadata:\n  name: s\ntype: Opaque\n',
    )
  })
})

describe('plugins', () => {
  it('refuses what is not built in', () => {
    checkFailure(
      withFile('transformers:\n- |-\n  apiVersion: example.com/v1\n  kind: Mine\n  metadata: {name: m}\n'),
      /unable to load external plugin 'Mine'/,
    )
  })

  it('refuses charts without a Helm to render them, and uses one', () => {
    const fixture =
      '#- kustomization.yaml\nhelmCharts: [{name: c, releaseName: r, valuesInline: {a: 1}}]\n#- charts/c/values.yaml\na: 0\nb: 2\n'
    checkFailure(fixture, /must specify --enable-helm/)
    checkBuild(fixture, 'apiVersion: v1\ndata:\n  v: |\n    a: 1\n    b: 2\nkind: ConfigMap\nmetadata:\n  name: r\n', {
      helm: {
        pull: () => 'pending',
        template: ({ releaseName, values }) => ({
          manifests: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${releaseName}}\ndata: {v: ${JSON.stringify(values[0])}}\n`,
        }),
      },
    })
  })
})
