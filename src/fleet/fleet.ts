import type { Fleet, FleetOptions } from './types.ts'

/** Opens the model of a workspace. Nothing is read before the first query or `settle`. */
export function createFleet(options: FleetOptions): Fleet {
  const empty = { filesParsed: 0, rootsRebuilt: 0, rebuilt: [], changed: [], affected: [] }
  return {
    root: options.root,
    fs: options.fs,
    registry: options.registry,
    update: () => empty,
    settle: () => empty,
    files: () => [],
    file: () => undefined,
    objects: () => [],
    clusters: () => [],
    kustomizations: () => [],
    kustomization: () => undefined,
    sources: () => [],
    build: () => undefined,
    problems: () => [],
    declarationOf: () => undefined,
    locate: () => undefined,
    references: () => [],
    referencesFrom: () => [],
    graph: () => ({ nodes: [], edges: [] }),
    affectedBy: () => [],
    originLocation: () => undefined,
    relative: () => undefined,
  }
}
