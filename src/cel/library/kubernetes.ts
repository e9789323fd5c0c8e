import { formatIp, type IpAddress, type IpPrefix, maskIp, parseIp, parsePrefix, prefixContains } from '../go/ip.ts'
import { ipError, prefixError } from '../go/ip-errors.ts'
import { parseQuantity, type Quantity, quantityFloat, quantityInteger, quantityOfInt } from '../go/quantity.ts'
import { compareSemver, parseSemver, parseSemverLoosely, type SemVersion } from '../go/semver.ts'
import { goQuote } from '../go/text.ts'
import { type GoUrl, hostname, parseGoUrl, port, queryValues } from '../go/url.ts'
import { type CelType, objectType, opaqueType } from '../types.ts'
import { CelError, noSuchOverload } from '../values/error.ts'
import { CelArray, CelEntries, CelOpaque, type CelValue } from '../values/value.ts'
import { define, type FunctionDefinition } from './define.ts'

const urlType = objectType('kubernetes.URL')
const ipType = opaqueType('net.IP')
const cidrType = opaqueType('net.CIDR')
const quantityType = objectType('kubernetes.Quantity')
const semverType = objectType('kubernetes.Semver')

/** The types that expressions can name (`type(x) == net.IP`). */
export const kubernetesTypes: readonly CelType[] = [ipType, cidrType]

class UrlValue extends CelOpaque {
  readonly type: CelType = urlType
  readonly url: GoUrl
  constructor(url: GoUrl) {
    super()
    this.url = url
  }
  equals(other: CelOpaque): boolean {
    return this.text() === other.text()
  }
  text(): string {
    return JSON.stringify(this.url)
  }
}

class IpValue extends CelOpaque {
  readonly type: CelType = ipType
  readonly address: IpAddress
  constructor(address: IpAddress) {
    super()
    this.address = address
  }
  equals(other: CelOpaque): boolean {
    return this.text() === other.text()
  }
  text(): string {
    return formatIp(this.address)
  }
}

class CidrValue extends CelOpaque {
  readonly type: CelType = cidrType
  readonly prefix: IpPrefix
  constructor(prefix: IpPrefix) {
    super()
    this.prefix = prefix
  }
  equals(other: CelOpaque): boolean {
    return this.text() === other.text()
  }
  text(): string {
    return `${formatIp(this.prefix.address)}/${this.prefix.length}`
  }
}

class QuantityValue extends CelOpaque {
  readonly type: CelType = quantityType
  readonly quantity: Quantity
  constructor(quantity: Quantity) {
    super()
    this.quantity = quantity
  }
  equals(other: CelOpaque): boolean {
    return other instanceof QuantityValue && other.quantity.nanos === this.quantity.nanos
  }
  text(): string {
    return String(this.quantity.nanos)
  }
}

class SemverValue extends CelOpaque {
  readonly type: CelType = semverType
  readonly version: SemVersion
  constructor(version: SemVersion) {
    super()
    this.version = version
  }
  equals(other: CelOpaque): boolean {
    return other instanceof SemverValue && compareSemver(this.version, other.version) === 0
  }
  text(): string {
    return `${this.version.major}.${this.version.minor}.${this.version.patch}`
  }
}

/** url(), isURL() and the parts of URLs (apiserver pkg/cel/library/urls.go). */
export function urlLibrary(): readonly FunctionDefinition[] {
  const part = (name: string, read: (url: GoUrl) => string): FunctionDefinition =>
    define(name, ['kubernetes.URL.() string'], ([a]) => (a instanceof UrlValue ? read(a.url) : undefined))
  return [
    define('url', ['(string) kubernetes.URL'], ([a]) => {
      if (typeof a !== 'string') return undefined
      const checked = parseGoUrl(a, true)
      const parsed = 'error' in checked ? checked : parseGoUrl(a, false)
      if ('error' in parsed) throw new CelError(`URL parse error during conversion from string: ${parsed.error}`)
      return new UrlValue(parsed.url)
    }),
    define('isURL', ['(string) bool'], ([a]) => (typeof a === 'string' ? 'url' in parseGoUrl(a, true) : undefined)),
    part('getScheme', (url) => url.scheme),
    part('getHost', (url) => url.host),
    part('getHostname', hostname),
    part('getPort', port),
    part('getEscapedPath', (url) => url.escapedPath),
    define('getQuery', ['kubernetes.URL.() map(string, list(string))'], ([a]) => {
      if (!(a instanceof UrlValue)) return undefined
      const out = new CelEntries()
      for (const [key, values] of queryValues(a.url.rawQuery)) out.add(key, new CelArray(values))
      return out
    }),
  ]
}

