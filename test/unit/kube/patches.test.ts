import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicPatch,
  createThreeWayMergePatch,
  createThreeWayPatch,
  createTwoWayPatch,
  type PatchSchema,
  patchSchemaFor,
} from '../../../src/kube/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'

const pod = patchSchemaFor(createSchemaRegistry(), { apiVersion: 'v1', kind: 'Pod' }) as PatchSchema

function containers(...items: JsonObject[]): JsonObject {
  return { spec: { containers: items } }
}

describe('JSON patch', () => {
  it('leaves the document alone', () => {
    const document = { list: [1, 2], map: { a: 1 } }
    const result = applyJsonPatch(document, [
      { op: 'add', path: '/list/1', value: 9 },
      { op: 'move', from: '/map/a', path: '/b' },
      { op: 'add', path: '/list/-', value: 3 },
    ])
    expect(result).toEqual({ ok: true, value: { list: [1, 9, 2, 3], map: {}, b: 1 } })
    expect(document).toEqual({ list: [1, 2], map: { a: 1 } })
  })

  it('says which operation failed', () => {
    const result = applyJsonPatch({ a: 1 }, [{ op: 'remove', path: '/b' }])
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining('/b') })
  })
})

describe('merge patch', () => {
  it('removes with null, merges objects and replaces lists', () => {
    const document = { a: 1, o: { x: 1, y: 2 }, l: [1, 2] }
    expect(applyMergePatch(document, { a: null, o: { y: null, z: { n: null } }, l: [3] })).toEqual({
      o: { x: 1, z: {} },
      l: [3],
    })
  })

  it('sets members of any name as own ones', () => {
    const result = applyMergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}')) as object
    expect(Object.hasOwn(result, '__proto__')).toBe(true)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('removes only what the last apply had', () => {
    const result = createThreeWayMergePatch(
      { spec: { a: 1, b: 1 } },
      { spec: { b: 2 } },
      { spec: { a: 1, b: 1, c: 1 } },
    )
    expect(result).toEqual({ ok: true, value: { spec: { a: null, b: 2 } } })
  })
})

describe('strategic merge patch', () => {
  it('merges lists by key, deletes items and keeps the order asked for', () => {
    const live = containers({ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' }, { name: 'c' })
    const patch: JsonObject = {
      spec: {
        '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
        containers: [
          { name: 'a', image: 'a:2' },
          { $patch: 'delete', name: 'b' },
        ],
      },
    }
    expect(applyStrategicPatch(live, patch, pod)).toEqual({
      ok: true,
      value: containers({ name: 'c' }, { name: 'a', image: 'a:2' }),
    })
  })

  it('makes a patch that applied gives the other object', () => {
    const before = containers({ name: 'a', image: 'a:1', args: ['x'] }, { name: 'b' })
    const after = containers({ name: 'b', image: 'b:1' }, { name: 'a', image: 'a:1' })
    const patch = createTwoWayPatch(before, after, pod)
    expect(patch.ok && applyStrategicPatch(before, patch.value, pod)).toEqual({ ok: true, value: after })
  })

  it('tells what stands against a patch that must not overwrite', () => {
    const original = containers({ name: 'a', image: '1' })
    const modified = containers({ name: 'a', image: '2' })
    const current = containers({ name: 'a', image: '3' })
    expect(createThreeWayPatch({ original, modified, current }, pod, true).ok).toBe(true)
    const refused = createThreeWayPatch({ original, modified, current }, pod, false)
    expect(!refused.ok && refused.error).toContain('conflicts with changes made from original to current:\nspec:\n')
  })

  it('names the item that lacks its merge key', () => {
    expect(applyStrategicPatch(containers({ name: 'a' }), containers({ image: 'x' }), pod)).toEqual({
      ok: false,
      error: 'map: map[image:x] does not contain declared merge key: name',
    })
  })
})
