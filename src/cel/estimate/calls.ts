import { listCost, structCost } from '../eval/cost.ts'
import type { Overload } from '../library/define.ts'
import type { Expr } from '../syntax/ast.ts'
import type { CelType } from '../types.ts'
import { add, fixed, most, multiply, product, type Range, scale, sum, total, union, unknown, wrapped } from './range.ts'

/** A receiver or an argument of a call. */
export interface EstimatedNode {
  /** Absent for what is in a list. */
  readonly expr: Expr | undefined
  readonly path: readonly string[]
  readonly type: CelType
  readonly size: Range | undefined
}

/** Sizes of what is in a list or map; the key of a list is its index. */
export interface Entry {
  readonly isList: boolean
  readonly key: Range
  readonly value: Range
}

export interface EstimatedCall {
  readonly name: string
  readonly overload: Overload
  readonly target: EstimatedNode | undefined
  readonly args: readonly EstimatedNode[]
  readonly costs: readonly Range[]
}

/** What a call costs with its arguments, and how large its result is where that can be said. */
export interface CallEstimate {
  readonly cost: Range
  readonly size?: Range
  readonly entry?: Entry
}

/** What is known of values beside the call. */
export interface Known {
  readonly elements: (path: readonly string[]) => bigint | undefined
  readonly entryOf: (expr: Expr) => Entry | undefined
}

/** Of a character that is read, and of a pattern's. */
const perCharacter = 0.1
const perPattern = 0.25

const one = fixed(1n)

/**
 * The estimate of one overload of a function. Sources: cel-go ext/lists.go and ext/sets.go; apiserver
 * pkg/cel/library/cost.go; cel-go checker/cost.go, in this order.
 */
export function callEstimate(call: EstimatedCall, known: Known): CallEstimate {
  const own = extensionEstimate(call, known) ?? kubernetesEstimate(call, known)
  if (own !== undefined) return { ...own, cost: add(own.cost, total(call.costs)) }
  return standardEstimate(call, known)
}

function sizeOf(node: EstimatedNode, { elements }: Known): Range {
  if (node.size !== undefined) return node.size
  const max = node.path.length === 0 ? undefined : elements(node.path)
  return max === undefined ? unknown : { min: 0n, max }
}

function read(size: Range): CallEstimate {
  return { cost: scale(size, perCharacter) }
}

/** Lists and sets of cel-go's extensions. */
function extensionEstimate({ name, overload, target, args }: EstimatedCall, known: Known): CallEstimate | undefined {
  const square = (node: EstimatedNode, factor: number): CallEstimate => {
    const size = sizeOf(node, known)
    return newList(factor, multiply(size, size))
  }
  switch (name) {
    case 'slice': {
      const end = integerOf(args[1], sizeOf(target!, known).max)
      return newList(1, fixed(wrapped(end - integerOf(args[0], 0n))))
    }
    case 'flatten':
      return newList(Number(args.length === 0 ? 1n : integerOf(args[0], most)), sizeOf(target!, known))
    case 'lists.range':
      return newList(1, fixed(integerOf(args[0], most)))
    case 'reverse':
      return target?.type.kind === 'list' ? newList(1, sizeOf(target, known)) : undefined
    case 'distinct':
      return square(target!, 2)
    case 'sort':
      return square(target!, sortFactor(overload.args[0]!))
    case '@sortByAssociatedKeys':
      return square(args[0]!, sortFactor(overload.args[1]!))
    case 'sets.contains':
    case 'sets.intersects':
    case 'sets.equivalent': {
      const pairs = multiply(sizeOf(args[0]!, known), sizeOf(args[1]!, known))
      return { cost: add(scale(pairs, name === 'sets.equivalent' ? 2 : 1), one) }
    }
  }
  return undefined
}

function newList(factor: number, size: Range): CallEstimate {
  return { cost: add(scale(size, factor), fixed(1n + BigInt(listCost))), size }
}

function sortFactor({ parameters }: CelType): number {
  const kind = parameters[0]?.kind
  return kind === 'string' || kind === 'bytes' ? 2 + perCharacter : 2
}

/** A written integer that is not negative. */
function integerOf(node: EstimatedNode | undefined, otherwise: bigint): bigint {
  const { expr } = node ?? {}
  if (expr?.kind !== 'literal' || typeof expr.value !== 'bigint') return otherwise
  return expr.value < 0n ? 0n : expr.value
}

/** Functions that cost the same, whatever they are given. */
const constant: ReadonlySet<string> = new Set([
  ...['serviceAccount', 'path', 'group', 'resource', 'subresource', 'namespace', 'name', 'allowed', 'reason', 'error'],
  ...['errored', 'masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback', 'isLinkLocalMulticast'],
  ...['isLinkLocalUnicast', 'isGlobalUnicast', 'format.named', 'sign', 'asInteger', 'isInteger', 'asApproximateFloat'],
  ...['isGreaterThan', 'isLessThan', 'compareTo', 'add', 'sub', 'major', 'minor', 'patch', 'getScheme', 'getHostname'],
  ...['getHost', 'getPort', 'getEscapedPath', 'getQuery'],
])

