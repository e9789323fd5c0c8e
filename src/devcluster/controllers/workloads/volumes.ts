import { getIn, getString } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { finalizersOf, isDeleting } from '../../operations/metadata.ts'
import type { Change } from '../../store/store.ts'
import type { Controller, Environment } from '../environment.ts'
import { isPodActive, listAt, objectAt } from './pod-objects.ts'

const NAME = 'persistentvolume-binder'
const CLAIMS = 'persistentvolumeclaims'
const VOLUMES = 'persistentvolumes'
const PROTECTION = 'kubernetes.io/pvc-protection'

/** Claims get a volume: an existing one that names or fits them, or a new one from their StorageClass. */
export class VolumeController implements Controller {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
    env.queue.register(NAME, (key) => this.#claim(key))
    env.queue.register('volume', (name) => this.#volume(name))
  }

  observe(change: Change): void {
    const { namespace, name, object } = change.entry
    if (change.collection === CLAIMS) {
      if (change.type !== 'DELETED') this.#env.queue.add(NAME, `${namespace}/${name}`)
      const volume = getString(object, 'spec', 'volumeName')
      if (volume !== undefined && change.type === 'DELETED') this.#env.queue.add('volume', volume)
    } else if (change.collection === VOLUMES) {
      if (change.type !== 'DELETED') this.#env.queue.add('volume', name)
      if (change.type === 'ADDED') this.resyncClaims()
    } else if (change.collection === 'pods' && change.type === 'DELETED') {
      for (const volume of listAt(object, 'spec', 'volumes')) {
        const claim = getString(volume, 'persistentVolumeClaim', 'claimName')
        if (claim !== undefined) this.#env.queue.add(NAME, `${namespace}/${claim}`)
      }
    }
  }

  resync(): void {
    this.resyncClaims()
    for (const volume of this.#env.list(VOLUMES)) this.#env.queue.add('volume', volume.metadata.name)
  }

  private resyncClaims(): void {
    for (const claim of this.#env.list(CLAIMS)) {
      if (getIn(claim, ['status', 'phase']) !== 'Bound')
        this.#env.queue.add(NAME, `${String(claim.metadata['namespace'])}/${claim.metadata.name}`)
    }
  }

  #claim(key: string): void {
    const slash = key.indexOf('/')
    const namespace = key.slice(0, slash)
    const claim = this.#env.get(CLAIMS, namespace, key.slice(slash + 1))
    if (claim === undefined) return
    if (isDeleting(claim)) this.#release(claim)
    else if (getIn(claim, ['status', 'phase']) !== 'Bound') this.#bind(claim)
  }

  /** A claim that a Pod still uses stays until the Pod is gone. */
  #release(claim: KubeObject): void {
    const namespace = String(claim.metadata['namespace'])
    const used = this.#env
      .list('pods', namespace)
      .some(
        (pod) =>
          isPodActive(pod) &&
          listAt(pod, 'spec', 'volumes').some(
            (volume) => getString(volume, 'persistentVolumeClaim', 'claimName') === claim.metadata.name,
          ),
      )
    if (used || !finalizersOf(claim).includes(PROTECTION)) return
    this.#env.update(CLAIMS, namespace, claim.metadata.name, (draft) => {
      draft.metadata['finalizers'] = finalizersOf(draft).filter((name) => name !== PROTECTION)
    })
  }

  #bind(claim: KubeObject): void {
    const namespace = String(claim.metadata['namespace'])
    const volume = this.#find(claim) ?? this.#provision(claim)
    if (volume === undefined) return
    const name = volume.metadata.name
    if (getString(volume, 'spec', 'claimRef', 'uid') !== claim.metadata['uid']) {
      this.#env.update(VOLUMES, '', name, (draft) => {
        objectAt(draft, 'spec')['claimRef'] = referenceTo(claim)
      })
    }
    if (getString(claim, 'spec', 'volumeName') !== name) {
      this.#env.update(CLAIMS, namespace, claim.metadata.name, (draft) => {
        objectAt(draft, 'spec')['volumeName'] = name
        draft.metadata['annotations'] = {
          ...objectAt(draft, 'metadata', 'annotations'),
          'pv.kubernetes.io/bind-completed': 'yes',
          'pv.kubernetes.io/bound-by-controller': 'yes',
        }
      })
    }
    const live = this.#env.get(CLAIMS, namespace, claim.metadata.name)
    if (live === undefined) return
    this.#env.setStatus(CLAIMS, live, {
      phase: 'Bound',
      accessModes: listOf(getIn(volume, ['spec', 'accessModes'])),
      capacity: { ...objectAt(volume, 'spec', 'capacity') },
    })
  }

  #find(claim: KubeObject): KubeObject | undefined {
    const wanted = getString(claim, 'spec', 'volumeName')
    if (wanted !== undefined) return this.#env.get(VOLUMES, '', wanted)
    const className = getString(claim, 'spec', 'storageClassName') ?? ''
    return this.#env.list(VOLUMES).find((volume) => {
      const owner = objectAt(volume, 'spec', 'claimRef')
      if (owner['name'] !== undefined)
        return (
          owner['name'] === claim.metadata.name &&
          owner['namespace'] === claim.metadata['namespace'] &&
          (owner['uid'] ?? claim.metadata['uid']) === claim.metadata['uid']
        )
      return (
        (getString(volume, 'spec', 'storageClassName') ?? '') === className &&
        getIn(volume, ['status', 'phase']) === 'Available'
      )
    })
  }

  #provision(claim: KubeObject): KubeObject | undefined {
    const className = getString(claim, 'spec', 'storageClassName') ?? ''
    const storage = this.#env.get('storageclasses.storage.k8s.io', '', className)
    if (storage === undefined) return undefined
    const name = `pvc-${String(claim.metadata['uid'])}`
    return this.#env.create(VOLUMES, '', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': String(storage['provisioner'] ?? '') } },
      spec: {
        accessModes: listOf(getIn(claim, ['spec', 'accessModes'])),
        capacity: { storage: String(getIn(claim, ['spec', 'resources', 'requests', 'storage']) ?? '1Gi') },
        claimRef: referenceTo(claim),
        hostPath: { path: `/var/lib/fluxkit/${name}` },
        persistentVolumeReclaimPolicy: String(storage['reclaimPolicy'] ?? 'Delete'),
        storageClassName: className,
        volumeMode: getString(claim, 'spec', 'volumeMode') ?? 'Filesystem',
      },
    })
  }

  #volume(name: string): void {
    const volume = this.#env.get(VOLUMES, '', name)
    if (volume === undefined || isDeleting(volume)) return
    const owner = objectAt(volume, 'spec', 'claimRef')
    const claim =
      owner['name'] === undefined ? undefined : this.#env.get(CLAIMS, String(owner['namespace']), String(owner['name']))
    const mine = claim !== undefined && (owner['uid'] === undefined || owner['uid'] === claim.metadata['uid'])
    if (owner['uid'] !== undefined && !mine) {
      if (getString(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete') this.#env.remove(VOLUMES, volume)
      else this.#phase(volume, 'Released')
    } else this.#phase(volume, mine ? 'Bound' : 'Available')
  }

  #phase(volume: KubeObject, phase: string): void {
    if (getIn(volume, ['status', 'phase']) !== phase) this.#env.setStatus(VOLUMES, volume, { phase })
  }
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function referenceTo(claim: KubeObject): { [key: string]: string } {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name: claim.metadata.name,
    namespace: String(claim.metadata['namespace']),
    uid: String(claim.metadata['uid']),
    resourceVersion: String(claim.metadata['resourceVersion']),
  }
}
