import { getIn, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'

function list(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function addresses(object: KubeObject): string {
  return list(getIn(object, ['status', 'loadBalancer', 'ingress']))
    .map((item) => String(item['ip'] ?? item['hostname'] ?? ''))
    .filter(Boolean)
    .join(',')
}

/** EXTERNAL-IP of a Service. */
export function loadBalancerAddress(object: KubeObject): string {
  const spec = isObject(object['spec']) ? object['spec'] : {}
  const external = Array.isArray(spec['externalIPs']) ? spec['externalIPs'].map(String) : []
  switch (spec['type']) {
    case 'LoadBalancer': {
      const all = [addresses(object), ...external].filter(Boolean).join(',')
      return all === '' ? '<pending>' : all
    }
    case 'ExternalName':
      return String(spec['externalName'] ?? '')
    default:
      return external.length > 0 ? external.join(',') : '<none>'
  }
}

/** PORT(S) of a Service: `80:31234/TCP,443/TCP`. */
export function servicePorts(object: KubeObject): string {
  const ports = list(getIn(object, ['spec', 'ports'])).map((port) => {
    const node = Number(port['nodePort'] ?? 0)
    return `${String(port['port'])}${node > 0 ? `:${node}` : ''}/${String(port['protocol'] ?? 'TCP')}`
  })
  return ports.length === 0 ? '<none>' : ports.join(',')
}

/** ADDRESS of an Ingress. */
export function ingressAddress(object: KubeObject): string {
  return addresses(object)
}
