import { jsonEqual } from '../../../base/index.ts'
import { checkDnsSubdomain } from '../../../kube/index.ts'
import { goValue } from '../go-values.ts'
import type { Strategy } from '../strategy.ts'
import { checkCanonicalCidr, checkCanonicalIp, networkFamily } from '../validation/addresses.ts'
import { collect, type Field } from '../validation/field.ts'
import { pathSegmentFaults } from '../validation/names.ts'
import { sub, text } from './draft.ts'

const IMMUTABLE = 'field is immutable'

/** An IPAddress (pkg/apis/networking/validation): named after the address, one owner for good. */
export const ipAddress: Strategy = {
  nameRule: 'any',
  validate: (object) =>
    collect(object, '', (address) => {
      const name = text(object.metadata, 'name')
      if (name !== '') checkCanonicalIp(address.struct('metadata'), 'name', name)
      checkParent(address.struct('spec'))
    }),
  validateUpdate: (next, live) =>
    collect(next['spec'], 'spec', (spec) => {
      if (jsonEqual(parentOf(next), parentOf(live))) return
      spec.invalid('parentRef', parentOf(next), IMMUTABLE)
    }),
}

function parentOf(object: Parameters<NonNullable<Strategy['validate']>>[0]): ReturnType<typeof goValue> | null {
  const parent = sub(object, 'spec', 'parentRef')
  return parent === undefined ? null : goValue('ParentReference', parent)
}

function checkParent(spec: Field): void {
  const parent = spec.object('parentRef')
  if (parent === undefined) {
    spec.required('parentRef')
    return
  }
  const group = parent.text('group')
  if (group !== '') parent.faults('group', group, checkDnsSubdomain(group))
  for (const key of ['resource', 'name', 'namespace']) {
    const value = parent.text(key)
    if (value !== '') parent.faults(key, value, pathSegmentFaults(value))
    else if (key !== 'namespace') parent.required(key)
  }
}

/** A ServiceCIDR: one network, or one of each family; the second may come later. */
export const serviceCidr: Strategy = {
  validate: (object, _context, live) => (live === undefined ? collect(object['spec'], 'spec', checkCidrs) : []),
  validateUpdate: (next, live) =>
    collect(next['spec'], 'spec', (spec) => {
      const before = sub(live, 'spec')?.['cidrs']
      const old = Array.isArray(before) ? before : []
      const cidrs = spec.texts('cidrs')
      if (cidrs.length !== old.length && !(old.length === 1 && cidrs.length === 2)) {
        spec.invalid('cidrs', spec.given('cidrs') ? cidrs : null, IMMUTABLE)
        return
      }
      for (const [i, cidr] of old.entries()) {
        if (cidr !== cidrs[i]) spec.invalid(`cidrs[${i}]`, cidrs[i], IMMUTABLE)
      }
      if (cidrs.length > old.length) checkCidrs(spec)
    }),
}

function checkCidrs(spec: Field): void {
  const cidrs = spec.texts('cidrs')
  if (cidrs.length === 0) spec.required('cidrs', 'at least one CIDR required')
  else if (cidrs.length > 2) spec.invalid('cidrs', { CIDRs: cidrs }, 'may only hold up to 2 values')
  else {
    for (const [i, cidr] of cidrs.entries()) checkCanonicalCidr(spec, `cidrs[${i}]`, cidr)
    const [first, second] = cidrs.map(networkFamily)
    if (cidrs.length === 2 && first !== undefined && first === second) {
      const why = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'
      spec.invalid('cidrs', cidrs, why)
    }
  }
}
