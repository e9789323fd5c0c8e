import { getIn, type JsonObject, rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { ApiError } from '../../http/errors.ts'
import { isDeleting } from '../../operations/metadata.ts'
import type { Environment } from '../environment.ts'
import { recordEvent } from './events.ts'
import {
  byUselessness,
  hasLabels,
  isPodActive,
  isPodReady,
  listAt,
  numberAt,
  objectAt,
  phaseOf,
  podFromTemplate,
  readyFor,
  withCondition,
} from './pod-objects.ts'
import { generationOf, WorkloadController } from './workload.ts'

/** A kind that asks for a number of equal Pods. */
interface ReplicaKind {
  readonly collection: string
  readonly kind: string
  /** Who says so in its events. */
  readonly component: string
  /** Its status counts the Pods that are leaving. */
  readonly countsLeaving: boolean
}

const REPLICA_SETS: ReplicaKind = {
  collection: 'replicasets.apps',
  kind: 'ReplicaSet',
  component: 'replicaset-controller',
  countsLeaving: true,
}

/** As upstream, one controller does both kinds (pkg/controller/replication wraps that of ReplicaSets). */
export const REPLICATION_CONTROLLERS: ReplicaKind = {
  collection: 'replicationcontrollers',
  kind: 'ReplicationController',
  component: 'replication-controller',
  countsLeaving: false,
}

/** ReplicaSets and ReplicationControllers: as many Pods as asked for, and the counts in the status. */
export class ReplicaSetController extends WorkloadController {
  readonly #replicas: ReplicaKind

  constructor(env: Environment, replicas: ReplicaKind = REPLICA_SETS) {
    super(env, { collection: replicas.collection, kind: replicas.kind, owns: ['pods'] })
    this.#replicas = replicas
  }

  protected sync(set: KubeObject): void {
    const pods = this.ownedBy(set, 'pods')
    const active = pods.filter(isPodActive)
    const failure = isDeleting(set) ? undefined : this.#balance(set, active)
    this.#report(set, failure)
    if (failure !== undefined) this.again(set, 1000)
  }

  /** Makes or deletes Pods; answers why a Pod could not be made. */
  #balance(set: KubeObject, active: readonly KubeObject[]): string | undefined {
    const wanted = numberAt(set, 1, 'spec', 'replicas')
    const namespace = String(set.metadata['namespace'])
    for (let i = active.length; i < wanted; i++) {
      const pod = podFromTemplate(set, getIn(set, ['spec', 'template']), { generateName: `${set.metadata.name}-` })
      try {
        const made = this.env.create('pods', namespace, pod)
        recordEvent(this.env, set, {
          type: 'Normal',
          reason: 'SuccessfulCreate',
          message: `Created pod: ${made.metadata.name}`,
          component: this.#replicas.component,
        })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        recordEvent(this.env, set, {
          type: 'Warning',
          reason: 'FailedCreate',
          message: `Error creating: ${error.message}`,
          component: this.#replicas.component,
        })
        return error.message
      }
    }
    for (const pod of [...active].sort(byUselessness).slice(0, Math.max(0, active.length - wanted))) {
      this.env.remove('pods', pod)
      recordEvent(this.env, set, {
        type: 'Normal',
        reason: 'SuccessfulDelete',
        message: `Deleted pod: ${pod.metadata.name}`,
        component: this.#replicas.component,
      })
    }
    return undefined
  }

  #report(set: KubeObject, failure: string | undefined): void {
    const pods = this.ownedBy(set, 'pods').filter(isPodActive)
    const labels = objectAt(set, 'spec', 'template', 'metadata', 'labels')
    const minReady = numberAt(set, 0, 'spec', 'minReadySeconds') * 1000
    const ready = pods.filter(isPodReady)
    const available = ready.filter((pod) => (readyFor(pod, this.env.now) ?? 0) >= minReady)
    if (available.length < ready.length) this.again(set, minReady)
    const counts = {
      fullyLabeledReplicas: pods.filter((pod) => hasLabels(pod, labels)).length,
      readyReplicas: ready.length,
      availableReplicas: available.length,
    }
    const leaving = this.ownedBy(set, 'pods').filter(
      (pod) => isDeleting(pod) && !['Succeeded', 'Failed'].includes(phaseOf(pod)),
    )
    const status: JsonObject = {
      replicas: pods.length,
      ...(this.#replicas.countsLeaving ? { terminatingReplicas: leaving.length } : {}),
      observedGeneration: generationOf(set),
    }
    for (const [key, value] of Object.entries(counts)) if (value > 0) status[key] = value
    const others = listAt(set, 'status', 'conditions').filter((condition) => condition['type'] !== 'ReplicaFailure')
    const conditions =
      failure === undefined
        ? others
        : withCondition(
            listAt(set, 'status', 'conditions'),
            { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure },
            rfc3339(this.env.now),
          )
    if (conditions.length > 0) status['conditions'] = conditions
    this.env.setStatus(this.collection, set, status)
  }
}
