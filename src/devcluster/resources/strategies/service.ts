import type { JsonObject } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { type FieldError, invalidValue } from '../../http/errors.ts'
import type { Strategy, StrategyContext } from '../strategy.ts'
import { collect, Field } from '../validation/field.ts'
import { serviceWarnings } from '../validation/pod-warnings.ts'
import { checkServiceSpec, checkServiceUpdate, isExternal } from '../validation/services.ts'
import { ensure, list, preset, presetText, sub, text } from './draft.ts'

/** Rules of Service: ports, address and node-port allocation in 10.96.0.0/16 and 30000–32767. */
export const service: Strategy = {
  nameRule: 'label',
  returnsDeleted: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    presetText(spec, 'sessionAffinity', 'None')
    presetText(spec, 'type', 'ClusterIP')
    if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig']
    if (spec['sessionAffinity'] === 'ClientIP') {
      preset(ensure(ensure(spec, 'sessionAffinityConfig'), 'clientIP'), 'timeoutSeconds', 10800)
    }
    for (const port of list(spec, 'ports')) {
      presetText(port, 'protocol', 'TCP')
      const target = port['targetPort']
      if (target === undefined || target === null || target === 0 || target === '')
        port['targetPort'] = port['port'] ?? 0
    }
    if (isExternal(spec)) presetText(spec, 'externalTrafficPolicy', 'Cluster')
    if (spec['type'] !== 'ExternalName') presetText(spec, 'internalTrafficPolicy', 'Cluster')
    if (spec['type'] === 'LoadBalancer') preset(spec, 'allocateLoadBalancerNodePorts', true)
  },
  prepareForCreate: (draft, context) => {
    draft['status'] = { loadBalancer: {} }
    allocate(draft, undefined, context)
  },
  prepareForUpdate: (draft, live, context) => allocate(draft, live, context),
  warnings: (object) => serviceWarnings(new Field(sub(object, 'spec') ?? {}, 'spec', [])),
  validate: (object) => [...collect(object['spec'], 'spec', checkServiceSpec), ...portRangeErrors(object)],
  validateUpdate: (next, live) =>
    collect(next['spec'], 'spec', (spec) => checkServiceUpdate(spec, sub(live, 'spec') ?? {})),
}

/** The allocator's answer to a node port that is not its own. */
function portRangeErrors(object: KubeObject): FieldError[] {
  return list(sub(object, 'spec'), 'ports').flatMap((port, i) => {
    const node = Number(port['nodePort'] ?? 0)
    if (node === 0 || (node >= 30000 && node <= 32767)) return []
    const why = 'provided port is not in the valid range. The range of valid ports is 30000-32767'
    return [invalidValue(`spec.ports[${i}].nodePort`, node, why)]
  })
}

/** Gives addresses and node ports, keeping those of the live object where the client left them out. */
function allocate(draft: KubeObject, live: KubeObject | undefined, context: StrategyContext): void {
  const spec = ensure(draft, 'spec')
  const old = live === undefined ? undefined : sub(live, 'spec')
  if (spec['type'] === 'ExternalName') {
    for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[key]
    return
  }
  if (old !== undefined && text(old, 'clusterIP') !== '') {
    for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
      const value = old[key]
      const own = spec[key]
      if (
        value !== undefined &&
        (own === undefined || own === null || own === '' || (Array.isArray(own) && own.length === 0))
      )
        spec[key] = value
    }
    if (old['healthCheckNodePort'] !== undefined) spec['healthCheckNodePort'] ??= old['healthCheckNodePort']
  }
  const given = text(spec, 'clusterIP') || firstText(spec['clusterIPs'])
  spec['clusterIP'] = given === '' ? freeAddress(context) : given
  if (!Array.isArray(spec['clusterIPs']) || spec['clusterIPs'].length === 0) spec['clusterIPs'] = [spec['clusterIP']]
  // A headless Service that selects nothing may be of any family.
  const open = spec['clusterIP'] === 'None' && Object.keys(sub(spec, 'selector') ?? {}).length === 0
  if (open && spec['ipFamilies'] === undefined) presetText(spec, 'ipFamilyPolicy', 'RequireDualStack')
  if (!Array.isArray(spec['ipFamilies']) || spec['ipFamilies'].length === 0) {
    spec['ipFamilies'] = spec['ipFamilyPolicy'] === 'RequireDualStack' && open ? ['IPv4', 'IPv6'] : ['IPv4']
  }
  presetText(spec, 'ipFamilyPolicy', 'SingleStack')
  const wanted =
    spec['type'] === 'NodePort' || (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false)
  if (wanted) allocateNodePorts(spec, old, context)
  else if (old !== undefined && old['type'] !== spec['type']) {
    for (const port of list(spec, 'ports')) delete port['nodePort']
  }
  const checked = spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local'
  if (checked && Number(spec['healthCheckNodePort'] ?? 0) === 0) {
    spec['healthCheckNodePort'] = freePort(usedPorts(context), context)
  } else if (!checked && old !== undefined) delete spec['healthCheckNodePort']
}

function firstText(value: unknown): string {
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : ''
}

function freeAddress(context: StrategyContext): string {
  const used = new Set(context.list('services').map((object) => text(sub(object, 'spec'), 'clusterIP')))
  for (let attempt = 0; attempt < 200_000; attempt++) {
    const n = attempt < 1000 ? Math.floor(context.random() * 65_000) + 10 : attempt % 65_500
    const address = `10.96.${n >> 8}.${n & 255}`
    if (n > 10 && !used.has(address)) return address
  }
  return '10.96.255.254'
}

function allocateNodePorts(spec: JsonObject, old: JsonObject | undefined, context: StrategyContext): void {
  const used = usedPorts(context)
  for (const port of list(spec, 'ports')) {
    if (Number(port['nodePort'] ?? 0) > 0) continue
    const before = list(old, 'ports').find(
      (item) => item['port'] === port['port'] && item['protocol'] === port['protocol'],
    )
    if (Number(before?.['nodePort'] ?? 0) > 0) {
      port['nodePort'] = before!['nodePort']!
      continue
    }
    const number = freePort(used, context)
    used.add(number)
    port['nodePort'] = number
  }
}

function usedPorts(context: StrategyContext): Set<number> {
  const ports = context.list('services').flatMap((object) => {
    const spec = sub(object, 'spec')
    const own = list(spec, 'ports').map((port) => Number(port['nodePort'] ?? 0))
    return [...own, Number(spec?.['healthCheckNodePort'] ?? 0)]
  })
  return new Set(ports)
}

function freePort(used: ReadonlySet<number>, context: StrategyContext): number {
  let number = 30000 + Math.floor(context.random() * 2768)
  for (let i = 0; i < 2768 && used.has(number); i++) number = number === 32767 ? 30000 : number + 1
  return number
}
