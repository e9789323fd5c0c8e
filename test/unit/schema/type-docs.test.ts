import { describe, expect, it } from 'vitest'
import { isObject } from '../../../src/base/index.ts'
import { createSchemaRegistry, pathDoc, typeDocs, typeFieldDoc } from '../../../src/schema/index.ts'

const registry = createSchemaRegistry()
const definitions = registry.definitions()
const builtins = registry.kinds().filter((kind) => kind.source === 'builtin')

/** Kinds whose fields are explained without gaps, with everything that they hold unless it is named below. */
const covered =
  'Pod Node Event PersistentVolume Deployment StatefulSet DaemonSet ReplicaSet Job CronJob Service Ingress NetworkPolicy ConfigMap Secret PersistentVolumeClaim StorageClass ServiceAccount Role ClusterRole RoleBinding ClusterRoleBinding HorizontalPodAutoscaler PodDisruptionBudget ResourceQuota LimitRange PriorityClass Namespace ValidatingWebhookConfiguration MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding CustomResourceDefinition'.split(
    ' ',
  )
/** Sources of volumes that are gone or deprecated, and the language of schemas. */
const leftOut =
  /(AWSElasticBlockStore|AzureDisk|AzureFile|CephFS|Cinder|Flex|Flocker|GCEPersistentDisk|GitRepo|Glusterfs|Photon\w*|Portworx|Quobyte|RBD|ScaleIO|StorageOS|VsphereVirtualDisk)(Persistent)?(Volume|Disk)?Source$|JSONSchemaProps$/

function gaps(typeName: string, seen: Set<string>): string[] {
  const type = definitions.get(typeName)
  if (type === undefined || seen.has(typeName) || leftOut.test(typeName)) return []
  seen.add(typeName)
  const properties = isObject(type['properties']) ? type['properties'] : {}
  const own = Object.keys(properties).filter((field) => typeFieldDoc(typeName, type, field) === undefined)
  const missing = own.map((field) => `${typeName}: ${field}`)
  if (typeDocs(typeName).text === undefined) missing.push(typeName)
  const held = JSON.stringify(properties).matchAll(/"\$ref":"([^"]+)"/g)
  return [...missing, ...[...held].flatMap(([, name]) => gaps(name!, seen))]
}

describe('texts of built-in types', () => {
  it('say what every kind is', () => {
    const silent = builtins.filter((kind) => typeDocs(registry.typeName(kind)!).text === undefined)
    expect(silent.map((kind) => `${kind.group}/${kind.version} ${kind.kind}`)).toEqual([])
  })

  it.each(covered)('say what every field of %s is', (name) => {
    const kind = builtins.find((candidate) => candidate.kind === name && !candidate.version.includes('beta'))!
    expect(gaps(registry.typeName(kind)!, new Set())).toEqual([])
  })

  it('follow a path through lists and maps', () => {
    const name = registry.typeName({ group: 'apps', version: 'v1', kind: 'Deployment' })!
    const at = (...path: (string | number)[]): string | undefined => pathDoc(definitions, name, path)
    expect(at('spec', 'template', 'spec', 'containers', 0, 'livenessProbe', 'periodSeconds')).toContain('Default 10')
    expect(at('metadata', 'labels', 'app')).toBeUndefined()
    expect(at('spec', 'nope')).toBeUndefined()
    expect(at('spec', '__proto__')).toBeUndefined()
  })
})
