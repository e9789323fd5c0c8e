import type { Disposable, ObjectRef } from '../base/index.ts'
import { conditionsOf, getCondition, isConditionFalse, isReady } from '../flux/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { refuseRunningFlux } from './guard.ts'
import { reconcileKustomization, sourceKeyOf } from './kustomize/reconcile.ts'
import type { EngineOptions } from './ports.ts'
import { ArtifactStore, artifactStatusOf } from './runtime/artifact-store.ts'
import type { EngineContext } from './runtime/context.ts'
import { Controller } from './runtime/controller.ts'
import { EventRecorder } from './runtime/events.ts'
import type { ControllerStats } from './runtime/metrics.ts'
import { reconcileGitRepository } from './source/git-repository.ts'

/** What `settle` found: every object of the engine's kinds, and how it stands. */
export interface Settled {
  readonly ready: readonly ObjectRef[]
  /** With the message of Ready. */
  readonly failed: readonly { readonly ref: ObjectRef; readonly reason: string; readonly message: string }[]
  readonly suspended: readonly ObjectRef[]
}

/** Reconciles the Flux objects of one cluster. */
export interface Engine {
  /** Checks the cluster and begins; rejects with `FluxRunningError` where Flux runs, with `KubeError` where nobody answers. */
  start(): Promise<void>
  /** Ends; resolves when nothing is being worked on any more. */
  stop(): Promise<void>
  /** Reconciles one object now. */
  reconcileNow(ref: ObjectRef): void
  /** Takes the working trees of live sources again. */
  liveSourceChanged(): void
  /** Resolves when every object is at rest: ready, failed and waiting for its retry, or suspended. */
  settle(): Promise<Settled>
  stats(): Readonly<Record<string, ControllerStats>>
  /** Flux kinds that are served but that this engine does not reconcile. */
  readonly unmanagedKinds: readonly string[]
}

const kinds = {
  GitRepository: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
  ExternalArtifact: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'ExternalArtifact' },
  ArtifactGenerator: { apiVersion: 'source.extensions.fluxcd.io/v1beta1', kind: 'ArtifactGenerator' },
  Kustomization: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
} as const

/** Makes an engine; nothing happens before `start`. */
export function createEngine(options: EngineOptions): Engine {
  return new RunningEngine(options)
}

class RunningEngine implements Engine {
  readonly unmanagedKinds = [
    'HelmRelease',
    'HelmRepository',
    'HelmChart',
    'OCIRepository',
    'Bucket',
    'Alert',
    'Provider',
    'Receiver',
    'ImageRepository',
    'ImagePolicy',
    'ImageUpdateAutomation',
  ] as const
  readonly #options: EngineOptions
  readonly #context: EngineContext
  readonly #controllers: Readonly<Record<'GitRepository' | 'Kustomization', Controller>>
  readonly #subscriptions: Disposable[] = []
  #stopping = false

