import { type Clock, compareStrings, type JsonObject, rfc3339 } from '../../base/index.ts'
import { stringMap } from '../../flux/index.ts'
import { type KubeClient, KubeError, type KubeObject, refOf } from '../../kube/index.ts'
import type { EngineEvent, EngineLog } from '../ports.ts'

interface Recorded {
  readonly name: string
  count: number
}

/** How many different events are remembered for counting repeats. */
const remembered = 4096

/**
 * Records core/v1 Events as client-go's recorder does for a controller: a repeat of the same event counts the first one
 * up. Writing never delays or fails a reconciliation.
 */
export class EventRecorder {
  readonly #client: KubeClient
  readonly #clock: Clock
  readonly #controller: string
  readonly #log: EngineLog
  readonly #onEvent: ((event: EngineEvent) => void) | undefined
  readonly #known = new Map<string, Recorded>()
  #last: Promise<void> = Promise.resolve()
  #sequence = 0

  constructor(options: {
    readonly client: KubeClient
    readonly clock: Clock
    readonly controller: string
    readonly log: EngineLog
    readonly onEvent?: ((event: EngineEvent) => void) | undefined
  }) {
    this.#client = options.client
    this.#clock = options.clock
    this.#controller = options.controller
    this.#log = options.log
    this.#onEvent = options.onEvent
  }

  /** Records an event about an object. `metadata` becomes annotations of the Event. */
  record(
    object: KubeObject,
    event: {
      readonly type: 'Normal' | 'Warning'
      readonly reason: string
      readonly message: string
      readonly metadata?: Readonly<Record<string, string>>
      /** Of interest in the cluster only: never passed on (Flux's `Trace` severity). */
      readonly trace?: boolean
    },
  ): void {
    const metadata: Record<string, string> = { ...event.metadata }
    for (const [key, value] of Object.entries(stringMap(object, 'annotations'))) {
      if (key.startsWith('event.toolkit.fluxcd.io/')) metadata[key] = value
    }
    const { type, reason, message } = event
    if (event.trace !== true) this.#onEvent?.({ type, reason, message, metadata, object: refOf(object) })
    const write = { type, reason, message, metadata }
    this.#last = this.#last
      .then(() => this.#write(object, write))
      .catch((error: unknown) => {
        this.#log('debug', 'unable to record event', { error: String(error), object: refOf(object) })
      })
  }

  /** Resolves when everything recorded so far is written, or was given up. */
  flush(): Promise<void> {
    return this.#last
  }

  async #write(
    object: KubeObject,
    event: { type: string; reason: string; message: string; metadata: Record<string, string> },
  ): Promise<void> {
    const uid = object.metadata['uid']
    const namespace = typeof object.metadata['namespace'] === 'string' ? object.metadata['namespace'] : 'default'
    const key = [uid, event.type, event.reason, event.message].join('\0')
    const now = rfc3339(this.#clock.now())
    const before = this.#known.get(key)
    if (before !== undefined) {
      const ref = { apiVersion: 'v1', kind: 'Event', name: before.name, namespace }
      try {
        await this.#client.patch(ref, 'merge', {
          count: before.count + 1,
          lastTimestamp: now,
          metadata: { annotations: event.metadata },
        })
        before.count++
        return
      } catch (error) {
        if (!(error instanceof KubeError && error.code === 404)) throw error
      }
    }
    const name = `${object.metadata.name}.${(this.#clock.now() * 1_000_000 + this.#sequence++).toString(16)}`
    await this.#client.create(eventObject(object, event, { name, namespace, now, controller: this.#controller }))
    this.#remember(key, { name, count: 1 })
  }

  #remember(key: string, recorded: Recorded): void {
    this.#known.delete(key)
    this.#known.set(key, recorded)
    if (this.#known.size <= remembered) return
    const oldest = this.#known.keys().next().value
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}

function eventObject(
  object: KubeObject,
  event: { type: string; reason: string; message: string; metadata: Record<string, string> },
  to: { name: string; namespace: string; now: string; controller: string },
): KubeObject {
  const entries = Object.entries(event.metadata).sort(([a], [b]) => compareStrings(a, b))
  const involved: JsonObject = { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name }
  for (const field of ['namespace', 'resourceVersion', 'uid']) {
    const value = object.metadata[field]
    if (typeof value === 'string') involved[field] = value
  }
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: to.name,
      namespace: to.namespace,
      ...(entries.length > 0 ? { annotations: Object.fromEntries(entries) } : {}),
    },
    involvedObject: involved,
    reason: event.reason,
    // The API refuses more than a kilobyte.
    message: event.message.length > 1024 ? `${event.message.slice(0, 1021)}...` : event.message,
    source: { component: to.controller },
    firstTimestamp: to.now,
    lastTimestamp: to.now,
    count: 1,
    type: event.type,
    reportingComponent: to.controller,
    reportingInstance: '',
  }
}
