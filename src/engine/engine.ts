import { CancellationSource, type Disposable, type ObjectRef, sleep } from '../base/index.ts'
import { fluxBase } from '../cel/index.ts'
import { conditionsOf, isReady } from '../flux/index.ts'
import { createInformer, createNormalizer, type Informer, type KubeObject } from '../kube/index.ts'
import { createSchemaRegistry } from '../schema/index.ts'
import { knownKinds, refuseRunningFlux } from './guard.ts'
import { reconcileKustomization } from './kustomize/reconcile.ts'
import type { EngineOptions } from './ports.ts'
import { ArtifactStore, changedPaths } from './runtime/artifact-store.ts'
import type { EngineContext } from './runtime/context.ts'
import { Controller, type ReconcileResult } from './runtime/controller.ts'
import { EventRecorder } from './runtime/events.ts'
import type { ControllerStats } from './runtime/metrics.ts'
import { VerifiedObjects } from './runtime/verified-objects.ts'
import { reconcileArtifactGenerator } from './source/artifact-generator.ts'
import { reconcileGitRepository } from './source/git-repository.ts'
import { LiveTrees } from './source/live-trees.ts'
import { keyOf, type Settled, survey } from './survey.ts'
import { configReadersOf, dependentsOf, generatorsOf, includersOf, newRevision, readersOf } from './triggers.ts'
import { unmanagedKinds } from './unmanaged.ts'

/** Reconciles the Flux objects of one cluster. */
export interface Engine {
  /**
   * Checks the cluster and begins; rejects with `FluxRunningError` where Flux runs, with `FluxMissingError` where its
   * definitions are missing, with `KubeError` where nobody answers.
   */
  start(): Promise<void>
  /** Ends; resolves when nothing is being worked on any more. */
  stop(): Promise<void>
  /** Reconciles one object now. */
  reconcileNow(ref: ObjectRef): void
  /** Takes the working trees of live sources again. */
  liveSourceChanged(): void
  /**
   * Resolves when every object is at rest: ready, failed and waiting for its retry, or suspended. After `timeout`
   * milliseconds it resolves with what is at rest by then; the others are among `failed`.
   */
  settle(timeout?: number): Promise<Settled>
  stats(): Readonly<Record<string, ControllerStats>>
  /** Flux kinds that are served but that this engine does not reconcile: "no controller yet". */
  readonly unmanagedKinds: readonly string[]
}

const managedKinds = {
  GitRepository: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
  ArtifactGenerator: { apiVersion: 'source.extensions.fluxcd.io/v1beta1', kind: 'ArtifactGenerator' },
  Kustomization: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
} as const

type ManagedKind = keyof typeof managedKinds

/** Kinds that the engine only watches: what they hold triggers reconciliations of others. */
const watchedKinds = {
  ExternalArtifact: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'ExternalArtifact' },
  OCIRepository: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'OCIRepository' },
  Bucket: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'Bucket' },
} as const

/** A start does not wait longer than this for slow sources before it turns to what can be done already. */
const sourcesFirst = 5000

/** Milliseconds that Kustomizations which a change concerns have before the others follow. */
const headStart = 500

/** Makes an engine; nothing happens before `start`. */
export function createEngine(options: EngineOptions): Engine {
  return new RunningEngine(options)
}

class RunningEngine implements Engine {
  readonly unmanagedKinds: readonly string[] = unmanagedKinds
  readonly #options: EngineOptions
  readonly #live: LiveTrees
  readonly #context: EngineContext
  readonly #controllers: Readonly<Record<ManagedKind, Controller>>
  readonly #subscriptions: Disposable[] = []
  readonly #cancellation = new CancellationSource()
  readonly #buildInputs = new Map<string, ReadonlySet<string>>()
  /** How many times those that a change does not concern are waiting for those that it does. */
  #headStarts = 0
  readonly #changedPaths = new Map<string, readonly string[]>()

