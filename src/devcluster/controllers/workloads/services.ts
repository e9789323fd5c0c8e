import { getIn, isObject, type JsonObject, jsonEqual } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { isDeleting } from '../../operations/metadata.ts'
import type { Change } from '../../store/store.ts'
import type { Controller, Environment } from '../environment.ts'
import { controllerReference, hasLabels, isPodReady, listAt, objectAt, phaseOf, podCounts } from './pod-objects.ts'

const NAME = 'endpoints'
const SERVICES = 'services'
const ENDPOINTS = 'endpoints'
const SLICES = 'endpointslices.discovery.k8s.io'
const INGRESSES = 'ingresses.networking.k8s.io'
/** Where the simulated load balancer listens. */
const ADDRESS = '127.0.0.1'

/** Services: Endpoints and EndpointSlices from Pods, and addresses for load balancers and Ingresses. */
export class ServiceController implements Controller {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
    env.queue.register(NAME, (key) => this.#service(key))
    env.queue.register('ingress', (key) => this.#ingress(key))
  }

  observe(change: Change): void {
    const { namespace, name } = change.entry
    if (change.collection === SERVICES && change.type !== 'DELETED') this.#env.queue.add(NAME, `${namespace}/${name}`)
    else if (change.collection === INGRESSES && change.type !== 'DELETED')
      this.#env.queue.add('ingress', `${namespace}/${name}`)
    else if (change.collection === 'pods' && podCounts(change)) this.#offer(namespace, change)
  }

  /** Wakes the Services that select a Pod, or did before it changed. */
  #offer(namespace: string, change: Change): void {
    const pods = change.previous === undefined ? [change.entry.object] : [change.entry.object, change.previous.object]
    for (const service of this.#env.list(SERVICES, namespace)) {
      const selector = objectAt(service, 'spec', 'selector')
      if (Object.keys(selector).length === 0 || !pods.some((pod) => hasLabels(pod, selector))) continue
      this.#env.queue.add(NAME, `${namespace}/${service.metadata.name}`)
    }
  }

