import { getIn, getString, type JsonObject, rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { parseApiVersion } from '../../../kube/index.ts'
import { labelsOf } from '../../operations/metadata.ts'
import { selects } from '../../resources/validation/selectors.ts'
import type { Change } from '../../store/store.ts'
import type { Controller, Environment } from '../environment.ts'
import { isPodActive, isPodReady, listAt, numberAt, podCounts, scaled, withCondition } from './pod-objects.ts'
import { generationOf } from './workload.ts'

const SCALERS = 'horizontalpodautoscalers.autoscaling'
const BUDGETS = 'poddisruptionbudgets.policy'
const SCALABLE = new Set(['deployments.apps', 'statefulsets.apps', 'replicasets.apps'])

/** HorizontalPodAutoscalers keep their target within bounds (there is no load); PodDisruptionBudgets count. */
export class ScalingController implements Controller {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
    env.queue.register('hpa', (key) => this.#scaler(key))
    env.queue.register('pdb', (key) => this.#budget(key))
  }

  observe(change: Change): void {
    if (change.type === 'DELETED' && change.collection !== 'pods') return
    const { namespace, name } = change.entry
    if (change.collection === SCALERS) this.#env.queue.add('hpa', `${namespace}/${name}`)
    else if (change.collection === BUDGETS) this.#env.queue.add('pdb', `${namespace}/${name}`)
    else if (change.collection === 'pods') {
      if (podCounts(change))
        for (const budget of this.#env.list(BUDGETS, namespace))
          this.#env.queue.add('pdb', `${namespace}/${budget.metadata.name}`)
    } else if (SCALABLE.has(change.collection)) {
      for (const scaler of this.#env.list(SCALERS, namespace)) {
        if (getString(scaler, 'spec', 'scaleTargetRef', 'name') === name)
          this.#env.queue.add('hpa', `${namespace}/${scaler.metadata.name}`)
      }
    }
  }

  resync(): void {
    for (const [collection, controller] of [
      [SCALERS, 'hpa'],
      [BUDGETS, 'pdb'],
    ] as const) {
      for (const object of this.#env.list(collection))
        this.#env.queue.add(controller, `${String(object.metadata['namespace'])}/${object.metadata.name}`)
    }
  }

  #scaler(key: string): void {
    const slash = key.indexOf('/')
    const namespace = key.slice(0, slash)
    const scaler = this.#env.get(SCALERS, namespace, key.slice(slash + 1))
    if (scaler === undefined) return
    const reference = getIn(scaler, ['spec', 'scaleTargetRef'])
    const { group, version } = parseApiVersion(getString(reference, 'apiVersion') ?? '')
    const type = this.#env.machine.registry.ofKind(group, version, getString(reference, 'kind') ?? '')
    const target =
      type === undefined ? undefined : this.#env.get(type.collection, namespace, getString(reference, 'name') ?? '')
    const time = rfc3339(this.#env.now)
    const condition = (
      conditions: JsonObject[],
      name: string,
      status: boolean,
      reason: string,
      message: string,
    ): JsonObject[] =>
      withCondition(conditions, { type: name, status: status ? 'True' : 'False', reason, message }, time)
    let conditions = listAt(scaler, 'status', 'conditions')
    if (target === undefined || type === undefined) {
      const message = `the HPA controller was unable to get the target's current scale: ${type?.resource ?? 'resource'} "${getString(reference, 'name') ?? ''}" not found`
      conditions = condition(conditions, 'AbleToScale', false, 'FailedGetScale', message)
      this.#env.setStatus(SCALERS, scaler, { desiredReplicas: 0, currentReplicas: 0, currentMetrics: null, conditions })
      return
    }
    const current = numberAt(target, 1, 'spec', 'replicas')
    const wanted =
      current === 0
        ? 0
        : Math.min(
            numberAt(scaler, 1, 'spec', 'maxReplicas'),
            Math.max(numberAt(scaler, 1, 'spec', 'minReplicas'), current),
          )
    if (wanted !== current) {
      this.#env.update(type.collection, namespace, target.metadata.name, (draft) => {
        draft['spec'] = { ...(draft['spec'] as JsonObject), replicas: wanted }
      })
    }
    conditions = condition(conditions, 'AbleToScale', true, 'ReadyForNewScale', 'recommended size matches current size')
    conditions = condition(
      conditions,
      'ScalingActive',
      true,
      'ValidMetricFound',
      'the HPA was able to successfully calculate a replica count from a simulated metric',
    )
    conditions = condition(
      conditions,
      'ScalingLimited',
      false,
      'DesiredWithinRange',
      'the desired count is within the acceptable range',
    )
    this.#env.setStatus(SCALERS, scaler, {
      currentReplicas: numberAt(target, 0, 'status', 'replicas'),
      desiredReplicas: wanted,
      currentMetrics: null,
      conditions,
    })
  }

  #budget(key: string): void {
    const slash = key.indexOf('/')
    const namespace = key.slice(0, slash)
    const budget = this.#env.get(BUDGETS, namespace, key.slice(slash + 1))
    if (budget === undefined) return
    const pods = this.#env
      .list('pods', namespace)
      .filter((pod: KubeObject) => isPodActive(pod) && selects(getIn(budget, ['spec', 'selector']), labelsOf(pod)))
    const healthy = pods.filter(isPodReady).length
    const minimum = getIn(budget, ['spec', 'minAvailable'])
    const missing = getIn(budget, ['spec', 'maxUnavailable'])
    const desired =
      missing !== undefined
        ? Math.max(0, pods.length - scaled(missing, pods.length, true))
        : scaled(minimum ?? 1, pods.length, true)
    const allowed = Math.max(0, healthy - desired)
    const enough = allowed > 0
    const conditions = withCondition(
      listAt(budget, 'status', 'conditions'),
      {
        type: 'DisruptionAllowed',
        status: enough ? 'True' : 'False',
        reason: enough ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        observedGeneration: generationOf(budget),
      },
      rfc3339(this.#env.now),
    )
    this.#env.setStatus(BUDGETS, budget, {
      observedGeneration: generationOf(budget),
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: pods.length,
      conditions,
    })
  }
}