  constructor(options: EngineOptions) {
    this.#options = options
    this.#live = new LiveTrees(options.liveSources ?? [], options.clock, () => this.#readLiveSources())
    this.#context = this.#makeContext()
    const context = this.#context
    this.#controllers = {
      GitRepository: this.#controller('GitRepository', (object) => reconcileGitRepository(context, object)),
      ArtifactGenerator: this.#controller('ArtifactGenerator', (object) => reconcileArtifactGenerator(context, object)),
      Kustomization: this.#controller('Kustomization', (object) =>
        reconcileKustomization(context, object, (key) => this.#controllers.Kustomization.isRequested(key)),
      ),
    }
  }

  async start(): Promise<void> {
    if (this.#options.ownCluster !== true) await refuseRunningFlux(this.#options.client)
    const kinds = { ...managedKinds, ...watchedKinds }
    const known = await knownKinds(this.#options.client, kinds, ['GitRepository', 'Kustomization'])
    const managed = Object.entries(this.#controllers) as [ManagedKind, Controller][]
    await Promise.all(managed.map(([kind, controller]) => (known.has(kind) ? controller.watch() : undefined)))
    for (const [name, kind] of Object.entries(watchedKinds)) {
      if (known.has(name as keyof typeof watchedKinds)) this.#watch(kind)
    }
    for (const kind of ['ConfigMap', 'Secret']) this.#watchConfig(kind)
    this.#live.watch()
    this.#subscriptions.push(this.#live)
    const { GitRepository, ArtifactGenerator, Kustomization } = this.#controllers
    GitRepository.release()
    await this.#sourcesReady(GitRepository)
    ArtifactGenerator.release()
    await this.#sourcesReady(ArtifactGenerator)
    Kustomization.release()
  }

  async stop(): Promise<void> {
    this.#cancellation.cancel()
    for (const subscription of this.#subscriptions) subscription.dispose()
    for (const controller of this.#all()) controller.dispose()
    await Promise.all(this.#all().map((controller) => controller.whenIdle()))
    const { sourceEvents, watcherEvents, kustomizeEvents } = this.#context
    await Promise.all([sourceEvents.flush(), watcherEvents.flush(), kustomizeEvents.flush()])
  }

  reconcileNow(ref: ObjectRef): void {
    if (Object.hasOwn(managedKinds, ref.kind)) {
      this.#controllers[ref.kind as ManagedKind].enqueue(`${ref.namespace ?? ''}/${ref.name}`)
    }
  }

  liveSourceChanged(): void {
    this.#live.changed()
  }

  async settle(timeout?: number): Promise<Settled> {
    const { clock } = this.#options
    const limit = timeout === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeout
    for (let quiet = 0; ; ) {
      const idle = !this.#live.pending && this.#headStarts === 0 && this.#all().every((controller) => controller.idle)
      const found = idle ? survey(this.#all().flatMap((controller) => controller.objects())) : undefined
      // Watch events of the last writes may still be on their way: it has to stay quiet for a moment.
      quiet = found === undefined ? 0 : quiet + 1
      if (found !== undefined && quiet >= 3) return found
      if (clock.now() >= limit || this.#cancellation.cancelled) return this.#atLimit()
      await sleep(clock, quiet > 0 ? 10 : 30)
    }
  }

  stats(): Readonly<Record<string, ControllerStats>> {
    return Object.fromEntries(Object.entries(this.#controllers).map(([name, one]) => [name, one.stats()]))
  }

  #atLimit(): Settled {
    const ready: ObjectRef[] = []
    const failed: Settled['failed'][number][] = []
    const suspended: ObjectRef[] = []
    for (const object of this.#all().flatMap((controller) => controller.objects())) {
      const one = survey([object])
      ready.push(...(one?.ready ?? []))
      suspended.push(...(one?.suspended ?? []))
      failed.push(...(one?.failed ?? []))
      if (one !== undefined) continue
      const condition = conditionsOf(object).find(({ type }) => type === 'Ready')
      const { apiVersion, kind } = object
      const ref = { apiVersion, kind, name: object.metadata.name, namespace: keyOf(object).split('/')[0]! }
      failed.push({
        ref,
        reason: condition?.reason ?? 'Progressing',
        message: condition?.message ?? 'not reconciled yet',
      })
    }
    return { ready, failed, suspended }
  }

  #readLiveSources(): void {
    const { GitRepository } = this.#controllers
    for (const object of GitRepository.objects()) {
      if (this.#live.of(object) !== undefined) GitRepository.enqueue(keyOf(object))
    }
  }

  #all(): Controller[] {
    return Object.values(this.#controllers)
  }

  #sourcesReady(controller: Controller): Promise<void> {
    return new Promise((resolve, reject) => {
      // Disposed of in time: a timer that is left keeps a process alive.
      const timer = this.#options.clock.after(sourcesFirst, resolve)
      controller.whenIdle().then(() => {
        timer.dispose()
        resolve()
      }, reject)
    })
  }

  #controller(name: ManagedKind, reconcile: (object: KubeObject) => Promise<ReconcileResult>): Controller {
    const { client, clock, namespace, concurrency, ownCluster, random } = this.#options
    return new Controller({
      kind: managedKinds[name],
      client,
      clock,
      log: this.#context.log,
      concurrency: concurrency ?? (ownCluster === true ? 16 : 4),
      random: random ?? (() => 0),
      namespace,
      reconcile,
      onChange: (object, before) => this.#onChange(object, before),
      onGone: (object) => this.#buildInputs.delete(keyOf(object)),
    })
  }

  #onChange(object: KubeObject, before: KubeObject | undefined): void {
    const { GitRepository, ArtifactGenerator, Kustomization } = this.#controllers
    if (object.kind === 'Kustomization') {
      const isNew = before === undefined || (isReady(conditionsOf(object)) && !isReady(conditionsOf(before)))
      if (!isNew) return
      for (const key of dependentsOf(object, Kustomization.objects())) Kustomization.enqueue(key)
      return
    }
    const revision = newRevision(object, before)
    if (revision === undefined) return
    const sourceKey = `${object.kind}/${keyOf(object)}`
    for (const key of generatorsOf(sourceKey, ArtifactGenerator.objects())) ArtifactGenerator.enqueue(key)
    const readers = readersOf(sourceKey, revision, Kustomization.objects())
    this.#enqueueInOrder(sourceKey, readers)
    if (object.kind !== 'GitRepository') return
    for (const key of includersOf(object, GitRepository.objects())) GitRepository.enqueue(key)
  }

  /**
   * Those whose last build read a file that has changed go first, the rest when they are done (or after a moment): theirs
   * is the change that somebody waits for.
   */
  #enqueueInOrder(sourceKey: string, keys: readonly string[]): void {
    const { Kustomization } = this.#controllers
    const changed = this.#changedPaths.get(sourceKey) ?? []
    this.#changedPaths.delete(sourceKey)
    const isAffected = (key: string): boolean => {
      const inputs = this.#buildInputs.get(key)
      return inputs === undefined || changed.some((path) => inputs.has(path))
    }
    const first = keys.filter(isAffected)
    const done = new Set(first)
    const rest = keys.filter((key) => !done.has(key))
    for (const key of first) Kustomization.enqueue(key)
    if (first.length === 0 || rest.length === 0) {
      for (const key of rest) Kustomization.enqueue(key)
      return
    }
    const { clock } = this.#options
    const limit = clock.now() + headStart
    const look = (): void => {
      this.#headStarts--
      if (this.#cancellation.cancelled) return
      if (clock.now() < limit && first.some((key) => Kustomization.isBusy(key))) wait()
      else for (const key of rest) Kustomization.enqueue(key)
    }
    const wait = (): void => {
      this.#headStarts++
      clock.after(20, look)
    }
    wait()
  }

  #onArtifact(kind: string, source: KubeObject): void {
    const { ArtifactGenerator, Kustomization } = this.#controllers
    const sourceKey = `${kind}/${keyOf(source)}`
    for (const key of generatorsOf(sourceKey, ArtifactGenerator.objects())) ArtifactGenerator.enqueue(key)
    for (const key of readersOf(sourceKey, undefined, Kustomization.objects())) Kustomization.enqueue(key)
  }

  #watch(kind: { apiVersion: string; kind: string }): void {
    this.#subscriptions.push(this.#inform(kind, { onUpdate: (object, before) => this.#onChange(object, before) }))
  }

  /** ConfigMaps and Secrets that ask for it by label bring about what reads them, as with the controller's default. */
  #watchConfig(kind: string): void {
    const { Kustomization } = this.#controllers
    const enqueue = (object: KubeObject): void => {
      for (const key of configReadersOf(object, Kustomization.objects())) Kustomization.enqueue(key)
    }
    const handlers = { onAdd: enqueue, onUpdate: enqueue }
    this.#subscriptions.push(
      this.#inform({ apiVersion: 'v1', kind }, { ...handlers, labelSelector: 'reconcile.fluxcd.io/watch=Enabled' }),
    )
  }

  #inform(
    kind: { apiVersion: string; kind: string },
    more: Partial<Pick<Parameters<typeof createInformer>[0], 'onAdd' | 'onUpdate' | 'labelSelector'>>,
  ): Informer {
    const { client, clock, namespace } = this.#options
    return createInformer({ client, clock, kind, ...(namespace === undefined ? {} : { namespace }), ...more })
  }

  #makeContext(): EngineContext {
    const { client, clock, build, fetchRemotes, git, decryptor, connect, onEvent, random, registry } = this.#options
    const log = this.#options.log ?? (() => undefined)
    const recorder = (controller: string): EventRecorder =>
      new EventRecorder({ client, clock, controller, log, onEvent })
    return {
      client,
      clock,
      log,
      build,
      fetchRemotes,
      cel: fluxBase(),
      normalizer: createNormalizer(registry ?? createSchemaRegistry()),
      git,
      live: this.#live,
      decryptor,
      connect,
      clients: new Map(),
      artifacts: new ArtifactStore(),
      verified: new VerifiedObjects(),
      buildInputs: this.#buildInputs,
      sourceEvents: recorder('source-controller'),
      watcherEvents: recorder('source-watcher'),
      kustomizeEvents: recorder('kustomize-controller'),
      warn: (event) => onEvent?.(event),
      dependencyInterval: this.#options.dependencyInterval ?? 30_000,
      healthInterval: this.#options.healthInterval ?? 5000,
      strictSubstitution: this.#options.strictSubstitution ?? true,
      jittered: (interval) => (random === undefined ? interval : interval * (0.95 + random() * 0.1)),
      onReplace: (owner, before, after) => this.#changedPaths.set(owner, changedPaths(before, after)),
      onArtifact: (kind, source) => this.#onArtifact(kind, source),
      stopping: () => this.#cancellation.cancelled,
    }
  }
}
