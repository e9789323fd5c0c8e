import { type JsonObject, type JsonValue, jsonEqual } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { type FieldError, invalidValue } from '../../http/errors.ts'
import type { Strategy, StrategyContext } from '../strategy.ts'
import { collect, Field } from '../validation/field.ts'
import { serviceWarnings } from '../validation/pod-warnings.ts'
import { checkServiceSpec, checkServiceUpdate, isExternal } from '../validation/services.ts'
import { serviceStatus, statusErrors } from '../validation/statuses.ts'
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
    if (spec['type'] !== 'ExternalName') preset(spec, 'internalTrafficPolicy', 'Cluster')
    if (spec['type'] === 'LoadBalancer') preset(spec, 'allocateLoadBalancerNodePorts', true)
  },
  prepareForCreate: (draft, context) => {
    draft['status'] = { loadBalancer: {} }
    allocate(draft, undefined, context)
  },
  prepareForUpdate: (draft, live, context) => {
    const spec = ensure(draft, 'spec')
    const old = sub(live, 'spec') ?? {}
    keepAllocated(spec, old)
    dropOfType(spec, old)
    if (spec['type'] !== 'LoadBalancer') draft['status'] = { ...(sub(draft, 'status') ?? {}), loadBalancer: {} }
    allocate(draft, old, context)
  },
  warnings: (object) => serviceWarnings(new Field(sub(object, 'spec') ?? {}, 'spec', [])),
  validate: (object, context, live) => {
    const old = sub(live, 'spec') ?? {}
    const errors = [
      ...(live === undefined ? [] : collect(object['spec'], 'spec', (spec) => checkServiceUpdate(spec, old))),
      ...collect(object['spec'], 'spec', checkServiceSpec),
      ...portRangeErrors(object),
    ]
    return errors.length > 0 ? errors : allocationErrors(object, context, live)
  },
  validateStatus: statusErrors(serviceStatus),
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

/**
 * Asked for what another Service has. Addresses outside of this cluster's range are taken as they are: a fleet names
 * those of its own cluster.
 */
function allocationErrors(object: KubeObject, context: StrategyContext, live: KubeObject | undefined): FieldError[] {
  const spec = sub(object, 'spec')
  const wantsPort = list(spec, 'ports').some((port) => Number(port['nodePort'] ?? 0) > 0)
  const address = text(spec, 'clusterIP')
  const wantsAddress = address !== '' && address !== 'None' && address !== text(sub(live, 'spec'), 'clusterIP')
  if (!wantsPort && !wantsAddress) return []
  const { name, namespace } = object.metadata
  const others = context
    .list('services')
    .filter((other) => other.metadata.name !== name || other.metadata['namespace'] !== namespace)
  const errors: FieldError[] = []
  if (wantsAddress && others.some((other) => text(sub(other, 'spec'), 'clusterIP') === address)) {
    const why = `failed to allocate IP ${address}: provided IP is already allocated`
    errors.push(invalidValue('spec.clusterIPs', [address], why))
  }
  const taken = new Set(others.flatMap(portsOf))
  list(spec, 'ports').forEach((port, i) => {
    const number = Number(port['nodePort'] ?? 0)
    if (number > 0 && taken.has(`${String(port['protocol'])}/${number}`))
      errors.push(invalidValue(`spec.ports[${i}].nodePort`, number, 'provided port is already allocated'))
  })
  return errors
}

/** Node ports of a Service as `TCP/30080`: the allocator of each protocol is of its own. */
function portsOf(object: KubeObject): string[] {
  return list(sub(object, 'spec'), 'ports').map(
    (port) => `${String(port['protocol'])}/${Number(port['nodePort'] ?? 0)}`,
  )
}

/** Gives addresses and node ports; `old`: the spec that an update replaces. */
function allocate(draft: KubeObject, old: JsonObject | undefined, context: StrategyContext): void {
  const spec = ensure(draft, 'spec')
  if (spec['type'] === 'ExternalName') return
  const given = text(spec, 'clusterIP') || firstText(spec['clusterIPs'])
  spec['clusterIP'] = given === '' ? freeAddress(context) : given
  if (isOpen(spec['clusterIPs'])) spec['clusterIPs'] = [spec['clusterIP']]
  allocateFamilies(spec, old)
  const wanted =
    spec['type'] === 'NodePort' || (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false)
  if (wanted) allocateNodePorts(spec, context)
  if (needsHealthPort(spec) && Number(spec['healthCheckNodePort'] ?? 0) === 0) {
    spec['healthCheckNodePort'] = freePort(usedPorts(context), context)
  }
}

