import { expect, test } from 'vitest'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, valuesTextAt } from '../../../src/fleet/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import { fluxSync } from '../../support/flux-sync.ts'

const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web, namespace: apps }
spec:
  interval: 10m
  valuesFrom:
    - { kind: ConfigMap, name: values }
    - { kind: ConfigMap, name: values, valuesKey: tag, targetPath: image.tag }
    - { kind: Secret, name: values }
`

/** What is at the `^` of a manifest beside the release. */
function at(marked: string) {
  const text = marked.replace('^', '')
  const fs = new MemoryFileSystem([
    ['/repo/clusters/one/flux-system/gotk-sync.yaml', fluxSync],
    ['/repo/clusters/one/release.yaml', release],
    ['/repo/clusters/one/values.yaml', text],
  ])
  const fleet = createFleet({ fs, root: '/repo', registry: createSchemaRegistry() })
  const found = valuesTextAt(fleet, 'clusters/one/values.yaml', marked.indexOf('^'))
  if (found === undefined) return undefined
  const { start, end } = found.toFile({ start: 0, end: found.offset })
  return { releases: found.releases.map(({ id }) => id), text: found.text, before: text.slice(start, end) }
}

const object = (kind: string, data: string, name = 'values') =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: apps }\n${data}`

test('a block of a ConfigMap or Secret that a HelmRelease merges, without its margin', () => {
  const found = { releases: ['one/apps/web'], text: 'a: 1\nb:\n  c: 2\n', before: 'a: 1\n    b:\n      c' }
  const data = 'values.yaml: |\n    a: 1\n    b:\n      c^: 2\n'
  expect(at(object('ConfigMap', `data:\n  ${data}`))).toEqual(found)
  expect(at(object('Secret', `stringData:\n  ${data}`))).toEqual(found)
})

test('also at its end, where nothing is written yet', () => {
  expect(at(object('ConfigMap', 'data:\n  values.yaml: |\n    a: 1\n    ^\n  z: z\n'))?.text).toBe('a: 1\n')
})

test.each([
  ['another object', object('ConfigMap', 'data:\n  values.yaml: |\n    a^: 1\n', 'other')],
  ['another key', object('ConfigMap', 'data:\n  other.yaml: |\n    a^: 1\n')],
  ['a text that sets one value', object('ConfigMap', 'data:\n  tag: |\n    a^: 1\n')],
  ['encoded data', object('Secret', 'data:\n  values.yaml: |\n    YTo^gMQ==\n')],
  ['the key itself', object('ConfigMap', 'data:\n  val^ues.yaml: |\n    a: 1\n')],
  ['the margin', object('ConfigMap', 'data:\n  values.yaml: |\n  ^  a: 1\n')],
  ['the next key', object('ConfigMap', 'data:\n  values.yaml: |\n    a: 1\n  nex^t: x\n')],
])('%s is none', (_, text) => {
  expect(at(text)).toBeUndefined()
})
