import { cleanPath, dirname, getString, joinPath } from '../base/index.ts'
import type { LocatedObject } from './types.ts'

interface RootQuestion {
  /** The entry's `spec.path`, when it is written somewhere. */
  readonly specPath: string | undefined
  /** The entry's directory relative to the workspace, when that is known. */
  readonly entryDir: string | undefined
  /** A file of the same repository. */
  readonly near: string
  /** The Kustomizations of the whole workspace. */
  readonly kustomizations: readonly LocatedObject[]
  readonly isDirectory: (path: string) => boolean
  readonly exists: (path: string) => boolean
}

/**
 * Which directory of the workspace stands for the root of the entry's artifact, and which one the entry builds. The
 * workspace can be a folder of several repositories, and an OCI artifact can be pushed from a subfolder, so: a
 * directory below which the entry's path leads to the entry; else the one below which most paths of its
 * Kustomizations exist; else the one with `.git`; else the workspace.
 */
export function findArtifactRoot(question: RootQuestion): { artifactRoot: string; entryPath: string } | undefined {
  const { specPath, entryDir } = question
  const ancestors = ancestorsOf(entryDir ?? dirname(question.near))
  if (specPath !== undefined && !specPath.includes('${')) {
    const clean = secureJoin('', specPath)
    for (const root of ancestors) {
      const entry = join(root, clean)
      const leads = entryDir === undefined ? question.isDirectory(entry) : entry === entryDir
      if (leads && clean !== '.') return { artifactRoot: root, entryPath: entry }
    }
    if (clean === '.') {
      const root = repositoryRoot(ancestors, question)
      return { artifactRoot: root, entryPath: root }
    }
    if (entryDir === undefined) return undefined
  }
  if (entryDir === undefined || !question.isDirectory(entryDir)) return undefined
  return { artifactRoot: bestRoot(entryDir, ancestors, question), entryPath: entryDir }
}

function bestRoot(entryDir: string, ancestors: readonly string[], question: RootQuestion): string {
  const paths = question.kustomizations
    .filter((object) => object.path.startsWith(entryDir === '.' ? '' : `${entryDir}/`))
    .filter((object) => getString(object.object, 'spec', 'sourceRef', 'kind') !== 'ExternalArtifact')
    .map((object) => secureJoin('', getString(object.object, 'spec', 'path') ?? ''))
    .filter((path) => path !== '.' && !path.includes('${'))
  let best: string | undefined
  let bestScore = 0
  for (const root of ancestors) {
    const score = paths.filter((path) => question.isDirectory(join(root, path))).length
    if (score > bestScore) {
      best = root
      bestScore = score
    }
  }
  return best ?? repositoryRoot(ancestors, question)
}

/** The nearest ancestor that is a clone, else the outermost with a `.sourceignore`, else the workspace. */
function repositoryRoot(ancestors: readonly string[], question: RootQuestion): string {
  const clone = [...ancestors].reverse().find((dir) => question.exists(join(dir, '.git')))
  return clone ?? ancestors.find((dir) => question.exists(join(dir, '.sourceignore'))) ?? '.'
}

/** From the workspace (`.`) down to the directory. */
function ancestorsOf(dir: string): string[] {
  const out = ['.']
  if (dir === '.') return out
  const parts = dir.split('/')
  for (let i = 1; i <= parts.length; i++) out.push(parts.slice(0, i).join('/'))
  return out
}

function join(dir: string, path: string): string {
  return dir === '.' ? path : joinPath(dir, path)
}

/**
 * Joins a path below a root so that it cannot leave it: `..` stops at the root, as in `securejoin.SecureJoin` of
 * cyphar/filepath-securejoin, which kustomize-controller uses for `spec.path`. Symbolic links are not in artifacts.
 */
export function secureJoin(root: string, path: string): string {
  const clean = cleanPath(`/${path}`).slice(1)
  if (root === '' || root === '.') return clean === '' ? '.' : clean
  return clean === '' ? root : `${root}/${clean}`
}
