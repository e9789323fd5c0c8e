import { checkLabelValue, quantityText, scaledValue } from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { quantityOf } from './quantities.ts'

/** A container's port, and where it stands. */
interface Placed {
  readonly at: string
  readonly host: number
  readonly ip: string
}

/**
 * What kube-apiserver warns of in a Pod or a template (kubernetes pkg/api/pod/warnings.go): it works, but hardly as meant.
 */
export function podWarnings(spec: Field): string[] {
  const warnings: string[] = []
  spreadWarnings(spec, warnings)
  volumeWarnings(spec, warnings)
  nameWarnings(spec, warnings)
  const containers = ['initContainers', 'containers'].flatMap((key) => spec.objects(key))
  for (const container of containers) containerWarnings(container, warnings)
  portWarnings(containers, warnings)
  if ((spec.number('terminationGracePeriodSeconds') ?? 0) < 0) {
    const why = 'must be >= 0; negative values are invalid and will be treated as 1'
    warnings.push(`${spec.at('terminationGracePeriodSeconds')}: ${why}`)
  }
  affinityWarnings(spec, warnings)
  return warnings
}

const NO_SELECTOR = 'a null labelSelector results in matching no pod'

function spreadWarnings(spec: Field, warnings: string[]): void {
  const node = spec.object('affinity')?.object('nodeAffinity')
  for (const term of node?.objects('preferredDuringSchedulingIgnoredDuringExecution') ?? []) {
    for (const requirement of term.struct('preference').objects('matchExpressions')) {
      for (const [i, value] of requirement.texts('values').entries()) {
        for (const fault of checkLabelValue(value)) {
          warnings.push(`${requirement.at(`values[${i}]`)}: ${value} is invalid, ${fault}`)
        }
      }
    }
  }
  for (const constraint of spec.objects('topologySpreadConstraints')) {
    if (!constraint.given('labelSelector')) warnings.push(`${constraint.at('labelSelector')}: ${NO_SELECTOR}`)
  }
}

function volumeWarnings(spec: Field, warnings: string[]): void {
  for (const volume of spec.objects('volumes')) {
    const name = JSON.stringify(volume.text('name'))
    for (const [key, kind, named] of [
      ['configMap', 'ConfigMap', 'name'],
      ['secret', 'Secret', 'secretName'],
      ['downwardAPI', 'DownwardAPI', ''],
    ] as const) {
      const source = volume.object(key)
      if (source === undefined) continue
      const about = named === '' ? kind : `${kind} ${JSON.stringify(source.text(named))}`
      const seen: string[] = []
      for (const item of source.objects('items')) {
        const path = item.text('path').replace(/\/+$/, '')
        const clash = seen.find(
          (other) => other === path || other.startsWith(`${path}/`) || path.startsWith(`${other}/`),
        )
        if (clash !== undefined) {
          const pair = `${JSON.stringify(path)} with ${JSON.stringify(clash)}`
          warnings.push(`volume ${name} (${about}): overlapping paths: ${pair}`)
        }
        seen.push(path)
      }
    }
    for (const source of volume.object('projected')?.objects('sources') ?? []) {
      if (Object.keys(source.value).every((key) => !source.given(key))) {
        warnings.push(`volume ${name} (Projected) has no sources provided`)
      }
    }
  }
}

function nameWarnings(spec: Field, warnings: string[]): void {
  for (const [key, member, what] of [
    ['hostAliases', 'ip', 'duplicate ip'],
    ['imagePullSecrets', 'name', 'duplicate name'],
  ] as const) {
    const seen = new Set<string>()
    for (const item of spec.objects(key)) {
      const value = item.text(member)
      if (seen.has(value)) warnings.push(`${item.at(member)}: ${what} ${JSON.stringify(value)}`)
      seen.add(value)
    }
  }
  for (const item of spec.objects('imagePullSecrets')) {
    if (item.text('name') === '') warnings.push(`${item.at('name')}: invalid empty name ""`)
  }
}

