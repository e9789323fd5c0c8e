/** An IP address as Go's net/netip holds it. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly bits: bigint
  /** The zone of an IPv6 address (`fe80::1%eth0`); `''` for none. */
  readonly zone: string
  /** True for an IPv4 address written in IPv6 form (`::ffff:1.2.3.4`). */
  readonly mapped: boolean
}

export interface IpPrefix {
  readonly address: IpAddress
  readonly length: number
}

/** Parses an address as netip.ParseAddr: no leading zeros in IPv4. `undefined` for other text. */
export function parseIp(text: string): IpAddress | undefined {
  if (text.includes(':')) return parseIp6(text)
  const bits = parseIp4(text, false)
  return bits === undefined ? undefined : { family: 4, bits, zone: '', mapped: false }
}

/** Parses `address/length` as netip.ParsePrefix; no zones, no leading zeros in the length. */
export function parsePrefix(text: string): IpPrefix | undefined {
  const slash = text.lastIndexOf('/')
  if (slash < 0) return undefined
  const address = parseIp(text.slice(0, slash))
  const lengthText = text.slice(slash + 1)
  if (address === undefined || address.zone !== '' || !/^(0|[1-9]\d{0,2})$/.test(lengthText)) return undefined
  const length = Number(lengthText)
  return length > (address.family === 4 ? 32 : 128) ? undefined : { address, length }
}

/** Parses dotted decimal; with `sloppy`, leading zeros are decimal digits as in old Go versions. */
export function parseIp4(text: string, sloppy: boolean): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let bits = 0n
  for (const part of parts) {
    if (!/^\d+$/.test(part) || (!sloppy && part.length > 1 && part.startsWith('0')) || Number(part) > 255)
      return undefined
    bits = (bits << 8n) | BigInt(Number(part))
  }
  return bits
}

function parseIp6(text: string): IpAddress | undefined {
  const percent = text.indexOf('%')
  const zone = percent < 0 ? '' : text.slice(percent + 1)
  if (percent >= 0 && zone === '') return undefined
  let body = percent < 0 ? text : text.slice(0, percent)
  const tail = body.slice(body.lastIndexOf(':') + 1)
  if (tail.includes('.')) {
    const four = parseIp4(tail, false)
    if (four === undefined) return undefined
    body = `${body.slice(0, body.length - tail.length)}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`
  }
  const halves = body.split('::')
  if (halves.length > 2) return undefined
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'))
  const head = groups(halves[0]!)
  const rest = halves.length === 2 ? groups(halves[1]!) : []
  const missing = 8 - head.length - rest.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  let bits = 0n
  for (const group of [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...rest]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
    bits = (bits << 16n) | BigInt(Number.parseInt(group, 16))
  }
  return { family: 6, bits, zone, mapped: bits >> 32n === 0xffffn }
}

/** Prints an address canonically (RFC 5952 for IPv6). */
export function formatIp(address: IpAddress): string {
  if (address.family === 4) return formatIp4(address.bits)
  const zone = address.zone === '' ? '' : `%${address.zone}`
  if (address.bits >> 32n === 0xffffn) return `::ffff:${formatIp4(address.bits & 0xffff_ffffn)}${zone}`
  const groups: number[] = []
  for (let i = 7n; i >= 0n; i--) groups.push(Number((address.bits >> (i * 16n)) & 0xffffn))
  let bestStart = -1
  let bestLength = 1
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (i + length < 8 && groups[i + length] === 0) length++
    if (length > bestLength) {
      bestStart = i
      bestLength = length
    }
  }
  const hex = (list: number[]): string => list.map((group) => group.toString(16)).join(':')
  if (bestStart < 0) return hex(groups) + zone
  return `${hex(groups.slice(0, bestStart))}::${hex(groups.slice(bestStart + bestLength))}${zone}`
}

function formatIp4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.')
}

/** The address with the bits after the prefix length cleared. */
export function maskIp(address: IpAddress, length: number): IpAddress {
  const size = address.family === 4 ? 32 : 128
  const host = BigInt(size - length)
  return { ...address, bits: (address.bits >> host) << host }
}

/** True when the prefix covers the address; families must agree. */
export function prefixContains(prefix: IpPrefix, address: IpAddress): boolean {
  if (prefix.address.family !== address.family || address.zone !== '') return false
  return maskIp(address, prefix.length).bits === maskIp(prefix.address, prefix.length).bits
}
