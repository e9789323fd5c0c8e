import { getIn, type JsonObject, jsonClone, rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { annotationsOf, isDeleting, labelsOf } from '../../operations/metadata.ts'
import type { Environment } from '../environment.ts'
import { deploymentStatus, type RolloutView } from './deployment-status.ts'
import { recordEvent } from './events.ts'
import { controllerReference, isPodActive, numberAt, objectAt, scaled, templateHash } from './pod-objects.ts'
import { generationOf, WorkloadController } from './workload.ts'

const HASH = 'pod-template-hash'
const REVISION = 'deployment.kubernetes.io/revision'
const SETS = 'replicasets.apps'
/** Annotations of a Deployment that its ReplicaSets do not get. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
])

/** Deployments: one ReplicaSet a template, rolled over within the limits of the strategy. */
export class DeploymentController extends WorkloadController {
  constructor(env: Environment) {
    super(env, { collection: 'deployments.apps', kind: 'Deployment', owns: [SETS] })
  }

  protected sync(deployment: KubeObject): void {
    const sets = this.ownedBy(deployment, SETS)
    if (isDeleting(deployment)) {
      this.#report(deployment, sets)
      return
    }
    const paused = getIn(deployment, ['spec', 'paused']) === true
    let current = this.#current(deployment, sets)
    if (current === undefined && !paused) current = this.#make(deployment, sets)
    if (current !== undefined) this.#markRevision(deployment, current, sets)
    const live = this.ownedBy(deployment, SETS)
    if (!paused && current !== undefined) this.#roll(deployment, current.metadata.name, live)
    else this.#scaleProportionally(deployment, live)
    const after = this.ownedBy(deployment, SETS)
    this.#report(deployment, after)
    if (!paused) this.#prune(deployment, after)
  }

  #hash(deployment: KubeObject): string {
    const collisions = numberAt(deployment, 0, 'status', 'collisionCount')
    return templateHash(getIn(deployment, ['spec', 'template']), collisions > 0 ? String(collisions) : '')
  }

  #current(deployment: KubeObject, sets: readonly KubeObject[]): KubeObject | undefined {
    const hash = this.#hash(deployment)
    return sets.find((set) => labelsOf(set)[HASH] === hash)
  }

  #make(deployment: KubeObject, sets: readonly KubeObject[]): KubeObject {
    const hash = this.#hash(deployment)
    const template = jsonClone(objectAt(deployment, 'spec', 'template'))
    const metadata = objectAt(template, 'metadata')
    template['metadata'] = { ...metadata, labels: { ...objectAt(metadata, 'labels'), [HASH]: hash } }
    const selector = objectAt(deployment, 'spec', 'selector')
    const replicas = this.#firstReplicas(deployment, sets)
    const namespace = String(deployment.metadata['namespace'])
    const name = `${deployment.metadata.name}-${hash}`
    const made = this.env.create(SETS, namespace, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name,
        namespace,
        labels: { ...objectAt(metadata, 'labels'), [HASH]: hash },
        annotations: { ...this.#annotations(deployment), [REVISION]: String(nextRevision(sets)) },
        ownerReferences: [controllerReference(deployment)],
      },
      spec: {
        replicas,
        ...(numberAt(deployment, 0, 'spec', 'minReadySeconds') > 0
          ? { minReadySeconds: numberAt(deployment, 0, 'spec', 'minReadySeconds') }
          : {}),
        selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), [HASH]: hash } },
        template,
      },
    })
    if (replicas > 0) this.#scalingEvent(deployment, 'up', name, 0, replicas)
    return made
  }

  #annotations(deployment: KubeObject): JsonObject {
    const out: JsonObject = {}
    for (const [key, value] of Object.entries(annotationsOf(deployment))) if (!NOT_COPIED.has(key)) out[key] = value
    const { desired, surge } = limits(deployment)
    out['deployment.kubernetes.io/desired-replicas'] = String(desired)
    out['deployment.kubernetes.io/max-replicas'] = String(desired + surge)
    return out
  }

  #firstReplicas(deployment: KubeObject, sets: readonly KubeObject[]): number {
    const { desired, surge, recreate } = limits(deployment)
    const total = sets.reduce((sum, set) => sum + numberAt(set, 0, 'spec', 'replicas'), 0)
    if (recreate) return this.#oldPods(sets, '') > 0 ? 0 : desired
    return Math.max(0, Math.min(desired, desired + surge - total))
  }

  #oldPods(sets: readonly KubeObject[], current: string): number {
    return sets
      .filter((set) => set.metadata.name !== current)
      .flatMap((set) => this.env.owned(String(set.metadata['uid']), 'pods'))
      .filter((pod) => isPodActive(pod) || isDeleting(pod)).length
  }

  /** The newest template has the highest revision, also when an old one came back. */
  #markRevision(deployment: KubeObject, current: KubeObject, sets: readonly KubeObject[]): void {
    const others = sets.filter((set) => set.metadata.name !== current.metadata.name)
    const own = Number(annotationsOf(current)[REVISION] ?? 0)
    const highest = Math.max(0, ...others.map((set) => Number(annotationsOf(set)[REVISION] ?? 0)))
    const revision = own > highest ? own : highest + 1
    const namespace = String(deployment.metadata['namespace'])
    const annotations = { ...this.#annotations(deployment), [REVISION]: String(revision) }
    const same = Object.entries(annotations).every(([key, value]) => annotationsOf(current)[key] === value)
    if (!same) {
      this.env.update(SETS, namespace, current.metadata.name, (draft) => {
        draft.metadata['annotations'] = { ...objectAt(draft, 'metadata', 'annotations'), ...annotations }
      })
    }
    if (annotationsOf(deployment)[REVISION] !== String(revision)) {
      // By way of the status: annotations written otherwise count as a new generation.
      this.env.setStatus(this.collection, deployment, objectAt(deployment, 'status'), { [REVISION]: String(revision) })
    }
  }

  #roll(deployment: KubeObject, current: string, sets: readonly KubeObject[]): void {
    const { desired, surge, unavailable, recreate } = limits(deployment)
    const fresh = sets.find((set) => set.metadata.name === current)
    if (fresh === undefined) return
    const old = sets.filter((set) => set !== fresh && numberAt(set, 0, 'spec', 'replicas') > 0)
    const size = (set: KubeObject): number => numberAt(set, 0, 'spec', 'replicas')
    const total = sets.reduce((sum, set) => sum + size(set), 0)
    if (recreate) {
      for (const set of old) this.#scale(deployment, set, 0)
      if (this.#oldPods(sets, current) === 0) this.#scale(deployment, fresh, desired)
      else this.again(deployment, 200)
      return
    }
    if (size(fresh) > desired) this.#scale(deployment, fresh, desired)
    else this.#scale(deployment, fresh, Math.min(desired, size(fresh) + Math.max(0, desired + surge - total)))
    this.#shrink(deployment, old, {
      total,
      minimum: desired - unavailable,
      freshUnavailable: size(fresh) - numberAt(fresh, 0, 'status', 'availableReplicas'),
    })
  }

  /** Takes replicas from old sets: those that do not serve first, then as many as may be missing. */
  #shrink(
    deployment: KubeObject,
    old: readonly KubeObject[],
    limit: { readonly total: number; readonly minimum: number; readonly freshUnavailable: number },
  ): void {
    let room = limit.total - limit.minimum - Math.max(0, limit.freshUnavailable)
    if (room <= 0) return
    const sizes = new Map(old.map((set) => [set.metadata.name, numberAt(set, 0, 'spec', 'replicas')]))
    for (const set of old) {
      const unhealthy = Math.max(0, sizes.get(set.metadata.name)! - numberAt(set, 0, 'status', 'availableReplicas'))
      const gone = Math.min(unhealthy, room)
      sizes.set(set.metadata.name, sizes.get(set.metadata.name)! - gone)
      room -= gone
    }
    const available = this.ownedBy(deployment, SETS).reduce(
      (sum, set) => sum + numberAt(set, 0, 'status', 'availableReplicas'),
      0,
    )
    let spare = available - limit.minimum
    for (const set of old) {
      const gone = Math.max(0, Math.min(sizes.get(set.metadata.name)!, spare))
      sizes.set(set.metadata.name, sizes.get(set.metadata.name)! - gone)
      spare -= gone
      this.#scale(deployment, set, sizes.get(set.metadata.name)!)
    }
  }

  /** While paused, only the size follows: the set with Pods takes it. */
  #scaleProportionally(deployment: KubeObject, sets: readonly KubeObject[]): void {
    const active = sets.filter((set) => numberAt(set, 0, 'spec', 'replicas') > 0)
    if (active.length === 1) this.#scale(deployment, active[0]!, limits(deployment).desired)
  }

  #scale(deployment: KubeObject, set: KubeObject, replicas: number): void {
    const before = numberAt(set, 0, 'spec', 'replicas')
    if (before === replicas) return
    this.env.update(SETS, String(set.metadata['namespace']), set.metadata.name, (draft) => {
      objectAt(draft, 'spec')['replicas'] = replicas
    })
    this.#scalingEvent(deployment, replicas > before ? 'up' : 'down', set.metadata.name, before, replicas)
  }

  #scalingEvent(deployment: KubeObject, direction: string, name: string, from: number, to: number): void {
    recordEvent(this.env, deployment, {
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: `Scaled ${direction} replica set ${name} from ${from} to ${to}`,
      component: 'deployment-controller',
    })
  }

  #report(deployment: KubeObject, sets: readonly KubeObject[]): void {
    const live = this.env.get(this.collection, String(deployment.metadata['namespace']), deployment.metadata.name)
    if (live === undefined) return
    const { desired, unavailable } = limits(live)
    const view: RolloutView = {
      desired,
      unavailable,
      generation: generationOf(live),
      current: this.#current(live, sets),
      sets,
      time: rfc3339(this.env.now),
      now: this.env.now,
    }
    const { status, recheck } = deploymentStatus(live, view)
    this.env.setStatus(this.collection, live, status)
    if (recheck !== undefined) this.again(live, recheck)
  }

  #prune(deployment: KubeObject, sets: readonly KubeObject[]): void {
    const keep = numberAt(deployment, 10, 'spec', 'revisionHistoryLimit')
    const current = this.#current(deployment, sets)?.metadata.name
    const idle = sets
      .filter(
        (set) =>
          set.metadata.name !== current &&
          numberAt(set, 0, 'spec', 'replicas') === 0 &&
          numberAt(set, 0, 'status', 'replicas') === 0,
      )
      .sort((a, b) => Number(annotationsOf(a)[REVISION] ?? 0) - Number(annotationsOf(b)[REVISION] ?? 0))
    for (const set of idle.slice(0, Math.max(0, idle.length - keep))) this.env.remove(SETS, set, 'Background')
  }
}

function nextRevision(sets: readonly KubeObject[]): number {
  return Math.max(0, ...sets.map((set) => Number(annotationsOf(set)[REVISION] ?? 0))) + 1
}

function limits(deployment: KubeObject): { desired: number; surge: number; unavailable: number; recreate: boolean } {
  const desired = numberAt(deployment, 1, 'spec', 'replicas')
  const strategy = objectAt(deployment, 'spec', 'strategy')
  if (strategy['type'] === 'Recreate') return { desired, surge: 0, unavailable: 0, recreate: true }
  const rolling = objectAt(strategy, 'rollingUpdate')
  const surge = scaled(rolling['maxSurge'] ?? '25%', desired, true)
  const missing = scaled(rolling['maxUnavailable'] ?? '25%', desired, false)
  return { desired, surge, unavailable: surge === 0 && missing === 0 ? 1 : Math.min(missing, desired), recreate: false }
}
