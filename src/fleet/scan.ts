import type { FileSystem, Problem } from '../base/index.ts'

/** What a walk of the workspace found. Paths are relative to the workspace. */
export interface ScanResult {
  readonly paths: readonly string[]
  readonly problems: readonly Problem[]
}

const maxFiles = 50_000
const maxDirEntries = 20_000
const maxDepth = 40

/** Directories that hold no manifests of a fleet, whatever they are called in `.gitignore`. */
const skippedDirs: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  '.terraform',
  '.venv',
  '.direnv',
  '.cache',
  '__pycache__',
])

/** True for files that the fleet model reads: YAML, and kustomize's file without an extension. */
export function isFleetFile(path: string): boolean {
  return path.endsWith('.yaml') || path.endsWith('.yml') || /(^|\/)Kustomization$/.test(path)
}

/** True when a path lies in a directory that is never read. */
export function isSkippedPath(path: string): boolean {
  return path.split('/').some((part) => skippedDirs.has(part))
}

/**
 * Lists the YAML files below a directory in lexical order. Symbolic links are not followed: source-controller leaves
 * them out of artifacts, and what they point to inside the repository is found by its own path. The templates of Helm
 * charts are no YAML and are left out.
 */
export function scanWorkspace(fs: FileSystem, root: string): ScanResult {
  const paths: string[] = []
  const problems: Problem[] = []
  let full = false
  const visit = (dir: string, depth: number): void => {
    const entries = fs.readDir(dir === '' ? root : `${root}/${dir}`)
    if (entries === undefined) return
    if (entries.length > maxDirEntries || depth > maxDepth) {
      const message =
        depth > maxDepth
          ? `more than ${maxDepth} levels of directories; what lies below is not read`
          : `${entries.length} entries; directories with more than ${maxDirEntries} are not read`
      problems.push({ code: 'fleet/directory-too-large', severity: 'warning', message, location: { path: dir || '.' } })
      return
    }
    const isChart = entries.some((entry) => entry.name === 'Chart.yaml')
    for (const entry of entries) {
      if (full) return
      const path = dir === '' ? entry.name : `${dir}/${entry.name}`
      if (entry.kind === 'directory') {
        if (skippedDirs.has(entry.name) || (isChart && entry.name === 'templates')) continue
        visit(path, depth + 1)
      } else if (entry.kind === 'file' && isFleetFile(entry.name)) {
        if (paths.length >= maxFiles) {
          full = true
          problems.push({
            code: 'fleet/too-many-files',
            severity: 'warning',
            message: `the workspace has more than ${maxFiles} YAML files; the others are not read`,
            location: { path: dir || '.' },
          })
          return
        }
        paths.push(path)
      }
    }
  }
  visit('', 0)
  return { paths, problems }
}
