/**
 * Sources and artifacts: which files of a tree a source-controller packs, revisions, repository URLs, archives.
 * Invariants: pure but for the file system and the HTTP client it is given; network, disk and processes are in `src/host`.
 */
export * from './artifact-view.ts'
export { type BucketLocation, type FetchedBucket, fetchBucket, readBucket } from './bucket/bucket.ts'
export { type CacheRef, type ChartCache, createMemoryCache } from './charts/cache.ts'
export type { VerifySignature } from './charts/cosign.ts'
export { checkDigest, type FetchContext, type FetchedChart } from './charts/fetcher.ts'
export * from './charts/http.ts'
export { HttpCharts, type HttpRepository, resolveChartUrl } from './charts/http-repository.ts'
export { type ChartIndex, type IndexEntry, parseIndex } from './charts/index-file.ts'
export { chartLayerType, type OciArtifactSelector, OciCharts, type SignedBy } from './charts/oci-charts.ts'
export { OciRegistry, type OciRepository, parseChallenge } from './charts/oci-registry.ts'
export {
  dockerLogin,
  type HelmRepositoryAccess,
  readHelmRepository,
  readOciRepository,
  type SecretReader,
} from './charts/source-objects.ts'
export { compileTagPattern } from './charts/tag-pattern.ts'
export { chooseVersion, type Offered, parseFullVersion } from './charts/versions.ts'
export * from './digest.ts'
export { headCommit } from './git-head.ts'
export * from './git-url.ts'
export * from './revision.ts'
export {
  createIgnoreMatcher,
  type IgnoreMatcher,
  type IgnorePattern,
  loadIgnorePatterns,
  parseIgnorePattern,
  parseIgnorePatterns,
  sourceIgnoreFile,
} from './sourceignore.ts'
export * from './tar.ts'
