import { getIn, getString, isObject, type JsonObject } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import type { Environment } from '../environment.ts'
import { listAt, objectAt } from './pod-objects.ts'

export interface MissingReference {
  /** A volume: the Pod cannot be set up; else one of its containers cannot be made. */
  readonly volume: boolean
  readonly message: string
}

const KINDS = { configMap: 'configmaps', secret: 'secrets' } as const
const WORDS = { configMap: 'configmap', secret: 'secret' } as const

/** The first ConfigMap, Secret or key that a Pod needs and that is not there. */
export function missingReference(env: Environment, pod: KubeObject): MissingReference | undefined {
  const namespace = String(pod.metadata['namespace'])
  for (const volume of listAt(pod, 'spec', 'volumes')) {
    for (const [kind, name, optional] of volumeSources(volume)) {
      // The cluster's own certificate follows the namespace with a little delay.
      if (optional || name === '' || env.get(KINDS[kind], namespace, name) !== undefined) continue
      const why = `MountVolume.SetUp failed for volume "${String(volume['name'])}" : ${WORDS[kind]} "${name}" not found`
      return { volume: true, message: why }
    }
  }
  for (const container of [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')]) {
    const message = missingVariable(env, namespace, container)
    if (message !== undefined) return { volume: false, message }
  }
  return undefined
}

type Source = readonly [kind: 'configMap' | 'secret', name: string, optional: boolean]

function volumeSources(volume: JsonObject): Source[] {
  const out: Source[] = []
  const add = (kind: 'configMap' | 'secret', source: unknown, field: string): void => {
    if (isObject(source)) out.push([kind, getString(source, field) ?? '', source['optional'] === true])
  }
  add('configMap', volume['configMap'], 'name')
  add('secret', volume['secret'], 'secretName')
  for (const source of listAt(volume, 'projected', 'sources')) {
    add('configMap', source['configMap'], 'name')
    add('secret', source['secret'], 'name')
  }
  return out
}

function missingVariable(env: Environment, namespace: string, container: JsonObject): string | undefined {
  for (const source of listAt(container, 'envFrom')) {
    for (const kind of ['configMap', 'secret'] as const) {
      const reference = source[`${kind}Ref`]
      if (!isObject(reference) || reference['optional'] === true) continue
      const name = getString(reference, 'name') ?? ''
      if (env.get(KINDS[kind], namespace, name) === undefined) return `${WORDS[kind]} "${name}" not found`
    }
  }
  for (const variable of listAt(container, 'env')) {
    for (const kind of ['configMap', 'secret'] as const) {
      const reference = getIn(variable, ['valueFrom', `${kind}KeyRef`])
      if (!isObject(reference) || reference['optional'] === true) continue
      const name = getString(reference, 'name') ?? ''
      const key = getString(reference, 'key') ?? ''
      const found = env.get(KINDS[kind], namespace, name)
      if (found === undefined) return `${WORDS[kind]} "${name}" not found`
      if (!Object.hasOwn(objectAt(found, 'data'), key) && !Object.hasOwn(objectAt(found, 'binaryData'), key)) {
        return `couldn't find key ${key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${name}`
      }
    }
  }
  return undefined
}

/** Why a Pod's volume claims keep it from being scheduled. */
export function unboundClaim(env: Environment, pod: KubeObject): string | undefined {
  const namespace = String(pod.metadata['namespace'])
  for (const volume of listAt(pod, 'spec', 'volumes')) {
    const name = getString(volume, 'persistentVolumeClaim', 'claimName')
    if (name === undefined) continue
    const claim = env.get('persistentvolumeclaims', namespace, name)
    if (claim === undefined) return `0/1 nodes are available: persistentvolumeclaim "${name}" not found.`
    if (getIn(claim, ['status', 'phase']) !== 'Bound') {
      return '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.'
    }
  }
  return undefined
}
