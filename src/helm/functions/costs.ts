import { type GoFunction, type GoValue, isList, isMap, treeSize } from '../../gotemplate/index.ts'
import { maxText, toNumber } from './shared.ts'

type Cost = (args: readonly GoValue[]) => number

/** Steps for each value that is reached, through what may be shared: `toYaml` of a small graph can be a huge text. */
const values =
  (weight: number): Cost =>
  (args) => {
    let steps = 0
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]
      if (typeof arg === 'object' && arg !== null) steps += treeSize(arg) * weight
    }
    return steps
  }

/** As `values`; what holds itself costs nothing, since encoders find that out and give up (encoding/json does). */
const encoded =
  (weight: number): Cost =>
  (args) => {
    const steps = values(weight)(args)
    return steps < suspicious || !args.some((arg) => holdsItself(arg)) ? steps : 0
  }

/** More than any value of an honest chart takes. */
const suspicious = 1_000_000

/** Whether a list or map is reached from within itself; every list and map is looked into once. */
function holdsItself(value: GoValue): boolean {
  const done = new Set<object>()
  const within = new Set<object>()
  const look = (each: GoValue, depth: number): boolean => {
    if ((!isList(each) && !isMap(each)) || done.has(each)) return false
    if (within.has(each)) return true
    if (depth > maxLook) return false
    within.add(each)
    const found = Object.values(each).some((inner: GoValue) => look(inner, depth + 1))
    within.delete(each)
    done.add(each)
    return found
  }
  return look(value, 0)
}

/** As deep as the encoders go. */
const maxLook = 1_000

/** Steps for each character of the texts. */
const characters =
  (weight: number): Cost =>
  (args) => {
    let size = 0
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]
      if (typeof arg === 'string') size += arg.length
    }
    return Math.ceil(size * weight)
  }

/** Each word is cut off a copy of the rest. */
const squared: Cost = ([text]) => (typeof text === 'string' ? (text.length * text.length) / 32 : 0)

const both =
  (a: Cost, b: Cost): Cost =>
  (args) =>
    a(args) + b(args)

/** Compares each element with each other that is not text or a number. */
const pairs: Cost = ([items]) => {
  if (!isList(items)) return 0
  const others = items.reduce((count: number, item) => count + (typeof item === 'object' && item !== null ? 1 : 0), 0)
  return treeSize(items) + (others * others) / 4
}

/** Each element is compared with each of the other arguments. */
const search =
  (items: (args: readonly GoValue[]) => GoValue): Cost =>
  (args) => {
    const list = items(args)
    if (!isList(list)) return 0
    let others = 0
    for (const arg of args) if (arg !== list) others += treeSize(arg)
    return list.length * Math.max(1, others)
  }

/** A list of new numbers; one that is too long is refused by the function itself. */
const numbers: Cost = ([start, stop, step]) => {
  const [from, to] = stop === undefined ? [0, toNumber(start)] : [toNumber(start), toNumber(stop)]
  const count = Math.abs((to - from) / (toNumber(step) || 1))
  return count < maxText / 64 ? Math.ceil(count) * 2 : 0
}

/** Each chunk is a list of its own. */
const pieces: Cost = ([size, items]) => (isList(items) ? (4 * items.length) / Math.max(1, toNumber(size)) : 0)

/** Keys of the maps. */
const keys: Cost = (args) => {
  let count = 0
  for (const arg of args) if (isMap(arg)) count += Object.keys(arg).length
  return count > 16 ? count : 0
}

/**
 * What functions take of the budget beside the size of the texts that they are given and make. A step stands for well
 * under half a microsecond; the weights are measured. The most that any chart of the conformance corpus takes in all is
 * 4 % of the default budget.
 */
const costs: Readonly<Record<string, number | Cost>> = {
  ...each(['toYaml', 'toYamlPretty', 'toToml'], encoded(10)),
  ...each(['toJson', 'toPrettyJson', 'toRawJson'], encoded(4)),
  ...each(['print', 'println', 'printf', 'html', 'js', 'urlquery', 'toStrings'], values(4)),
  ...each(['quote', 'squote', 'toString'], both(values(4), characters(1 / 2))),
  ...each(['cat', 'join', 'sortAlpha', 'nospace'], values(4)),
  ...each(['add1f', 'addf', 'subf', 'mulf', 'divf', 'maxf', 'minf', 'round'], 8),
  ...each(['deepCopy', 'merge', 'mergeOverwrite', 'deepEqual'], values(3)),
  ...each(['fromYaml', 'fromYamlArray', 'fromToml'], characters(1)),
  ...each(['fromJson', 'fromJsonArray'], characters(1 / 4)),
  ...each(['regexMatch', 'regexFind'], characters(1)),
  ...each(['regexFindAll', 'regexSplit'], characters(4)),
  ...each(['regexReplaceAll', 'regexReplaceAllLiteral'], characters(1)),
  ...each(['semver', 'semverCompare', 'tpl', 'date', 'dateInZone', 'date_in_zone', 'htmlDate'], characters(1 / 2)),
  ...each(['snakecase', 'kebabcase'], squared),
  ...each(['camelcase', 'swapcase', 'title', 'untitle', 'urlParse'], characters(2)),
  shuffle: characters(25),
  ...each(['b64enc', 'b64dec', 'b32enc', 'b32dec', 'encryptAES', 'decryptAES'], characters(1 / 2)),
  ...each(['substr', 'abbrev', 'abbrevboth'], characters(1 / 8)),
  ...each(['split', 'splitn'], characters(4)),
  ...each(['splitList', 'initials'], characters(2)),
  ...each(['sha1sum', 'sha256sum', 'sha512sum', 'adler32sum', 'wrap', 'wrapWith'], characters(1 / 8)),
  ...each(['keys', 'values', 'omit', 'pick', 'pluck'], keys),
  ...each(['until', 'untilStep'], numbers),
  chunk: pieces,
  uniq: pairs,
  has: search((args) => args[1]),
  without: search((args) => args[0]),
  set: 10,
  ...each(['uuidv4', 'randAlphaNum', 'randAlpha', 'randAscii', 'randNumeric', 'randBytes'], 25),
  // They work for long on purpose: keys, certificates, password hashes.
  ...each(['bcrypt', 'htpasswd'], 350_000),
  derivePassword: 1_200_000,
  // An RSA key of it has 4096 bits and takes about half a second; five of them are within the budget.
  genPrivateKey: ([kind]) => (kind === 'rsa' || kind === '' ? 1_000_000 : 20_000),
  ...each(['genCA', 'genCAWithKey', 'genSelfSignedCert', 'genSelfSignedCertWithKey'], 250_000),
  ...each(['genSignedCert', 'genSignedCertWithKey'], 250_000),
}

function each<T>(names: readonly string[], cost: T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, cost]))
}

/** The function with what it costs; `must` forms cost the same as the others. */
export function withCost(name: string, implementation: GoFunction): GoFunction {
  const plain = name.startsWith('must') ? name.charAt(4).toLowerCase() + name.slice(5) : name
  const cost = Object.hasOwn(costs, plain) ? costs[plain] : undefined
  return cost === undefined ? implementation : implementation.with({ cost })
}
