import { basename, compareStrings } from '../base/index.ts'
import {
  type Budget,
  BudgetError,
  decodeBytes,
  executeTemplate,
  executorFunctions,
  GoError,
  type GoFunction,
  type GoMap,
  type GoValue,
  goFunction,
  isMap,
  isStackOverflow,
  makeInt,
  mapSet,
  type ParsedTemplate,
  parseTemplate,
  quote,
  spendParse,
  TemplateExecError,
  TemplateParseError,
  type TemplateSet,
  viewAs,
  withType,
} from '../gotemplate/index.ts'
import { type Capabilities, capabilitiesObject } from './capabilities.ts'
import { type Chart, type ChartFile, fullPath, HelmError } from './chart.ts'
import { formatExecError, formatParseError } from './engine-errors.ts'
import { filesObject } from './files.ts'
import type { TemplateCrypto } from './functions/crypto.ts'
import { helmFunctions } from './functions/table.ts'
import { chartObject } from './metadata.ts'
import type { RenderTracer } from './origins/tracer.ts'
import type { OutputReuse } from './reuse.ts'
import { tableAt } from './values.ts'
import { valuesMethod } from './values-methods.ts'

export interface RenderOptions {
  readonly release: {
    readonly name: string
    readonly namespace: string
    readonly revision: number
    readonly isUpgrade: boolean
  }
  readonly capabilities: Capabilities
  /** A missing value is an error (`--strict` of lint). */
  readonly strict?: boolean
  /** Finds objects of a cluster; absent: nothing is found. */
  readonly lookup?: (apiVersion: string, kind: string, namespace: string, name: string) => GoMap
  /** What the render may use; default 5 million steps, 12 million characters written, 48 million made. */
  readonly budget?: Partial<Budget>
  /** What only the host has: the time (milliseconds since 1970) and cryptography. */
  readonly host?: { readonly now?: () => number; readonly crypto?: TemplateCrypto }
  /** Keep where each field of the output comes from: `RenderedChart.trace`. Costs time and memory. */
  readonly trace?: boolean
  /** Parsed templates by file, kept between renders. */
  readonly cache?: TemplateCache
}

/** Parsed templates of files that do not change. One for each process or worker; safe to share between charts. */
export type TemplateCache = WeakMap<ChartFile, { readonly name: string; readonly parsed: readonly ParsedTemplate[] }>

interface Renderable {
  readonly file: ChartFile
  readonly values: GoMap
  readonly basePath: string
}

/**
 * Renders the templates of a chart and its dependencies to text by path.
 * Source of the behaviour: Helm 4.1 pkg/engine/engine.go.
 * @param tracer hears what writes the text, and from which values.
 * @param reuse gives outputs of the render before; not together with a tracer, which would not hear of them.
 * @throws HelmError in Helm's words; BudgetError when the templates use too much.
 */
export function renderTemplates(
  chart: Chart,
  values: GoMap,
  options: RenderOptions,
  tracer?: RenderTracer,
  reuse?: OutputReuse,
): Map<string, string> {
  tracer?.values(values)
  const renderables = new Map<string, Renderable>()
  const top = collect(chart, { Values: values, ...topObjects(options) }, { renderables, reuse })
  const names = byDepth([...renderables.keys()])
  const engine = new Engine(options, tracer, reuse)
  for (const name of names) engine.parse(name, renderables.get(name)!.file)
  reuse?.begin(top, names, options)
  const rendered = new Map<string, string>()
  for (const name of names) {
    if (basename(name).startsWith('_')) continue
    const { values: scope, basePath } = renderables.get(name)!
    scope['Template'] = withType({ Name: name, BasePath: basePath }, 'common.Values')
    tracer?.objects(scope)
    const run = (): string => engine.execute(name, viewAs(scope, 'common.Values'))
    rendered.set(name, reuse === undefined ? run() : reuse.output(name, engine.budget, run))
    tracer?.file(name)
  }
  reuse?.end()
  return rendered
}

function topObjects({ release, capabilities }: RenderOptions): GoMap {
  return {
    Release: {
      Name: release.name,
      Namespace: release.namespace,
      IsUpgrade: release.isUpgrade,
      IsInstall: !release.isUpgrade,
      Revision: makeInt(release.revision),
      Service: 'Helm',
    },
    Capabilities: capabilitiesObject(capabilities),
  }
}

/** Orders of paths by the paths; the releases of a chart have the same. */
const orders = new Map<string, readonly string[]>()
const maxOrders = 100

