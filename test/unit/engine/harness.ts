import { type Disposable, getString, MemoryFileSystem, type ObjectRef, VirtualClock } from '../../../src/base/index.ts'
import { ApiServer, createInProcessTransport } from '../../../src/devcluster/index.ts'
import {
  createEngine,
  type Engine,
  type EngineEvent,
  type EngineOptions,
  type Settled,
} from '../../../src/engine/index.ts'
import { type Condition, conditionsOf, inventoryOf } from '../../../src/flux/index.ts'
import { createKubeClient, type KubeClient, type KubeObject, type KubeTransport } from '../../../src/kube/index.ts'
import { build } from '../../../src/kustomize/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import { parseYaml } from '../../../src/yaml/index.ts'

export interface HarnessOptions extends Partial<EngineOptions> {
  /** Path in the repository → YAML; the repository is the live source of every GitRepository. */
  readonly files?: Readonly<Record<string, string>>
  /** YAML of what is in the cluster before the engine starts; `flux-system` and its source are always there. */
  readonly cluster?: string
  /** Wraps the way to the API server, to make requests fail. */
  readonly transport?: (inner: KubeTransport) => KubeTransport
  /** A server that has state already. */
  readonly server?: ApiServer
  readonly clock?: VirtualClock
  readonly fs?: MemoryFileSystem
}

/** Made once: it only holds facts. */
const registry = createSchemaRegistry()

/** The source that every harness begins with. */
const base = `
apiVersion: v1
kind: Namespace
metadata: { name: flux-system }
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: fleet, namespace: flux-system }
spec: { interval: 1h, url: https://example.com/fleet, ref: { branch: main } }
`

/** An engine on a dev cluster of its own, on virtual time. */
export class Harness {
  readonly clock: VirtualClock
  readonly server: ApiServer
  /** Administrator's client, never made to fail. */
  readonly client: KubeClient
  readonly engine: Engine
  readonly fs: MemoryFileSystem
  readonly events: EngineEvent[] = []
  readonly #listeners = new Set<() => void>()
  readonly #cluster: string
  readonly #fresh: boolean

  constructor(options: HarnessOptions = {}) {
    const { files = {}, cluster = '', transport, server, clock, fs, ...engine } = options
    this.clock = clock ?? new VirtualClock()
    let seed = 1
    const random = (): number => {
      seed = (seed * 48271) % 2147483647
      return seed / 2147483647
    }
    this.server = server ?? new ApiServer({ clock: this.clock, random })
    this.#fresh = server === undefined
    const direct = createInProcessTransport(this.server)
    this.client = createKubeClient(direct, this.clock)
    this.fs = fs ?? new MemoryFileSystem(Object.entries(files).map(([path, text]) => [`/fleet/${path}`, text] as const))
    this.fs.makeDir('/fleet')
    this.#cluster = cluster
    this.engine = createEngine({
      client: transport === undefined ? this.client : createKubeClient(transport(direct), this.clock),
      clock: this.clock,
      build,
      ownCluster: true,
      registry,
      onEvent: (event) => this.events.push(event),
      liveSources: [
        {
          matches: (url) => url.startsWith('https://example.com/'),
          fs: this.fs,
          root: '/fleet',
          onChange: (callback) => this.#listen(callback),
        },
      ],
      ...engine,
    })
  }

  /** Puts the cluster's first objects there and starts the engine; resolves when all is at rest. */
  async start(): Promise<Settled> {
    if (this.#fresh)
      for (const object of parseYaml(`${base}---\n${this.#cluster}`).value)
        await this.client.create(object as KubeObject)
    await this.during(this.engine.start())
    return this.settle()
  }

  /** Writes a file of the repository (`undefined` removes it) and tells the engine. */
  save(path: string, text: string | undefined): void {
    if (text === undefined) this.fs.removeFile(`/fleet/${path}`)
    else this.fs.writeFile(`/fleet/${path}`, text)
    for (const listener of this.#listeners) listener()
  }

  settle(): Promise<Settled> {
    return this.during(this.engine.settle())
  }

  /** Lets virtual time run until a promise resolves. */
  async during<T>(promise: Promise<T>): Promise<T> {
    let done = false
    const finish = (): void => {
      done = true
    }
    promise.then(finish, finish)
    for (let i = 0; !done; i++) {
      await drain()
      const next = this.clock.next()
      if (done) break
      if (next === undefined || i > 20_000) throw new Error('nothing happens any more')
      await this.clock.advance(Math.max(0, next - this.clock.now()))
    }
    return promise
  }

  /** Lets virtual time pass, everything that falls due included. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds
    for (;;) {
      await drain()
      const next = this.clock.next()
      if (next === undefined || next > end) break
      await this.clock.advance(Math.max(0, next - this.clock.now()))
    }
    await this.clock.advance(Math.max(0, end - this.clock.now()))
    await drain()
  }

  async stop(): Promise<void> {
    await this.during(this.engine.stop())
  }

  get(kind: string, name: string, namespace = 'flux-system'): Promise<KubeObject | undefined> {
    return this.client.get(refFor(kind, name, namespace))
  }

  kustomization(name: string): Promise<KubeObject | undefined> {
    return this.get('Kustomization', name)
  }

  /** A condition of a Kustomization as `Status Reason: message`. */
  async condition(name: string, type = 'Ready'): Promise<string | undefined> {
    const object = await this.kustomization(name)
    const found = object === undefined ? undefined : conditionsOf(object).find((one: Condition) => one.type === type)
    return found === undefined ? undefined : `${found.status} ${found.reason}: ${found.message}`
  }

  async inventory(name: string): Promise<string[]> {
    const object = await this.kustomization(name)
    return object === undefined ? [] : inventoryOf(object).map(({ id }) => id)
  }

  /** Messages of the events about an object so far. */
  messages(name: string): string[] {
    return this.events
      .filter(({ object }) => object.name === name)
      .map(({ reason, message }) => `${reason}: ${message}`)
  }

  #listen(callback: () => void): Disposable {
    this.#listeners.add(callback)
    return { dispose: () => this.#listeners.delete(callback) }
  }
}

/** A Kustomization's YAML. */
export function kustomization(name: string, spec: string, metadata = ''): string {
  return `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: ${name}, namespace: flux-system${metadata === '' ? '' : `, ${metadata}`} }
spec:
  interval: 10m
  prune: true
  sourceRef: { kind: GitRepository, name: fleet }
${spec
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
---`
}

/** A ConfigMap's YAML. */
export function configMap(name: string, data = 'key: value', namespace = 'flux-system'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: ${namespace} }\ndata: { ${data} }\n`
}

export function dataOf(object: KubeObject | undefined, key = 'key'): string | undefined {
  return getString(object, 'data', key)
}

const apiVersions: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  GitRepository: 'source.toolkit.fluxcd.io/v1',
  ExternalArtifact: 'source.toolkit.fluxcd.io/v1',
  ArtifactGenerator: 'source.extensions.fluxcd.io/v1beta1',
  Deployment: 'apps/v1',
  Job: 'batch/v1',
}

export function refFor(kind: string, name: string, namespace = 'flux-system'): ObjectRef {
  return { apiVersion: apiVersions[kind] ?? 'v1', kind, name, namespace }
}

/** Lets everything run that needs no time to pass. */
function drain(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
