import { GoInt, type GoList, type GoValue, isMap } from '../../gotemplate/index.ts'
import {
  elementAt,
  type Flow,
  isContainer,
  joined,
  type Provenance,
  type TextAtom,
  tested,
  type ValueAtom,
} from './provenance.ts'

/** A call of a template function, done. */
export interface FunctionCall {
  readonly name: string
  readonly values: readonly GoValue[]
  /** Where each of the values comes from. */
  readonly flows: readonly Flow[]
  readonly result: GoValue
}

const encoders = /^(must)?to(Yaml|YamlPretty|Json|PrettyJson|RawJson|Toml)$/
const decoders = /^(must)?from(Yaml|Json)(Array)?$/
/** Functions whose result says something about a value without showing it. */
const measures = /^(kindOf|typeOf|(sha\d+|adler32)sum|bcrypt|htpasswd|derivePassword|encryptAES|len|gen\w+|rand\w+)$/

/**
 * Where the result of a function comes from. Functions that are not named here give what all their arguments gave; of
 * one that answers true or false the values count as tested.
 */
export function flowOfCall(call: FunctionCall, provenance: Provenance): Flow {
  const { name, values, flows, result } = call
  const rule = rules.get(name)
  if (rule !== undefined) return rule(call, provenance)
  if (encoders.test(name)) return encoded(call, provenance)
  if (decoders.test(name)) return decoded(call, provenance)
  if (typeof result === 'boolean' || measures.test(name)) return tested(flows)
  if (!isContainer(result)) return joined(flows)
  const known = provenance.flowOf(result)
  if (known !== undefined) return known
  const sources = values.filter(isContainer)
  const rest = joined(flows)
  if (Array.isArray(result)) provenance.picked(result, sources, rest)
  else provenance.copied(result, sources, rest)
  return provenance.flowOf(result) ?? rest
}

type Rule = (call: FunctionCall, provenance: Provenance) => Flow

const none: Flow = []

/** The value at an index was taken; the others only decided. */
function chosen({ flows }: FunctionCall, index: number): Flow {
  return joined([flows[index] ?? none, tested(flows.filter((_, i) => i !== index))])
}

const last: Rule = (call) => chosen(call, call.values.length - 1)

/** `get MAP KEY`, `index LIST 0 "a"`, `dig "a" "b" DEFAULT MAP`: the element at a path. */
function element(container: GoValue, steps: readonly GoValue[], provenance: Provenance): Flow | undefined {
  let current = container
  let flow = provenance.flowOf(container)
  for (const each of steps) {
    const step = stepOf(each)
    if (step === undefined) return flow
    const next = elementAt(current, step)
    flow = provenance.elementOf(current, step, next) ?? flow
    current = next
  }
  return flow
}

export function stepOf(value: GoValue): string | number | undefined {
  if (typeof value === 'string' || typeof value === 'number') return value
  return value instanceof GoInt ? Number(value.value) : undefined
}

const get: Rule = ({ values, flows }, provenance) =>
  joined([element(values[0], values.slice(1), provenance) ?? flows[0] ?? none, tested(flows.slice(1))])

const dig: Rule = ({ values, flows, result }, provenance) => {
  const map = values.at(-1)
  const steps = values.slice(0, -2)
  const found = element(map, steps, provenance) ?? flows.at(-1) ?? none
  let current = map
  for (const step of steps) current = isMap(current) ? elementAt(current, String(step)) : undefined
  return current === undefined && result !== undefined ? joined([flows.at(-2) ?? none, tested([found])]) : found
}

const edge =
  (at: (list: GoList) => number): Rule =>
  ({ values, flows }, provenance) => {
    const list = values[0]
    if (!Array.isArray(list) || list.length === 0) return flows[0] ?? none
    return element(list, [at(list)], provenance) ?? flows[0] ?? none
  }

const dict: Rule = ({ values, flows, result }, provenance) => {
  const own = new Map<string | number, Flow>()
  for (let i = 0; i + 1 < values.length; i += 2) own.set(String(values[i]), flows[i + 1] ?? none)
  provenance.made(result, own, none)
  return provenance.flowOf(result) ?? none
}

const list: Rule = ({ flows, result }, provenance) => {
  provenance.made(result, new Map(flows.entries()), none)
  return provenance.flowOf(result) ?? none
}

/** Longer lists that grow are not followed item by item: each step would copy what is known of all. */
const maxList = 300

