/**
 * Sources and artifacts: which files of a tree a source-controller packs, revisions, repository URLs, archives.
 * Invariants: pure but for the file system it is given; network and processes are only in `transport/`.
 */
export * from './artifact-view.ts'
export * from './digest.ts'
export * from './git-url.ts'
export * from './revision.ts'
export {
  createIgnoreMatcher,
  type IgnoreMatcher,
  type IgnorePattern,
  loadIgnorePatterns,
  parseIgnorePattern,
  parseIgnorePatterns,
} from './sourceignore.ts'
export * from './tar.ts'
