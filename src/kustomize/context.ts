import type { NodeHashes } from './hash.ts'
import type { Loader } from './loader.ts'
import type { SchemaFacts } from './openapi.ts'
import type { HelmChartFile, KustomizeOptions } from './types.ts'

/** What is the same everywhere in one build. */
export interface BuildContext {
  readonly schema: SchemaFacts
  readonly options: KustomizeOptions
  readonly hashes: NodeHashes
  /** Charts that were pulled for this build, by the directory in which they stand. */
  readonly pulled: Map<string, readonly HelmChartFile[]>
}

/** What generators and transformers of one kustomization need. */
export interface BuildScope extends BuildContext {
  readonly loader: Loader
}
