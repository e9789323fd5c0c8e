import { getIn, type JsonObject, jsonClone } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { isDeleting, labelsOf } from '../../operations/metadata.ts'
import type { Environment } from '../environment.ts'
import { recordEvent } from './events.ts'
import {
  isPodActive,
  isPodReady,
  listAt,
  numberAt,
  objectAt,
  phaseOf,
  podFromTemplate,
  readyFor,
  templateHash,
} from './pod-objects.ts'
import { keepRevision, REVISIONS } from './revisions.ts'
import { generationOf, WorkloadController } from './workload.ts'

const REVISION_LABEL = 'controller-revision-hash'
const COMPONENT = 'statefulset-controller'

/** StatefulSets: Pods with ordinals and claims of their own, made in order, replaced from the highest ordinal down. */
export class StatefulSetController extends WorkloadController {
  constructor(env: Environment) {
    super(env, { collection: 'statefulsets.apps', kind: 'StatefulSet', owns: ['pods'] })
  }

  protected sync(set: KubeObject): void {
    const revision = `${set.metadata.name}-${templateHash(getIn(set, ['spec', 'template']))}`
    if (!isDeleting(set)) {
      const hash = { 'controller.kubernetes.io/hash': revision.slice(set.metadata.name.length + 1) }
      const live = new Set([...this.#pods(set).values()].map((pod) => String(labelsOf(pod)[REVISION_LABEL])))
      live.add(String(getIn(set, ['status', 'currentRevision'])))
      keepRevision(this.env, set, this.ownedBy(set, REVISIONS), { name: revision, labels: hash }, live)
      this.#balance(set, revision)
    }
    this.#report(set, revision)
  }

  #pods(set: KubeObject): Map<number, KubeObject> {
    const out = new Map<number, KubeObject>()
    for (const pod of this.ownedBy(set, 'pods')) {
      const match = /-([0-9]+)$/.exec(pod.metadata.name)
      if (match !== null) out.set(Number(match[1]), pod)
    }
    return out
  }

  #balance(set: KubeObject, revision: string): void {
    const wanted = numberAt(set, 1, 'spec', 'replicas')
    const start = numberAt(set, 0, 'spec', 'ordinals', 'start')
    const parallel = getIn(set, ['spec', 'podManagementPolicy']) === 'Parallel'
    const pods = this.#pods(set)
    for (let ordinal = start; ordinal < start + wanted; ordinal++) {
      const pod = pods.get(ordinal)
      if (pod === undefined) this.#make(set, ordinal, this.#revisionFor(set, ordinal, revision))
      else if (phaseOf(pod) === 'Failed' || phaseOf(pod) === 'Succeeded') this.#remove(set, pod)
      if (!parallel && (pod === undefined || !isPodReady(pod) || isDeleting(pod))) {
        this.#removeBroken(set, pod, ordinal, revision)
        return
      }
    }
    const extra = [...pods.keys()]
      .filter((ordinal) => ordinal < start || ordinal >= start + wanted)
      .sort((a, b) => b - a)
    for (const ordinal of parallel ? extra : extra.slice(0, 1)) this.#remove(set, pods.get(ordinal)!)
    if (extra.length > 0) return
    this.#update(set, pods, revision)
  }

  /** A Pod of an old template that never became ready gives way to the new one (a deviation that saves a manual delete). */
  #removeBroken(set: KubeObject, pod: KubeObject | undefined, ordinal: number, revision: string): void {
    if (pod === undefined || isDeleting(pod) || isPodReady(pod)) return
    if (labelsOf(pod)[REVISION_LABEL] !== this.#revisionFor(set, ordinal, revision)) this.#remove(set, pod)
  }

  #partition(set: KubeObject): number {
    return numberAt(set, 0, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  }

