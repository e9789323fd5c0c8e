import { BudgetError, spendItems, spendStep, spendValue } from './budget.ts'
import { compilePipeline } from './compile-pipeline.ts'
import { Run } from './exec-run.ts'
import type { Expression, Flow, Statement } from './exec-types.ts'
import { formatPointed, holdsInterfaces } from './exec-values.ts'
import { formatValue } from './format.ts'
import {
  type ActionNode,
  type BranchNode,
  type ListNode,
  nodeText,
  type Statement as StatementNode,
  type TemplateAst,
  type TemplateNode,
  type TextNode,
} from './nodes.ts'
import { noFlow, type ValueFlow } from './trace.ts'
import {
  GoInt,
  type GoValue,
  isGoFunction,
  isGoObject,
  isList,
  isMap,
  isTrue,
  makeInt,
  mapGet,
  sortedKeys,
} from './value.ts'

/**
 * Statements as closures. A template is compiled where it first runs, list of statements by list of statements, since a
 * chart never runs most of its branches; what it is compiled to knows nothing of the run and is kept as long as the
 * parsed template is.
 */

/** Go's limit on nested template calls. */
const maxDepth = 100_000
/** Where our stack ends; a template that recurses deeper is hostile. */
const stackDepth = 1_500

const compiled = new WeakMap<ListNode, Statement>()

/** Runs a template from its beginning. @throws TemplateExecError, BudgetError */
export function runTemplate(run: Run): void {
  const { root } = run.template
  let statements = compiled.get(root)
  if (statements === undefined) {
    statements = compileList(root)
    compiled.set(root, statements)
  }
  try {
    statements(run)
  } catch (error) {
    // The innermost template says where it was.
    if (error instanceof BudgetError) run.fail(error.message, error)
    throw error
  }
}

function compileList(list: ListNode): Statement {
  let statements: Statement[] | undefined
  return (run) => {
    statements ??= list.nodes.map(compileStatement)
    for (let i = 0; i < statements.length; i++) {
      const flow = statements[i]!(run)
      if (flow !== undefined) return flow
    }
    return undefined
  }
}

function compileStatement(node: StatementNode): Statement {
  switch (node.type) {
    case 'text':
      return compileText(node)
    case 'action':
      return compileAction(node)
    case 'break':
    case 'continue': {
      const { type } = node
      return (run) => {
        run.step(node)
        return type
      }
    }
    case 'if':
      return compileIf(node)
    case 'with':
      return compileWith(node)
    case 'range':
      return compileRange(node)
    case 'template':
      return compileTemplateCall(node)
    default:
      return (run) => {
        run.step(node)
        return run.fail(`unknown node: ${nodeText(node)}`)
      }
  }
}

function compileText(node: TextNode): Statement {
  const { text } = node
  return (run) => {
    run.step(node)
    run.write(text, noFlow)
    return undefined
  }
}

function compileAction(node: ActionNode): Statement {
  const pipeline = compilePipeline(node.pipe)
  const isPrinted = node.pipe.decl.length === 0
  return (run) => {
    run.step(node)
    const start = run.mark()
    const value = pipeline(run)
    const flow = run.flowSince(start)
    if (isPrinted) print(run, node, value, flow)
    return undefined
  }
}

/** Prints a value; a missing one prints as `<no value>`, which Helm removes afterwards. */
function print(run: Run, node: TemplateAst, value: GoValue, flow: ValueFlow): void {
  run.node = node
  if (typeof value === 'string') run.write(value, flow)
  else if (value === undefined || value === null) run.write('<no value>', flow)
  else if (isGoFunction(value)) run.fail(`can't print ${nodeText(node)} of type func()`)
  else {
    spendValue(run.budget, value)
    run.write((isGoObject(value) ? value.print?.() : undefined) ?? formatPointed(value), flow)
  }
}

function compileIf(node: BranchNode): Statement {
  const condition = compilePipeline(node.pipe)
  const then = compileList(node.list)
  const orElse = node.elseList === undefined ? undefined : compileList(node.elseList)
  return (run) => {
    run.step(node)
    const outer = run.variableCount
    const start = run.mark()
    const isChosen = isTrue(condition(run))
    run.trace?.branch({ node, flow: run.flowSince(start) })
    const flow = isChosen ? then(run) : orElse?.(run)
    run.trace?.leave()
    run.dropVariables(outer)
    return flow
  }
}

