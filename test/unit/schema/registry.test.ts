import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/json.ts'
import { builtinResources, compareVersions, createSchemaRegistry } from '../../../src/schema/index.ts'

const apps = (kind: string) => ({ group: 'apps', version: 'v1', kind })
const ks = (version: string) => ({ group: 'kustomize.toolkit.fluxcd.io', version, kind: 'Kustomization' })

describe('registry', () => {
  it('has a schema for every served kind', () => {
    const registry = createSchemaRegistry()
    const without = registry.kinds().filter((kind) => registry.forKind(kind)?.type !== 'object')
    expect(without).toEqual([])
    expect(registry.kinds().length).toBe(builtinResources().length + 15 + 3)
  })

  it('knows fields, list keys and references of built-in kinds', () => {
    const spec = createSchemaRegistry().forKind(apps('Deployment'))?.properties?.['spec']
    const container = spec?.properties?.['template']?.properties?.['spec']?.properties?.['containers']
    expect(container?.['x-kubernetes-list-map-keys']).toEqual(['name'])
    expect(container?.items?.properties?.['ports']?.['x-kubernetes-list-map-keys']).toEqual([
      'containerPort',
      'protocol',
    ])
    expect(spec?.properties?.['replicas']).toEqual({ type: 'integer', format: 'int32' })
    expect(spec?.required).toEqual(['selector', 'template'])
  })

  it('spells fields as JSON does where protobuf differs', () => {
    const registry = createSchemaRegistry()
    const rule = registry.definitions().get('io.k8s.api.admissionregistration.v1.RuleWithOperations')
    expect(Object.keys(rule?.['properties'] as object)).toContain('apiGroups')
    const props = registry.definitions().get('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps')
    expect(Object.keys(props?.['properties'] as object)).toContain('x-kubernetes-list-map-keys')
  })

  it('answers strategic merge patch strategies, which differ from the keys of server-side apply', () => {
    const registry = createSchemaRegistry()
    const pod = ['spec', 'template', 'spec']
    expect(registry.patchMeta(apps('Deployment'), [...pod, 'containers', 'ports'])).toMatchObject({
      strategies: ['merge'],
      mergeKey: 'containerPort',
    })
    expect(registry.patchMeta(apps('Deployment'), [...pod, 'volumes'])?.strategies).toEqual(['merge', 'retainKeys'])
    expect(registry.patchMeta(apps('Deployment'), ['metadata', 'finalizers'])?.strategies).toEqual(['merge'])
    expect(registry.patchMeta(apps('Deployment'), ['spec', 'nope'])).toBeUndefined()
    expect(registry.patchMeta(ks('v1'), ['spec', 'dependsOn'])).toBeUndefined()
  })

  it('serves what a Flux minor served', () => {
    expect(createSchemaRegistry().forKind(ks('v1beta2'))).toBeUndefined()
    expect(createSchemaRegistry({ fluxMinor: '2.0' }).forKind(ks('v1beta2'))).toBeDefined()
    const history = createSchemaRegistry().history('helm.toolkit.fluxcd.io', 'HelmRelease')
    expect(
      history.map(({ fluxMinor, versions }) => [fluxMinor, versions.map(({ version }) => version)]),
    ).toContainEqual(['2.2', ['v2beta1', 'v2beta2']])
    expect(history.at(-1)).toMatchObject({ fluxMinor: '2.9', versions: [{ version: 'v2', deprecated: false }] })
  })

  it('takes definitions found later, without another registry seeing them', () => {
    const registry = createSchemaRegistry()
    const gvk = { group: 'example.com', version: 'v1', kind: 'Widget' }
    const version = (name: string, served: boolean) => ({
      name,
      served,
      storage: served,
      schema: { openAPIV3Schema: { type: 'object' } },
    })
    registry.addCrd({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [version('v1alpha1', true), version('v1', true), version('v0', false)],
      },
    })
    expect(registry.forKind(gvk)).toEqual({ type: 'object' })
    expect(registry.info(gvk)).toMatchObject({ resource: 'widgets', namespaced: true, preferred: true })
    expect(registry.versionsOf('example.com', 'Widget')).toEqual(['v1', 'v1alpha1'])
    expect(createSchemaRegistry().forKind(gvk)).toBeUndefined()
    registry.removeCrd('example.com', 'widgets')
    expect(registry.forKind(gvk)).toBeUndefined()
  })

  it.each<JsonObject>([
    {},
    { spec: 1 },
    { spec: { group: 'a', names: {}, versions: [] } },
    { spec: { versions: [null] } },
  ])('ignores a malformed definition: %j', (crd) => {
    const registry = createSchemaRegistry()
    const before = registry.kinds().length
    registry.addCrd(crd)
    expect(registry.kinds().length).toBe(before)
  })
})

it('orders versions as Kubernetes does', () => {
  const sorted = ['foo1', 'v1alpha2', 'v2', 'v1', 'v1beta1', 'v11alpha1', 'v10', 'bar'].sort((a, b) =>
    compareVersions(b, a),
  )
  expect(sorted).toEqual(['v10', 'v2', 'v1', 'v1beta1', 'v11alpha1', 'v1alpha2', 'bar', 'foo1'])
})

it('knows the values of closed fields', () => {
  const registry = createSchemaRegistry()
  const service = registry.forKind({ group: '', version: 'v1', kind: 'Service' })?.properties?.['spec']?.properties
  expect(service?.['type']?.enum).toEqual(['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'])
  const claim = registry.forKind({ group: '', version: 'v1', kind: 'PersistentVolumeClaim' })?.properties?.['spec']
  expect(claim?.properties?.['accessModes']?.items?.enum).toContain('ReadWriteOncePod')
})
