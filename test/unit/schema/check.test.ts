// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of post-build substitution.
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '../../../src/base/index.ts'
import { type CheckOptions, createObjectChecker, createSchemaRegistry } from '../../../src/schema/index.ts'

const checker = createObjectChecker(createSchemaRegistry())

/** Findings as `code path: message`, for a manifest. */
function findings(manifest: string, options?: CheckOptions): string[] {
  const object = parse(manifest) as JsonObject
  const apiVersion = String(object['apiVersion'])
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const gvk = { group: group!, version: version!, kind: String(object['kind']) }
  return checker
    .check(object, gvk, options)
    .map(({ code, path, message }) => `${code.slice('schema/'.length)} ${path.join('.')}: ${message}`)
}

const kustomization = (spec: string): string => `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: apps, namespace: flux-system }
spec: { sourceRef: { kind: GitRepository, name: flux-system }, prune: true, interval: 10m, ${spec} }`

describe('checking objects', () => {
  it.each([
    ['path: ./apps', []],
    ['pth: ./apps', ['unknown-field spec.pth: unknown field "spec.pth", did you mean "path"?']],
    ['interval: 10', [expect.stringContaining('type spec.interval: spec.interval in body must be of type string')]],
    ['timeout: 10 minutes', [expect.stringContaining("pattern spec.timeout: spec.timeout in body should match '^")]],
    ['wait: "yes"', [expect.stringContaining('type spec.wait')]],
    ['postBuild: { substitute: { A: 1 } }', [expect.stringContaining('type spec.postBuild.substitute.A')]],
    [
      'decryption: { provider: sopz }',
      ['enum spec.decryption.provider: Unsupported value: "sopz": supported values: "sops"'],
    ],
  ])('spec: %s', (spec, want) => {
    const base = spec.startsWith('interval') ? kustomization(spec).replace('interval: 10m, ', '') : kustomization(spec)
    expect(findings(base)).toEqual(want)
  })

  it('tells what is missing, with the object that lacks it', () => {
    const manifest = 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: a }\nspec: {}'
    expect(findings(manifest)).toContain('required spec: missing required field "spec.interval"')
    expect(findings(manifest, { partial: true })).toEqual([])
  })

  it('runs the CEL rules of a kind', () => {
    const manifest = `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: a }
spec: { interval: 5m }`
    expect(findings(manifest)).toEqual(['cel spec: either chart or chartRef must be set'])
  })

  it('looks into metadata of custom resources too', () => {
    const manifest = kustomization('path: ./x').replace('name: apps,', 'name: apps, lables: { a: b },')
    expect(findings(manifest)).toEqual([
      'unknown-field metadata.lables: unknown field "metadata.lables", did you mean "labels"?',
    ])
  })

  it('says nothing about values that are filled in later', () => {
    expect(findings(kustomization('timeout: "${TIMEOUT}"'))).toEqual([])
    expect(findings(kustomization('timeout: "${TIMEOUT}"'), { variables: false })).toHaveLength(1)
    const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: a }
spec:
  replicas: \${REPLICAS:=2}
  selector: { matchLabels: { a: b } }
  template: { spec: { containers: [{ name: a, image: b }] } }`
    expect(findings(deployment)).toEqual([])
  })

  it('says nothing about what SOPS encrypted', () => {
    const secret = `
apiVersion: v1
kind: Secret
metadata: { name: a }
data: { token: "ENC[AES256_GCM,data:x,type:str]" }
sops: { mac: "ENC[x]", version: 3.9.0 }`
    expect(findings(secret)).toEqual([])
    expect(findings(secret.replace('mac', 'mace'))).toHaveLength(2)
  })

  it('accepts what API servers accept', () => {
    const pod = `
apiVersion: v1
kind: Pod
metadata: { name: a, creationTimestamp: null }
spec:
  containers:
    - name: a
      image: b
      resources: { limits: { cpu: 2, memory: 1Gi }, requests: { cpu: 0.5 } }
      livenessProbe: { httpGet: { port: http } }
status: {}`
    expect(findings(pod)).toEqual([])
    expect(findings('apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { a: "", b: "YWJj\\nZGVm" }')).toEqual(
      [],
    )
  })

  it('knows nothing of kinds it does not know', () => {
    expect(findings('apiVersion: example.com/v1\nkind: Widget\nspec: { a: 1 }')).toEqual([])
  })

  it('survives hostile objects', () => {
    let deep: JsonObject = {}
    for (let i = 0; i < 200; i++) deep = { child: deep }
    const object = JSON.parse(
      '{"apiVersion":"v1","kind":"Pod","metadata":{"__proto__":{"a":1}},"spec":[]}',
    ) as JsonObject
    const pod = { group: '', version: 'v1', kind: 'Pod' }
    expect(checker.check(object, pod).map(({ code }) => code)).toContain('schema/unknown-field')
    expect(checker.check({ ...object, spec: deep }, pod).length).toBeGreaterThan(0)
    expect(checker.check([], pod)).toEqual([])
  })

  it('checks definitions, whose schema refers to itself', () => {
    const registry = createSchemaRegistry()
    const gvk = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' }
    expect(registry.crds().flatMap((crd) => checker.check(crd, gvk))).toEqual([])
  })
})