function compileWith(node: BranchNode): Statement {
  const pipeline = compilePipeline(node.pipe)
  const then = compileList(node.list)
  const orElse = node.elseList === undefined ? undefined : compileList(node.elseList)
  return (run) => {
    run.step(node)
    const outer = run.variableCount
    const start = run.mark()
    const value = pipeline(run)
    const valueFlow = run.flowSince(start)
    run.trace?.branch({ node, flow: valueFlow })
    let flow: Flow
    if (isTrue(value)) {
      const { dot, dotBoxed, dotFlow } = run
      run.dot = value
      run.dotBoxed = false
      run.dotFlow = valueFlow
      flow = then(run)
      run.dot = dot
      run.dotBoxed = dotBoxed
      run.dotFlow = dotFlow
    } else flow = orElse?.(run)
    run.trace?.leave()
    run.dropVariables(outer)
    return flow
  }
}

function compileRange(node: BranchNode): Statement {
  const pipeline = compilePipeline(node.pipe)
  const turn = compileTurn(node)
  const orElse = node.elseList === undefined ? undefined : compileList(node.elseList)
  const variables = node.pipe.decl.length
  return (run) => {
    run.step(node)
    const outer = run.variableCount
    const start = run.mark()
    const value = pipeline(run)
    const valueFlow = run.flowSince(start)
    run.trace?.branch({ node, flow: valueFlow })
    const { dot, dotBoxed, dotFlow } = run
    const loop: Loop = { value, flow: valueFlow, isBoxed: holdsInterfaces(value), ran: false }
    iterate(run, value, variables, (index, element) => turn(run, loop, index, element))
    run.dot = dot
    run.dotBoxed = dotBoxed
    run.dotFlow = dotFlow
    const flow = loop.ran ? undefined : orElse?.(run)
    run.trace?.leave()
    run.dropVariables(outer)
    return flow
  }
}

/** What `range` walks over, and whether it had an element. */
interface Loop {
  readonly value: GoValue
  readonly flow: ValueFlow
  /** Whether its elements are held by interfaces. */
  readonly isBoxed: boolean
  ran: boolean
}

/** One turn of a loop: false when the loop was left. */
function compileTurn(node: BranchNode): (run: Run, loop: Loop, index: GoValue, element: GoValue) => boolean {
  const body = compileList(node.list)
  const { decl, isAssign } = node.pipe
  const names = decl.map(({ ident }) => ident[0]!)
  return (run, loop, index, element) => {
    spendStep(run.budget)
    loop.ran = true
    const flow = run.trace?.element(loop.value, loop.flow, index, element) ?? noFlow
    run.dot = element
    run.dotBoxed = loop.isBoxed
    run.dotFlow = flow
    const inner = run.variableCount
    if (isAssign) {
      if (names.length > 1) run.assign(names[0]!, index, flow)
      if (names.length > 0) run.assign(names.at(-1)!, element, flow)
    } else if (names.length > 0) {
      const variable = run.declared(0)
      variable.value = element
      variable.boxed = loop.isBoxed
      variable.flow = flow
      if (names.length > 1) {
        const counter = run.declared(1)
        counter.value = index
        counter.flow = flow
      }
    }
    const left = body(run) === 'break'
    run.dropVariables(inner)
    return !left
  }
}

function iterate(
  run: Run,
  value: GoValue,
  variables: number,
  turn: (index: GoValue, element: GoValue) => boolean,
): void {
  if (value === undefined || value === null) return
  if (value instanceof GoInt) {
    if (variables > 1) run.fail(`can't use ${formatValue(value)} to iterate over more than one variable`)
    for (let i = 0n; i < value.value; i++) if (!turn(undefined, makeInt(i, value.type))) return
  } else if (isList(value)) {
    for (let i = 0; i < value.length; i++) if (!turn(makeInt(i), value[i] ?? null)) return
  } else if (isGoObject(value) && value.entries !== undefined) {
    const entries = value.entries()
    spendItems(run.budget, entries.length)
    for (const [key, element] of entries) if (!turn(key, element)) return
  } else if (isMap(value)) {
    const keys = sortedKeys(value)
    spendItems(run.budget, keys.length)
    for (const key of keys) if (!turn(key, mapGet(value, key) ?? null)) return
  } else run.fail(`range can't iterate over ${formatPointed(value)}`)
}

function compileTemplateCall(node: TemplateNode): Statement {
  const pipeline: Expression = node.pipe === undefined ? () => undefined : compilePipeline(node.pipe)
  return (run) => {
    run.step(node)
    const { set, depth } = run
    const template = set.templates.get(node.name)
    if (template === undefined) return run.fail(`template ${JSON.stringify(node.name)} not defined`)
    if (depth >= stackDepth) return run.fail(`exceeded maximum template depth (${maxDepth})`)
    const start = run.mark()
    const data = pipeline(run)
    const dotFlow = run.flowSince(start)
    run.trace?.template(template.name, node)
    const { budget, out } = run
    runTemplate(new Run(set, template, { data, budget, out, depth: depth + 1, dotFlow }))
    run.trace?.leave()
    return undefined
  }
}