function readIp(text: string): IpAddress | string {
  const address = parseIp(text)
  if (address === undefined) {
    return `IP Address ${goQuote(text)} parse error during conversion from string: ${ipError(text)}`
  }
  if (address.zone !== '') return `IP address ${goQuote(text)} with zone value is not allowed`
  return address.mapped ? `IPv4-mapped IPv6 address ${goQuote(text)} is not allowed` : address
}

function readCidr(text: string): IpPrefix | string {
  const prefix = parsePrefix(text)
  if (prefix === undefined) {
    return `network address parse error during conversion from string: ${prefixError(text)}`
  }
  return prefix.address.mapped ? `IPv4-mapped IPv6 address ${goQuote(text)} is not allowed` : prefix
}

function orThrow<T>(value: T | string, prefix = ''): T {
  if (typeof value === 'string') throw new CelError(prefix + value)
  return value
}

const conversionError = 'network address parse error during conversion from string: '

/** Ranges of special addresses, as netip.Addr's methods name them. */
function inRange(address: IpAddress, four: string, six: string): boolean {
  return prefixContains(parsePrefix(address.family === 4 ? four : six)!, address)
}

function isGlobalUnicast(address: IpAddress): boolean {
  const zero = address.bits === 0n
  const broadcast = address.family === 4 && address.bits === 0xffff_ffffn
  return (
    !zero &&
    !broadcast &&
    !inRange(address, '127.0.0.0/8', '::1/128') &&
    !inRange(address, '224.0.0.0/4', 'ff00::/8') &&
    !inRange(address, '169.254.0.0/16', 'fe80::/10')
  )
}

/** ip(), cidr() and their members (apiserver pkg/cel/library/{ip,cidr}.go). */
export function networkLibrary(): readonly FunctionDefinition[] {
  const test = (name: string, call: (address: IpAddress) => boolean): FunctionDefinition =>
    define(name, ['net.IP.() bool'], ([a]) => (a instanceof IpValue ? call(a.address) : undefined))
  const cidrOf = (value: CelValue | undefined): IpPrefix | undefined =>
    value instanceof CidrValue
      ? value.prefix
      : typeof value === 'string'
        ? orThrow(readCidr(value), conversionError)
        : undefined
  const stringOf = define('string', ['(net.IP) string', '(net.CIDR) string'], ([a]) =>
    a instanceof IpValue || a instanceof CidrValue ? a.text() : undefined,
  )
  return [
    define('ip', ['(string) net.IP', 'net.CIDR.() net.IP'], ([a]) => {
      if (a instanceof CidrValue) return new IpValue(a.prefix.address)
      return typeof a === 'string' ? new IpValue(orThrow(readIp(a))) : undefined
    }),
    define('isIP', ['(string) bool'], ([a]) => (typeof a === 'string' ? typeof readIp(a) !== 'string' : undefined)),
    define('ip.isCanonical', ['(string) bool'], ([a]) =>
      typeof a === 'string' ? formatIp(orThrow(readIp(a))) === a : undefined,
    ),
    define('family', ['net.IP.() int'], ([a]) => (a instanceof IpValue ? BigInt(a.address.family) : undefined)),
    test('isUnspecified', (address) => address.bits === 0n),
    test('isLoopback', (address) => inRange(address, '127.0.0.0/8', '::1/128')),
    test('isLinkLocalMulticast', (address) =>
      address.family === 4 ? inRange(address, '224.0.0.0/24', '::/0') : ((address.bits >> 112n) & 0xff0fn) === 0xff02n),
    test('isLinkLocalUnicast', (address) => inRange(address, '169.254.0.0/16', 'fe80::/10')),
    test('isGlobalUnicast', isGlobalUnicast),
    stringOf,
    define('cidr', ['(string) net.CIDR'], ([a]) =>
      typeof a === 'string' ? new CidrValue(orThrow(readCidr(a), conversionError)) : undefined,
    ),
    define('isCIDR', ['(string) bool'], ([a]) => (typeof a === 'string' ? typeof readCidr(a) !== 'string' : undefined)),
    define('containsIP', ['net.CIDR.(string) bool', 'net.CIDR.(net.IP) bool'], ([a, b]) => {
      const address = typeof b === 'string' ? readIp(b) : b instanceof IpValue ? b.address : undefined
      // Text that is no address is not told apart from a wrong type.
      if (typeof address === 'string') throw noSuchOverload()
      return a instanceof CidrValue && address !== undefined ? prefixContains(a.prefix, address) : undefined
    }),
    define('containsCIDR', ['net.CIDR.(string) bool', 'net.CIDR.(net.CIDR) bool'], ([a, b]) => {
      const inner = cidrOf(b)
      if (!(a instanceof CidrValue) || inner === undefined) return undefined
      return a.prefix.length <= inner.length && prefixContains(a.prefix, inner.address)
    }),
    define('prefixLength', ['net.CIDR.() int'], ([a]) =>
      a instanceof CidrValue ? BigInt(a.prefix.length) : undefined,
    ),
    define('masked', ['net.CIDR.() net.CIDR'], ([a]) =>
      a instanceof CidrValue
        ? new CidrValue({ address: maskIp(a.prefix.address, a.prefix.length), length: a.prefix.length })
        : undefined,
    ),
  ]
}

