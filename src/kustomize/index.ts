/**
 * `kustomize build` as a library: one directory in, the same bytes as kustomize 5.8.1 out, with the file and line that
 * every field comes from. Invariants: reads only through the given file system and what it is given for the network,
 * changes nothing it was given, keeps no state between builds. Follows kubernetes-sigs/kustomize v5.8.1 (api, kyaml).
 */
export { build } from './build.ts'
export {
  buildFetching,
  FetchStore,
  fetchedRemotes,
  isPending,
  type RemoteFetcher,
  refusedRemotes,
} from './fetch-store.ts'
export { parseRepoUrl } from './repo-url.ts'
export * from './types.ts'
