import { describe, expect, it } from 'vitest'
import { applyJsonPatch, createMergePatch } from '../../../src/kube/index.ts'

/** Every expectation here is what gopkg.in/evanphx/json-patch.v4 4.13.0 answered. */
describe('as evanphx/json-patch', () => {
  it.each([
    [
      { op: 'copy', from: null, path: '/a' },
      'copy operation failed to decode from: operation, missing from field: missing value',
    ],
    [
      { op: 'move', from: 1, path: '/a' },
      'move operation failed to decode from: json: cannot unmarshal number into Go value of type string',
    ],
    [
      { op: 'replace', value: 1 },
      'replace operation failed to decode path: operation missing path field: missing value',
    ],
    [{ op: 'add', path: ['a'], value: 1 }, 'add operation failed to decode path: missing value'],
  ])('%j fails', (operation, error) => {
    expect(applyJsonPatch({ a: 1 }, [operation])).toEqual({ ok: false, error })
  })

  it('names the type of a document that cannot be patched', () => {
    const error = 'json: cannot unmarshal bool into Go value of type jsonpatch.partialDoc'
    expect(applyJsonPatch(false, [])).toEqual({ ok: false, error })
  })

  it('compares lists of as many objects item by item', () => {
    expect(createMergePatch([{ foo: 'bar' }], [{ foo: 'bar' }])).toEqual([{}])
    const modified = [{ name: 'Jane' }, { name: 'Will' }]
    expect(createMergePatch([{ name: 'John' }, { name: 'Will' }], modified)).toEqual([{ name: 'Jane' }, {}])
  })
})
