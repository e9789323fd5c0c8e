import type { Location, Problem } from '../base/index.ts'
import { causeOf } from './build-message.ts'
import type { FileStore } from './file-store.ts'
import type { SourceFile } from './types.ts'
import type { WalkResult } from './walker.ts'

/** The problems of scanning, parsing and building by file (relative to the workspace), each once. */
export function collectProblems(
  files: FileStore,
  walk: WalkResult,
  { root, isRead }: { readonly root: string; readonly isRead: (path: string) => boolean },
): Map<string, Problem[]> {
  const out = new Map<string, Problem[]>()
  const seen = new Set<string>()
  const add = (problem: Problem, fallback: Location | undefined): void => {
    const location = problem.location ?? fallback
    const path = location?.path ?? '.'
    const key = `${problem.code} ${path} ${location?.range?.start ?? -1} ${problem.message}`
    if (seen.has(key)) return
    seen.add(key)
    const list = out.get(path) ?? []
    list.push(location === undefined || location === problem.location ? problem : { ...problem, location })
    out.set(path, list)
  }
  for (const problem of files.problems) add(problem, undefined)
  for (const file of files.all()) {
    if (file.problems.length === 0 || (isTemplate(file) && !isRead(file.path))) continue
    for (const problem of file.problems) add(problem, { path: file.path })
  }
  for (const { kustomization, output } of walk.byId.values()) {
    const { declared, ref, source } = kustomization
    for (const problem of output.rendered.problems) {
      // For a directory the rule of this code names the path's own range and a way out.
      if (problem.code === 'flux/path-not-found' && source.type === 'directory') continue
      add({ object: ref, ...forReaders(problem, root) }, declared)
    }
  }
  return out
}

/** A build's problem in fewer words; what only needs the network is no fault. */
function forReaders(problem: Problem, root: string): Problem {
  const message = causeOf(problem.message, root)
  switch (problem.code) {
    case 'kustomize/remote':
      return { ...problem, severity: 'info', message: `not built here, since it needs the network: ${message}` }
    case 'kustomize/remote-pending':
      return { ...problem, severity: 'info', message: `not built yet: ${message.replace(/^[^:]*: /, '')}` }
    case 'kustomize/remote-failed':
    case 'kustomize/remote-timeout':
      // The reference may be wrong; or the network is.
      return { ...problem, severity: 'warning', message }
    default:
      return { ...problem, message }
  }
}

/** Templates of other tools are no YAML before they are filled in. */
function isTemplate(file: SourceFile): boolean {
  return /\{\{|\{%|<%/.test(file.text)
}