function containerWarnings(container: Field, warnings: string[]): void {
  for (const name of ['memory', 'ephemeral-storage']) {
    for (const list of ['limits', 'requests']) {
      const quantity = quantityOf(container.object('resources')?.object(list)?.value[name])
      if (quantity === undefined || scaledValue(quantity, -3) % 1000n === 0n) continue
      const why = `fractional byte value ${JSON.stringify(quantityText(quantity))} is invalid, must be an integer`
      warnings.push(`${container.at(`resources.${list}[${name}]`)}: ${why}`)
    }
  }
  const seen = new Set<string>()
  for (const variable of container.objects('env')) {
    const name = variable.text('name')
    const value = variable.text('value')
    const itself = `$(${name})`
    if (seen.has(name) && (variable.given('valueFrom') || value === itself || !value.includes(itself))) {
      const why = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`
      warnings.push(`${variable.path}: ${why}`)
    }
    seen.add(name)
  }
}

function portWarnings(containers: readonly Field[], warnings: string[]): void {
  const placed = new Map<string, Placed[]>()
  const named = new Map<string, string>()
  const ports = containers.flatMap((container) => container.objects('ports'))
  for (const port of ports) {
    const number = port.number('containerPort') ?? 0
    const protocol = port.text('protocol')
    const own: Placed = { at: port.path, host: port.number('hostPort') ?? 0, ip: port.text('hostIP') }
    if (own.ip !== '' && own.host === 0) {
      const shown = `{Name:${port.text('name')} HostPort:0 ContainerPort:${number} Protocol:${protocol} HostIP:${own.ip}}`
      warnings.push(`${port.path}: hostIP set without hostPort: ${shown}`)
    }
    const id = `${number}/${protocol}`
    const others = placed.get(id) ?? []
    for (const other of others) {
      const how = overlap(own, other)
      if (how !== undefined) warnings.push(`${port.path}: ${how} port definition with ${other.at}`)
    }
    placed.set(id, [...others, own])
  }
  for (const port of ports) {
    const name = port.text('name')
    if (name === '') continue
    const first = named.get(name)
    if (first === undefined) named.set(name, port.path)
    else {
      const why = `duplicate port name ${JSON.stringify(name)} with ${first}, services and probes that select ports by name will use ${first}`
      warnings.push(`${port.path}: ${why}`)
    }
  }
}

function overlap(a: Placed, b: Placed): string | undefined {
  if (a.ip === b.ip && a.host === b.host) return 'duplicate'
  if (a.host === 0 || b.host === 0) return 'overlapping'
  return a.host === b.host && (a.ip === '') !== (b.ip === '') ? 'dangerously ambiguous' : undefined
}

function affinityWarnings(spec: Field, warnings: string[]): void {
  for (const name of ['podAffinity', 'podAntiAffinity']) {
    const part = spec.object('affinity')?.object(name)
    for (const term of part?.objects('requiredDuringSchedulingIgnoredDuringExecution') ?? []) {
      if (!term.given('labelSelector')) warnings.push(`${term.at('labelSelector')}: ${NO_SELECTOR}`)
    }
    for (const weighted of part?.objects('preferredDuringSchedulingIgnoredDuringExecution') ?? []) {
      const term = weighted.struct('podAffinityTerm')
      if (!term.given('labelSelector')) warnings.push(`${term.at('labelSelector')}: ${NO_SELECTOR}`)
    }
  }
}

/** The same for a Service (kubernetes pkg/api/service/warnings.go). */
export function serviceWarnings(spec: Field): string[] {
  const warnings: string[] = []
  const type = spec.text('type')
  const external = spec.count('externalIPs') > 0
  const headless = type === 'ClusterIP' && spec.text('clusterIP') === 'None'
  if (headless) {
    if (spec.text('loadBalancerIP') !== '') warnings.push('spec.loadBalancerIP is ignored for headless services')
    if (external) warnings.push('spec.externalIPs is ignored for headless services')
    if (spec.text('sessionAffinity') !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services')
  } else if (external && type !== 'ExternalName') {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  }
  if (type === 'ExternalName' && external) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
  }
  if (type !== 'ExternalName' && spec.text('externalName') !== '') {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  }
  if (spec.text('trafficDistribution') === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
  }
  return warnings
}
