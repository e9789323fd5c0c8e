import type { JsonValue } from '../base/index.ts'
import {
  type Budget,
  GoFunction,
  GoInt,
  type GoMap,
  type GoValue,
  isList,
  isMap,
  mapGet,
  treeSize,
} from '../gotemplate/index.ts'
import type { Chart } from './chart.ts'
import type { RenderOptions } from './engine.ts'
import type { TemplateCrypto } from './functions/crypto.ts'
import { copyValue } from './functions/table.ts'

/** Keys of the values that were read, by the path of the chart whose values they are; `all`: their names, too. */
type Reads = Map<string, Set<string> | 'all'>

type Spent = Pick<Budget, 'steps' | 'output' | 'made'>

interface KeptOutput {
  readonly text: string
  readonly reads: Reads
  /** What the render of it took of the budget: a render that takes it from here must end where it would have ended. */
  readonly spent: Spent
}

interface KeptRender {
  readonly scope: GoMap
  readonly outputs: ReadonlyMap<string, KeptOutput>
  readonly size: number
}

type Host = { readonly now?: () => number; readonly crypto?: TemplateCrypto }

/** The host of all renders of a process, in a form that notes that it was asked: one, for functions are made for it. */
class WatchedHost {
  #host: Host | undefined
  #watched: Host = {}
  asked = false

  watch({ now, crypto }: Host): Host {
    if (this.#host === undefined || this.#host.now !== now || this.#host.crypto !== crypto) {
      this.#host = { ...(now && { now }), ...(crypto && { crypto }) }
      this.#watched = { now: this.#noted(now ?? (() => Date.now())), ...(crypto && { crypto: this.#crypto(crypto) }) }
    }
    return this.#watched
  }

  #crypto(crypto: TemplateCrypto): TemplateCrypto {
    return {
      randomBytes: this.#noted((count) => crypto.randomBytes(count)),
      generatePrivateKey: this.#noted((type) => crypto.generatePrivateKey(type)),
      issueCertificate: this.#noted((request) => crypto.issueCertificate(request)),
      checkPair: this.#noted((certificate, key) => crypto.checkPair(certificate, key)),
      aesEncrypt: this.#noted((key, iv, plain) => crypto.aesEncrypt(key, iv, plain)),
      aesDecrypt: this.#noted((key, iv, cipher) => crypto.aesDecrypt(key, iv, cipher)),
    }
  }

  #noted<Args extends unknown[], Result>(call: (...args: Args) => Result): (...args: Args) => Result {
    return (...args) => {
      this.asked = true
      return call(...args)
    }
  }
}

/** Characters of outputs, and values of scopes, that are kept. */
const maxKept = 8_000_000

/** The outputs of templates in the last render of each release. One for each process or worker. */
export class OutputCache {
  readonly #ids = new WeakMap<Chart, number>()
  readonly #renders = new Map<string, KeptRender>()
  #charts = 0
  #size = 0
  readonly host: WatchedHost = new WatchedHost()
  /** How many outputs were taken from here, so far. */
  taken = 0

  /** The name under which a render of a chart is kept. The conditions are all that templates see beside the values. */
  name(chart: Chart, conditions: unknown): string {
    const id = this.#ids.get(chart) ?? this.#charts++
    this.#ids.set(chart, id)
    return `${id} ${JSON.stringify(conditions)}`
  }

  get(name: string): KeptRender | undefined {
    return this.#renders.get(name)
  }

  /** Keeps a render; the ones that were kept first go when there are too many. */
  set(name: string, render: KeptRender): void {
    this.#remove(name)
    this.#renders.set(name, render)
    this.#size += render.size
    for (const oldest of this.#renders.keys()) {
      if (this.#size <= maxKept) return
      this.#remove(oldest)
    }
  }

  #remove(name: string): void {
    this.#size -= this.#renders.get(name)?.size ?? 0
    this.#renders.delete(name)
  }
}

/** The functions that may change a map that they were given, or what is in it. */
const changing = ['set', 'unset', 'merge', 'mustMerge', 'mergeOverwrite', 'mustMergeOverwrite'] as const

/**
 * Takes the output of a template from the render before when that is sure to be what the template would write again: the
 * same files, release and capabilities (`OutputCache.name`), the same values under all keys of `.Values` that it read,
 * nothing asked of clock and randomness, and nothing changed, by any template, of what templates share.
 */
export class OutputReuse {
  readonly #cache: OutputCache
  readonly #chart: Chart
  #name = ''
  #before: KeptRender | undefined
  #scope: GoMap = {}
  /** The scope as it was before the first template. */
  #original: GoMap = {}
  readonly #outputs = new Map<string, KeptOutput>()
  readonly #compared = new Map<string, boolean>()
  /** Of the template that runs. */
  #reads: Reads | undefined
  #changedMaps = false
  /** No template has changed what the others see. */
  #isIntact = true

  constructor(cache: OutputCache, chart: Chart) {
    this.#cache = cache
    this.#chart = chart
  }