function allocateFamilies(spec: JsonObject, old: JsonObject | undefined): void {
  if (old !== undefined && old['type'] !== 'ExternalName') {
    for (const key of ['ipFamilies', 'ipFamilyPolicy']) {
      if (isOpen(spec[key]) && !isOpen(old[key])) spec[key] = old[key]!
    }
  }
  // A headless Service that selects nothing may be of any family.
  const open = spec['clusterIP'] === 'None' && Object.keys(sub(spec, 'selector') ?? {}).length === 0
  if (open && spec['ipFamilies'] === undefined) preset(spec, 'ipFamilyPolicy', 'RequireDualStack')
  if (isOpen(spec['ipFamilies'])) {
    spec['ipFamilies'] = spec['ipFamilyPolicy'] === 'RequireDualStack' && open ? ['IPv4', 'IPv6'] : ['IPv4']
  }
  preset(spec, 'ipFamilyPolicy', 'SingleStack')
}

function isOpen(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}

function needsNodePort(spec: JsonObject): boolean {
  return spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer'
}

function needsHealthPort(spec: JsonObject): boolean {
  return spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local'
}

/** What was allocated before, where the client left it out (pkg/registry/core/service, `patchAllocatedValues`). */
function keepAllocated(spec: JsonObject, old: JsonObject): void {
  if (spec['type'] !== 'ExternalName' && old['type'] !== 'ExternalName') {
    const moved = text(spec, 'clusterIP')
    if (moved === '') spec['clusterIP'] = text(old, 'clusterIP')
    if (isOpen(spec['clusterIPs'])) {
      if (moved === '' || moved === old['clusterIP']) spec['clusterIPs'] = old['clusterIPs'] ?? []
    } else if (moved !== '' && moved !== old['clusterIP'] && jsonEqual(spec['clusterIPs'], old['clusterIPs'] ?? [])) {
      spec['clusterIPs'] = [moved]
    }
  }
  if (needsNodePort(spec) && needsNodePort(old)) {
    const ports = (of: JsonObject): number[] => list(of, 'ports').map((port) => Number(port['nodePort'] ?? 0))
    const kept = new Set(ports(spec))
    for (const port of list(spec, 'ports')) {
      if (Number(port['nodePort'] ?? 0) !== 0) continue
      const before = list(old, 'ports').findLast((item) => text(item, 'name') === text(port, 'name'))
      const number = Number(before?.['nodePort'] ?? 0)
      if (number !== 0 && !kept.has(number)) port['nodePort'] = number
    }
  }
  if (needsHealthPort(spec) && needsHealthPort(old) && Number(spec['healthCheckNodePort'] ?? 0) === 0) {
    const number = old['healthCheckNodePort']
    if (number !== undefined) spec['healthCheckNodePort'] = number
  }
}

/** What another type of Service does not have goes, unless the client changed it too (`dropTypeDependentFields`). */
function dropOfType(spec: JsonObject, old: JsonObject): void {
  const drop = (...keys: string[]): void => {
    for (const key of keys) if (jsonEqual(spec[key] ?? null, old[key] ?? null)) delete spec[key]
  }
  if (old['type'] !== 'ExternalName' && spec['type'] === 'ExternalName') {
    if (text(spec, 'clusterIP') === text(old, 'clusterIP') || text(spec, 'clusterIP') === '') {
      for (const key of ['clusterIP', 'clusterIPs']) delete spec[key]
    }
    drop('ipFamilies', 'ipFamilyPolicy')
  }
  // Upstream leaves it out when the Service is read (`defaultOnReadInternalTrafficPolicy`).
  if (spec['type'] === 'ExternalName') delete spec['internalTrafficPolicy']
  if (needsNodePort(old) && !needsNodePort(spec)) {
    const ports = (of: JsonObject): number[] =>
      [...new Set(list(of, 'ports').map((port) => Number(port['nodePort'] ?? 0)))].filter((n) => n !== 0).sort()
    if (jsonEqual(ports(spec), ports(old))) for (const port of list(spec, 'ports')) delete port['nodePort']
  }
  if (needsHealthPort(old) && !needsHealthPort(spec)) drop('healthCheckNodePort')
  if (old['type'] === 'LoadBalancer' && spec['type'] !== 'LoadBalancer') {
    drop('allocateLoadBalancerNodePorts', 'loadBalancerClass')
  }
  if (isExternal(old) && !isExternal(spec)) drop('externalTrafficPolicy')
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

function allocateNodePorts(spec: JsonObject, context: StrategyContext): void {
  const used = usedPorts(context)
  for (const port of list(spec, 'ports')) {
    if (Number(port['nodePort'] ?? 0) > 0) continue
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
