import type { JsonObject } from '../../../base/index.ts'
import type { Strategy } from '../strategy.ts'
import { collect } from '../validation/field.ts'
import { checkNodeResources, checkPodNetworks, checkTaints } from '../validation/nodes.ts'
import { ensure, list, preset, sub, text } from './draft.ts'

const NODE_INFO =
  'machineID systemUUID bootID kernelVersion osImage containerRuntimeVersion kubeletVersion kubeProxyVersion operatingSystem architecture'

/** The old field holds the first network, and wins over the list. */
function mirrorNetworks(spec: JsonObject): void {
  const first = text(spec, 'podCIDR')
  const given = spec['podCIDRs']
  const all = Array.isArray(given) ? given : []
  if (first !== '' && all[0] !== first) spec['podCIDRs'] = [first]
  else if (first === '' && typeof all[0] === 'string' && all[0] !== '') spec['podCIDR'] = all[0]
}

/** Structs that Go holds by value: they are written when empty. */
function fillStatus(draft: JsonObject): void {
  const status = ensure(draft, 'status')
  preset(ensure(ensure(status, 'daemonEndpoints'), 'kubeletEndpoint'), 'Port', 0)
  const info = ensure(status, 'nodeInfo')
  for (const key of NODE_INFO.split(' ')) preset(info, key, '')
}

/** Nodes start tainted (plugin/pkg/admission/nodetaint); the taint goes when they are ready. */
function addNotReady(spec: JsonObject): void {
  const key = 'node.kubernetes.io/not-ready'
  const taints = list(spec, 'taints')
  if (taints.some((taint) => taint['key'] === key && taint['effect'] === 'NoSchedule')) return
  spec['taints'] = [...taints, { key, effect: 'NoSchedule' }]
}

/** A Node (pkg/apis/core, pkg/registry/core/node): the status may come with the object. */
export const node: Strategy = {
  defaults: (draft) => {
    mirrorNetworks(ensure(draft, 'spec'))
    const capacity = sub(draft, 'status', 'capacity')
    const allocatable = sub(draft, 'status', 'allocatable') ?? {}
    if (capacity !== undefined && Object.keys(allocatable).length === 0) {
      ensure(draft, 'status')['allocatable'] = { ...capacity }
    }
  },
  prepareForCreate: (draft) => {
    delete ensure(draft, 'spec')['configSource']
    delete ensure(draft, 'status')['config']
    fillStatus(draft)
    addNotReady(ensure(draft, 'spec'))
  },
  prepareForUpdate: (draft, live) => {
    if (sub(live, 'spec', 'configSource') === undefined) delete ensure(draft, 'spec')['configSource']
  },
  warnings: (object) =>
    text(object['spec'], 'externalID') === ''
      ? []
      : ['spec.externalID: this field is deprecated, and is unused by Kubernetes'],
  validate: (object) =>
    collect(object, '', (whole) => {
      checkTaints(whole)
      checkNodeResources(whole)
      checkPodNetworks(whole.struct('spec'))
    }),
  validateUpdate: (next, live) =>
    collect(next['spec'], 'spec', (spec) => {
      const before = sub(live, 'spec')
      const old = Array.isArray(before?.['podCIDRs']) ? before['podCIDRs'] : []
      const networks = spec.texts('podCIDRs')
      if (old.length > 0 && (old.length !== networks.length || old.some((network, i) => network !== networks[i]))) {
        spec.forbidden('podCIDRs', 'node updates may not change podCIDR except from "" to valid')
      }
      if (text(before, 'providerID') !== '' && text(before, 'providerID') !== spec.text('providerID')) {
        spec.forbidden('providerID', 'node updates may not change providerID except from "" to valid')
      }
      if (text(before, 'externalID') !== spec.text('externalID')) spec.forbidden('externalID', 'may not be updated')
    }),
}
