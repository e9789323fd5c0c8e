import { basename, decodeText, LineMap } from '../../base/index.ts'
import { type ParsedTemplate, parseTemplate, TemplateParseError } from '../../gotemplate/index.ts'
import { type Chart, fullPath } from '../chart.ts'
import { chartOf } from './places.ts'
import type { ValuePath, ValueUse } from './types.ts'

type Statement = ParsedTemplate['root']['nodes'][number]
type List = ParsedTemplate['root']
type Pipe = Extract<Statement, { type: 'action' }>['pipe']
type Command = Pipe['cmds'][number]
type Operand = Command['args'][number]

/** What can be said of a value without running anything: Helm's objects, a part of the values, a map made on the spot. */
type Known =
  | { readonly kind: 'scope' }
  | { readonly kind: 'values'; readonly path: ValuePath }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, Known> }
  | { readonly kind: 'unknown' }

interface Frame {
  readonly dot: Known
  readonly root: Known
  readonly vars: Map<string, Known>
  readonly template: string
  /** Where the values of the chart that is running stand in those of the top chart. */
  readonly mount: ValuePath
  readonly depth: number
}

const unknown: Known = { kind: 'unknown' }
const scope: Known = { kind: 'scope' }
/** How deep templates are followed into one another. */
const maxDepth = 12
const maxUses = 50_000
const maxVisits = 5_000

/**
 * Every place where the templates of a chart and its dependencies read a value, found without running them: `.Values.a`,
 * `$.Values.a`, fields of the dot inside `with` and `range`, variables, values handed to other templates as their dot or
 * in a `dict`, `index` and `get` with constant keys. What only a run can tell (keys from variables, `tpl`) is not in it.
 * Files that are no templates are left out.
 */
export function valuesUse(chart: Chart): ValueUse[] {
  const scan = new Scan()
  scan.load(chart)
  scan.chart(chart, [])
  return scan.uses()
}

/**
 * Whether a place reads a value: `value`, itself (or all of a list that it is in); `part`, a map or list that holds it
 * and is handed on whole.
 */
export function useOfValue({ path: read, how }: ValueUse, path: ValuePath): 'value' | 'part' | undefined {
  if (read.length > path.length || !read.every((step, i) => step === '*' || step === path[i])) return undefined
  if (read.length === path.length) return 'value'
  return how === 'test' ? undefined : 'part'
}

class Scan {
  readonly #templates = new Map<string, ParsedTemplate>()
  readonly #uses = new Map<string, ValueUse>()
  readonly #visited = new Set<string>()
  readonly #lines = new Map<string, LineMap>()

