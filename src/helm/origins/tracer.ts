import {
  type ExecutionTrace,
  GoInt,
  type GoMap,
  type GoValue,
  mapGet,
  type TracedBranch,
  type ValueFlow,
} from '../../gotemplate/index.ts'
import { type NodeRef, type Scope, type TracedOutput, withoutNoValue } from './outputs.ts'
import { type Atom, asFlow, type Flow, joined, Provenance, tested } from './provenance.ts'
import { fieldOf, flowOfCall, stepOf } from './rules.ts'

interface Running {
  readonly output: TracedOutput
  length: number
  scope: Scope | undefined
}

const none: Flow = []
/** How many conditions around an assignment count. */
const maxGuards = 8
/** How many pieces of output are told apart in a render; the largest chart of the corpus has a tenth. */
const maxPieces = 500_000

/**
 * Writes down, while the templates of a chart run, which node wrote which text of which output, and which values flowed
 * into it. Cheap things only: what it means is worked out when somebody asks (`resolve.ts`).
 */
export class RenderTracer implements ExecutionTrace {
  readonly provenance: Provenance = new Provenance()
  /** The outputs of the files of the chart, by path. */
  readonly files: Map<string, TracedOutput> = new Map()
  readonly #notes: Atom[] = []
  readonly #running: Running[] = []
  #pieces = 0
  /** The dot of the template that is about to begin. */
  #dot: Flow = none
  /** The output that was completed last, until the function that made it returns. */
  #made: TracedOutput | undefined

  /** Makes the release's values known, those of its dependencies with them. */
  values(values: GoMap): void {
    this.provenance.register(values, { root: 'Values', path: [] })
  }

  /** Makes Helm's objects known that the templates of a chart see. */
  objects(scope: GoMap): void {
    for (const root of ['Release', 'Chart', 'Capabilities', 'Template', 'Files']) {
      this.provenance.register(mapGet(scope, root), { root, path: [] })
    }
  }

  /** The output of a file is complete, as Helm goes on with it. */
  file(name: string): void {
    const output = this.#made
    this.#made = undefined
    if (output === undefined) return
    withoutNoValue(output)
    this.files.set(name, output)
  }

  mark(): number {
    return this.#notes.length
  }

  take(mark: number): ValueFlow {
    return this.#notes.length === mark ? none : this.#notes.splice(mark)
  }

  note(flow: ValueFlow): void {
    for (const atom of asFlow(flow)) this.#notes.push(atom)
  }

  field(receiver: GoValue, name: string, value: GoValue, dot: ValueFlow): void {
    const flow = this.provenance.elementOf(receiver, name, value)
    this.note(flow ?? this.provenance.flowOf(value) ?? fieldOf(asFlow(dot), name, value))
  }

  assigned(flow: ValueFlow): ValueFlow {
    const guards: Flow[] = []
    let scope = this.#running.at(-1)?.scope
    for (; scope !== undefined && guards.length < maxGuards; scope = scope.outer) guards.push(scope.flow)
    return guards.length === 0 ? flow : joined([asFlow(flow), tested(guards)])
  }

  calling(name: string, flows: readonly ValueFlow[]): void {
    this.#made = undefined
    if (name === 'include' || name === 'tpl') this.#dot = asFlow(flows[1] ?? none)
  }

  called(name: string, values: readonly GoValue[], given: readonly ValueFlow[], result: GoValue): void {
    const flows = given as readonly Flow[]
    const made = this.#made
    this.#made = undefined
    if (name === 'include' && made !== undefined) this.#notes.push({ kind: 'text', output: made })
    else if (name === 'tpl') {
      const flow = flows[0] ?? none
      if (made === undefined) this.note(flow)
      else {
        withoutNoValue(made)
        this.#notes.push({ kind: 'text', output: made, source: { text: String(values[0]), flow } })
      }
    } else if ((name === 'Get' || name === 'Lines' || name === 'GetBytes') && typeof values[0] === 'string') {
      this.#notes.push({ kind: 'value', root: 'Files', path: [values[0]], value: result, tested: false })
    } else {
      // What is put into a map is there because of the conditions around it.
      const given = name === 'set' ? flows.map((flow, i) => (i === 2 ? this.assigned(flow) : flow)) : flows
      this.note(flowOfCall({ name, values, flows: given as readonly Flow[], result }, this.provenance))
    }
  }

  element(container: GoValue, flow: ValueFlow, key: GoValue, element: GoValue): ValueFlow {
    const step = stepOf(key)
    if (step === undefined || container instanceof GoInt) return flow
    return this.provenance.elementOf(container, step, element) ?? this.provenance.flowOf(element) ?? flow
  }

  branch({ node, flow }: TracedBranch): void {
    this.#enter({ node, flow: asFlow(flow), outer: undefined })
  }

  template(name: string, node: NodeRef): void {
    this.#enter({ node, flow: none, template: name, outer: undefined })
  }

  #enter(scope: Scope): void {
    const running = this.#running.at(-1)
    if (running !== undefined) running.scope = { ...scope, outer: running.scope }
  }

  leave(): void {
    const running = this.#running.at(-1)
    if (running !== undefined) running.scope = running.scope?.outer
  }

  begin(template: string): ValueFlow {
    this.#running.push({ output: { template, text: '', pieces: [] }, length: 0, scope: undefined })
    const dot = this.#dot
    this.#dot = none
    return dot
  }

  end(text: string): void {
    const output = this.#running.pop()?.output
    if (output !== undefined) output.text = text
    this.#made = output
  }

  wrote(node: NodeRef, text: string, flow: ValueFlow): void {
    const running = this.#running.at(-1)
    if (running === undefined) return
    // Nothing was written, but a value or a condition may be why.
    if (text === '' && flow.length === 0 && running.scope === undefined) return
    const start = running.length
    running.length += text.length
    const { pieces } = running.output
    const last = pieces.at(-1)
    // Of an endless output the rest counts as written by the last.
    if (++this.#pieces > maxPieces && last !== undefined) last.end = running.length
    else pieces.push({ start, end: running.length, node, flow: asFlow(flow), scope: running.scope })
  }
}
