import { expect, it } from 'vitest'
import { commonFields } from '../../../src/schema/docs/common-fields.ts'
import { kindFields } from '../../../src/schema/docs/kind-fields.ts'
import { createSchemaRegistry, fieldDoc, type StructuralSchema } from '../../../src/schema/index.ts'

const registry = createSchemaRegistry()

/** Every path below spec of a Flux kind in the newest minor. */
function pathsOf(kind: string): Set<string> {
  const crd = registry.crds().find((candidate) => candidate.spec.names.kind === kind)!
  const group = crd.spec.group
  const schema = registry.forKind({ group, version: crd.spec.versions[0]!.name, kind })!
  const out = new Set<string>()
  const visit = (node: StructuralSchema, path: string): void => {
    if (node.items !== undefined) visit(node.items, path)
    for (const [name, member] of Object.entries(node.properties ?? {})) {
      const at = path === '' ? name : `${path}.${name}`
      out.add(at)
      visit(member, at)
    }
  }
  visit(schema.properties!['spec']!, '')
  return out
}

it('explains only fields that exist', () => {
  const kinds = Object.keys(kindFields)
  const wrong = kinds.flatMap((kind) => {
    const paths = pathsOf(kind)
    return Object.keys(kindFields[kind]!)
      .filter((field) => !paths.has(field))
      .map((field) => `${kind} ${field}`)
  })
  expect(wrong).toEqual([])
  const everything = new Set(kinds.flatMap((kind) => [...pathsOf(kind)]))
  // What stands deeper is found by its last steps.
  const exists = (field: string): boolean =>
    everything.has(field) || [...everything].some((path) => path.endsWith(`.${field}`))
  expect(Object.keys(commonFields).filter((field) => !exists(field))).toEqual([])
})

it('explains every field of every Flux kind', () => {
  const kinds = registry
    .crds()
    .filter((crd) => crd.spec.group.endsWith('toolkit.fluxcd.io') || crd.spec.group === 'source.extensions.fluxcd.io')
    .map((crd) => crd.spec.names.kind)
  expect(kinds).toHaveLength(15)
  const silent = kinds.flatMap((kind) =>
    [...pathsOf(kind)]
      .filter((path) => fieldDoc(kind, ['spec', ...path.split('.')]) === undefined)
      .map((path) => `${kind} ${path}`),
  )
  expect(silent).toEqual([])
})

it.each([
  ['Kustomization', ['spec', 'dependsOn', 0, 'name'], 'Name of the object to wait for.'],
  ['HelmRelease', ['spec', 'chart', 'spec', 'sourceRef', 'kind'], 'Kind of the source.'],
  ['GitRepository', ['spec', 'secretRef'], expect.stringContaining('known_hosts')],
  ['GitRepository', ['spec', 'nope'], undefined],
  ['Pod', ['spec', 'interval'], undefined],
  ['Kustomization', ['spec', '__proto__'], undefined],
] as const)('%s %j', (kind, path, want) => {
  expect(fieldDoc(kind, path)).toEqual(want)
})
