import type { Clock } from '../../base/index.ts'
import type { CelBase } from '../../cel/index.ts'
import type { KustomizeBuildFunction } from '../../flux/index.ts'
import type { KubeClient, KubeObject, KubeTransport, Normalizer } from '../../kube/index.ts'
import type { Decryptor, EngineEvent, EngineLog, GitFetcher } from '../ports.ts'
import type { LiveTrees } from '../source/live-trees.ts'
import type { Artifact, ArtifactStore } from './artifact-store.ts'
import type { EventRecorder } from './events.ts'
import type { VerifiedObjects } from './verified-objects.ts'

/** What every reconciler of the engine works with. */
export interface EngineContext {
  readonly client: KubeClient
  readonly clock: Clock
  readonly log: EngineLog
  readonly build: KustomizeBuildFunction
  readonly fetchRemotes: (() => Promise<unknown>) | undefined
  readonly cel: CelBase
  readonly normalizer: Normalizer
  readonly git: GitFetcher | undefined
  readonly live: LiveTrees
  readonly decryptor: Decryptor | undefined
  readonly connect: ((kubeConfig: string) => KubeTransport | { readonly error: string }) | undefined
  /** Clients of other accounts and clusters that have been made. */
  readonly clients: Map<string, KubeClient>
  readonly artifacts: ArtifactStore
  readonly verified: VerifiedObjects
  /** The files that each Kustomization's last build read, by `namespace/name`. */
  readonly buildInputs: Map<string, ReadonlySet<string>>
  /** One recorder per controller, because an Event names the controller that it comes from. */
  readonly sourceEvents: EventRecorder
  readonly watcherEvents: EventRecorder
  readonly kustomizeEvents: EventRecorder
  /** Tells what no Flux controller would say: it is not recorded in the cluster. */
  warn(event: EngineEvent): void
  readonly dependencyInterval: number
  readonly healthInterval: number
  readonly strictSubstitution: boolean
  /** Spreads an interval by up to 5 %. */
  jittered(interval: number): number
  /** Called before a source's new artifact takes the place of another in the store. */
  onReplace(owner: string, before: Artifact, after: Artifact): void
  /** Called when the store has an artifact that a source's status names already: nobody is told by a watch. */
  onArtifact(kind: string, source: KubeObject): void
  /** True when the engine is being stopped: long waits end. */
  stopping(): boolean
}
