import { describe, expect, it } from 'vitest'
import {
  clustersChanged,
  type FluxObject,
  fleetTree,
  isFluxObject,
  isGraphHostMessage,
  isGraphViewMessage,
  isNumber,
  isObjectRef,
  isString,
  isWorkerSettings,
  listOf,
  nullable,
  objectId,
  objectLabel,
  oneOf,
  optional,
  record,
} from '../../../src/protocol/index.ts'

describe('guards', () => {
  const isPair = record<{ name: string; size?: number | undefined }>({ name: isString, size: optional(isNumber) })
  const cases: readonly (readonly [
    what: string,
    guard: (value: unknown) => boolean,
    value: unknown,
    expected: boolean,
  ])[] = [
    ['a record', isPair, { name: 'a', size: 1 }, true],
    ['a record without an optional field', isPair, { name: 'a' }, true],
    ['a record with a field of a newer version', isPair, { name: 'a', later: true }, true],
    ['a record with a wrong field', isPair, { name: 'a', size: '1' }, false],
    ['a record without a required field', isPair, { size: 1 }, false],
    ['a field that only the prototype has', isPair, Object.create({ name: 'a' }), false],
    ['null as a record', isPair, null, false],
    ['a list as a record', isPair, ['name'], false],
    ['not a number', isNumber, Number.NaN, false],
    ['a list', listOf(isString), ['a', 'b'], true],
    ['a list with a stranger', listOf(isString), ['a', 1], false],
    ['a list that is none', listOf(isString), { 0: 'a', length: 1 }, false],
    ['a word', oneOf('a', 'b'), 'b', true],
    ['another word', oneOf('a', 'b'), 'toString', false],
    ['null where it may be', nullable(isString), null, true],
    ['undefined where null may be', nullable(isString), undefined, false],
  ]
  it.each(cases)('%s', (_, guard, value, expected) => {
    expect(guard(value)).toBe(expected)
  })
})

describe('messages', () => {
  const object: FluxObject = {
    ref: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      namespace: 'flux-system',
      name: 'apps',
    },
    health: 'ready',
    reason: 'ReconciliationSucceeded',
    message: 'Applied revision: main@sha1:0123',
    suspended: false,
    revision: 'main@sha1:0123',
    detail: './apps',
    dependsOn: [],
    inventorySize: 3,
    version: '17',
  }
  it('lets a live object through', () => expect(isFluxObject(object)).toBe(true))
  it('refuses a health that no view knows', () => expect(isFluxObject({ ...object, health: 'fine' })).toBe(false))
  it('refuses a broken reference inside', () => {
    expect(isFluxObject({ ...object, dependsOn: [{ kind: 'Kustomization' }] })).toBe(false)
  })
  it('refuses a reference whose namespace is no string', () => {
    expect(isObjectRef({ apiVersion: 'v1', kind: 'Secret', name: 'a', namespace: 1 })).toBe(false)
  })
  it('refuses settings that lack the trust', () => {
    expect(isWorkerSettings({ kubeconfigs: [], allowedContexts: [], storage: '/tmp', pollInterval: 1 })).toBe(false)
  })
  it('prefixes methods', () =>
    expect([fleetTree.method, clustersChanged.method]).toEqual(['fluxkit/fleet', 'fluxkit/clustersChanged']))
  it('takes no parameters as null or undefined', () => {
    expect([fleetTree.params(null), fleetTree.params(undefined), fleetTree.params({})]).toEqual([true, true, false])
  })
})

describe('messages of the graph', () => {
  const graph = { title: 'dev', nodes: [], edges: [] }
  it.each([
    [{ type: 'graph', graph }, true],
    [{ type: 'failed', message: 'no cluster' }, true],
    [{ type: 'graph', graph: { ...graph, nodes: [{ id: 1 }] } }, false],
    [{ type: 'reveal', node: 'a' }, false],
    ['graph', false],
  ])('to the view: %j', (message, expected) => expect(isGraphHostMessage(message)).toBe(expected))
  it.each([
    [{ type: 'ready' }, true],
    [{ type: 'reveal', node: 'a' }, true],
    [{ type: 'reveal' }, false],
    [{ type: 'execute', command: 'rm' }, false],
    [null, false],
  ])('from the view: %j', (message, expected) => expect(isGraphViewMessage(message)).toBe(expected))
})

describe('object ids', () => {
  it.each([
    [
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
      'apps/Deployment/shop/web',
      'Deployment/shop/web',
    ],
    [{ apiVersion: 'v1', kind: 'Namespace', name: 'shop' }, '/Namespace//shop', 'Namespace/shop'],
  ])('%j', (ref, id, label) => {
    expect(objectId(ref)).toBe(id)
    expect(objectLabel(ref)).toBe(label)
  })
  it('is the same for every version of a kind', () => {
    const ref = { kind: 'HelmRelease', namespace: 'a', name: 'b' }
    expect(objectId({ ...ref, apiVersion: 'helm.toolkit.fluxcd.io/v2' })).toBe(
      objectId({ ...ref, apiVersion: 'helm.toolkit.fluxcd.io/v2beta2' }),
    )
  })
})
