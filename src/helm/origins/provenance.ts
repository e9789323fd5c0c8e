import { GoInt, type GoMap, type GoValue, isMap, underlying, type ValueFlow } from '../../gotemplate/index.ts'
import type { TracedOutput } from './outputs.ts'
import type { ValuePath } from './types.ts'

/** A value of the chart's objects: `Values` and `image`, `tag`; paths of values begin at the top of the release's. */
export interface ValueAtom {
  readonly kind: 'value'
  readonly root: string
  readonly path: ValuePath
  readonly value: GoValue
  /** It decided something, and its text is not in the result. */
  readonly tested: boolean
}

/** A list or map that a template made; where its elements come from stands in `Provenance`. */
export interface ContainerAtom {
  readonly kind: 'container'
  readonly container: GoValue
}

/** The text of an included template, or what `tpl` made of a text that has a flow of its own. */
export interface TextAtom {
  readonly kind: 'text'
  readonly output: TracedOutput
  readonly source?: { readonly text: string; readonly flow: Flow }
}

/** A list or map written as YAML, JSON or TOML. */
export interface EncodedAtom {
  readonly kind: 'encoded'
  readonly text: string
  readonly value: GoValue
}

/** What `fromYaml` read at a path of an included template's text. */
export interface PartAtom {
  readonly kind: 'part'
  readonly text: TextAtom
  readonly path: ValuePath
}

/** The text of an included template that decided something. */
export interface AskedAtom {
  readonly kind: 'asked'
  readonly output: TracedOutput
}

/** What the trace knows about where a value comes from. */
export type Atom = ValueAtom | ContainerAtom | TextAtom | EncodedAtom | PartAtom | AskedAtom
export type Flow = readonly Atom[]

/** What a list or map is: one of the chart's objects, or a part of a text that was read. */
type Base = { readonly root: string; readonly path: ValuePath } | { readonly text: TextAtom; readonly path: ValuePath }

interface Known {
  readonly base?: Base
  /** What a map of the values held before templates changed it. */
  readonly before?: GoMap
  /** Elements that a template put in. */
  own?: Map<string | number, Flow>
  /** Where elements come from that nothing else is known of. */
  readonly rest?: Flow
}

/** How many elements of one list or map are followed. */
const maxElements = 5_000
const maxFlow = 200
/** How deep lists and maps are followed. */
const maxDepth = 100

/** The executor hands back only what this trace gave it. */
export function asFlow(flow: ValueFlow): Flow {
  return flow as Flow
}

/** Where lists and maps come from, by identity: that survives every function that hands them on. */
export class Provenance {
  readonly #known = new WeakMap<object, Known>()

