import { isObject, rfc3339 } from '../../../base/index.ts'
import type { Change } from '../../store/store.ts'
import type { Controller, Environment } from '../environment.ts'
import { conditionOf } from './pod-objects.ts'

const NAME = 'node-status'

/** Nodes are ready as soon as they exist. */
export class NodeController implements Controller {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
    env.queue.register(NAME, (name) => this.#work(name))
  }

  observe(change: Change): void {
    if (change.collection === 'nodes' && change.type === 'ADDED') this.#env.queue.add(NAME, change.entry.name)
  }

  resync(): void {
    for (const node of this.#env.list('nodes')) this.#env.queue.add(NAME, node.metadata.name)
  }

  #work(name: string): void {
    const node = this.#env.get('nodes', '', name)
    if (node === undefined || conditionOf(node, 'Ready') !== undefined) return
    const time = rfc3339(this.#env.now)
    const condition = (type: string, status: string, reason: string, message: string): { [key: string]: string } => ({
      type,
      status,
      lastHeartbeatTime: time,
      lastTransitionTime: time,
      reason,
      message,
    })
    const capacity = { cpu: '8', memory: '32Gi', pods: '1000', 'ephemeral-storage': '100Gi' }
    this.#env.as('kubelet').setStatus('nodes', node, {
      addresses: [
        { type: 'InternalIP', address: '172.18.0.2' },
        { type: 'Hostname', address: name },
      ],
      capacity,
      allocatable: capacity,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'fluxkit://simulated',
        kernelVersion: 'simulated',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.36.0',
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Fluxkit dev cluster',
        systemUUID: '',
      },
    })
    this.#env.update('nodes', '', name, (draft) => {
      const spec = isObject(draft['spec']) ? draft['spec'] : {}
      const taints = Array.isArray(spec['taints']) ? spec['taints'].filter(isObject) : []
      const left = taints.filter((taint) => taint['key'] !== 'node.kubernetes.io/not-ready')
      if (left.length > 0) spec['taints'] = left
      else delete spec['taints']
    })
  }
}