  /** The values of a chart, in a form that notes which keys are read. */
  watch(path: string, values: GoMap): GoMap {
    const read = (key: string | symbol): void => {
      if (this.#reads === undefined || typeof key === 'symbol') return
      const keys = this.#reads.get(path)
      if (keys === undefined) this.#reads.set(path, new Set([key]))
      else if (keys !== 'all') keys.add(key)
    }
    return new Proxy(values, {
      get(target, key) {
        read(key)
        return Reflect.get(target, key)
      },
      has(target, key) {
        read(key)
        return Reflect.has(target, key)
      },
      getOwnPropertyDescriptor(target, key) {
        read(key)
        return Reflect.getOwnPropertyDescriptor(target, key)
      },
      ownKeys: (target) => {
        this.#reads?.set(path, 'all')
        return Reflect.ownKeys(target)
      },
    })
  }

  /** The host, in a form that notes that it was asked. */
  host(host: Host = {}): Host {
    return this.#cache.host.watch(host)
  }

  /** Puts functions that change maps in a form that notes that they were called. */
  watchChanges(functions: Map<string, GoFunction>): void {
    for (const name of changing) {
      const { params, variadic, call, cost, misfit } = functions.get(name)!
      const noted = (...args: GoValue[]): GoValue => {
        this.#changedMaps = true
        return call(...args)
      }
      const traits = { ...(cost === undefined ? {} : { cost }), ...(misfit === undefined ? {} : { misfit }) }
      functions.set(name, new GoFunction(params, variadic, noted, traits))
    }
  }

  /**
   * Before the first template.
   * @param scope what the templates of the chart itself see.
   * @param names of the templates, in their order.
   */
  begin(scope: GoMap, names: readonly string[], { release, capabilities, strict }: RenderOptions): void {
    this.#scope = scope
    this.#original = copyValue(scope) as GoMap
    this.#name = this.#cache.name(this.#chart, [release, capabilities, strict, names, chartsOf(this.#original)])
    this.#before = this.#cache.get(this.#name)
  }

  /** The output of a template: that of the render before, or what running it gives. */
  output(name: string, budget: Budget, run: () => string): string {
    const known = this.#before?.outputs.get(name)
    if (known !== undefined && this.#isIntact && this.#isSame(known, budget)) {
      budget.steps -= known.spent.steps
      budget.output -= known.spent.output
      budget.made -= known.spent.made
      this.#outputs.set(name, known)
      this.#cache.taken++
      return known.text
    }
    const { steps, output, made } = budget
    const reads: Reads = new Map()
    this.#reads = reads
    this.#cache.host.asked = false
    this.#changedMaps = false
    const text = run()
    this.#reads = undefined
    if (this.#changedMaps && !isSameScope(this.#original, this.#scope)) this.#isIntact = false
    if (this.#isIntact && !this.#cache.host.asked) {
      const spent = { steps: steps - budget.steps, output: output - budget.output, made: made - budget.made }
      this.#outputs.set(name, { text, reads, spent })
    }
    return text
  }

  /** After the last template. */
  end(): void {
    if (!this.#isIntact) return
    let size = treeSize(this.#original)
    for (const { text } of this.#outputs.values()) size += text.length
    this.#cache.set(this.#name, { scope: this.#original, outputs: this.#outputs, size })
  }

  #isSame({ reads, spent }: KeptOutput, budget: Budget): boolean {
    if (budget.steps < spent.steps || budget.output < spent.output || budget.made < spent.made) return false
    for (const [path, keys] of reads) {
      if (keys === 'all') {
        if (!this.#compare(path, undefined)) return false
      } else for (const key of keys) if (!this.#compare(path, key)) return false
    }
    return true
  }

  /** Whether values are what they were in the render before. */
  #compare(path: string, key: string | undefined): boolean {
    const id = key === undefined ? path : `${path} ${key}`
    const known = this.#compared.get(id)
    if (known !== undefined) return known
    const before = valuesAt(this.#before!.scope, path)
    const now = valuesAt(this.#original, path)
    const same =
      key === undefined
        ? isSameValue(before, now)
        : Object.hasOwn(before, key) === Object.hasOwn(now, key) && isSameValue(mapGet(before, key), mapGet(now, key))
    this.#compared.set(id, same)
    return same
  }
}

/** The values of the chart at a path (`parent/charts/child`) in the scope of the topmost chart. */
function valuesAt(scope: GoMap, path: string): GoMap {
  const [, ...names] = path.split('/charts/')
  let at = scope
  for (const name of names) at = mapGet(at['Subcharts'] as GoMap, name) as GoMap
  return at['Values'] as GoMap
}

/** `.Chart` of the charts in a scope: which dependencies are enabled is decided by values. */
function chartsOf(scope: GoMap): JsonValue[] {
  return [
    scope['Chart'] as JsonValue,
    ...Object.values(scope['Subcharts'] as GoMap).map((each) => chartsOf(each as GoMap)),
  ]
}

/** Whether nothing that templates share was changed; `.Template` is each one's own. */
function isSameScope(before: GoMap, now: GoMap): boolean {
  const names = Object.keys(now).filter((name) => name !== 'Template')
  if (names.join() !== Object.keys(before).join()) return false
  return names.every((name) => {
    if (name !== 'Subcharts') return isSameValue(before[name], now[name])
    const [charts, chartsNow] = [before[name] as GoMap, now[name]]
    if (!isMap(chartsNow) || Object.keys(charts).join() !== Object.keys(chartsNow).join()) return false
    return Object.keys(charts).every((each) => {
      const chart = chartsNow[each]
      return isMap(chart) && isSameScope(charts[each] as GoMap, chart)
    })
  })
}

/** Whether values are the same to every function: keys in the same order, too, in which `keys` gives them. */
function isSameValue(a: GoValue, b: GoValue): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (isList(a)) return isList(b) && a.length === b.length && a.every((each, i) => isSameValue(each, b[i]))
  if (isMap(a)) {
    if (!isMap(b)) return false
    const keys = Object.keys(a)
    const others = Object.keys(b)
    return keys.length === others.length && keys.every((key, i) => key === others[i] && isSameValue(a[key], b[key]))
  }
  return a instanceof GoInt && b instanceof GoInt && a.type === b.type && a.value === b.value
}