/** Two addresses that are compared, as bytes: of version 4 or 6. */
const address: Range = { min: 4n, max: 16n }

function kubernetesEstimate(call: EstimatedCall, known: Known): CallEstimate | undefined {
  const { name, target, args } = call
  if (constant.has(name)) return { cost: one }
  const [first] = args
  switch (name) {
    case 'check':
      return { cost: fixed(350_000n) }
    case 'fieldSelector':
    case 'labelSelector':
      return first === undefined ? undefined : selector(sizeOf(first, known))
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
      return target === undefined ? undefined : walked(target, known)
    case 'url':
    case 'jsonpatch.escapeKey':
      if (args.length !== 1) return undefined
      return { ...read(sizeOf(first!, known)), size: sizeOf(first!, known) }
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
      return target === undefined ? undefined : { ...read(sizeOf(target, known)), size: sizeOf(target, known) }
    case 'replace':
      return target === undefined || args.length < 2 ? undefined : replaced(target, args, known)
    case 'split':
      return target === undefined ? undefined : parted(target, args[1], known)
    case 'join':
      return target === undefined ? undefined : joined(target, first, known)
    case 'find':
    case 'findAll': {
      if (target === undefined || first === undefined) return undefined
      const size = sizeOf(target, known)
      return { cost: matched(size, sizeOf(first, known)), size: { min: 0n, max: size.max } }
    }
    case 'ip':
      if (target !== undefined) return { cost: one }
      return first === undefined ? undefined : read(sizeOf(first, known))
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return first === undefined ? undefined : read(sizeOf(first, known))
    case 'ip.isCanonical':
      return first === undefined ? undefined : { cost: scale(sizeOf(first, known), 2 * perCharacter) }
    case 'containsIP':
    case 'containsCIDR':
      return first === undefined ? undefined : contained(call, first, known)
    case 'validate':
      // Names are checked with patterns of up to 128 characters.
      return first === undefined
        ? undefined
        : { cost: scale(scale(sizeOf(first, known), perCharacter), 128 * perPattern) }
    case '_==_':
      return equal(args)
  }
  return undefined
}

/** A selector that is parsed: half its characters may be requirements. */
function selector(size: Range): CallEstimate {
  const requirements = scale(scale(size, 0.5), listCost + structCost)
  return { cost: add(add(fixed(BigInt(listCost)), scale(size, perCharacter)), requirements) }
}

/** A list whose elements are looked at, with all characters of those that are text; or a text. */
function walked(target: EstimatedNode, known: Known): CallEstimate {
  const size = sizeOf(target, known)
  const element = elementOf(target)
  if (element === undefined) return read(size)
  const isText = element.type.kind === 'string' || element.type.kind === 'bytes'
  const each = isText ? add(one, scale(sizeOf(element, known), perCharacter)) : one
  return { cost: multiply(size, each) }
}

function elementOf({ type, path }: EstimatedNode): EstimatedNode | undefined {
  const element = type.parameters[0]
  if (element === undefined) return undefined
  return { expr: undefined, type: element, path: path.length === 0 ? [] : [...path, '@items'], size: undefined }
}

function replaced(target: EstimatedNode, args: readonly EstimatedNode[], known: Known): CallEstimate {
  const text = sizeOf(target, known)
  const old = sizeOf(args[0]!, known)
  const fresh = sizeOf(args[1]!, known)
  const longest = replacements(text.max, old.min, fresh.max <= old.min)
  const shortest = replacements(text.min, old.max, old.max <= fresh.min)
  const size = {
    min: sum(product(shortest.count, fresh.min), shortest.kept),
    max: sum(product(longest.count, fresh.max), longest.kept),
  }
  return { cost: scale(text, 2 * perCharacter), size }
}

/** How often a text of a length is found in another at the extreme, and how much of that stays. */
function replacements(
  text: bigint,
  old: bigint,
  staysAsLong: boolean,
): { readonly count: bigint; readonly kept: bigint } {
  // An empty text is found around each character.
  if (old === 0n) return { count: sum(text, 1n), kept: text }
  if (staysAsLong) return { count: 0n, kept: text }
  const count = Math.ceil(Number(text) / Number(old))
  // What Go makes of a float64 that no uint64 holds, on amd64.
  return { count: count >= 2 ** 64 ? 2n ** 63n : BigInt(count), kept: 0n }
}

function parted(target: EstimatedNode, limit: EstimatedNode | undefined, known: Known): CallEstimate {
  const size = sizeOf(target, known)
  const written = limit?.expr?.kind === 'literal' ? limit.expr.value : undefined
  const max = typeof written === 'bigint' ? wrapped(written) : size.max
  return { cost: scale(size, 2 * perCharacter), size: { min: 0n, max } }
}

