import { checkLabelValue, checkQualifiedName } from '../../../kube/index.ts'
import { goValue } from '../go-values.ts'
import { checkCidr, networkFamily } from './addresses.ts'
import type { Field } from './field.ts'
import { checkResourceAmount } from './quantities.ts'
import { sorted } from './selectors.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Taints of a Node, under the path that the server names them by (pkg/apis/core/validation). */
export function checkTaints(node: Field): void {
  const seen = new Set<string>()
  for (const [i, taint] of node.struct('spec').objects('taints').entries()) {
    const at = `metadata.taints[${i}]`
    const [key, value, effect] = [taint.text('key'), taint.text('value'), taint.text('effect')]
    node.faults(`${at}.key`, key, checkQualifiedName(key))
    const faults = checkLabelValue(value)
    if (faults.length > 0) node.invalid(`${at}.value`, value, faults.join(';'))
    if (effect === '') node.required(`${at}.effect`)
    else if (!EFFECTS.includes(effect)) node.unsupported(`${at}.effect`, effect, EFFECTS)
    const id = `${effect}/${key}`
    if (seen.has(id)) {
      const shown = JSON.stringify(goValue('Taint', taint.value))
      const message = `Duplicate value: ${shown}: taints must be unique by key and effect pair`
      node.errors.push({ reason: 'FieldValueDuplicate', field: at, message })
    }
    seen.add(id)
  }
}

/** `capacity` and `allocatable` of a Node. */
export function checkNodeResources(node: Field): void {
  for (const list of ['capacity', 'allocatable']) {
    const amounts = node.struct('status').object(list)?.value ?? {}
    for (const [name, value] of sorted(Object.entries(amounts))) {
      checkResourceAmount(node, `status.${list}.${name}`, name, value)
    }
  }
}

/** The networks of a Node's Pods: one of each family. */
export function checkPodNetworks(spec: Field): void {
  const networks = spec.texts('podCIDRs')
  for (const [i, network] of networks.entries()) checkCidr(spec, `podCIDRs[${i}]`, network)
  if (networks.length < 2) return
  const families = networks.map(networkFamily)
  const broken = networks.findIndex((_, i) => families[i] === undefined)
  if (broken !== -1) {
    const why = `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${broken}]: <nil> (invalid CIDR address: ${networks[broken]!})`
    spec.errors.push({ reason: 'InternalError', field: spec.at('podCIDRs'), message: `Internal error: ${why}` })
  }
  const dual = broken === -1 && families.includes(4) && families.includes(6)
  if (!dual || networks.length > 2) {
    spec.invalid('podCIDRs', networks, 'may specify no more than one CIDR for each IP family')
  }
}
