import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
import { resolveVariables } from '../../../src/fleet/variables.ts'

const kustomization = (postBuild: JsonObject) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'apps', namespace: 'flux-system' },
  spec: { postBuild },
})
const secret = (data: Record<string, string>) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data })
const from = { substituteFrom: [{ kind: 'Secret', name: 's' }] }

describe('variables of a Kustomization', () => {
  it('takes line feeds out of every value, as fluxcd/pkg kustomize does', () => {
    const object = kustomization({ ...from, substitute: { BANNER: 'one\ntwo\n' } })
    const { values } = resolveVariables(object, () => secret({ NAME: 'YQpiCg==' }))
    expect(Object.fromEntries(values)).toEqual({ BANNER: 'onetwo', NAME: 'ab' })
  })

  it('hides what the API server would refuse as data of a Secret', () => {
    const { values, hidden } = resolveVariables(kustomization(from), () =>
      secret({ GOOD: 'YWJj\n', SPACED: 'YW Jj', UNPADDED: 'YQ' }),
    )
    expect(Object.fromEntries(values)).toEqual({ GOOD: 'abc' })
    expect([...hidden]).toEqual(['SPACED', 'UNPADDED'])
  })
})
