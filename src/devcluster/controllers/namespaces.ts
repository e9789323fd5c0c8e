import { isObject, jsonEqual, rfc3339 } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { isDeleting } from '../operations/metadata.ts'
import type { Change } from '../store/store.ts'
import type { Controller, Environment } from './environment.ts'

const NAME = 'namespace-controller'
const NAMESPACES = 'namespaces'
const RETRY = 500
const ROOT_CONFIG = 'kube-root-ca.crt'
const DESCRIPTION =
  'The certificate authority of this API server, for clients inside the cluster. Its use elsewhere is not guaranteed.'

/** A certificate for kube-root-ca.crt where the server has none of its own. */
export interface RootCertificate {
  pem: string
}

/** Namespaces: the default account and root certificate in each, and the emptying of those that are deleted. */
export class NamespaceController implements Controller {
  readonly #env: Environment
  readonly #root: RootCertificate

  constructor(env: Environment, root: RootCertificate) {
    this.#env = env
    this.#root = root
    env.queue.register(NAME, (name) => this.#work(name))
  }

  observe(change: Change): void {
    if (change.collection === NAMESPACES) {
      if (change.type !== 'DELETED') this.#env.queue.add(NAME, change.entry.name)
      return
    }
    if (change.type !== 'DELETED' || change.entry.namespace === '') return
    const { namespace, name } = change.entry
    const own =
      (change.collection === 'serviceaccounts' && name === 'default') ||
      (change.collection === 'configmaps' && name === ROOT_CONFIG)
    const found = this.#env.get(NAMESPACES, '', namespace)
    if (found !== undefined && (own || isDeleting(found))) this.#env.queue.add(NAME, namespace)
  }

  resync(): void {
    for (const namespace of this.#env.list(NAMESPACES)) this.#env.queue.add(NAME, namespace.metadata.name)
  }

  #work(name: string): void {
    const namespace = this.#env.get(NAMESPACES, '', name)
    if (namespace === undefined) return
    if (isDeleting(namespace)) this.#empty(namespace)
    else this.#furnish(name)
  }

  #furnish(name: string): void {
    this.#env.ensure('serviceaccounts', name, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: name },
    })
    const data = { 'ca.crt': this.#root.pem }
    const live = this.#env.get('configmaps', name, ROOT_CONFIG)
    if (live === undefined) {
      const metadata = { name: ROOT_CONFIG, namespace: name, annotations: { 'kubernetes.io/description': DESCRIPTION } }
      this.#env.create('configmaps', name, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
    } else if (!jsonEqual(live['data'], data)) {
      // The state of an earlier run has the certificate of an earlier run.
      this.#env.update('configmaps', name, ROOT_CONFIG, (draft) => {
        draft['data'] = data
      })
    }
  }

  #empty(namespace: KubeObject): void {
    const { name } = namespace.metadata
    let left = 0
    const waiting = new Map<string, number>()
    for (const collection of this.#env.machine.store.collections()) {
      for (const object of this.#env.list(collection, name)) {
        // Finalizers of an owner may need its dependents, and the other way round: all get the word at once.
        if (!isDeleting(object)) this.#env.remove(collection, object, 'Background')
        const still = this.#env.get(collection, name, object.metadata.name)
        if (still === undefined) continue
        left++
        for (const finalizer of (still.metadata['finalizers'] as string[] | undefined) ?? [])
          waiting.set(finalizer, (waiting.get(finalizer) ?? 0) + 1)
      }
    }
    if (left > 0) {
      this.#report(namespace, left, waiting)
      this.#env.queue.add(NAME, name, RETRY)
      return
    }
    const spec = isObject(namespace['spec']) ? namespace['spec'] : {}
    const finalizers = Array.isArray(spec['finalizers']) ? spec['finalizers'] : []
    if (finalizers.length > 0) this.#finalize(namespace)
  }

  /** Takes spec.finalizers away, which ends the deletion unless metadata.finalizers remain. */
  #finalize(namespace: KubeObject): void {
    const { store } = this.#env.machine
    const { name } = namespace.metadata
    const metadata: KubeObject['metadata'] = { ...namespace.metadata, resourceVersion: String(store.nextRevision()) }
    store.put(NAMESPACES, '', { ...namespace, metadata, spec: {} })
    const rest = (metadata['finalizers'] as string[] | undefined) ?? []
    if (rest.length === 0) store.remove(NAMESPACES, '', name)
  }

  #report(namespace: KubeObject, left: number, waiting: ReadonlyMap<string, number>): void {
    const time = rfc3339(this.#env.now)
    const names = [...waiting].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
    const condition = (type: string, status: boolean, reason: string, message: string): { [key: string]: string } => ({
      type,
      status: status ? 'True' : 'False',
      lastTransitionTime: time,
      reason,
      message,
    })
    const before =
      isObject(namespace['status']) && Array.isArray(namespace['status']['conditions'])
        ? namespace['status']['conditions']
        : []
    if (before.length > 0 && waiting.size === 0) return
    const conditions = [
      condition(
        'NamespaceContentRemaining',
        true,
        'SomeResourcesRemain',
        `Some resources are remaining: ${left} resource instances`,
      ),
      condition(
        'NamespaceFinalizersRemaining',
        waiting.size > 0,
        waiting.size > 0 ? 'SomeFinalizersRemain' : 'ContentHasNoFinalizers',
        waiting.size > 0
          ? `Some content in the namespace has finalizers remaining: ${names.join(', ')}`
          : 'All content-preserving finalizers finished',
      ),
    ]
    const same = JSON.stringify(before.map(plain)) === JSON.stringify(conditions.map(plain))
    if (!same) this.#env.setStatus(NAMESPACES, namespace, { phase: 'Terminating', conditions })
  }
}

function plain(condition: unknown): unknown {
  if (!isObject(condition)) return condition
  const { lastTransitionTime: _time, ...rest } = condition
  return rest
}