/** Deepest path first, then in reverse byte order, so that a parent's definitions replace its dependencies'. */
function byDepth(paths: readonly string[]): readonly string[] {
  const key = paths.join('\0')
  const known = orders.get(key)
  if (known !== undefined) return known
  const order = paths
    .map((path) => ({ path, depth: path.split('/').length }))
    .sort((a, b) => b.depth - a.depth || compareStrings(b.path, a.path))
    .map(({ path }) => path)
  if (orders.size >= maxOrders) orders.clear()
  orders.set(key, order)
  return order
}

interface Collected {
  readonly renderables: Map<string, Renderable>
  readonly reuse: OutputReuse | undefined
}

/** The templates of a chart and its dependencies with the objects that each sees; returns those of the chart itself. */
function collect(chart: Chart, parent: GoMap, into: Collected): GoMap {
  const subcharts: GoMap = {}
  const own = chart.parent === undefined ? parent['Values'] : tableAt(parent, `Values.${chart.metadata.name}`)
  const path = fullPath(chart)
  const values = isMap(own) ? own : {}
  const scope: GoMap = {
    Chart: chartObject(chart),
    Files: filesObject(chart.files),
    Release: parent['Release'],
    Capabilities: parent['Capabilities'],
    Values: viewAs(into.reuse?.watch(path, values) ?? values, 'common.Values'),
    Subcharts: subcharts,
  }
  for (const dependency of chart.dependencies) {
    mapSet(subcharts, dependency.metadata.name, collect(dependency, scope, into))
  }
  const isLibrary = chart.metadata.type.toLowerCase() === 'library'
  for (const file of chart.templates) {
    if (isLibrary && !basename(file.name).startsWith('_')) continue
    into.renderables.set(`${path}/${file.name}`, { file, values: scope, basePath: `${path}/templates` })
  }
  return scope
}

const maxIncludes = 1000
/** Nested `tpl`; Go's stack ends much later, but no chart needs it, and ours ends soon after. */
const maxTpl = 200

/** The methods of the named map types that templates see. */
function mapMethod(type: string, map: GoMap, name: string): GoFunction | undefined {
  return type === 'common.Values' ? valuesMethod(map, name) : undefined
}

/** Every chart of the conformance corpus renders within it. */
const defaultBudget = { steps: 5_000_000, output: 12_000_000, made: 48_000_000 } as const

class Engine {
  readonly #templates = new Map<string, ParsedTemplate>()
  /** Those templates, and the functions that see them. */
  readonly #set: TemplateSet
  readonly #options: RenderOptions
  readonly #budget: Budget
  /** How often each name is being included at the moment. */
  readonly #included = new Map<string, number>()
  readonly #tracer: RenderTracer | undefined
  #depth = 0
  #tplDepth = 0

  constructor(options: RenderOptions, tracer: RenderTracer | undefined, reuse: OutputReuse | undefined) {
    this.#options = options
    this.#tracer = tracer
    this.#budget = { ...defaultBudget, ...options.budget }
    const functions = helmFunctions(reuse?.host(options.host) ?? options.host)
    reuse?.watchChanges(functions)
    this.#set = this.#bind(functions, this.#templates)
  }

  /** What the render may still use. */
  get budget(): Budget {
    return this.#budget
  }

