import { basename, dirname, isWithin, joinPath } from '../../base/index.ts'
import { type FieldPath, type Fleet, itemsOf, kustomizePathLists, nodeAt, scalarAt } from '../../fleet/index.ts'
import type { YamlNode } from '../../yaml/index.ts'
import { closest, didYouMean } from '../suggest.ts'
import { replaceFix } from '../targets.ts'
import type { FleetContext, FleetRule } from '../types.ts'

/** Paths in kustomization files that lead nowhere. */
export const kustomizePathNotFound: FleetRule = {
  scope: 'fleet',
  code: 'kustomize/path-not-found',
  codes: ['kustomize/path-outside-repository'],
  severity: 'error',
  doc: 'A file or directory that a `kustomization.yaml` names does not exist, so that the build fails. Paths are relative to the directory of the kustomization file; a directory needs a kustomization file of its own. Flux never reads anything outside of the source (`kustomize/path-outside-repository`).',
  check(context) {
    const roots = repositoryRoots(context.fleet)
    for (const file of context.fleet.files()) {
      if (!file.isKustomizeFile) continue
      const repository = repositoryOf(roots, file.path)
      for (const { root } of file.documents) {
        if (root !== undefined) checkRoot({ ...context, path: file.path, repository }, root)
      }
    }
  },
}

interface FileScope extends FleetContext {
  readonly path: string
  /** Directory that stands for the root of the file's source; `.` for the workspace. */
  readonly repository: string
}

function repositoryRoots(fleet: Fleet): ReadonlySet<string> {
  const roots = new Set(fleet.clusters().map((cluster) => cluster.artifactRoot))
  for (const { directory } of fleet.sources()) if (directory !== undefined) roots.add(directory)
  return roots
}

/** The innermost root that holds a path. */
function repositoryOf(roots: ReadonlySet<string>, path: string): string {
  for (let dir = dirname(path); dir !== '.'; dir = dirname(dir)) if (roots.has(dir)) return dir
  return '.'
}

const pathsInItems: readonly (readonly [list: string, field: string])[] = [
  ['patches', 'path'],
  ['patchesJson6902', 'path'],
  ['replacements', 'path'],
]

function checkRoot(context: FileScope, root: YamlNode): void {
  for (const field of kustomizePathLists) for (const item of itemsOf(nodeAt(root, [field]))) checkPath(context, item)
  for (const [list, field] of pathsInItems) {
    for (const item of itemsOf(nodeAt(root, [list]))) checkPath(context, nodeAt(item, [field]))
  }
  for (const field of ['configMapGenerator', 'secretGenerator']) {
    for (const generator of itemsOf(nodeAt(root, [field]))) {
      for (const key of ['files', 'envs']) {
        for (const item of itemsOf(nodeAt(generator, [key])))
          checkPath(context, item, scalarAt(item, noPath)?.indexOf('='))
      }
    }
  }
}

const noPath: FieldPath = []

function checkPath(context: FileScope, node: YamlNode | undefined, equals = -1): void {
  if (node?.kind !== 'scalar' || node.style === 'literal' || node.style === 'folded') return
  const path = equals < 0 ? node.value : node.value.slice(equals + 1)
  if (path === '' || path.includes('\n') || path.startsWith('/') || isRemote(path)) return
  const dir = dirname(context.path)
  const target = joinPath(dir === '.' ? '' : dir, path)
  if (target.startsWith('..') || (context.repository !== '.' && !isWithin(context.repository, target))) {
    context.report({
      code: 'kustomize/path-outside-repository',
      message: `"${path}" leads outside the repository; Flux reads only what is in the source. Move the file into it`,
      location: { path: context.path, range: { start: node.start, end: node.end } },
    })
    return
  }
  if (context.fleet.exists(target)) return
  const suggestion = similar(context, target, path)
  const range = { start: node.start, end: node.end }
  context.report({
    message: `"${path}" does not exist${didYouMean(suggestion)}`,
    location: { path: context.path, range },
    ...(suggestion === undefined || equals >= 0 ? {} : { fixes: [replaceFix(context.path, range, suggestion)] }),
  })
}

/** URLs and the short forms that kustomize takes for Git hosts. */
function isRemote(path: string): boolean {
  return path.includes('://') || /^(git@|github\.com[/:]|git::|gh:)/.test(path) || path.includes('?ref=')
}

function similar(context: FileScope, target: string, written: string): string | undefined {
  const entries = context.fleet.fs.readDir(joinPath(context.fleet.root, dirname(target))) ?? []
  const name = closest(
    basename(target),
    entries.map((entry) => entry.name),
  )
  if (name === undefined) return undefined
  const slash = written.replace(/\/+$/, '').lastIndexOf('/')
  return `${written.slice(0, slash + 1)}${name}`
}
