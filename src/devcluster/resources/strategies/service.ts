import { isObject, type JsonObject } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { duplicate, type FieldError, invalidValue, notSupported, required } from '../../http/errors.ts'
import type { Strategy, StrategyContext } from '../strategy.ts'
import { ensure, list, preset, presetText, sub, text } from './draft.ts'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']

/** Rules of Service: ports, address and node-port allocation in 10.96.0.0/16 and 30000–32767. */
export const service: Strategy = {
  nameRule: 'label1035',
  returnsDeleted: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    presetText(spec, 'sessionAffinity', 'None')
    presetText(spec, 'type', 'ClusterIP')
    if (spec['sessionAffinity'] === 'ClientIP') {
      preset(ensure(ensure(spec, 'sessionAffinityConfig'), 'clientIP'), 'timeoutSeconds', 10800)
    }
    for (const port of list(spec, 'ports')) {
      presetText(port, 'protocol', 'TCP')
      const target = port['targetPort']
      if (target === undefined || target === null || target === 0 || target === '')
        port['targetPort'] = port['port'] ?? 0
    }
    const external = spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer'
    if (external) presetText(spec, 'externalTrafficPolicy', 'Cluster')
    if (spec['type'] !== 'ExternalName') presetText(spec, 'internalTrafficPolicy', 'Cluster')
    if (spec['type'] === 'LoadBalancer') preset(spec, 'allocateLoadBalancerNodePorts', true)
  },
  prepareForCreate: (draft, context) => {
    draft['status'] = { loadBalancer: {} }
    allocate(draft, undefined, context)
  },
  prepareForUpdate: (draft, live, context) => allocate(draft, live, context),
  validate: serviceErrors,
  validateUpdate: (next, live) => {
    const before = text(sub(live, 'spec'), 'clusterIP')
    const after = text(sub(next, 'spec'), 'clusterIP')
    const typed =
      text(sub(live, 'spec'), 'type') !== 'ExternalName' && text(sub(next, 'spec'), 'type') !== 'ExternalName'
    return typed && before !== '' && before !== after
      ? [invalidValue('spec.clusterIPs[0]', [after], 'may not change once set')]
      : []
  },
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
  if (!Array.isArray(spec['ipFamilies']) || spec['ipFamilies'].length === 0) spec['ipFamilies'] = ['IPv4']
  presetText(spec, 'ipFamilyPolicy', 'SingleStack')
  const wanted =
    spec['type'] === 'NodePort' || (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false)
  if (wanted) allocateNodePorts(spec, old, context)
  else for (const port of list(spec, 'ports')) if (old?.['type'] !== spec['type']) delete port['nodePort']
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
  const used = new Set(
    context
      .list('services')
      .flatMap((object) => list(sub(object, 'spec'), 'ports').map((port) => Number(port['nodePort'] ?? 0))),
  )
  for (const port of list(spec, 'ports')) {
    if (Number(port['nodePort'] ?? 0) > 0) continue
    const before = list(old, 'ports').find(
      (item) => item['port'] === port['port'] && item['protocol'] === port['protocol'],
    )
    if (Number(before?.['nodePort'] ?? 0) > 0) {
      port['nodePort'] = before!['nodePort']!
      continue
    }
    let number = 30000 + Math.floor(context.random() * 2768)
    for (let i = 0; i < 2768 && used.has(number); i++) number = number === 32767 ? 30000 : number + 1
    used.add(number)
    port['nodePort'] = number
  }
}

function serviceErrors(object: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  const spec = sub(object, 'spec')
  const type = text(spec, 'type')
  if (!TYPES.includes(type)) errors.push(notSupported('spec.type', type, TYPES))
  const ports = list(spec, 'ports')
  const headless = text(spec, 'clusterIP') === 'None'
  if (ports.length === 0 && !headless && type !== 'ExternalName') errors.push(required('spec.ports'))
  if (type === 'ExternalName' && text(spec, 'externalName') === '') errors.push(required('spec.externalName'))
  const names = new Set<string>()
  const seen = new Set<string>()
  for (const [i, port] of ports.entries()) {
    const field = `spec.ports[${i}]`
    const name = text(port, 'name')
    if (name === '' && ports.length > 1) errors.push(required(`${field}.name`))
    if (name !== '' && names.has(name)) errors.push(duplicate(`${field}.name`, name))
    names.add(name)
    const number = Number(port['port'] ?? 0)
    if (!(number >= 1 && number <= 65535)) {
      errors.push(invalidValue(`${field}.port`, number, 'must be between 1 and 65535, inclusive'))
    }
    const protocol = text(port, 'protocol')
    if (!['SCTP', 'TCP', 'UDP'].includes(protocol))
      errors.push(notSupported(`${field}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']))
    const key = `${protocol}/${number}`
    if (seen.has(key)) errors.push(duplicate(field, { port: number, protocol, targetPort: port['targetPort'] ?? 0 }))
    seen.add(key)
    const node = Number(port['nodePort'] ?? 0)
    if (node !== 0 && (node < 30000 || node > 32767)) {
      errors.push(
        invalidValue(
          `${field}.nodePort`,
          node,
          'provided port is not in the valid range. The range of valid ports is 30000-32767',
        ),
      )
    }
  }
  if (isObject(spec?.['selector']) === false && spec?.['selector'] !== undefined && spec['selector'] !== null) {
    errors.push(invalidValue('spec.selector', spec['selector'], 'must be a map of labels'))
  }
  return errors
}
