import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkDomainPrefixedPath,
  checkPortName,
  checkPortNumber,
  checkWildcardDnsSubdomain,
} from '../../../kube/index.ts'
import { checkCidr, isAddress, isWithin } from './addresses.ts'
import type { Field } from './field.ts'
import { pathSegmentFaults } from './names.ts'
import { checkSelector } from './selectors.ts'

const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F']
const BAD_ENDS = ['/..', '/.']

function checkReference(reference: Field): void {
  if (reference.given('apiGroup')) {
    reference.faults('apiGroup', reference.text('apiGroup'), checkDnsSubdomain(reference.text('apiGroup')))
  }
  for (const key of ['kind', 'name']) {
    const value = reference.text(key)
    if (value === '') reference.required(key)
    else reference.faults(key, value, pathSegmentFaults(value))
  }
}

function checkBackend(backend: Field): void {
  const service = backend.object('service')
  const resource = backend.object('resource')
  if (service !== undefined && resource !== undefined) {
    backend.invalid('', '', 'cannot set both resource and service backends')
    return
  }
  if (resource !== undefined) {
    checkReference(resource)
    return
  }
  if (service === undefined) {
    backend.invalid('', '', 'resource or service backend is required')
    return
  }
  const name = service.text('name')
  if (name === '') service.required('name')
  else service.faults('name', name, checkDnsLabel(name))
  const port = service.struct('port')
  const portName = port.text('name')
  const number = port.number('number') ?? 0
  if (portName !== '' && number !== 0) backend.invalid('', '', 'cannot set both port name & port number')
  else if (portName !== '') port.faults('name', portName, checkPortName(portName))
  else if (number !== 0) port.faults('number', number, checkPortNumber(number))
  else backend.required('', 'port name or number is required')
}

function checkPath(path: Field): void {
  if (!path.given('pathType')) {
    path.required('pathType', 'pathType must be specified')
    return
  }
  const type = path.text('pathType')
  const text = path.text('path')
  if (type === 'Exact' || type === 'Prefix') {
    if (!text.startsWith('/')) path.invalid('path', text, 'must be an absolute path')
    for (const part of BAD_SEQUENCES) if (text.includes(part)) path.invalid('path', text, `must not contain '${part}'`)
    for (const part of BAD_ENDS) if (text.endsWith(part)) path.invalid('path', text, `cannot end with '${part}'`)
  } else if (type === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) path.invalid('path', text, 'must be an absolute path')
  } else path.unsupported('pathType', type, ['Exact', 'ImplementationSpecific', 'Prefix'])
  checkBackend(path.struct('backend'))
}

function checkHost(parent: Field, key: string, host: string): void {
  parent.faults(key, host, host.includes('*') ? checkWildcardDnsSubdomain(host) : checkDnsSubdomain(host))
}

/** Spec of an Ingress (pkg/apis/networking/validation). */
export function checkIngressSpec(spec: Field): void {
  const backend = spec.object('defaultBackend')
  const rules = spec.objects('rules')
  if (rules.length === 0 && backend === undefined) {
    spec.invalid('', spec.value['rules'] ?? null, 'either `defaultBackend` or `rules` must be specified')
  }
  if (backend !== undefined) checkBackend(backend)
  for (const rule of rules) {
    const host = rule.text('host')
    if (host !== '') {
      if (isAddress(host)) rule.invalid('host', host, 'must be a DNS name, not an IP address')
      checkHost(rule, 'host', host)
    }
    const http = rule.object('http')
    if (http === undefined) continue
    if (http.count('paths') === 0) http.required('paths')
    for (const path of http.objects('paths')) checkPath(path)
  }
  for (const tls of spec.objects('tls')) {
    for (const [i, host] of tls.texts('hosts').entries()) checkHost(tls, `hosts[${i}]`, host)
    const secret = tls.text('secretName')
    if (secret !== '') tls.faults('secretName', secret, checkDnsSubdomain(secret))
  }
  if (spec.given('ingressClassName')) {
    spec.faults('ingressClassName', spec.text('ingressClassName'), checkDnsSubdomain(spec.text('ingressClassName')))
  }
}

