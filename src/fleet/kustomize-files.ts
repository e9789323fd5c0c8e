import { dirname, getIn, getString, isObject, type JsonValue, joinPath } from '../base/index.ts'
import { nodeToJson } from '../yaml/index.ts'
import type { SourceFile } from './types.ts'

/** Fields of a kustomization file that are lists of paths: of files, and of directories where kustomize takes them. */
export const kustomizePathLists: readonly string[] = [
  'resources',
  'components',
  'bases',
  'patchesStrategicMerge',
  'configurations',
  'crds',
  'transformers',
  'generators',
  'validators',
]

/** What a file is to the kustomization files that name it. */
export type FileRole = 'resource' | 'patch' | 'data' | 'config'

/**
 * What each file (relative path) of the workspace is used as. A file that is a patch somewhere holds partial objects; one
 * that is data or configuration of kustomize holds no objects of the fleet at all. `resource` only when nothing else.
 */
export function fileRoles(files: readonly SourceFile[]): ReadonlyMap<string, FileRole> {
  const roles = new Map<string, FileRole>()
  for (const file of files) {
    if (!file.isKustomizeFile) continue
    const dir = dirname(file.path)
    const note = (path: JsonValue | undefined, role: FileRole): void => {
      if (typeof path !== 'string' || path === '' || path.includes('\n') || path.includes('://')) return
      const target = joinPath(dir === '.' ? '' : dir, path)
      if (role !== 'resource' || !roles.has(target)) roles.set(target, role)
    }
    for (const { root } of file.documents) {
      if (root === undefined) continue
      const { value } = nodeToJson(root)
      if (isObject(value)) noteAll(value, note)
    }
  }
  return roles
}

function noteAll(value: JsonValue, note: (path: JsonValue | undefined, role: FileRole) => void): void {
  const list = (field: string): readonly JsonValue[] => {
    const found = getIn(value, [field])
    return Array.isArray(found) ? found : []
  }
  for (const field of ['resources', 'bases', 'components']) for (const path of list(field)) note(path, 'resource')
  for (const path of list('patchesStrategicMerge')) note(path, 'patch')
  for (const field of ['patches', 'patchesJson6902'])
    for (const patch of list(field)) note(getIn(patch, ['path']), 'patch')
  for (const field of ['configurations', 'crds', 'generators', 'transformers', 'validators']) {
    for (const path of list(field)) note(path, 'config')
  }
  for (const replacement of list('replacements')) note(getIn(replacement, ['path']), 'config')
  note(getString(value, 'openapi', 'path'), 'config')
  for (const field of ['configMapGenerator', 'secretGenerator']) {
    for (const generator of list(field)) {
      for (const key of ['files', 'envs']) {
        const paths = getIn(generator, [key])
        for (const path of Array.isArray(paths) ? paths : []) {
          note(typeof path === 'string' ? path.slice(path.indexOf('=') + 1) : undefined, 'data')
        }
      }
    }
  }
  for (const chart of list('helmCharts')) note(getIn(chart, ['valuesFile']), 'data')
}
