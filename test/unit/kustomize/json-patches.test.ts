/**
 * Malformed JSON patches, and some that only look so, in the words of kustomize 5.8.1 built from its own go.mod
 * (json-patch.v4 4.13.0): what it printed stands in the fixture.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { buildFixture } from './check-build.ts'

interface Recorded {
  readonly patch: string
  /** Output or failure with the patch inline in `patches`. */
  readonly patches: string
  /** Output or failure with the patch in a file of `patchesJson6902`. */
  readonly patchesJson6902: string
}

const service = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  x: 1\n  l: [1, 2]\n'
const recorded = JSON.parse(
  readFileSync(new URL('../../fixtures/kustomize-json-patches.json', import.meta.url), 'utf8'),
) as readonly Recorded[]

function outcome(fixture: string): string {
  const built = buildFixture(fixture)
  return built.problems.length > 0 ? built.problems.map(({ message }) => message).join('\n') : built.text()
}

it.each(recorded)('$patch', ({ patch, patches, patchesJson6902 }) => {
  const inline = `patches:\n- target: {kind: Service}\n  patch: ${JSON.stringify(patch)}`
  expect(outcome(`#- kustomization.yaml\nresources: [a.yaml]\n${inline}\n#- a.yaml\n${service}`)).toBe(patches)
  const filed = 'patchesJson6902:\n- target: {version: v1, kind: Service, name: a}\n  path: p.yaml'
  const files = `#- a.yaml\n${service}#- p.yaml\n${patch}\n`
  expect(outcome(`#- kustomization.yaml\nresources: [a.yaml]\n${filed}\n${files}`)).toBe(patchesJson6902)
})

const patchTransformer = 'apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: t}'

it('a PatchTransformer without a patch shows its configuration', () => {
  expect(
    outcome(
      `#- kustomization.yaml\nresources: [a.yaml]\ntransformers:\n- |-\n  ${patchTransformer}\n#- a.yaml\n${service}`,
    ),
  ).toBe(
    'plugin PatchTransformer.builtin.[noGrp]/t.[noNs] fails configuration: must specify one of patch and path in\napiVersion: builtin\nkind: PatchTransformer\nmetadata:\n  name: t\n',
  )
})
