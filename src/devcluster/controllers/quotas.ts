import { isObject, type JsonObject } from '../../base/index.ts'
import { quantityText } from '../../kube/index.ts'
import { namespaceUsage } from '../admission/quota-usage.ts'
import type { Change } from '../store/store.ts'
import type { Controller, Environment } from './environment.ts'

const NAME = 'resourcequota-controller'
const QUOTAS = 'resourcequotas'

/** Keeps `status.used` of ResourceQuotas. */
export class QuotaController implements Controller {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
    env.queue.register(NAME, (namespace) => this.#work(namespace))
  }

  observe(change: Change): void {
    const { namespace } = change.entry
    if (namespace === '' || this.#env.machine.store.collection(QUOTAS).size === 0) return
    if (change.type !== 'MODIFIED' || change.collection === QUOTAS || change.collection === 'pods')
      this.#env.queue.add(NAME, namespace)
  }

  resync(): void {
    for (const quota of this.#env.list(QUOTAS)) this.#env.queue.add(NAME, String(quota.metadata['namespace']))
  }

  #work(namespace: string): void {
    for (const quota of this.#env.list(QUOTAS, namespace)) {
      const spec = isObject(quota['spec']) ? quota['spec'] : {}
      const hard = isObject(spec['hard']) ? spec['hard'] : {}
      const used: JsonObject = {}
      for (const [name, amount] of namespaceUsage(this.#env.machine, namespace, Object.keys(hard)))
        used[name] = quantityText(amount)
      const status: JsonObject = Object.keys(hard).length === 0 ? {} : { hard: { ...hard }, used }
      this.#env.setStatus(QUOTAS, quota, status)
    }
  }
}
