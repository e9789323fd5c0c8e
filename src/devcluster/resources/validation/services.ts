import { isObject, type JsonObject, type JsonValue } from '../../../base/index.ts'
import { checkDnsLabel, checkDnsSubdomain, checkPortNumber, checkQualifiedName } from '../../../kube/index.ts'
import { checkCidr, checkIp } from './addresses.ts'
import type { Field } from './field.ts'
import { checkPort } from './pod-probes.ts'
import { checkLabels } from './selectors.ts'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const FAMILIES = ['IPv4', 'IPv6']
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const MAX_AFFINITY = 86400

/** An address that traffic can be sent to: endpoints, external addresses. */
export function checkEndpointIp(parent: Field, key: string, ip: string): void {
  if (ip === '0.0.0.0' || ip === '::') parent.invalid(key, ip, `may not be unspecified (${ip})`)
  if (/^127\./.test(ip) || ip === '::1') {
    parent.invalid(key, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')
  }
  if (/^169\.254\./.test(ip) || /^fe[89ab]/i.test(ip)) {
    parent.invalid(key, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  }
  if (/^224\.0\.0\./.test(ip) || /^ff02:/i.test(ip)) {
    parent.invalid(key, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
  }
}

function checkServicePort(port: Field, named: boolean, names: Set<string>): void {
  const name = port.text('name')
  if (named && name === '') port.required('name')
  else if (name !== '') {
    port.faults('name', name, checkDnsLabel(name))
    if (names.has(name)) port.duplicate('name', name)
    names.add(name)
  }
  const number = port.number('port') ?? 0
  port.faults('port', number, checkPortNumber(number))
  port.oneOf('protocol', PROTOCOLS, true)
  checkPort(port, 'targetPort')
  if (port.given('appProtocol')) {
    port.faults('appProtocol', port.text('appProtocol'), checkQualifiedName(port.text('appProtocol')))
  }
}

function checkPorts(spec: Field, type: string): void {
  const ports = spec.objects('ports')
  if (type === 'ClusterIP') {
    for (const port of ports) {
      if ((port.number('nodePort') ?? 0) !== 0) {
        port.forbidden('nodePort', "may not be used when `type` is 'ClusterIP'")
      }
    }
  }
  const nodePorts = new Set<string>()
  for (const port of ports) {
    const node = port.number('nodePort') ?? 0
    if (node === 0) continue
    const id = `${port.text('protocol')}/${node}`
    if (nodePorts.has(id)) port.duplicate('nodePort', node)
    nodePorts.add(id)
  }
  const seen = new Set<string>()
  for (const port of ports) {
    const id = `${port.text('protocol')}/${port.number('port') ?? 0}`
    if (seen.has(id)) {
      port.duplicate('', {
        Name: '',
        Protocol: port.text('protocol'),
        AppProtocol: null,
        Port: port.number('port') ?? 0,
        TargetPort: 0,
        NodePort: 0,
      })
    }
    seen.add(id)
  }
}

function checkAffinity(spec: Field): void {
  spec.oneOf('sessionAffinity', ['ClientIP', 'None'], true)
  const config = spec.object('sessionAffinityConfig')
  if (spec.text('sessionAffinity') === 'None') {
    if (config !== undefined) spec.forbidden('sessionAffinityConfig', 'must not be set when session affinity is None')
  } else if (spec.text('sessionAffinity') === 'ClientIP') {
    const timeout = config?.object('clientIP')?.number('timeoutSeconds')
    if (config !== undefined && timeout !== undefined && (timeout <= 0 || timeout > MAX_AFFINITY)) {
      config.invalid('clientIP.timeoutSeconds', timeout, `must be greater than 0 and less than ${MAX_AFFINITY}`)
    }
  }
}

function checkClusterIps(spec: Field): void {
  const first = spec.text('clusterIP')
  const ips = spec.texts('clusterIPs')
  if (first !== '') {
    if (ips.length === 0) spec.required('clusterIPs')
    else if (ips[0] !== first) spec.invalid('clusterIPs', ips, 'first value must match `clusterIP`')
  } else if (ips.length > 0) spec.invalid('clusterIPs', ips, 'must be empty when `clusterIP` is not specified')
  const families = spec.texts('ipFamilies')
  for (const [i, family] of families.entries()) {
    if (!FAMILIES.includes(family)) spec.unsupported(`ipFamilies[${i}]`, family, FAMILIES)
    if (families.indexOf(family) < i) spec.duplicate(`ipFamilies[${i}]`, family)
  }
  if (spec.given('ipFamilyPolicy')) spec.oneOf('ipFamilyPolicy', FAMILY_POLICIES)
  let good = true
  for (const [i, ip] of ips.entries()) {
    if (i === 0 && ip === 'None') {
      if (ips.length > 1) spec.invalid('clusterIPs', ips, "'None' must be the first and only value")
      good &&= ips.length === 1
    } else good = checkIp(spec, `clusterIPs[${i}]`, ip) && good
  }
  if (ips.length > 2) spec.invalid('clusterIPs', ips, 'may only hold up to 2 values')
  if (!good || ips[0] === 'None') return
  if (ips.length > 1 && new Set(ips.map((ip) => ip.includes(':'))).size < 2) {
    spec.invalid('clusterIPs', ips, 'may specify no more than one IP for each IP family')
  }
  for (const [i, ip] of ips.entries()) {
    const family = ip.includes(':') ? 'IPv6' : 'IPv4'
    const wanted = families[i]
    if (wanted !== undefined && FAMILIES.includes(wanted) && wanted !== family) {
      spec.invalid(`clusterIPs[${i}]`, ip, `expected an ${wanted} value as indicated by \`ipFamilies[${i}]\``)
    }
  }
}

function checkBalancer(spec: Field, type: string): void {
  const balancer = type === 'LoadBalancer'
  const only = "may only be used when `type` is 'LoadBalancer'"
  const ranges = spec.texts('loadBalancerSourceRanges')
  if (ranges.length > 0) {
    if (!balancer) spec.forbidden('LoadBalancerSourceRanges', only)
    for (const [i, range] of ranges.entries()) checkCidr(spec, `LoadBalancerSourceRanges[${i}]`, range.trim())
  }
  if (spec.given('allocateLoadBalancerNodePorts') && !balancer) spec.forbidden('allocateLoadBalancerNodePorts', only)
  if (spec.given('loadBalancerClass')) {
    const name = spec.text('loadBalancerClass')
    if (balancer) spec.faults('loadBalancerClass', name, checkQualifiedName(name))
    else spec.forbidden('loadBalancerClass', only)
  }
}

function checkTraffic(spec: Field, type: string): void {
  const external = isExternal(spec.value)
  const policy = spec.text('externalTrafficPolicy')
  if (external) spec.oneOf('externalTrafficPolicy', ['Cluster', 'Local'], true)
  else if (policy !== '') {
    spec.invalid('externalTrafficPolicy', policy, 'may only be set for externally-accessible services')
  }
  const health = spec.number('healthCheckNodePort') ?? 0
  if (type === 'LoadBalancer' && policy === 'Local') {
    if (health !== 0) spec.faults('healthCheckNodePort', health, checkPortNumber(health))
  } else if (health !== 0) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    spec.invalid('healthCheckNodePort', health, why)
  }
  if (spec.given('internalTrafficPolicy')) spec.oneOf('internalTrafficPolicy', ['Cluster', 'Local'])
  if (spec.given('trafficDistribution')) {
    spec.oneOf('trafficDistribution', ['PreferClose', 'PreferSameZone', 'PreferSameNode'])
  }
}

/** Services that clients outside the cluster can reach. */
export function isExternal(spec: JsonValue | undefined): boolean {
  if (!isObject(spec)) return false
  if (spec['type'] === 'LoadBalancer' || spec['type'] === 'NodePort') return true
  return spec['type'] === 'ClusterIP' && Array.isArray(spec['externalIPs']) && spec['externalIPs'].length > 0
}

/** Spec of a Service (pkg/apis/core/validation `validateService`). */
export function checkServiceSpec(spec: Field): void {
  const type = spec.text('type')
  const ports = spec.objects('ports')
  const headless = spec.count('clusterIPs') === 1 && spec.texts('clusterIPs')[0] === 'None'
  if (ports.length === 0 && !headless && type !== 'ExternalName') spec.required('ports')
  if (headless && (type === 'LoadBalancer' || type === 'NodePort')) {
    spec.invalid('clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)
  }
  if (type === 'ExternalName') {
    for (const key of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
      const set = key === 'ipFamilyPolicy' ? spec.given(key) : spec.count(key) > 0
      if (set) spec.forbidden(key, 'may not be set for ExternalName services')
    }
    const name = spec.text('externalName').replace(/\.$/, '')
    if (name === '') spec.required('externalName')
    else spec.faults('externalName', name, checkDnsSubdomain(name))
  }
  const names = new Set<string>()
  for (const port of ports) checkServicePort(port, ports.length > 1, names)
  checkLabels(spec, 'selector')
  checkAffinity(spec)
  if (type !== 'ExternalName') checkClusterIps(spec)
  for (const [i, ip] of spec.texts('externalIPs').entries()) {
    if (checkIp(spec, `externalIPs[${i}]`, ip)) checkEndpointIp(spec, `externalIPs[${i}]`, ip)
  }
  spec.oneOf('type', TYPES, true)
  checkPorts(spec, type)
  checkBalancer(spec, type)
  checkTraffic(spec, type)
}

/** What of a Service may not change. */
export function checkServiceUpdate(next: Field, live: JsonObject): void {
  const before = Array.isArray(live['clusterIPs']) ? live['clusterIPs'] : []
  const after = next.texts('clusterIPs')
  if (live['type'] !== 'ExternalName' && next.text('type') !== 'ExternalName' && before.length > 0) {
    if (after.length > 0 && after[0] !== before[0]) next.invalid('clusterIPs[0]', after, 'may not change once set')
  }
  const families = Array.isArray(live['ipFamilies']) ? live['ipFamilies'] : []
  const wanted = next.texts('ipFamilies')
  const headless = before[0] === 'None' || after[0] === 'None'
  if (live['type'] !== 'ExternalName' && next.text('type') !== 'ExternalName' && families.length > 0 && !headless) {
    if (wanted.length > 0 && FAMILIES.includes(wanted[0]!) && wanted[0] !== families[0]) {
      next.invalid('ipFamilies[0]', wanted, 'may not change once set')
    }
  }
  if (live['type'] === 'LoadBalancer' && next.text('type') === 'LoadBalancer') {
    if ((live['loadBalancerClass'] ?? null) !== (next.value['loadBalancerClass'] ?? null)) {
      next.invalid('loadBalancerClass', next.value['loadBalancerClass'] ?? null, 'may not change once set')
    }
  }
}

/** Subsets of Endpoints. */
export function checkEndpoints(endpoints: Field): void {
  for (const subset of endpoints.objects('subsets')) {
    if (subset.count('addresses') + subset.count('notReadyAddresses') === 0) {
      subset.required('', 'must specify `addresses` or `notReadyAddresses`')
    }
    for (const key of ['addresses', 'notReadyAddresses']) {
      for (const address of subset.objects(key)) {
        const ip = address.text('ip')
        const good = checkIp(address, 'ip', ip)
        if (address.text('hostname') !== '') {
          address.faults('hostname', address.text('hostname'), checkDnsLabel(address.text('hostname')))
        }
        if (address.given('nodeName')) {
          address.faults('nodeName', address.text('nodeName'), checkDnsSubdomain(address.text('nodeName')))
        }
        if (good) checkEndpointIp(address, 'ip', ip)
        else address.invalid('ip', ip, 'must be a valid IP address')
      }
    }
    const ports = subset.objects('ports')
    for (const port of ports) {
      const name = port.text('name')
      if (name !== '') port.faults('name', name, checkDnsLabel(name))
      else if (ports.length > 1) port.required('name')
      port.faults('port', port.number('port') ?? 0, checkPortNumber(port.number('port') ?? 0))
      port.oneOf('protocol', PROTOCOLS, true)
      if (port.given('appProtocol')) {
        port.faults('appProtocol', port.text('appProtocol'), checkQualifiedName(port.text('appProtocol')))
      }
    }
  }
}