function readQuantity(text: string): QuantityValue {
  const quantity = parseQuantity(text)
  if ('error' in quantity) throw new CelError(quantity.error)
  return new QuantityValue(quantity)
}

const sign = (value: bigint): bigint => (value < 0n ? -1n : value > 0n ? 1n : 0n)

/** quantity() and its arithmetic (apiserver pkg/cel/library/quantity.go). */
export function quantityLibrary(): readonly FunctionDefinition[] {
  const q = 'kubernetes.Quantity'
  const two = (name: string, result: string, call: (a: bigint, b: bigint) => CelValue): FunctionDefinition =>
    define(name, [`${q}.(${q}) ${result}`], ([a, b]) =>
      a instanceof QuantityValue && b instanceof QuantityValue ? call(a.quantity.nanos, b.quantity.nanos) : undefined,
    )
  const arithmetic = (name: string, call: (a: bigint, b: bigint) => bigint): FunctionDefinition =>
    define(name, [`${q}.(${q}) ${q}`, `${q}.(int) ${q}`], ([a, b]) => {
      const other = b instanceof QuantityValue ? b.quantity : typeof b === 'bigint' ? quantityOfInt(b) : undefined
      if (!(a instanceof QuantityValue) || other === undefined) return undefined
      return new QuantityValue({ nanos: call(a.quantity.nanos, other.nanos) })
    })
  return [
    define('quantity', [`(string) ${q}`], ([a]) => (typeof a === 'string' ? readQuantity(a) : undefined)),
    define('isQuantity', ['(string) bool'], ([a]) => (typeof a === 'string' ? 'nanos' in parseQuantity(a) : undefined)),
    define('sign', [`(${q}) int`], ([a]) => (a instanceof QuantityValue ? sign(a.quantity.nanos) : undefined)),
    two('isGreaterThan', 'bool', (a, b) => a > b),
    two('isLessThan', 'bool', (a, b) => a < b),
    two('compareTo', 'int', (a, b) => sign(a - b)),
    define('asApproximateFloat', [`${q}.() double`], ([a]) =>
      a instanceof QuantityValue ? quantityFloat(a.quantity) : undefined,
    ),
    define('asInteger', [`${q}.() int`], ([a]) => {
      if (!(a instanceof QuantityValue)) return undefined
      const value = quantityInteger(a.quantity)
      if (value === undefined) throw new CelError('cannot convert value to integer')
      return value
    }),
    define('isInteger', [`${q}.() bool`], ([a]) =>
      a instanceof QuantityValue ? quantityInteger(a.quantity) !== undefined : undefined,
    ),
    arithmetic('add', (a, b) => a + b),
    arithmetic('sub', (a, b) => a - b),
  ]
}

/** semver() (apiserver pkg/cel/library/semverlib.go, version 1). */
export function semverLibrary(): readonly FunctionDefinition[] {
  const s = 'kubernetes.Semver'
  const read = (
    text: CelValue | undefined,
    loose: CelValue | undefined,
  ): SemVersion | { error: string } | undefined => {
    if (typeof text !== 'string' || (loose !== undefined && typeof loose !== 'boolean')) return undefined
    return loose === true ? parseSemverLoosely(text) : parseSemver(text)
  }
  const two = (name: string, result: string, call: (order: number) => CelValue): FunctionDefinition =>
    define(name, [`${s}.(${s}) ${result}`], ([a, b]) =>
      a instanceof SemverValue && b instanceof SemverValue ? call(compareSemver(a.version, b.version)) : undefined,
    )
  const part = (name: 'major' | 'minor' | 'patch'): FunctionDefinition =>
    define(name, [`${s}.() int`], ([a]) => (a instanceof SemverValue ? a.version[name] : undefined))
  return [
    define('semver', [`(string) ${s}`, `(string, bool) ${s}`], ([a, b]) => {
      const version = read(a, b)
      if (version === undefined) return undefined
      if ('error' in version) throw new CelError(version.error)
      return new SemverValue(version)
    }),
    define('isSemver', ['(string) bool', '(string, bool) bool'], ([a, b]) => {
      const version = read(a, b)
      return version === undefined ? undefined : !('error' in version)
    }),
    two('isGreaterThan', 'bool', (order) => order > 0),
    two('isLessThan', 'bool', (order) => order < 0),
    two('compareTo', 'int', (order) => BigInt(order)),
    part('major'),
    part('minor'),
    part('patch'),
  ]
}