/** `append LIST X`, `prepend LIST X`. */
const extend: Rule = ({ name, values, flows, result }, provenance) => {
  const from = values[0]
  if (Array.isArray(result) && Array.isArray(from) && from.length < maxList) {
    const own = new Map<string | number, Flow>()
    const isFirst = name.toLowerCase().endsWith('prepend')
    from.forEach((each, i) => {
      own.set(isFirst ? i + 1 : i, provenance.elementOf(from, i, each) ?? flows[0] ?? none)
    })
    own.set(isFirst ? 0 : from.length, flows[1] ?? none)
    provenance.made(result, own, none)
  } else provenance.made(result, new Map(), joined(flows.slice(1)))
  return provenance.flowOf(result) ?? joined(flows)
}

const set: Rule = ({ values, flows, result }, provenance) => {
  provenance.put(result, String(values[1]), flows[2] ?? none)
  return provenance.flowOf(result) ?? joined(flows)
}

const merge: Rule = ({ name, values, flows, result }, provenance) => {
  const overwrite = name.endsWith('Overwrite')
  const target = values[0]
  if (isMap(target)) for (const source of values.slice(1)) provenance.merged(target, source, overwrite)
  return provenance.flowOf(result) ?? joined(flows)
}

const values_: Rule = (call, provenance) => {
  const { values, flows, result } = call
  if (Array.isArray(result) && isMap(values[0])) {
    const own = new Map<string | number, Flow>()
    Object.entries(values[0]).forEach(([key, each], i) => {
      own.set(i, provenance.elementOf(values[0], key, each) ?? none)
    })
    provenance.made(result, own, flows[0] ?? none)
  }
  return provenance.flowOf(result) ?? joined(flows)
}

/** The keys of a map: of each the element. */
const keys: Rule = ({ values, flows, result }, provenance) => {
  if (Array.isArray(result)) {
    const own = new Map<string | number, Flow>()
    result.forEach((key, i) => {
      const holder = values.find((each) => isMap(each) && Object.hasOwn(each, String(key)))
      const flow = provenance.elementOf(holder, String(key), elementAt(holder, String(key)))
      if (flow !== undefined) own.set(i, flow)
    })
    provenance.made(result, own, joined(flows))
  }
  return provenance.flowOf(result) ?? joined(flows)
}

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>(
  Object.entries({
    and: last,
    or: last,
    default: (call) => chosen(call, call.values.length > 1 && call.result === call.values[1] ? 1 : 0),
    coalesce: (call) => chosen(call, call.values.indexOf(call.result)),
    ternary: (call) => chosen(call, call.values[2] === true ? 0 : 1),
    required: ({ flows }) => flows[1] ?? none,
    fail: () => none,
    lookup: () => none,
    uuidv4: () => none,
    now: () => none,
    ...{ index: get, get, dig },
    ...{ first: edge(() => 0), mustFirst: edge(() => 0) },
    ...{ last: edge((items) => items.length - 1), mustLast: edge((items) => items.length - 1) },
    ...{ dict, list, tuple: list, set, values: values_, keys },
    ...{ append: extend, push: extend, prepend: extend, mustAppend: extend, mustPush: extend, mustPrepend: extend },
    ...{ merge, mustMerge: merge, mergeOverwrite: merge, mustMergeOverwrite: merge },
  }),
)

function encoded({ values, flows, result }: FunctionCall, provenance: Provenance): Flow {
  const [value] = values
  if (typeof result !== 'string' || !isContainer(value) || !provenance.has(value)) return joined(flows)
  return [{ kind: 'encoded', text: result, value }]
}

function decoded({ values, flows, result }: FunctionCall, provenance: Provenance): Flow {
  const rest = joined(flows)
  if (!isContainer(result)) return rest
  const copy = rest.find((atom) => atom.kind === 'encoded')
  if (copy !== undefined) {
    provenance.copied(result, [copy.value], rest)
    return provenance.flowOf(result) ?? rest
  }
  const text = rest.find((atom): atom is TextAtom => atom.kind === 'text' && atom.output.text === values[0])
  if (text !== undefined) provenance.register(result, { text, path: [] })
  else provenance.made(result, new Map(), rest)
  return provenance.flowOf(result) ?? rest
}

/** The value of a field of what is not a known list or map: its path goes on where there is one. */
export function fieldOf(flow: Flow, name: string, value: GoValue): Flow {
  const [only] = flow
  if (flow.length !== 1 || only?.kind !== 'value') return flow
  const atom: ValueAtom = { ...only, path: [...only.path, name], value }
  return [atom]
}