  parse(name: string, file: ChartFile): void {
    const { cache } = this.#options
    const known = cache?.get(file)
    let parsed = known?.name === name ? known.parsed : undefined
    if (parsed === undefined) {
      try {
        const text = decodeBytes(file.data)
        spendParse(this.#budget, text)
        parsed = parseTemplate(name, text, (each) => this.#has(each))
      } catch (error) {
        if (error instanceof BudgetError) throw new BudgetError(`parse error at (${name}): ${error.message}`)
        if (error instanceof TemplateParseError) throw new HelmError(formatParseError(error.message))
        if (isStackOverflow(error)) throw new HelmError(`parse error at (${name}): max expression depth exceeded`)
        throw error
      }
      cache?.set(file, { name, parsed })
    }
    for (const template of parsed) define(this.#templates, template)
  }

  execute(name: string, data: GoMap): string {
    try {
      return this.#run(this.#set, name, data).replaceAll('<no value>', '')
    } catch (error) {
      if (error instanceof TemplateExecError) {
        if (error.cause instanceof BudgetError) throw new BudgetError(error.message)
        throw new HelmError(formatExecError(name, error))
      }
      if (error instanceof GoError) throw new HelmError(error.message)
      if (error instanceof RangeError)
        throw new BudgetError(`template: ${name}: the templates or values are nested too deeply`)
      throw error
    }
  }

  #has(name: string): boolean {
    return this.#set.functions.has(name) || executorFunctions.has(name)
  }

  #run(set: TemplateSet, name: string, data: GoValue): string {
    this.#depth++
    try {
      return executeTemplate(set, name, data, this.#budget, this.#depth)
    } finally {
      this.#depth--
    }
  }

  /** Adds the functions that need the render: their `include` and `tpl` see the given templates. */
  #bind(functions: Map<string, GoFunction>, templates: ReadonlyMap<string, ParsedTemplate>): TemplateSet {
    const missingKey = this.#options.strict ? 'error' : 'zero'
    const set: TemplateSet = { templates, functions, missingKey, methods: mapMethod, trace: this.#tracer }
    functions.set(
      'include',
      goFunction('string,any', (name: string, data: GoValue) => this.#include(set, name, data)),
    )
    functions.set(
      'tpl',
      goFunction('string,any', (text: string, data: GoValue) => this.#tpl(set, text, data)),
    )
    functions.set('required', goFunction('string,any', required))
    functions.set(
      'fail',
      goFunction('string', (message: string) => {
        throw new GoError(warned(message))
      }),
    )
    functions.set(
      'lookup',
      goFunction('string,string,string,string', (apiVersion: string, kind: string, namespace: string, name: string) =>
        this.#options.lookup === undefined ? {} : this.#options.lookup(apiVersion, kind, namespace, name),
      ),
    )
    // Templates reach no network: as Helm without --enable-dns.
    functions.set(
      'getHostByName',
      goFunction('string', () => ''),
    )
    return set
  }

  #include(set: TemplateSet, name: string, data: GoValue): string {
    const count = this.#included.get(name) ?? 0
    if (count > maxIncludes) throw nestedReference(name)
    this.#included.set(name, count + 1)
    try {
      return this.#run(set, name, data)
    } catch (error) {
      // Our stack ends before Helm's count does.
      if (isStackOverflow(error)) throw nestedReference(name)
      throw error
    } finally {
      this.#included.set(name, count)
    }
  }

  /** Templates that the text defines are seen inside it only. */
  #tpl(outer: TemplateSet, text: string, data: GoValue): string {
    if (!text.includes('{{')) return text.replaceAll('<no value>', '')
    const own = new Map(outer.templates)
    const set = this.#bind(new Map(outer.functions), own)
    const name = 'gotpl'
    try {
      own.delete(name)
      spendParse(this.#budget, text)
      for (const template of parseTemplate(name, text, (each) => this.#has(each))) define(own, template)
    } catch (error) {
      if (error instanceof TemplateParseError)
        throw new GoError(`cannot parse template ${quote(text)}: ${error.message}`)
      throw error
    }
    if (this.#tplDepth >= maxTpl) throw new RangeError('more nested tpl than our call stack is sure to hold')
    this.#tplDepth++
    try {
      return this.#run(set, name, data).replaceAll('<no value>', '')
    } catch (error) {
      if (!(error instanceof TemplateExecError || error instanceof GoError)) throw error
      if (error instanceof TemplateExecError && error.cause instanceof BudgetError) throw error
      const wrapped = new GoError(`error during tpl function execution for ${quote(text)}: ${error.message}`)
      wrapped.cause = error
      throw wrapped
    } finally {
      this.#tplDepth--
    }
  }
}

function nestedReference(name: string): GoError {
  return new GoError(`rendering template has a nested reference name: ${name}: unable to execute template`)
}

/** A definition replaces an earlier one of its name, unless it is empty and the other is not. */
function define(templates: Map<string, ParsedTemplate>, template: ParsedTemplate): void {
  if (templates.has(template.name) && isEmpty(template)) return
  templates.set(template.name, template)
}

function isEmpty({ root }: ParsedTemplate): boolean {
  return root.nodes.every((node) => node.type === 'text' && node.text.trim() === '')
}

function required(message: string, value: GoValue): GoValue {
  if (value === undefined || value === null || value === '') throw new GoError(warned(message))
  return value
}

/** Marks a message that is shown without the trace of templates. */
function warned(message: string): string {
  return `HELM_ERR_START${message}HELM_ERR_END`
}
