import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { forbidden } from '../http/errors.ts'
import type { Admission } from '../operations/admission.ts'
import type { Machine } from '../operations/machine.ts'

const TOLERATIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** What the ServiceAccount, DefaultTolerationSeconds and Priority plugins do to a new Pod. */
export const podDefaults: Admission = {
  mutate: (machine, { operation, type, namespace, name, object, old, context }) => {
    if (type.collection !== 'pods' || object === undefined || context.subresource !== '') return
    const spec = object['spec']
    if (!isObject(spec)) return
    if (operation === 'UPDATE') {
      tolerate(spec)
      const before = isObject(old?.['spec']) ? old['spec'] : {}
      for (const key of ['priority', 'preemptionPolicy']) if (before[key] !== undefined) spec[key] ??= before[key]
      return
    }
    if (operation !== 'CREATE') return
    const account =
      typeof spec['serviceAccountName'] === 'string' && spec['serviceAccountName'] !== ''
        ? spec['serviceAccountName']
        : 'default'
    spec['serviceAccountName'] = account
    spec['serviceAccount'] = account
    // The default account follows its namespace with a little delay; nobody should have to wait for it.
    const known = machine.store.get('serviceaccounts', namespace, account)
    if (known === undefined && account !== 'default') {
      throw forbidden(
        type,
        name,
        `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`,
      )
    }
    tolerate(spec)
    const chosen = priorityClassOf(machine, String(spec['priorityClassName'] ?? ''))
    if (chosen === undefined && String(spec['priorityClassName'] ?? '') !== '') {
      throw forbidden(type, name, `no PriorityClass with name ${String(spec['priorityClassName'])} was found`)
    }
    if (chosen !== undefined) spec['priorityClassName'] = chosen.metadata.name
    spec['priority'] ??= Number(chosen?.['value'] ?? 0)
    spec['preemptionPolicy'] ??= chosen?.['preemptionPolicy'] ?? 'PreemptLowerPriority'
    if (spec['automountServiceAccountToken'] !== false && known?.object['automountServiceAccountToken'] !== false)
      mountToken(spec, machine.random)
    const pulls = known?.object['imagePullSecrets']
    if (Array.isArray(pulls) && pulls.length > 0 && !hasItems(spec['imagePullSecrets'])) {
      spec['imagePullSecrets'] = pulls.filter(isObject).map((pull) => ({ name: pull['name'] ?? '' }))
    }
  },
}

function hasItems(value: JsonValue | undefined): boolean {
  return Array.isArray(value) && value.length > 0
}

/** Pods stay five minutes on a node that is gone, unless they say for how long. */
function tolerate(spec: JsonObject): void {
  const own: JsonValue[] = Array.isArray(spec['tolerations']) ? [...spec['tolerations']] : []
  for (const key of TOLERATIONS) {
    if (own.some((item) => tolerates(item, key))) continue
    own.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })
  }
  spec['tolerations'] = own
}

function tolerates(item: JsonValue, key: string): boolean {
  if (!isObject(item)) return false
  const effect = item['effect'] ?? ''
  return (item['key'] === key || (item['key'] ?? '') === '') && (effect === '' || effect === 'NoExecute')
}

const PRIORITIES = 'priorityclasses.scheduling.k8s.io'

/** The named class, or the one for all who name none. */
function priorityClassOf(machine: Machine, name: string): KubeObject | undefined {
  if (name !== '') return machine.store.get(PRIORITIES, '', name)?.object
  const all = machine.store.collection(PRIORITIES).list(undefined)
  return all.find(({ object }) => object['globalDefault'] === true)?.object
}

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The projected service-account token volume, mounted where the container has none of its own. */
function mountToken(spec: JsonObject, random: () => number): void {
  const containers = [spec['containers'], spec['initContainers']].flatMap((list) =>
    Array.isArray(list) ? list.filter(isObject) : [],
  )
  const needy = containers.filter((container) => {
    const mounts = Array.isArray(container['volumeMounts']) ? container['volumeMounts'] : []
    return !mounts.some((mount) => isObject(mount) && mount['mountPath'] === TOKEN_PATH)
  })
  if (needy.length === 0) return
  const volumes: JsonValue[] = Array.isArray(spec['volumes']) ? spec['volumes'] : []
  const existing = volumes.find((volume) => isObject(volume) && String(volume['name']).startsWith('kube-api-access-'))
  let name: string
  if (isObject(existing)) name = String(existing['name'])
  else {
    let suffix = ''
    for (let i = 0; i < 5; i++) suffix += 'bcdfghjklmnpqrstvwxz2456789'[Math.floor(random() * 27)]
    name = `kube-api-access-${suffix}`
    volumes.push({
      name,
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: {
              items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
            },
          },
        ],
        defaultMode: 420,
      },
    })
    spec['volumes'] = volumes
  }
  for (const container of needy) {
    const mounts: JsonValue[] = Array.isArray(container['volumeMounts']) ? container['volumeMounts'] : []
    mounts.push({ name, readOnly: true, mountPath: TOKEN_PATH })
    container['volumeMounts'] = mounts
  }
}
