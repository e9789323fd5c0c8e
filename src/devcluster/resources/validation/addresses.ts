import { formatIp, type IpPrefix, maskIp, parseIp, parseIp4, parsePrefix, prefixContains } from '../../../cel/index.ts'
import type { Field } from './field.ts'

const LEADING_ZEROS = /(^|[.:])0+(?=\d)/g

/** An address as older Go versions read it: leading zeros are decimal digits. */
function parseSloppy(text: string): ReturnType<typeof parseIp> {
  const strict = parseIp(text)
  if (strict !== undefined) return strict.zone === '' ? strict : undefined
  const bits = parseIp4(text, true)
  return bits === undefined ? undefined : { family: 4, bits, zone: '', mapped: false }
}

/** An IP address in its one canonical reading (apimachinery `IsValidIPForLegacyField`, strict since 1.36). */
export function checkIp(parent: Field, key: string, value: string): boolean {
  const loose = parseSloppy(value)
  if (loose === undefined) {
    parent.invalid(key, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
    return false
  }
  const strict = parseIp(value)
  if (strict === undefined) parent.invalid(key, value, 'must not have leading 0s')
  else if (strict.mapped) parent.invalid(key, value, 'must not be an IPv4-mapped IPv6 address')
  else return true
  return false
}

/** An address in the form that Go writes it in (apimachinery `IsValidIP`): for fields that are new enough. */
export function checkCanonicalIp(parent: Field, key: string, value: string): void {
  const address = checkIp(parent, key, value) ? parseIp(value) : undefined
  const canonical = address === undefined ? value : formatIp(address)
  if (value !== canonical) parent.invalid(key, value, `must be in canonical form (${JSON.stringify(canonical)})`)
}

/** A network in the form that Go writes it in (apimachinery `IsValidCIDR`). */
export function checkCanonicalCidr(parent: Field, key: string, value: string): void {
  const before = parent.errors.length
  const network = checkCidr(parent, key, value)
  if (network === undefined || parent.errors.length > before) return
  const canonical = `${formatIp(network.address)}/${network.length}`
  if (value !== canonical) parent.invalid(key, value, `must be in canonical form (${JSON.stringify(canonical)})`)
}

/** The family of a network's address, undefined for text that is none. */
export function networkFamily(value: string): number | undefined {
  return parseLoosePrefix(value)?.address.family
}

/** True for text that reads as an address at all. */
export function isAddress(text: string): boolean {
  return parseSloppy(text) !== undefined
}

function parseLoosePrefix(value: string): IpPrefix | undefined {
  return parsePrefix(value) ?? parsePrefix(value.replace(LEADING_ZEROS, '$1'))
}

/** A network in CIDR notation without stray bits; the network, when it can be read at all. */
export function checkCidr(parent: Field, key: string, value: string): IpPrefix | undefined {
  const loose = parseLoosePrefix(value)
  if (loose === undefined) {
    parent.invalid(key, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')
    return undefined
  }
  const strict = parsePrefix(value)
  if (strict === undefined) parent.invalid(key, value, 'must not have leading 0s in IP or prefix length')
  else if (strict.address.mapped) parent.invalid(key, value, 'must not have an IPv4-mapped IPv6 address')
  else if (maskIp(strict.address, strict.length).bits !== strict.address.bits) {
    parent.invalid(key, value, 'must not have bits set beyond the prefix length')
  }
  return { address: maskIp(loose.address, loose.length), length: loose.length }
}

/** True when `inner` is a part of `outer`, and not all of it. */
export function isWithin(inner: IpPrefix, outer: IpPrefix): boolean {
  return prefixContains(outer, inner.address) && outer.length < inner.length
}
