import { describe, expect, it } from 'vitest'
import { causeOf } from '../../../src/fleet/build-message.ts'

describe('causeOf', () => {
  it.each([
    [
      "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'a2.yaml': merging resources from 'a2.yaml': may not add resource with an already registered id: ConfigMap.v1.[noGrp]/a.default': must build at directory: not a valid directory: '/r/apps/a2.yaml' is not a directory",
      "kustomize build failed: merging resources from 'a2.yaml': may not add resource with an already registered id: ConfigMap.v1.[noGrp]/a.default",
    ],
    [
      "kustomize build failed: accumulating resources: accumulation err='accumulating resources from '../b': read /r/b: is a directory': recursed accumulation of path '/r/b': accumulating resources: accumulation err='accumulating resources from '../apps': read /r/apps: is a directory': cycle detected: candidate root '/r/apps' contains visited root '/r/apps'",
      "kustomize build failed: cycle detected: candidate root 'apps' contains visited root 'apps'",
    ],
    [
      'kustomize build failed: trouble configuring builtin PatchTransformer with config: `\npath: nope.yaml\n`: failed to get the patch file from path(nope.yaml): open /r/apps/nope.yaml: no such file or directory',
      'kustomize build failed: failed to get the patch file from path(nope.yaml): open apps/nope.yaml: no such file or directory',
    ],
    [
      'kustomize build failed: accumulating components: accumulateDirectory: "recursed accumulation of path \'/r/c\': accumulating components: loader.New \\"new root \'/x\' cannot be absolute\\""',
      "kustomize build failed: recursed accumulation of path 'c': accumulating components: loader.New \"new root '/x' cannot be absolute\"",
    ],
    ['kustomize build failed: no matches for Id x', 'kustomize build failed: no matches for Id x'],
    ['something else', 'something else'],
  ])('%s', (message, expected) => {
    expect(causeOf(message, '/r')).toBe(expected)
  })
})