  resync(): void {
    for (const service of this.#env.list(SERVICES))
      this.#env.queue.add(NAME, `${String(service.metadata['namespace'])}/${service.metadata.name}`)
    for (const ingress of this.#env.list(INGRESSES))
      this.#env.queue.add('ingress', `${String(ingress.metadata['namespace'])}/${ingress.metadata.name}`)
  }

  #service(key: string): void {
    const slash = key.indexOf('/')
    const namespace = key.slice(0, slash)
    const service = this.#env.get(SERVICES, namespace, key.slice(slash + 1))
    if (service === undefined || isDeleting(service)) return
    if (
      getIn(service, ['spec', 'type']) === 'LoadBalancer' &&
      listAt(service, 'status', 'loadBalancer', 'ingress').length === 0
    ) {
      this.#env
        .as('cloud-controller-manager')
        .setStatus(SERVICES, service, { loadBalancer: { ingress: [{ ip: ADDRESS, ipMode: 'VIP' }] } })
    }
    const selector = objectAt(service, 'spec', 'selector')
    if (Object.keys(selector).length === 0) return
    const pods = this.#env
      .list('pods', namespace)
      .filter(
        (pod) =>
          hasLabels(pod, selector) && getIn(pod, ['status', 'podIP']) !== undefined && phaseOf(pod) === 'Running',
      )
    this.#writeEndpoints(service, pods)
    this.#writeSlice(service, pods)
  }

  #writeEndpoints(service: KubeObject, pods: readonly KubeObject[]): void {
    const namespace = String(service.metadata['namespace'])
    const { name } = service.metadata
    const address = (pod: KubeObject): JsonObject => ({
      ip: String(getIn(pod, ['status', 'podIP'])),
      nodeName: String(getIn(pod, ['spec', 'nodeName'])),
      targetRef: { kind: 'Pod', name: pod.metadata.name, namespace, uid: String(pod.metadata['uid']) },
    })
    const ports = portsOf(service, pods[0]).map(({ name: port, ...rest }) =>
      port === '' ? rest : { name: port!, ...rest },
    )
    const ready = pods.filter((pod) => isPodReady(pod) && !isDeleting(pod)).map(address)
    const waiting = pods.filter((pod) => !isPodReady(pod) && !isDeleting(pod)).map(address)
    const subset: JsonObject = {
      ...(ready.length > 0 ? { addresses: ready } : {}),
      ...(waiting.length > 0 ? { notReadyAddresses: waiting } : {}),
      ...(ports.length > 0 ? { ports } : {}),
    }
    const subsets = ready.length + waiting.length > 0 ? [subset] : []
    const live = this.#env.get(ENDPOINTS, namespace, name)
    const labels = {
      ...objectAt(service, 'metadata', 'labels'),
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    }
    if (live === undefined) {
      const metadata = { name, namespace, labels }
      this.#env.create(ENDPOINTS, namespace, {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata,
        ...(subsets.length > 0 ? { subsets } : {}),
      })
    } else if (!jsonEqual(live['subsets'] ?? [], subsets)) {
      this.#env.update(ENDPOINTS, namespace, name, (draft) => {
        if (subsets.length > 0) draft['subsets'] = subsets
        else delete draft['subsets']
      })
    }
  }

  #writeSlice(service: KubeObject, pods: readonly KubeObject[]): void {
    const namespace = String(service.metadata['namespace'])
    const endpoints = pods.map((pod) => {
      const ready = isPodReady(pod)
      return {
        addresses: [String(getIn(pod, ['status', 'podIP']))],
        conditions: { ready: ready && !isDeleting(pod), serving: ready, terminating: isDeleting(pod) },
        nodeName: String(getIn(pod, ['spec', 'nodeName'])),
        targetRef: { kind: 'Pod', name: pod.metadata.name, namespace, uid: String(pod.metadata['uid']) },
      }
    })
    const ports = portsOf(service, pods[0])
    const live = this.#env.owned(String(service.metadata['uid']), SLICES)[0]
    if (live === undefined) {
      this.#env.create(SLICES, namespace, {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          generateName: `${service.metadata.name}-`,
          namespace,
          labels: {
            ...objectAt(service, 'metadata', 'labels'),
            'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
            'kubernetes.io/service-name': service.metadata.name,
          },
          ownerReferences: [controllerReference(service)],
        } as unknown as KubeObject['metadata'],
        addressType: 'IPv4',
        endpoints,
        ports,
      })
    } else if (!jsonEqual(live['endpoints'], endpoints) || !jsonEqual(live['ports'], ports)) {
      this.#env.update(SLICES, namespace, live.metadata.name, (draft) => {
        draft['endpoints'] = endpoints
        draft['ports'] = ports
      })
    }
  }

  #ingress(key: string): void {
    const slash = key.indexOf('/')
    const ingress = this.#env.get(INGRESSES, key.slice(0, slash), key.slice(slash + 1))
    if (ingress === undefined || isDeleting(ingress) || listAt(ingress, 'status', 'loadBalancer', 'ingress').length > 0)
      return
    this.#env.as('ingress-controller').setStatus(INGRESSES, ingress, { loadBalancer: { ingress: [{ ip: ADDRESS }] } })
  }
}

/** A Service's ports as the Pods offer them. */
function portsOf(service: KubeObject, pod: KubeObject | undefined): JsonObject[] {
  return listAt(service, 'spec', 'ports').flatMap((port) => {
    const target = port['targetPort']
    const number = typeof target === 'number' ? target : namedPort(pod, String(target))
    return number === undefined
      ? []
      : [{ name: String(port['name'] ?? ''), port: number, protocol: String(port['protocol'] ?? 'TCP') }]
  })
}

function namedPort(pod: KubeObject | undefined, name: string): number | undefined {
  for (const container of listAt(pod, 'spec', 'containers')) {
    const found = listAt(container, 'ports').find((port) => port['name'] === name)
    if (isObject(found) && typeof found['containerPort'] === 'number') return found['containerPort']
  }
  return undefined
}