  /** Says that a value is what a chart's object holds at a path, with everything in it. */
  register(value: GoValue, base: Base, depth = 0): void {
    const key = keyOf(value)
    if (key === undefined || depth > maxDepth || this.#known.has(key)) return
    this.#known.set(key, isMap(value) ? { base, before: { ...underlying(value) } } : { base })
    for (const [step, child] of elementsOf(value)) {
      if (isContainer(child)) this.register(child, { ...base, path: [...base.path, step] }, depth + 1)
    }
  }

  /** Says where the elements of a new list or map come from; `rest` is for those that are not named. */
  made(container: GoValue, own: Map<string | number, Flow>, rest: Flow): void {
    const key = keyOf(container)
    if (key !== undefined && !this.#known.has(key)) this.#known.set(key, { own, rest })
  }

  /** Says where an element comes from that was put into a list or map. */
  put(container: GoValue, step: string | number, flow: Flow): void {
    const key = keyOf(container)
    if (key === undefined) return
    const known = this.#known.get(key) ?? {}
    known.own ??= new Map()
    known.own.set(step, flow)
    this.#known.set(key, known)
  }

  has(value: GoValue): boolean {
    const key = keyOf(value)
    return key !== undefined && this.#known.has(key)
  }

  /** True when a map had the element before something was merged into it. */
  #held(map: GoMap, step: string, element: GoValue): boolean {
    const known = this.#known.get(underlying(map))
    return known?.own?.has(step) === true || (known?.before !== undefined && known.before[step] === element)
  }

  /** The flow of a list or map that is known. */
  flowOf(container: GoValue): Flow | undefined {
    const key = keyOf(container)
    const known = key === undefined ? undefined : this.#known.get(key)
    if (known === undefined) return undefined
    if (known.base === undefined || known.own !== undefined) return [{ kind: 'container', container }]
    return [atomOf(known.base, known.base.path, container)]
  }

  /** The flow of an element; `undefined` when nothing is known about the container. */
  elementOf(container: GoValue, step: string | number, element: GoValue): Flow | undefined {
    const key = keyOf(container)
    const known = key === undefined ? undefined : this.#known.get(key)
    if (known === undefined) return undefined
    const own = known.own?.get(step)
    if (own !== undefined && !isContainer(element)) return own
    const itself = this.flowOf(element)
    if (itself !== undefined) return itself
    if (own !== undefined) return own
    if (known.base !== undefined) {
      const path = [...known.base.path, step]
      // Values are registered whole; of Helm's own objects each part as it is read.
      if (keyOf(element) !== undefined) this.register(element, { ...known.base, path })
      return [atomOf(known.base, path, element)]
    }
    return known.rest
  }

  /**
   * Says of a new list or map that it is made of others: what stands at the same place of one of them, the earlier ones
   * first, is where an element comes from.
   */
  copied(
    result: GoValue,
    sources: readonly GoValue[],
    rest: Flow,
    budget: { elements: number; depth: number } = { elements: maxElements, depth: 0 },
  ): void {
    if (!isContainer(result) || this.has(result) || budget.depth > maxDepth) return
    const own = new Map<string | number, Flow>()
    for (const [step, element] of elementsOf(result)) {
      if (budget.elements-- <= 0) break
      const holders = sources.filter((source) => hasElement(source, step))
      if (isContainer(element)) {
        const children = holders.map((source) => elementAt(source, step))
        budget.depth++
        this.copied(element, children, rest, budget)
        budget.depth--
      } else {
        const holder = holders.find((source) => elementAt(source, step) === element) ?? holders[0]
        const flow = holder === undefined ? undefined : this.elementOf(holder, step, element)
        if (flow !== undefined) own.set(step, flow)
      }
    }
    this.made(result, own, rest)
  }

  /** Says of the elements of a new list that each is the element of equal value of one of the lists given. */
  picked(result: readonly GoValue[], sources: readonly GoValue[], rest: Flow): void {
    const own = new Map<string | number, Flow>()
    for (const [i, element] of result.slice(0, maxElements).entries()) {
      if (isContainer(element)) continue
      for (const source of sources) {
        if (!Array.isArray(source)) continue
        const at = source.indexOf(element)
        const flow = at < 0 ? undefined : this.elementOf(source, at, element)
        if (flow === undefined) continue
        own.set(i, flow)
        break
      }
    }
    this.made(result as GoValue, own, rest)
  }

  /** Says what merging a map into another did to it. */
  merged(target: GoMap, source: GoValue, overwrite: boolean, depth = 0): void {
    if (!isMap(source) || depth > maxDepth) return
    for (const step of Object.keys(source)) {
      const element = target[step]
      const from = source[step]
      if (isMap(element) && isMap(from) && underlying(element) !== underlying(from)) {
        this.merged(element, from, overwrite, depth + 1)
      } else if (element === from && (overwrite || !this.#held(target, step, from))) {
        const flow = this.elementOf(source, step, from)
        if (flow !== undefined) this.put(target, step, flow)
      }
    }
  }

  /** The flow at a path below a value. */
  at(value: GoValue, path: ValuePath): Flow | undefined {
    let current = value
    let flow = this.flowOf(value)
    for (const step of path) {
      const next = elementAt(current, step)
      const inner = this.elementOf(current, step, next)
      if (inner === undefined) return flow
      flow = inner
      current = next
    }
    return flow
  }
}

function atomOf(base: Base, path: ValuePath, value: GoValue): Atom {
  if ('text' in base) return { kind: 'part', text: base.text, path }
  return { kind: 'value', root: base.root, path, value, tested: false }
}

/** The object by which a value is known. */
function keyOf(value: GoValue): object | undefined {
  if (typeof value !== 'object' || value === null || value instanceof GoInt) return undefined
  return underlying(value as GoMap)
}

export function isContainer(value: GoValue): boolean {
  return Array.isArray(value) || isMap(value)
}

export function elementAt(container: GoValue, step: string | number): GoValue {
  if (Array.isArray(container)) return typeof step === 'number' ? container[step] : undefined
  return isMap(container) && Object.hasOwn(underlying(container), step) ? container[step] : undefined
}

function hasElement(container: GoValue, step: string | number): boolean {
  return elementAt(container, step) !== undefined
}

/** The elements of a list or map with their indexes or keys. */
function elementsOf(value: GoValue): readonly (readonly [string | number, GoValue])[] {
  if (Array.isArray(value)) return value.map((element, i) => [i, element] as const)
  if (!isMap(value)) return []
  const map = underlying(value)
  return Object.keys(map).map((key) => [key, map[key]] as const)
}

/** Flows one after the other, each atom once. */
export function joined(flows: readonly Flow[]): Flow {
  const filled = flows.filter((flow) => flow.length > 0)
  if (filled.length <= 1) return filled[0] ?? []
  return [...new Set(filled.flat())].slice(0, maxFlow)
}

/** The values of flows that decided something. */
export function tested(flows: readonly Flow[]): Flow {
  const out: Atom[] = []
  for (const atom of joined(flows)) {
    if (atom.kind === 'value') out.push(atom.tested ? atom : { ...atom, tested: true })
    else if (atom.kind === 'text') out.push({ kind: 'asked', output: atom.output })
    else if (atom.kind === 'asked') out.push(atom)
  }
  return out
}
