import { basename, type FileSystem, getString, type JsonObject, readText } from '../base/index.ts'
import { sameRepository } from '../source/index.ts'

/** A directory of the workspace that is, or stands for, a clone. */
interface Repository {
  readonly dir: string
  readonly urls: readonly string[]
  readonly branch: string | undefined
}

/** Finds the directory of the workspace that holds what a source's URL leads to. */
export interface Repositories {
  directoryOf(source: JsonObject): string | undefined
}

interface RepositoryOptions {
  readonly fs: FileSystem
  readonly root: string
  readonly mapped: Readonly<Record<string, string>>
  /** Artifact roots of the entries. */
  readonly artifactRoots: readonly string[]
}

/**
 * Clones are known by the remotes of their `.git/config`; folders of a workspace that holds several repositories also
 * by name: that of the source, of its branch, or of the repository.
 */
export function findRepositories(options: RepositoryOptions): Repositories {
  const { fs, root } = options
  const entries = fs.readDir(root) ?? []
  const dirs = ['.', ...entries.filter((entry) => entry.kind === 'directory').map((entry) => entry.name)]
  const clones = dirs.map((dir) => readRepository(fs, root, dir)).filter((found) => found !== undefined)
  // In a workspace whose clusters start in a folder, the folders next to it can be repositories too.
  const several = options.artifactRoots.some((dir) => dir !== '.') && !options.artifactRoots.includes('.')
  const cloneDirs = new Set(clones.map((clone) => clone.dir))
  const named = new Set(dirs.filter((dir) => dir !== '.' && (several || cloneDirs.has(dir))))

  return {
    directoryOf(source) {
      const url = getString(source, 'spec', 'url')
      if (url === undefined) return undefined
      const mapped = Object.entries(options.mapped).find(([key]) => sameUrl(key, url))
      if (mapped !== undefined) return mapped[1]
      const branch = branchOf(source)
      const found = clones.filter((clone) => clone.urls.some((remote) => sameUrl(remote, url)))
      const exact = found.find((clone) => branch === undefined || clone.branch === undefined || clone.branch === branch)
      if (exact !== undefined) return exact.dir
      const names = [getString(source, 'metadata', 'name'), branch, basename(url).replace(/\.git$/, '')]
      return names.find((name): name is string => name !== undefined && named.has(name))
    },
  }
}

function branchOf(source: JsonObject): string | undefined {
  const name = getString(source, 'spec', 'ref', 'name')
  return getString(source, 'spec', 'ref', 'branch') ?? /^refs\/heads\/(.+)$/.exec(name ?? '')?.[1]
}

/** Reads the remotes and the checked-out branch of a clone; a worktree's `.git` file counts as a clone without them. */
function readRepository(fs: FileSystem, root: string, dir: string): Repository | undefined {
  const git = dir === '.' ? `${root}/.git` : `${root}/${dir}/.git`
  if (fs.stat(git) === undefined) return undefined
  const config = readText(fs, `${git}/config`) ?? ''
  const head = readText(fs, `${git}/HEAD`) ?? ''
  const urls = [...config.matchAll(/^\s*url\s*=\s*(\S+)\s*$/gm)].map((match) => match[1]!)
  return { dir, urls, branch: /^ref: refs\/heads\/(\S+)/.exec(head)?.[1] }
}

/** True when two URLs of sources name the same repository, however each is reached. */
export function sameUrl(a: string, b: string): boolean {
  return a === b || sameRepository(a, b)
}
