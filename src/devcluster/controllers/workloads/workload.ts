import { getIn } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { ownersOf } from '../../operations/metadata.ts'
import type { Change } from '../../store/store.ts'
import type { Controller, Environment } from '../environment.ts'

/** The common half of workload controllers: a key is `namespace/name`, and what it owns wakes it up. */
export abstract class WorkloadController implements Controller {
  protected readonly env: Environment
  protected readonly collection: string
  readonly #name: string
  /** Collections whose objects wake up their controller. */
  readonly #owned: ReadonlySet<string>
  readonly #kind: string

  constructor(
    env: Environment,
    options: { readonly collection: string; readonly kind: string; readonly owns: readonly string[] },
  ) {
    this.env = env
    this.collection = options.collection
    this.#kind = options.kind
    this.#owned = new Set(options.owns)
    this.#name = `${options.kind}-controller`
    env.queue.register(this.#name, (key) => {
      const slash = key.indexOf('/')
      const object = env.get(options.collection, key.slice(0, slash), key.slice(slash + 1))
      if (object !== undefined) this.sync(object)
    })
  }

  /** Brings one object's world in line with its spec. */
  protected abstract sync(object: KubeObject): void

  observe(change: Change): void {
    const { object, namespace } = change.entry
    if (change.collection === this.collection) {
      if (change.type !== 'DELETED') this.again(object)
    } else if (this.#owned.has(change.collection)) {
      for (const owner of ownersOf(object)) {
        if (owner.controller && owner.kind === this.#kind) this.env.queue.add(this.#name, `${namespace}/${owner.name}`)
      }
    }
  }

  resync(): void {
    for (const object of this.env.list(this.collection)) this.again(object)
  }

  /** Looks at an object again, now or after a delay in milliseconds. */
  protected again(object: KubeObject, delay: number = 0): void {
    this.env.queue.add(this.#name, `${String(object.metadata['namespace'] ?? '')}/${object.metadata.name}`, delay)
  }

  /** What an object of the collection owns. */
  protected ownedBy(object: KubeObject, collection: string): KubeObject[] {
    const uid = String(object.metadata['uid'])
    return this.env
      .owned(uid, collection)
      .filter((item) => ownersOf(item).some((owner) => owner.uid === uid && owner.controller))
  }
}

/** metadata.generation, for observedGeneration. */
export function generationOf(object: KubeObject): number {
  return Number(getIn(object, ['metadata', 'generation']) ?? 0)
}
