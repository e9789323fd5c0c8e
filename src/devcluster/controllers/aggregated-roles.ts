import { getIn, isObject, type JsonObject, jsonEqual } from '../../base/index.ts'
import { matchesLabels, selectorFromObject } from '../../kube/index.ts'
import { labelsOf } from '../operations/metadata.ts'
import type { Change } from '../store/store.ts'
import type { Controller, Environment } from './environment.ts'

const NAME = 'clusterrole-aggregation-controller'
const COLLECTION = 'clusterroles.rbac.authorization.k8s.io'

/**
 * Fills ClusterRoles with an aggregation rule from those that its selectors match, in the order of their names and each
 * rule once (kubernetes pkg/controller/clusterroleaggregation).
 */
export class RoleAggregation implements Controller {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env.as(NAME)
    env.queue.register(NAME, (name) => this.#work(name))
  }

  observe(change: Change): void {
    if (change.collection === COLLECTION) this.resync()
  }

  resync(): void {
    for (const role of this.#env.list(COLLECTION))
      if (isObject(role['aggregationRule'])) this.#env.queue.add(NAME, role.metadata.name)
  }

  #work(name: string): void {
    const role = this.#env.get(COLLECTION, '', name)
    const selectors = getIn(role, ['aggregationRule', 'clusterRoleSelectors'])
    if (role === undefined || !Array.isArray(selectors)) return
    const rules: JsonObject[] = []
    const others = this.#env.list(COLLECTION).filter((other) => other.metadata.name !== name)
    for (const selector of selectors.filter(isObject)) {
      const parsed = selectorFromObject(selector)
      if (!parsed.ok) continue
      for (const other of others) {
        if (!matchesLabels(parsed.value, labelsOf(other)) || !Array.isArray(other['rules'])) continue
        for (const rule of other['rules'].filter(isObject))
          if (!rules.some((known) => jsonEqual(known, rule))) rules.push(rule)
      }
    }
    // The controller applies what it found; of nothing nothing is applied, and who had rules keeps them.
    if (rules.length === 0 || jsonEqual(rules, role['rules'] ?? null)) return
    this.#env.apply(COLLECTION, { apiVersion: role.apiVersion, kind: role.kind, metadata: { name }, rules })
  }
}