function joined(target: EstimatedNode, separator: EstimatedNode | undefined, known: Known): CallEstimate {
  const list = sizeOf(target, known)
  const element = elementOf(target)
  let size = element === undefined ? fixed(0n) : multiply(list, sizeOf(element, known))
  if (separator !== undefined) {
    const gaps = { min: list.min > 0n ? list.min - 1n : 0n, max: list.max > 0n ? list.max - 1n : 0n }
    size = add(size, multiply(sizeOf(separator, known), gaps))
  }
  return { ...read(size), size }
}

/** One is added to the text's size, so that a pattern has a cost on an empty text. */
function matched(text: Range, pattern: Range): Range {
  return multiply(scale(add(text, one), perCharacter), scale(pattern, perPattern))
}

function contained({ name, overload }: EstimatedCall, other: EstimatedNode, known: Known): CallEstimate {
  let cost = scale(add(address, address), perCharacter)
  if (name === 'containsCIDR') cost = add(add(cost, scale(address, perCharacter)), one)
  const isText = overload.args.at(-1)?.kind === 'string'
  return { cost: isText ? add(cost, scale(sizeOf(other, known), perCharacter)) : cost }
}

const sameCost: ReadonlySet<string> = new Set([
  ...['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver', 'kubernetes.authorization.Authorizer'],
  ...['kubernetes.authorization.PathCheck', 'kubernetes.authorization.GroupCheck'],
  ...['kubernetes.authorization.ResourceCheck', 'kubernetes.authorization.Decision'],
])

/** Values of Kubernetes' own types that are compared. */
function equal([left, right]: readonly EstimatedNode[]): CallEstimate | undefined {
  if (left === undefined || right === undefined || left.type.key !== right.type.key) return undefined
  const { name } = left.type
  if (sameCost.has(name)) return { cost: one }
  if (name === 'kubernetes.NamedFormat') return { cost: scale({ min: 1n, max: 64n }, perCharacter) }
  if (name === 'kubernetes.URL') return { cost: scale({ min: 1n, max: right.size?.max ?? 1n }, perCharacter) }
  return undefined
}

const comparisons: ReadonlySet<string> = new Set(['_<_', '_<=_', '_>_', '_>=_'])

function standardEstimate(call: EstimatedCall, known: Known): CallEstimate {
  const { name, target, args, costs, overload } = call
  const before = total(costs)
  const size = (i: number): Range => args[i]?.size ?? unknown
  const kind = overload.args[0]?.kind
  const plus = (cost: Range, result?: Range): CallEstimate =>
    result === undefined ? { cost: add(cost, before) } : { cost: add(cost, before), size: result }
  const isText = kind === 'string' || kind === 'bytes'
  if (name === '_==_' || name === '_!=_' || (comparisons.has(name) && isText)) {
    const max = size(0).max < size(1).max ? size(0).max : size(1).max
    return plus(scale({ min: max > 0n ? 1n : 0n, max }, perCharacter))
  }
  switch (name) {
    case '_&&_':
    case '_||_':
      return { cost: { min: costs[0]!.min, max: add(costs[0]!, costs[1]!).max } }
    case '_?_:_': {
      const entry = unionEntry(args[1]!, args[2]!, known)
      return {
        cost: add(costs[0]!, union(costs[1]!, costs[2]!)),
        size: union(size(1), size(2)),
        ...(entry === undefined ? {} : { entry }),
      }
    }
    case '_+_':
      if (isText || kind === 'list') {
        const made = add(size(0), size(1))
        const entry = unionEntry(args[1]!, args[0]!, known)
        return {
          ...plus(isText ? scale(made, perCharacter) : one, made),
          ...(entry === undefined ? {} : { entry }),
        }
      }
      break
    case 'format':
      if (target !== undefined) return plus(scale(target.size ?? unknown, perCharacter))
      break
    case 'bytes':
      if (kind === 'string')
        return plus(scale(size(0), perCharacter), { min: size(0).min, max: wrapped(size(0).max * 4n) })
      break
    case 'string':
      if (kind === 'bytes') return plus(scale(size(0), perCharacter), { min: size(0).min / 4n, max: size(0).max })
      break
    case 'strings.quote':
      return plus(scale(size(0), perCharacter), {
        min: wrapped(size(0).min + 2n),
        max: wrapped(size(0).max * 2n + 2n),
      })
    case 'startsWith':
    case 'endsWith':
      return plus(scale(size(0), perCharacter))
    case '@in':
      if (overload.args[1]?.kind === 'list') return plus(size(1))
      break
    case 'matches':
      if (target !== undefined) return plus(matched(target.size ?? unknown, size(0)))
      break
    case 'contains':
      if (target !== undefined) {
        return plus(multiply(scale(target.size ?? unknown, perCharacter), scale(size(0), perCharacter)))
      }
  }
  return plus(one)
}

function unionEntry(a: EstimatedNode, b: EstimatedNode, { entryOf }: Known): Entry | undefined {
  const left = a.expr === undefined ? undefined : entryOf(a.expr)
  const right = b.expr === undefined ? undefined : entryOf(b.expr)
  if (left === undefined || right === undefined) return undefined
  return { isList: left.isList, key: union(left.key, right.key), value: union(left.value, right.value) }
}