  uses(): ValueUse[] {
    return [...this.#uses.values()]
  }

  /** Reads the templates of a chart; those of parents replace those of dependencies, as in a render. */
  load(chart: Chart): void {
    for (const dependency of chart.dependencies) this.load(dependency)
    for (const file of chart.templates) {
      const name = `${fullPath(chart)}/${file.name}`
      try {
        for (const template of parseTemplate(name, decodeText(file.data), () => true)) {
          this.#templates.set(template.name, template)
        }
      } catch (error) {
        if (!(error instanceof TemplateParseError || error instanceof RangeError)) throw error
      }
    }
  }

  chart(chart: Chart, mount: ValuePath): void {
    for (const dependency of chart.dependencies) {
      for (const name of namesOf(chart, dependency)) this.chart(dependency, [...mount, name])
    }
    const files = chart.templates.map((file) => `${fullPath(chart)}/${file.name}`)
    for (const file of files) if (!basename(file).startsWith('_')) this.#run(file, scope, mount, 0)
    // What nothing calls in a way that can be seen is most likely called with everything.
    const own = new Set(files)
    for (const [name, { tree }] of this.#templates) if (own.has(tree.parseName)) this.#run(name, scope, mount, 0)
  }

  #run(name: string, dot: Known, mount: ValuePath, depth: number): void {
    const template = this.#templates.get(name)
    if (template === undefined || depth > maxDepth || this.#visited.size >= maxVisits) return
    const key = JSON.stringify([name, mount, keyOf(dot)])
    if (this.#visited.has(key)) return
    this.#visited.add(key)
    this.#list(template.root, { dot, root: dot, vars: new Map(), template: template.name, mount, depth })
  }

  #list(list: List, frame: Frame): void {
    for (const node of list.nodes) this.#statement(node, frame)
  }

  #statement(node: Statement, frame: Frame): void {
    switch (node.type) {
      case 'action':
        this.#pipe(node.pipe, frame, node.pipe.decl.length > 0 ? 'pass' : 'print')
        return
      case 'if':
      case 'with':
      case 'range': {
        // A variable that is declared here ends here; one that is set stays set.
        const inner: Frame = { ...frame, vars: new Map(frame.vars) }
        const value = this.#pipe(node.pipe, inner, 'test')
        const element = node.type === 'range' ? elementOf(value) : value
        if (node.type === 'range') this.#rangeVariables(node.pipe, inner, value)
        this.#list(node.list, node.type === 'if' ? inner : { ...inner, dot: element })
        if (node.elseList !== undefined) this.#list(node.elseList, inner)
        return
      }
      case 'template':
        this.#call(node.name, node.pipe === undefined ? unknown : this.#pipe(node.pipe, frame, 'pass'), frame)
    }
  }

  #rangeVariables(pipe: Pipe, frame: Frame, value: Known): void {
    pipe.decl.forEach((variable, i) => {
      const isElement = i === pipe.decl.length - 1
      frame.vars.set(variable.ident[0]!, isElement ? elementOf(value) : unknown)
    })
  }

  #call(name: string, dot: Known, frame: Frame): void {
    this.#run(name, dot, frame.mount, frame.depth + 1)
  }

  #pipe(pipe: Pipe, frame: Frame, how: ValueUse['how']): Known {
    let value: Known | undefined
    pipe.cmds.forEach((command, i) => {
      value = this.#command(command, frame, { final: value, how: i === pipe.cmds.length - 1 ? how : 'print' })
    })
    for (const variable of pipe.decl) frame.vars.set(variable.ident[0]!, value ?? unknown)
    return value ?? unknown
  }

  #command(
    { args }: Command,
    frame: Frame,
    { final, how }: { readonly final: Known | undefined; readonly how: ValueUse['how'] },
  ): Known {
    const [first, ...rest] = args
    if (first === undefined) return unknown
    if (first.type !== 'identifier') return this.#operand(first, frame, how)
    const { name } = first
    const passed = name === 'include' || name === 'template' || name === 'dict' || name === 'list' ? 'pass' : how
    const values = rest.map((arg) => this.#operand(arg, frame, passed))
    if (final !== undefined) values.push(final)
    switch (name) {
      case 'include': {
        const [target] = rest
        if (target?.type === 'string') this.#call(target.value, values[1] ?? unknown, frame)
        return unknown
      }
      case 'dict':
        return { kind: 'dict', entries: entriesOf(rest, values) }
      case 'index':
      case 'get': {
        let value = values[0] ?? unknown
        for (const step of rest.slice(1)) value = step.type === 'string' ? fieldOf(value, step.value, frame) : unknown
        const [container] = rest
        if (value.kind === 'values' && container !== undefined) this.#use(value.path, container, frame, how)
        return value
      }
      case 'default':
        return values[1] ?? unknown
      case 'required':
        return values[1] ?? unknown
      case 'deepCopy':
      case 'mustDeepCopy':
      case 'merge':
      case 'mustMerge':
      case 'mergeOverwrite':
      case 'mustMergeOverwrite':
        return values.find((value) => value.kind === 'values') ?? values[0] ?? unknown
      default:
        return unknown
    }
  }

  #operand(node: Operand, frame: Frame, how: ValueUse['how']): Known {
    switch (node.type) {
      case 'dot':
        if (frame.dot.kind === 'values') this.#use(frame.dot.path, node, frame, how)
        return frame.dot
      case 'field':
        return this.#fields(frame.dot, node.ident, { node, frame, how })
      case 'variable': {
        const [name, ...ident] = node.ident
        const start = name === '$' ? frame.root : (frame.vars.get(name!) ?? unknown)
        if (ident.length > 0) return this.#fields(start, ident, { node, frame, how })
        if (start.kind === 'values') this.#use(start.path, node, frame, how)
        return start
      }
      case 'chain':
        return this.#fields(this.#operand(node.node, frame, 'pass'), node.field, { node, frame, how })
      case 'pipe':
        return this.#pipe(node, frame, how)
      default:
        return unknown
    }
  }

  #fields(
    start: Known,
    ident: readonly string[],
    { node, frame, how }: { readonly node: Operand; readonly frame: Frame; readonly how: ValueUse['how'] },
  ): Known {
    let value = start
    for (const step of ident) value = fieldOf(value, step, frame)
    if (value.kind === 'values') this.#use(value.path, node, frame, how)
    return value
  }

  #use(path: ValuePath, node: Operand, { template, mount }: Frame, how: ValueUse['how']): void {
    if (this.#uses.size >= maxUses || path.length === mount.length) return
    const { tree, pos } = node
    const { start, text } = expressionAt(tree.text, pos, node)
    const key = JSON.stringify([tree.parseName, start, path])
    if (this.#uses.has(key)) return
    let lines = this.#lines.get(tree.parseName)
    if (lines === undefined) {
      lines = new LineMap(tree.text)
      this.#lines.set(tree.parseName, lines)
    }
    const { line, character } = lines.positionAt(start)
    this.#uses.set(key, {
      path,
      place: {
        path: tree.parseName,
        ...chartOf(tree.parseName),
        template,
        range: { start, end: start + text.length },
        line: line + 1,
        column: character + 1,
      },
      text,
      how,
    })
  }
}