  constructor(options: EngineOptions) {
    this.#options = options
    this.#context = this.#makeContext()
    this.#controllers = {
      GitRepository: this.#controller('GitRepository', (object) => reconcileGitRepository(this.#context, object)),
      Kustomization: this.#controller('Kustomization', (object) =>
        reconcileKustomization(this.#context, object, () => false),
      ),
    }
  }

  async start(): Promise<void> {
    if (this.#options.ownCluster !== true) await refuseRunningFlux(this.#options.client)
    await Promise.all(Object.values(this.#controllers).map((controller) => controller.watch()))
    for (const live of this.#options.liveSources ?? []) {
      const subscription = live.onChange?.(() => this.liveSourceChanged())
      if (subscription !== undefined) this.#subscriptions.push(subscription)
    }
    this.#controllers.GitRepository.release()
    await this.#controllers.GitRepository.whenIdle()
    this.#controllers.Kustomization.release()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    for (const subscription of this.#subscriptions) subscription.dispose()
    for (const controller of Object.values(this.#controllers)) controller.dispose()
    await Promise.all(Object.values(this.#controllers).map((controller) => controller.whenIdle()))
    const { sourceEvents, watcherEvents, kustomizeEvents } = this.#context
    await Promise.all([sourceEvents.flush(), watcherEvents.flush(), kustomizeEvents.flush()])
  }

  reconcileNow(ref: ObjectRef): void {
    const key = `${ref.namespace ?? ''}/${ref.name}`
    if (ref.kind === 'GitRepository' || ref.kind === 'Kustomization') this.#controllers[ref.kind].enqueue(key)
  }

  liveSourceChanged(): void {
    for (const object of this.#controllers.GitRepository.objects()) {
      const url = urlOf(object)
      if (this.#context.liveSources.some((live) => live.matches(url, object))) {
        this.#controllers.GitRepository.enqueue(keyOf(object))
      }
    }
  }

  async settle(): Promise<Settled> {
    for (;;) {
      for (const controller of Object.values(this.#controllers)) await controller.whenIdle()
      // Watch events of the last writes may still be on their way.
      await new Promise<void>((resolve) => this.#options.clock.after(20, resolve))
      if (!Object.values(this.#controllers).every((controller) => controller.idle)) continue
      const result = this.#survey()
      if (result !== undefined) return result
      await new Promise<void>((resolve) => this.#options.clock.after(100, resolve))
      if (this.#stopping) return { ready: [], failed: [], suspended: [] }
    }
  }

  stats(): Readonly<Record<string, ControllerStats>> {
    return Object.fromEntries(Object.entries(this.#controllers).map(([name, one]) => [name, one.stats()]))
  }

  /** `undefined` when something has yet to have its first turn. */
  #survey(): Settled | undefined {
    const ready: ObjectRef[] = []
    const failed: { ref: ObjectRef; reason: string; message: string }[] = []
    const suspended: ObjectRef[] = []
    for (const controller of Object.values(this.#controllers)) {
      for (const object of controller.objects()) {
        const ref = {
          apiVersion: object.apiVersion,
          kind: object.kind,
          name: object.metadata.name,
          namespace: namespaceOf(object),
        }
        const conditions = conditionsOf(object)
        if (isSuspended(object)) suspended.push(ref)
        else if (isReady(conditions) && isObserved(object)) ready.push(ref)
        else if (isConditionFalse(conditions, 'Ready') || getCondition(conditions, 'Stalled')?.status === 'True') {
          const condition = getCondition(conditions, 'Ready')
          failed.push({ ref, reason: condition?.reason ?? '', message: condition?.message ?? '' })
        } else return undefined
      }
    }
    return { ready, failed, suspended }
  }

  #controller(
    name: 'GitRepository' | 'Kustomization',
    reconcile: (object: KubeObject) => ReturnType<typeof reconcileGitRepository>,
  ): Controller {
    const { client, clock, namespace, concurrency } = this.#options
    return new Controller({
      kind: kinds[name],
      client,
      clock,
      log: this.#context.log,
      concurrency: concurrency ?? 4,
      random: this.#options.random ?? (() => 0),
      namespace,
      reconcile,
      onChange: (object, before) => this.#onChange(name, object, before),
    })
  }

  #onChange(name: 'GitRepository' | 'Kustomization', object: KubeObject, before: KubeObject | undefined): void {
    if (name !== 'Kustomization') {
      const now = artifactStatusOf(object)
      if (before !== undefined && now !== undefined && now.revision !== artifactStatusOf(before)?.revision) {
        this.#enqueueReaders(`${name}/${keyOf(object)}`, now.revision)
      }
      return
    }
    if (before !== undefined && isReady(conditionsOf(object)) && !isReady(conditionsOf(before))) {
      this.#enqueueDependents(object)
    }
  }

  /** Kustomizations that read a source, unless they have tried this revision already and are well, or at it. */
  #enqueueReaders(sourceKey: string, revision: string | undefined): void {
    for (const object of this.#controllers.Kustomization.objects()) {
      if (sourceKeyOf(object) !== sourceKey) continue
      const conditions = conditionsOf(object)
      const busyOrWell = isReady(conditions) || getCondition(conditions, 'Reconciling')?.status === 'True'
      if (busyOrWell && revision !== undefined && statusText(object, 'lastAttemptedRevision') === revision) continue
      this.#controllers.Kustomization.enqueue(keyOf(object))
    }
  }

  /** Those that wait for a Kustomization need not wait for their next look at it. */
  #enqueueDependents(ready: KubeObject): void {
    for (const object of this.#controllers.Kustomization.objects()) {
      if (getCondition(conditionsOf(object), 'Ready')?.reason !== 'DependencyNotReady') continue
      if (dependsOn(object, ready)) this.#controllers.Kustomization.enqueue(keyOf(object))
    }
  }

  #makeContext(): EngineContext {
    const { client, clock, build, git, liveSources, decryptor, connect, onEvent } = this.#options
    const log = this.#options.log ?? (() => undefined)
    const random = this.#options.random
    const recorder = (controller: string): EventRecorder =>
      new EventRecorder({ client, clock, controller, log, onEvent })
    return {
      client,
      clock,
      log,
      build,
      git,
      liveSources: liveSources ?? [],
      decryptor,
      connect,
      artifacts: new ArtifactStore(),
      sourceEvents: recorder('source-controller'),
      watcherEvents: recorder('source-watcher'),
      kustomizeEvents: recorder('kustomize-controller'),
      dependencyInterval: this.#options.dependencyInterval ?? 30_000,
      healthInterval: this.#options.healthInterval ?? 5000,
      strictSubstitution: this.#options.strictSubstitution ?? true,
      jittered: (interval) => (random === undefined ? interval : interval * (0.95 + random() * 0.1)),
      onArtifact: (kind, source) => this.#enqueueReaders(`${kind}/${keyOf(source)}`, undefined),
      stopping: () => this.#stopping,
    }
  }
}

function keyOf(object: KubeObject): string {
  return `${namespaceOf(object)}/${object.metadata.name}`
}

function namespaceOf(object: KubeObject): string {
  const namespace = object.metadata['namespace']
  return typeof namespace === 'string' ? namespace : ''
}

function specOf(object: KubeObject): Record<string, unknown> {
  return (object['spec'] ?? {}) as Record<string, unknown>
}

function urlOf(object: KubeObject): string {
  const url = specOf(object)['url']
  return typeof url === 'string' ? url : ''
}

function isSuspended(object: KubeObject): boolean {
  return specOf(object)['suspend'] === true
}

function statusText(object: KubeObject, field: string): string | undefined {
  const status = (object['status'] ?? {}) as Record<string, unknown>
  const value = status[field]
  return typeof value === 'string' ? value : undefined
}

function isObserved(object: KubeObject): boolean {
  const status = (object['status'] ?? {}) as Record<string, unknown>
  return status['observedGeneration'] === object.metadata['generation']
}

function dependsOn(object: KubeObject, other: KubeObject): boolean {
  const list = specOf(object)['dependsOn']
  if (!Array.isArray(list)) return false
  return list.some((one: { name?: unknown; namespace?: unknown }) => {
    const namespace = typeof one.namespace === 'string' && one.namespace !== '' ? one.namespace : namespaceOf(object)
    return one.name === other.metadata.name && namespace === namespaceOf(other)
  })
}
