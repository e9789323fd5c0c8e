import type { KustomizeBuildFunction } from '../flux/index.ts'
import * as kustomize from '../kustomize/index.ts'

const fallback: KustomizeBuildFunction = () => ({
  objects: [],
  problems: [{ code: 'kustomize/unavailable', severity: 'info', message: 'kustomize is not part of this build' }],
  inputs: [],
})

/** kustomize's build, as soon as its module has it. */
export const kustomizeBuild: KustomizeBuildFunction =
  (globalThis as { __kbuild?: KustomizeBuildFunction }).__kbuild ??
  (kustomize as { build?: KustomizeBuildFunction }).build ??
  fallback