/** The names under which a chart has a dependency: one for each declaration, the alias where it has one. */
function namesOf(chart: Chart, { metadata }: Chart): readonly string[] {
  const declared = chart.metadata.dependencies.filter(({ name }) => name === metadata.name)
  return declared.length === 0 ? [metadata.name] : declared.map(({ alias, name }) => alias || name)
}

function fieldOf(value: Known, name: string, frame: Frame): Known {
  switch (value.kind) {
    case 'scope':
      return name === 'Values' ? { kind: 'values', path: frame.mount } : unknown
    case 'values':
      return { kind: 'values', path: [...value.path, name] }
    case 'dict':
      return value.entries.get(name) ?? unknown
    case 'unknown':
      // Nothing else has values: it is the objects of a chart, by a way that was not seen.
      return name === 'Values' ? { kind: 'values', path: frame.mount } : unknown
  }
}

/** What `range` walks over: any element, for which the path of the whole stands. */
function elementOf(value: Known): Known {
  return value.kind === 'values' ? { kind: 'values', path: [...value.path, '*'] } : unknown
}

function entriesOf(args: readonly Operand[], values: readonly Known[]): Map<string, Known> {
  const out = new Map<string, Known>()
  for (let i = 0; i + 1 < args.length; i += 2) {
    const key = args[i]!
    if (key.type === 'string') out.set(key.value, values[i + 1] ?? unknown)
  }
  return out
}

function keyOf(value: Known): unknown {
  if (value.kind === 'values') return value.path
  return value.kind === 'dict' ? [...value.entries].map(([key, each]) => [key, keyOf(each)]) : value.kind
}

/** The expression of a node in the text: Go's position of a chain of fields is inside it. */
function expressionAt(source: string, pos: number, node: Operand): { start: number; text: string } {
  const text = expressionText(node)
  if (text === '') return { start: pos, text: '' }
  const at = source.lastIndexOf(text, pos)
  return at >= 0 && at + text.length >= pos ? { start: at, text } : { start: pos, text }
}

function expressionText(node: Operand): string {
  switch (node.type) {
    case 'field':
      return node.ident.map((each) => `.${each}`).join('')
    case 'variable':
      return node.ident.join('.')
    case 'chain':
      return node.field.map((each) => `.${each}`).join('')
    case 'dot':
      return '.'
    default:
      return ''
  }
}
