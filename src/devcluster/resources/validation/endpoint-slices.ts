import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkFullyQualifiedDomainName,
  checkLabelValue,
  checkQualifiedName,
} from '../../../kube/index.ts'
import { checkIp } from './addresses.ts'
import type { Field } from './field.ts'
import { checkLabels } from './selectors.ts'
import { checkEndpointIp } from './services.ts'

const TYPES = ['FQDN', 'IPv4', 'IPv6']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const MAX_ENDPOINTS = 1000
const MAX_ADDRESSES = 100
const MAX_PORTS = 20_000
const MAX_ZONES = 8

/** An EndpointSlice (pkg/apis/discovery/validation). */
export function checkEndpointSlice(slice: Field): void {
  slice.oneOf('addressType', TYPES, true)
  checkPorts(slice)
  const endpoints = slice.objects('endpoints')
  if (endpoints.length > MAX_ENDPOINTS) slice.tooMany('endpoints', endpoints.length, MAX_ENDPOINTS)
  else for (const endpoint of endpoints) checkEndpoint(endpoint, slice.text('addressType'))
}

function checkPorts(slice: Field): void {
  const ports = slice.objects('ports')
  if (ports.length > MAX_PORTS) {
    slice.tooMany('ports', ports.length, MAX_PORTS)
    return
  }
  const names = new Set<string>()
  for (const port of ports) {
    const name = port.text('name')
    if (name !== '') port.faults('name', name, checkDnsLabel(name))
    if (names.has(name)) port.duplicate('name', name)
    names.add(name)
    if (!port.given('protocol')) port.required('protocol')
    else port.oneOf('protocol', PROTOCOLS)
    const app = port.text('appProtocol')
    if (port.given('appProtocol')) port.faults('appProtocol', app, checkQualifiedName(app))
  }
}

function checkEndpoint(endpoint: Field, type: string): void {
  const addresses = endpoint.texts('addresses')
  if (addresses.length === 0) endpoint.required('addresses', 'must contain at least 1 address')
  else if (addresses.length > MAX_ADDRESSES) endpoint.tooMany('addresses', addresses.length, MAX_ADDRESSES)
  for (const [i, address] of addresses.entries()) {
    const at = `addresses[${i}]`
    if (type === 'FQDN') endpoint.faults(at, address, checkFullyQualifiedDomainName(address))
    else if (type === 'IPv4' || type === 'IPv6') checkAddress(endpoint, at, address, type)
  }
  const node = endpoint.text('nodeName')
  if (endpoint.given('nodeName')) endpoint.faults('nodeName', node, checkDnsSubdomain(node))
  checkLabels(endpoint, 'deprecatedTopology')
  const hostname = endpoint.text('hostname')
  if (endpoint.given('hostname')) endpoint.faults('hostname', hostname, checkDnsLabel(hostname))
  const hints = endpoint.object('hints')
  if (hints !== undefined) for (const key of ['forZones', 'forNodes']) checkHints(hints, key)
}

function checkAddress(endpoint: Field, at: string, address: string, type: string): void {
  if (!checkIp(endpoint, at, address)) return
  if (address.includes(':') !== (type === 'IPv6')) {
    endpoint.invalid('addresses', address, `must be an ${type} address`)
  }
  checkEndpointIp(endpoint, at, address)
}

function checkHints(hints: Field, key: string): void {
  const all = hints.objects(key)
  if (all.length > MAX_ZONES) {
    hints.tooMany(key, all.length, MAX_ZONES)
    return
  }
  const seen = new Set<string>()
  for (const hint of all) {
    const name = hint.text('name')
    if (seen.has(name)) hint.duplicate('name', name)
    else hint.faults('name', name, key === 'forZones' ? checkLabelValue(name) : checkDnsSubdomain(name))
    seen.add(name)
  }
}
