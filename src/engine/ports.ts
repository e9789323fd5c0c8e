import type { Cancellation, Clock, Disposable, FileSystem, ObjectRef } from '../base/index.ts'
import type { KustomizeBuildFunction } from '../flux/index.ts'
import type { KubeClient, KubeObject, KubeTransport } from '../kube/index.ts'
import type { SchemaRegistry } from '../schema/index.ts'
import type { TreeFile } from './runtime/tree-hash.ts'

/** What to fetch from a Git repository: the fields of a GitRepository that matter for it. */
export interface GitRequest {
  readonly url: string
  readonly ref: {
    readonly branch?: string
    readonly tag?: string
    readonly semver?: string
    readonly name?: string
    readonly commit?: string
  }
  /** Directories to check out, all when empty. */
  readonly sparseCheckout: readonly string[]
  readonly recurseSubmodules: boolean
  /** Milliseconds. */
  readonly timeout: number
  /** Data of the Secret in `spec.secretRef`, decoded. */
  readonly credentials: Readonly<Record<string, string>> | undefined
  /** Data of the Secret in `spec.proxySecretRef`, decoded. */
  readonly proxy: Readonly<Record<string, string>> | undefined
  readonly cancellation?: Cancellation
}

/** A commit and its tree. */
export interface GitCheckout {
  /** `main@sha1:…`, `v1.2.3@sha1:…` or `sha1:…`, as Flux writes revisions. */
  readonly revision: string
  /** First line of the commit message, with the short hash and author as go-git prints it; for events. */
  readonly message?: string
  readonly files: readonly TreeFile[]
}

/** Fetches Git repositories; rejects with an `Error` whose message is shown to the user. */
export interface GitFetcher {
  fetch(request: GitRequest): Promise<GitCheckout>
}

/** A working tree that stands in for the repository that it is a clone of. */
export interface LiveSource {
  /** True when the working tree is a clone of what a source object points at. */
  matches(url: string, source: KubeObject): boolean
  readonly fs: FileSystem
  /** Absolute directory of the working tree. */
  readonly root: string
  /** The branch to show in revisions; by default that of the source's `spec.ref`, else `main`. */
  branch?(): string | undefined
  /** Paths relative to the root that belong to the tree (what Git does not ignore); absent: every file but `.git/`. */
  paths?(): readonly string[] | Promise<readonly string[]>
  /** Calls back after files have changed. */
  onChange?(callback: () => void): Disposable
}

/** Decrypts SOPS-encrypted objects with the keys of a Kustomization's decryption Secret. */
export interface Decryptor {
  decrypt(object: KubeObject, keys: Readonly<Record<string, string>>): KubeObject | { readonly error: string }
}

/** Something worth telling outside the cluster: what the engine also records as an Event, and its own warnings. */
export interface EngineEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  readonly object: ObjectRef
  readonly metadata: Readonly<Record<string, string>>
}

export type EngineLog = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void

export interface EngineOptions {
  readonly client: KubeClient
  readonly clock: Clock
  /** kustomize's build. */
  readonly build: KustomizeBuildFunction
  /** Fetches what a build asked for that ended with `kustomize/remote-pending`. */
  readonly fetchRemotes?: () => Promise<unknown>
  readonly git?: GitFetcher
  /** Types of built-in objects; a registry of its own by default. */
  readonly registry?: SchemaRegistry
  readonly liveSources?: readonly LiveSource[]
  readonly decryptor?: Decryptor
  /** Makes a client for a transport: impersonation and remote clusters. Default: the kube module's. */
  readonly connect?: (kubeConfig: string) => KubeTransport | { readonly error: string }
  readonly log?: EngineLog
  readonly onEvent?: (event: EngineEvent) => void
  /** True for the embedded dev cluster: Flux Deployments there are simulated, so that they do not count as running. */
  readonly ownCluster?: boolean
  /**
   * Reconciliations at a time per controller. Default 4, as the controllers; 16 on the own cluster, where many that wait
   * for each other must not keep the rest from their turn.
   */
  readonly concurrency?: number
  /** Milliseconds after which an unmet dependency is looked at again. Default 30 s. */
  readonly dependencyInterval?: number
  /** Milliseconds between looks at objects that are waited for. Default 5 s. */
  readonly healthInterval?: number
  /** Numbers in [0, 1) that spread intervals and retries. Default: none, for reproducible runs. */
  readonly random?: () => number
  /** Only objects of this namespace; default all. */
  readonly namespace?: string
  /** `true`: post-build variables must be set. Default true, as in Flux 2.9. */
  readonly strictSubstitution?: boolean
}
