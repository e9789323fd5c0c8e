import { type FileSystem, joinPath, readText } from '../base/index.ts'
import { compileGlob, type Glob } from './glob.ts'

/** Left out of every artifact. */
const vcsPatterns: readonly string[] = ['.git/', '.gitignore', '.gitmodules', '.gitattributes']

/** Left out as well, but only where no pattern is given at all. */
const defaultPatterns: readonly string[] = [
  ...['*.jpg', '*.jpeg', '*.gif', '*.png', '*.wmv', '*.flv', '*.tar.gz', '*.zip'],
  ...['.github/', '.circleci/', '.travis.yml', '.gitlab-ci.yml', 'appveyor.yml', '.drone.yml', 'cloudbuild.yaml'],
  ...['codeship-services.yml', 'codeship-steps.yml', '**/.goreleaser.yml', '**/.sops.yaml', '**/.flux.yaml'],
]

export const sourceIgnoreFile = '.sourceignore'

/** Lines longer than this end the reading of a file, as Go's line scanner does. */
const maxLine = 64 * 1024

/** A pattern of a `.sourceignore` file, in force below its folder. */
export interface IgnorePattern {
  readonly domain: readonly string[]
  readonly parts: readonly PatternPart[]
  readonly inclusion: boolean
  readonly directoryOnly: boolean
  /** Matched against the whole path below the domain, because it has a slash; otherwise against each name in it. */
  readonly isPath: boolean
}

interface PatternPart {
  readonly text: string
  /** `undefined` for a malformed pattern, which matches nothing. */
  readonly glob: Glob | undefined
}

/** Parses one line. `domain`: the folder of its file, as path components. Source: fluxcd/pkg sourceignore/gitignore. */
export function parseIgnorePattern(line: string, domain: readonly string[] = []): IgnorePattern {
  let text = line
  const inclusion = text.startsWith('!')
  if (inclusion) text = text.slice(1)
  if (!text.endsWith('\\ ')) text = text.replace(/ +$/, '')
  const directoryOnly = text.endsWith('/')
  if (directoryOnly) text = text.slice(0, -1)
  const parts = text.split('/').map((part) => ({ text: part, glob: compileGlob(part) }))
  return { domain, parts, inclusion, directoryOnly, isPath: text.includes('/') }
}

/** The patterns of a `.sourceignore` file or of `spec.ignore`; comments and empty lines are skipped. */
export function parseIgnorePatterns(text: string, domain: readonly string[] = []): IgnorePattern[] {
  const patterns: IgnorePattern[] = []
  for (const line of text.split('\n')) {
    if (line.length > maxLine) break
    const clean = line.endsWith('\r') ? line.slice(0, -1) : line
    if (!clean.startsWith('#') && clean.trim() !== '') patterns.push(parseIgnorePattern(clean, domain))
  }
  return patterns
}

/** Decides for a path of a tree whether it is left out of the artifact. */
export interface IgnoreMatcher {
  /** `path`: components below the tree's root. The last pattern that matches decides. */
  ignores(path: readonly string[], isDirectory: boolean): boolean
  /** True when a pattern can bring back files below a folder that is left out. */
  readonly hasInclusions: boolean
}

/**
 * The matcher of source-controller for the patterns of a tree's `.sourceignore` files, then those of `spec.ignore`:
 * Git's own files are left out before all, pictures, archives and CI files only where there is no pattern at all.
 * Source: fluxcd/pkg artifact/storage SourceIgnoreFilter.
 */
export function createIgnoreMatcher(patterns: readonly IgnorePattern[]): IgnoreMatcher {
  const defaults = patterns.length > 0 ? vcsPatterns : [...vcsPatterns, ...defaultPatterns]
  const all = [...defaults.map((pattern) => parseIgnorePattern(pattern)), ...patterns]
  return {
    hasInclusions: patterns.some((pattern) => pattern.inclusion),
    ignores(path, isDirectory) {
      for (let i = all.length - 1; i >= 0; i--) {
        if (matchesPattern(all[i]!, path, isDirectory)) return !all[i]!.inclusion
      }
      return false
    },
  }
}

function matchesPattern(pattern: IgnorePattern, path: readonly string[], isDirectory: boolean): boolean {
  const from = pattern.domain.length
  if (path.length <= from) return false
  for (let i = 0; i < from; i++) if (path[i] !== pattern.domain[i]) return false
  return pattern.isPath ? matchesPath(pattern, path, isDirectory) : matchesName(pattern, path, isDirectory)
}

function matchesName(pattern: IgnorePattern, path: readonly string[], isDirectory: boolean): boolean {
  const { glob } = pattern.parts[0]!
  if (glob === undefined) return false
  for (let i = pattern.domain.length; i < path.length; i++) {
    if (glob(path[i]!)) return !(pattern.directoryOnly && !isDirectory && i === path.length - 1)
  }
  return false
}

/** Upstream's own walk, with its rule that `**` goes to the first component that matches and never tries a later one. */
function matchesPath(pattern: IgnorePattern, path: readonly string[], isDirectory: boolean): boolean {
  const { parts } = pattern
  let at = pattern.domain.length
  let matched = false
  let traverse = false
  for (let i = 0; i < parts.length; i++) {
    const { text, glob } = parts[i]!
    if (text === '') {
      traverse = false
      continue
    }
    if (text === '**') {
      if (i === parts.length - 1) break
      traverse = true
      continue
    }
    if (text.includes('**') || at >= path.length || glob === undefined) return false
    if (traverse) {
      traverse = false
      matched = false
      while (at < path.length && !matched) matched = glob(path[at++]!)
    } else {
      if (!glob(path[at]!)) return false
      matched = true
      at++
    }
  }
  return matched && !(pattern.directoryOnly && !isDirectory && at >= path.length)
}

/** Deeper folders are not looked into. */
export const maxTreeDepth = 200

/**
 * Reads every `.sourceignore` of a tree, each in force below its folder, outer ones first; those in folders that are
 * left out count too. Symbolic links are not followed. Source: fluxcd/pkg sourceignore LoadIgnorePatterns.
 */
export function loadIgnorePatterns(fs: FileSystem, root: string): IgnorePattern[] {
  const out: IgnorePattern[] = []
  const walk = (dir: string, domain: readonly string[]): void => {
    const entries = fs.readDir(dir)
    if (entries === undefined || domain.length > maxTreeDepth) return
    if (entries.some((entry) => entry.name === sourceIgnoreFile && entry.kind !== 'directory')) {
      out.push(...parseIgnorePatterns(readText(fs, joinPath(dir, sourceIgnoreFile)) ?? '', domain))
    }
    for (const { name, kind } of entries) {
      if (kind === 'directory' && name !== '.git') walk(joinPath(dir, name), [...domain, name])
    }
  }
  walk(root, [])
  return out
}