/** Spec of an IngressClass. */
export function checkIngressClassSpec(spec: Field): void {
  const controller = spec.text('controller')
  if (controller.length > 250) spec.tooLong('controller', 250)
  checkPrefixedPath(spec, 'controller', controller)
  const parameters = spec.object('parameters')
  if (parameters === undefined) return
  checkReference(parameters)
  if (!parameters.given('scope')) {
    parameters.required('scope')
    return
  }
  const scope = parameters.text('scope')
  if (scope === 'Namespace') {
    const namespace = parameters.text('namespace')
    if (!parameters.given('namespace')) parameters.required('namespace', "`parameters.scope` is set to 'Namespace'")
    else parameters.faults('namespace', namespace, checkDnsLabel(namespace))
  } else if (scope !== 'Cluster') parameters.oneOf('scope', ['Cluster', 'Namespace'])
  else if (parameters.given('namespace')) parameters.forbidden('namespace', "`parameters.scope` is set to 'Cluster'")
}

/** `acme.io/path` under a key. */
export function checkPrefixedPath(parent: Field, key: string, value: string): void {
  const slash = value.indexOf('/')
  const parts = slash > 0 && slash < value.length - 1
  for (const fault of checkDomainPrefixedPath(value)) {
    // What is shown is the part that the fault is about.
    const part = fault.startsWith('Invalid path') ? value.slice(slash + 1) : value.slice(0, slash)
    if (fault === 'Required value') parent.required(key)
    else parent.invalid(key, parts ? part : value, fault)
  }
}

function checkPolicyPort(port: Field): void {
  if (port.given('protocol')) port.oneOf('protocol', ['TCP', 'UDP', 'SCTP'])
  const value = port.value['port']
  const end = port.number('endPort')
  if (value === undefined || value === null) {
    if (end !== undefined) port.invalid('endPort', end, 'may not be specified when `port` is not specified')
  } else if (typeof value === 'string') {
    if (end !== undefined) port.invalid('endPort', end, 'may not be specified when `port` is non-numeric')
    port.faults('port', value, checkPortName(value))
  } else {
    port.faults('port', Number(value), checkPortNumber(Number(value)))
    if (end === undefined) return
    if (end < Number(value)) port.invalid('endPort', Number(value), 'must be greater than or equal to `port`')
    port.faults('endPort', end, checkPortNumber(end))
  }
}

function checkPeer(peer: Field): void {
  const block = peer.object('ipBlock')
  checkSelector(peer, 'podSelector')
  checkSelector(peer, 'namespaceSelector')
  const others = ['podSelector', 'namespaceSelector'].some((key) => peer.object(key) !== undefined)
  if (block !== undefined) checkBlock(block)
  else if (!others) peer.required('', 'must specify a peer')
  if (block !== undefined && others) peer.forbidden('', 'may not specify both ipBlock and another peer')
}

function checkBlock(block: Field): void {
  const cidr = block.text('cidr')
  if (cidr === '') {
    block.required('cidr')
    return
  }
  const outer = checkCidr(block, 'cidr', cidr)
  if (outer === undefined) return
  for (const [i, except] of block.texts('except').entries()) {
    const inner = checkCidr(block, `except[${i}]`, except)
    if (inner !== undefined && !isWithin(inner, outer)) {
      block.invalid(`except[${i}]`, except, 'must be a strict subset of `cidr`')
    }
  }
}

/** Spec of a NetworkPolicy. */
export function checkNetworkPolicySpec(spec: Field): void {
  checkSelector(spec, 'podSelector')
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const rule of spec.objects(direction)) {
      for (const port of rule.objects('ports')) checkPolicyPort(port)
      for (const peer of rule.objects(peers)) checkPeer(peer)
    }
  }
  const types = spec.texts('policyTypes')
  if (types.length > 2) {
    spec.invalid('policyTypes', types, 'may not specify more than two policyTypes')
    return
  }
  for (const [i, type] of types.entries()) {
    if (type !== 'Ingress' && type !== 'Egress') spec.unsupported(`policyTypes[${i}]`, type, ['Ingress', 'Egress'])
  }
}
