import type { Clock } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { SchemaRegistry } from '../../schema/index.ts'
import type { UserInfo } from '../http/types.ts'
import type { ResourceRegistry } from '../resources/registry.ts'
import type { Strategy, StrategyContext } from '../resources/strategy.ts'
import type { Store } from '../store/store.ts'
import type { Admission } from './admission.ts'
import type { FieldManaging } from './field-managing.ts'
import type { SchemaChecks } from './schema-checks.ts'
import type { WebhookSession } from './webhook-session.ts'

/** Everything that the verbs work on; one a server. */
export interface Machine {
  readonly store: Store
  readonly registry: ResourceRegistry
  readonly clock: Clock
  readonly strategies: ReadonlyMap<string, Strategy>
  readonly fields: FieldManaging
  readonly schemas: SchemaChecks
  /** Types of kinds, custom ones included, for merging. */
  readonly types: SchemaRegistry
  readonly admission: readonly Admission[]
  readonly random: () => number
  /** Answers of webhooks for the cluster's own controllers. */
  readonly webhooks: WebhookSession | undefined
  /** JSON texts of stored objects. */
  readonly texts: WeakMap<KubeObject, string>
}

/** The circumstances of one write. */
export interface WriteContext {
  readonly user: UserInfo
  readonly manager: string
  readonly dryRun: boolean
  readonly validation: 'Strict' | 'Warn' | 'Ignore'
  /** `status`, `scale`, … or `''`. */
  readonly subresource: string
  /** Collects the texts of Warning headers. */
  readonly warnings: string[]
  /** Answers of webhooks; the machine's when absent. */
  readonly webhooks?: WebhookSession
}

/** The write context of the cluster's own controllers. */
export function systemContext(controller: string, subresource = ''): WriteContext {
  return {
    user: { name: `system:serviceaccount:kube-system:${controller}`, groups: ['system:masters'] },
    manager: 'kube-controller-manager',
    dryRun: false,
    validation: 'Ignore',
    subresource,
    warnings: [],
  }
}

/** What strategies see of the cluster. */
export function strategyContext(machine: Machine, uid: () => string): StrategyContext {
  return {
    now: machine.clock.now(),
    lookup: (collection, namespace, name) => machine.store.get(collection, namespace, name)?.object,
    list: (collection, namespace) =>
      machine.store
        .collection(collection)
        .list(namespace)
        .map((entry) => entry.object),
    uid,
    random: machine.random,
  }
}
