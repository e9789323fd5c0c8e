import { rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import type { Change } from '../../store/store.ts'
import type { Controller, Environment } from '../environment.ts'

const NAME = 'event-ttl'
const TTL = 3600_000

export interface EventText {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  readonly component: string
}

/** Writes an event about an object; one that is there already is counted instead. */
export function recordEvent(env: Environment, object: KubeObject, text: EventText): void {
  const namespace = String(object.metadata['namespace'] ?? 'default')
  const uid = String(object.metadata['uid'] ?? '')
  const name = `${object.metadata.name}.${fingerprint(`${uid}/${text.reason}/${text.message}/${text.component}`)}`
  const time = rfc3339(env.now)
  const writer = env.as(text.component)
  if (env.get('events', namespace, name) !== undefined) {
    writer.update('events', namespace, name, (draft) => {
      draft['count'] = Number(draft['count'] ?? 1) + 1
      draft['lastTimestamp'] = time
    })
    return
  }
  // No namespace, or one that is going: nobody is left to read it.
  const home = env.get('namespaces', '', namespace)
  if (home === undefined || home.metadata['deletionTimestamp'] !== undefined) return
  writer.create('events', namespace, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.metadata.name,
      namespace,
      uid,
      resourceVersion: String(object.metadata['resourceVersion'] ?? ''),
    },
    type: text.type,
    reason: text.reason,
    message: text.message,
    source: { component: text.component },
    reportingComponent: text.component,
    reportingInstance: '',
    firstTimestamp: time,
    lastTimestamp: time,
    eventTime: null,
    count: 1,
  })
}

function fingerprint(text: string): string {
  let a = 0x811c9dc5
  let b = 0x01000193
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193) >>> 0
    b = Math.imul(b ^ text.charCodeAt(text.length - 1 - i), 0x01000193) >>> 0
  }
  return a.toString(16).padStart(8, '0') + b.toString(16).padStart(8, '0')
}

/** Events are forgotten an hour after they last happened. */
export class EventTtl implements Controller {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
    env.queue.register(NAME, (key) => this.#work(key))
  }

  observe(change: Change): void {
    if (change.collection === 'events' && change.type === 'ADDED') {
      this.#env.queue.add(NAME, `${change.entry.namespace}/${change.entry.name}`, TTL)
    }
  }

  resync(): void {
    for (const event of this.#env.list('events')) {
      this.#env.queue.add(NAME, `${String(event.metadata['namespace'])}/${event.metadata.name}`, TTL)
    }
  }

  #work(key: string): void {
    const [namespace, name] = key.split('/') as [string, string]
    const event = this.#env.get('events', namespace, name)
    if (event === undefined) return
    const last = Date.parse(String(event['lastTimestamp'] ?? event.metadata['creationTimestamp'] ?? ''))
    const left = (Number.isNaN(last) ? 0 : last) + TTL - this.#env.now
    if (left > 0) this.#env.queue.add(NAME, key, left)
    else this.#env.remove('events', event)
  }
}
