import { dirname, type FileSystem, joinPath, readText } from '../base/index.ts'

const maxSteps = 5
const commit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/**
 * The commit that a working tree has checked out, read from Git's own files (HEAD, loose and packed references, also of
 * linked work trees). `undefined` for a folder that is in no clone, a new branch without a commit, or references in a
 * format that is not files (reftable).
 * @param directory absolute; the clone may begin above it.
 */
export function headCommit(fs: FileSystem, directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const git = gitDirectory(fs, at)
    if (git !== undefined) return resolve(fs, git, 'HEAD')
    if (at === '/' || at === dirname(at)) return undefined
  }
}

/** `.git` of a clone: the folder, or the one that a file of this name points to. */
function gitDirectory(fs: FileSystem, directory: string): string | undefined {
  const path = joinPath(directory, '.git')
  const kind = fs.stat(path)?.kind
  if (kind === 'directory') return path
  const target = kind === 'file' ? /^gitdir: (.+)$/m.exec(readText(fs, path) ?? '')?.[1]?.trim() : undefined
  if (target === undefined) return undefined
  return target.startsWith('/') ? target : joinPath(directory, target)
}

function resolve(fs: FileSystem, git: string, reference: string): string | undefined {
  // References of a linked work tree are in the clone that it belongs to.
  const common = readText(fs, joinPath(git, 'commondir'))?.trim()
  const shared = common === undefined ? git : common.startsWith('/') ? common : joinPath(git, common)
  let name = reference
  for (let step = 0; step < maxSteps; step++) {
    const text = (readText(fs, joinPath(git, name)) ?? readText(fs, joinPath(shared, name)))?.trim()
    if (text === undefined) return packed(fs, shared, name)
    if (commit.test(text)) return text
    const next = /^ref: (refs\/[^\s]+)$/.exec(text)?.[1]
    if (next === undefined || next.split('/').includes('..')) return undefined
    name = next
  }
  return undefined
}

function packed(fs: FileSystem, git: string, name: string): string | undefined {
  for (const line of (readText(fs, joinPath(git, 'packed-refs')) ?? '').split('\n')) {
    const [hash = '', ref] = line.trim().split(' ')
    if (ref === name && commit.test(hash)) return hash
  }
  return undefined
}
