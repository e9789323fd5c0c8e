import { getIn, type JsonObject, type JsonValue } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { isDeleting, labelsOf } from '../../operations/metadata.ts'
import type { Environment } from '../environment.ts'
import { recordEvent } from './events.ts'
import { isPodActive, isPodReady, numberAt, podFromTemplate, readyFor, scaled, templateHash } from './pod-objects.ts'
import { keepRevision, REVISIONS } from './revisions.ts'
import { generationOf, WorkloadController } from './workload.ts'

const REVISION_LABEL = 'controller-revision-hash'
const COMPONENT = 'daemonset-controller'

/** DaemonSets: one Pod on each Node. */
export class DaemonSetController extends WorkloadController {
  constructor(env: Environment) {
    super(env, { collection: 'daemonsets.apps', kind: 'DaemonSet', owns: ['pods'] })
  }

  protected sync(set: KubeObject): void {
    const revision = templateHash(getIn(set, ['spec', 'template']))
    const nodes = this.env.list('nodes').map((node) => node.metadata.name)
    if (!isDeleting(set)) {
      const live = new Set(
        this.ownedBy(set, 'pods').map((pod) => this.#revisionName(set, labelsOf(pod)[REVISION_LABEL])),
      )
      const wanted = { name: this.#revisionName(set, revision), labels: { [REVISION_LABEL]: revision } }
      keepRevision(this.env, set, this.ownedBy(set, REVISIONS), wanted, live)
      this.#balance(set, revision, nodes)
    }
    this.#report(set, revision, nodes.length)
  }

  #balance(set: KubeObject, revision: string, nodes: readonly string[]): void {
    const pods = this.ownedBy(set, 'pods')
    const namespace = String(set.metadata['namespace'])
    for (const node of nodes) {
      const here = pods.filter((pod) => this.#nodeOf(pod) === node && !isDeleting(pod))
      for (const pod of here) if (!isPodActive(pod)) this.#remove(set, pod)
      if (pods.some((pod) => this.#nodeOf(pod) === node)) continue
      const pod = podFromTemplate(set, getIn(set, ['spec', 'template']), {
        generateName: `${set.metadata.name}-`,
        labels: { [REVISION_LABEL]: revision, 'pod-template-generation': String(generationOf(set)) },
        annotations: {},
      })
      const spec = pod['spec'] as JsonObject
      spec['nodeName'] = node
      const made = this.env.create('pods', namespace, pod)
      this.#tell(set, 'SuccessfulCreate', `Created pod: ${made.metadata.name}`)
    }
    if (getIn(set, ['spec', 'updateStrategy', 'type']) === 'OnDelete') return
    const missing = Math.max(
      1,
      scaled(getIn(set, ['spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable']), nodes.length, true),
    )
    let room = missing - pods.filter((pod) => !isPodReady(pod)).length
    for (const pod of pods) {
      if (isDeleting(pod) || labelsOf(pod)[REVISION_LABEL] === revision) continue
      if (isPodReady(pod) && room-- <= 0) continue
      this.#remove(set, pod)
    }
  }

  #revisionName(set: KubeObject, hash: JsonValue | undefined): string {
    return `${set.metadata.name}-${String(hash)}`
  }

  #remove(set: KubeObject, pod: KubeObject): void {
    this.env.remove('pods', pod)
    this.#tell(set, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
  }

  #tell(set: KubeObject, reason: string, message: string): void {
    recordEvent(this.env, set, { type: 'Normal', reason, message, component: COMPONENT })
  }

  #nodeOf(pod: KubeObject): string {
    return String(getIn(pod, ['spec', 'nodeName']) ?? '')
  }

  #report(set: KubeObject, revision: string, wanted: number): void {
    const pods = this.ownedBy(set, 'pods').filter(isPodActive)
    const ready = pods.filter(isPodReady)
    const minReady = numberAt(set, 0, 'spec', 'minReadySeconds') * 1000
    const available = ready.filter((pod) => (readyFor(pod, this.env.now) ?? 0) >= minReady)
    if (available.length < ready.length) this.again(set, minReady)
    const status: JsonObject = {
      currentNumberScheduled: pods.length,
      numberMisscheduled: 0,
      desiredNumberScheduled: wanted,
      numberReady: ready.length,
      observedGeneration: generationOf(set),
    }
    const counts = {
      updatedNumberScheduled: pods.filter((pod) => labelsOf(pod)[REVISION_LABEL] === revision).length,
      numberAvailable: available.length,
      numberUnavailable: wanted - available.length,
    }
    for (const [key, value] of Object.entries(counts)) if (value > 0) status[key] = value
    this.env.setStatus(this.collection, set, status)
  }
}