  /** Pods below the partition keep the template that they had. */
  #revisionFor(set: KubeObject, ordinal: number, revision: string): string {
    const current = getIn(set, ['status', 'currentRevision'])
    return ordinal < this.#partition(set) && typeof current === 'string' ? current : revision
  }

  #update(set: KubeObject, pods: ReadonlyMap<number, KubeObject>, revision: string): void {
    if (getIn(set, ['spec', 'updateStrategy', 'type']) === 'OnDelete') return
    for (const ordinal of [...pods.keys()].sort((a, b) => b - a)) {
      if (ordinal < this.#partition(set)) return
      const pod = pods.get(ordinal)!
      if (labelsOf(pod)[REVISION_LABEL] !== revision) {
        if (!isDeleting(pod)) this.#remove(set, pod)
        return
      }
      if (!isPodReady(pod)) return
    }
  }

  #make(set: KubeObject, ordinal: number, revision: string): void {
    const namespace = String(set.metadata['namespace'])
    const name = `${set.metadata.name}-${ordinal}`
    const template = this.#templateOf(set, revision)
    const pod = podFromTemplate(set, template, {
      name,
      labels: {
        [REVISION_LABEL]: revision,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
    })
    const spec = objectAt(pod, 'spec')
    spec['hostname'] = name
    const service = getIn(set, ['spec', 'serviceName'])
    if (typeof service === 'string' && service !== '') spec['subdomain'] = service
    for (const claim of listAt(set, 'spec', 'volumeClaimTemplates')) {
      const claimName = `${String(objectAt(claim, 'metadata')['name'])}-${name}`
      this.env.ensure('persistentvolumeclaims', namespace, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          ...objectAt(claim, 'metadata'),
          name: claimName,
          namespace,
          labels: { ...objectAt(claim, 'metadata', 'labels'), ...objectAt(set, 'spec', 'selector', 'matchLabels') },
        },
        spec: jsonClone(objectAt(claim, 'spec')),
      })
      const volume = { name: String(objectAt(claim, 'metadata')['name']), persistentVolumeClaim: { claimName } }
      spec['volumes'] = [...listAt(spec, 'volumes').filter((item) => item['name'] !== volume.name), volume]
    }
    this.env.create('pods', namespace, pod)
    this.#tell(set, 'Create', name)
  }

  #remove(set: KubeObject, pod: KubeObject): void {
    if (isDeleting(pod)) return
    this.env.remove('pods', pod)
    this.#tell(set, 'Delete', pod.metadata.name)
  }

  #tell(set: KubeObject, verb: 'Create' | 'Delete', pod: string): void {
    recordEvent(this.env, set, {
      type: 'Normal',
      reason: `Successful${verb}`,
      message: `${verb} Pod ${pod} in StatefulSet ${set.metadata.name} successful`,
      component: COMPONENT,
    })
  }

  #templateOf(set: KubeObject, revision: string): JsonObject {
    const kept = this.env.get(REVISIONS, String(set.metadata['namespace']), revision)
    const template = objectAt(kept, 'data', 'spec', 'template')
    return Object.keys(template).length > 0 ? template : objectAt(set, 'spec', 'template')
  }

  #report(set: KubeObject, revision: string): void {
    const pods = [...this.#pods(set).values()]
    const active = pods.filter(isPodActive)
    const ready = active.filter(isPodReady)
    const minReady = numberAt(set, 0, 'spec', 'minReadySeconds') * 1000
    const available = ready.filter((pod) => (readyFor(pod, this.env.now) ?? 0) >= minReady)
    if (available.length < ready.length) this.again(set, minReady)
    const updated = active.filter((pod) => labelsOf(pod)[REVISION_LABEL] === revision).length
    const wanted = numberAt(set, 1, 'spec', 'replicas')
    const before = getIn(set, ['status', 'currentRevision'])
    const done = updated === wanted && ready.length === wanted
    const current = done || typeof before !== 'string' ? revision : before
    const counts = {
      readyReplicas: ready.length,
      currentReplicas: active.filter((pod) => labelsOf(pod)[REVISION_LABEL] === current).length,
      updatedReplicas: updated,
    }
    const status: JsonObject = {
      observedGeneration: generationOf(set),
      replicas: pods.length,
      availableReplicas: available.length,
      currentRevision: current,
      updateRevision: revision,
      collisionCount: 0,
    }
    for (const [key, value] of Object.entries(counts)) if (value > 0) status[key] = value
    this.env.setStatus(this.collection, set, status)
  }
}
