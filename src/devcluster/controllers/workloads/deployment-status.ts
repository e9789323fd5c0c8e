import type { JsonObject } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { conditionOf, listAt, numberAt, withCondition } from './pod-objects.ts'

export interface RolloutView {
  readonly desired: number
  readonly unavailable: number
  readonly generation: number
  readonly current: KubeObject | undefined
  readonly sets: readonly KubeObject[]
  readonly time: string
  readonly now: number
}

/** The status of a Deployment, and when to look again for the progress deadline. */
export function deploymentStatus(
  deployment: KubeObject,
  view: RolloutView,
): { status: JsonObject; recheck: number | undefined } {
  const sum = (field: string): number => view.sets.reduce((total, set) => total + numberAt(set, 0, 'status', field), 0)
  const replicas = sum('replicas')
  const updated = numberAt(view.current, 0, 'status', 'replicas')
  const available = sum('availableReplicas')
  const wantedTotal = view.sets.reduce((total, set) => total + numberAt(set, 0, 'spec', 'replicas'), 0)
  const counts = {
    replicas,
    updatedReplicas: updated,
    readyReplicas: sum('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wantedTotal - available),
  }
  const status: JsonObject = { observedGeneration: view.generation, terminatingReplicas: sum('terminatingReplicas') }
  for (const [key, value] of Object.entries(counts)) if (value > 0) status[key] = value
  const collisions = numberAt(deployment, 0, 'status', 'collisionCount')
  if (collisions > 0) status['collisionCount'] = collisions

  let conditions = listAt(deployment, 'status', 'conditions')
  const enough = available >= view.desired - view.unavailable
  conditions = touched(
    conditions,
    {
      type: 'Available',
      status: enough ? 'True' : 'False',
      reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: enough ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
    },
    view.time,
    false,
  )
  const failing = view.sets
    .map((set) => conditionOf(set, 'ReplicaFailure'))
    .find((condition) => condition !== undefined)
  conditions = conditions.filter((condition) => condition['type'] !== 'ReplicaFailure')
  if (failing !== undefined)
    conditions = touched(
      conditions,
      { type: 'ReplicaFailure', status: 'True', reason: failing['reason']!, message: failing['message']! },
      view.time,
      false,
    )
  const complete = updated === view.desired && replicas === view.desired && available === view.desired
  const moved = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'].some(
    (field) => numberAt(deployment, 0, 'status', field) !== numberAt(status, 0, field),
  )
  const progress = progressOf(deployment, view, complete, moved)
  conditions = touched(conditions, progress.condition, view.time, moved && !complete)
  status['conditions'] = conditions
  return { status, recheck: progress.recheck }
}

function progressOf(
  deployment: KubeObject,
  view: RolloutView,
  complete: boolean,
  moved: boolean,
): { condition: JsonObject; recheck: number | undefined } {
  const name = view.current?.metadata.name ?? ''
  const progressing = (status: string, reason: string, message: string): JsonObject => ({
    type: 'Progressing',
    status,
    reason,
    message,
  })
  const before = conditionOf(deployment, 'Progressing')
  if (complete)
    return {
      condition: progressing('True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`),
      recheck: undefined,
    }
  if (before === undefined || numberAt(deployment, 0, 'status', 'observedGeneration') === 0) {
    return {
      condition: progressing('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`),
      recheck: undefined,
    }
  }
  // A rollout that was complete and lost a Pod keeps its word.
  if (before['reason'] === 'NewReplicaSetAvailable' && String(before['message']).includes(`"${name}"`))
    return { condition: before, recheck: undefined }
  const deadline = numberAt(deployment, 600, 'spec', 'progressDeadlineSeconds') * 1000
  const since =
    moved || before['reason'] === 'NewReplicaSetAvailable'
      ? view.now
      : Date.parse(String(before['lastUpdateTime'] ?? view.time))
  const left = since + deadline - view.now
  if (left <= 0 || (before['reason'] === 'ProgressDeadlineExceeded' && !moved)) {
    return {
      condition: progressing('False', 'ProgressDeadlineExceeded', `ReplicaSet "${name}" has timed out progressing.`),
      recheck: undefined,
    }
  }
  return {
    condition: progressing('True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`),
    recheck: left + 1000,
  }
}

/** Deployment conditions also say when they were last looked at with a new answer. */
function touched(conditions: readonly JsonObject[], next: JsonObject, time: string, force: boolean): JsonObject[] {
  const before = conditions.find((condition) => condition['type'] === next['type'])
  const same = before?.['status'] === next['status'] && before?.['reason'] === next['reason'] && !force
  return withCondition(conditions, { ...next, lastUpdateTime: same ? (before!['lastUpdateTime'] ?? time) : time }, time)
}
