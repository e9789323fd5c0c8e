import {
  type Budget,
  BudgetError,
  spendCall,
  spendCost,
  spendItems,
  spendOutput,
  spendStep,
  spendValue,
} from './budget.ts'
import { isStackOverflow, TemplateExecError } from './exec-errors.ts'
import { canBeNil, isAssignable, typeName } from './exec-params.ts'
import {
  type Call,
  type FieldAccess,
  type Final,
  type Flow,
  missing,
  type RunState,
  type Variable,
} from './exec-types.ts'
import { elementOf, formatPointed, holdsInterfaces, reflectText, unaddressed } from './exec-values.ts'
import { formatValue } from './format.ts'
import type {
  ActionNode,
  ListNode,
  NumberNode,
  Operand,
  PipeNode,
  Statement,
  TemplateAst,
  TemplateNode,
  VariableNode,
} from './nodes.ts'
import {
  type BranchNode,
  type ChainNode,
  type CommandNode,
  type FieldNode,
  type IdentifierNode,
  nodeText,
} from './nodes.ts'
import type { ParsedTemplate } from './parser.ts'
import { type ExecutionTrace, noFlow, type ValueFlow } from './trace.ts'
import {
  GoError,
  type GoFunction,
  GoInt,
  type GoMap,
  type GoValue,
  isGoFunction,
  isGoObject,
  isList,
  isMap,
  isTrue,
  makeInt,
  mapGet,
  type ParamType,
  sortedKeys,
  typeOf,
  underlying,
} from './value.ts'

/** The templates that can call one another, and the functions that they can call. */
export interface TemplateSet {
  readonly templates: ReadonlyMap<string, ParsedTemplate>
  readonly functions: ReadonlyMap<string, GoFunction>
  /** `zero` (Helm): a missing key is the nil interface; `error` (--strict): it is an error. */
  readonly missingKey: 'zero' | 'error'
  /** The methods of named map types: a method of a map of a type, bound to it. */
  readonly methods?: (type: string, map: GoMap, name: string) => GoFunction | undefined
  /** Hears where the output and its values come from. */
  readonly trace?: ExecutionTrace | undefined
}

/** The predefined functions that the executor itself does: they choose how their arguments are evaluated. */
export const executorFunctions: ReadonlySet<string> = new Set(['and', 'or', 'call'])

/** Go's limit on nested template calls. */
const maxDepth = 100_000
/** Where our stack ends; a template that recurses deeper is hostile. */
const stackDepth = 1_500

/**
 * Runs a template and returns its output.
 * @throws TemplateExecError, BudgetError
 */
export function executeTemplate(set: TemplateSet, name: string, data: GoValue, budget: Budget, depth = 0): string {
  const template = set.templates.get(name)
  if (template === undefined)
    throw new GoError(`template: no template ${JSON.stringify(name)} associated with template "gotpl"`)
  const out: string[] = []
  const dotFlow = set.trace?.begin(name) ?? noFlow
  new Executor(set, template, { data, budget, depth, out, dotFlow }).run()
  const text = out.join('')
  set.trace?.end(text)
  return text
}

class Executor {
  readonly #set: TemplateSet
  readonly #template: ParsedTemplate
  readonly #state: RunState
  #vars: Variable[]
  /** Whether the dot is held by an interface. */
  #dotBoxed = false
  /** Where we are, for error messages; moves as Go's does. */
  #node: TemplateAst
  readonly #trace: ExecutionTrace | undefined
  #dotFlow: ValueFlow
  /** Where the value comes from that the pipeline hands to its next command. */
  #finalFlow: ValueFlow = noFlow

  constructor(set: TemplateSet, template: ParsedTemplate, state: RunState) {
    this.#set = set
    this.#template = template
    this.#state = state
    this.#vars = [{ name: '$', value: state.data, boxed: false, flow: state.dotFlow }]
    this.#node = template.root
    this.#trace = set.trace
    this.#dotFlow = state.dotFlow
  }

  run(): void {
    try {
      this.#walkList(this.#state.data, this.#template.root)
    } catch (error) {
      // The innermost template says where it was.
      if (error instanceof BudgetError) this.#fail(error.message, error)
      throw error
    }
  }

  #fail(detail: string, cause?: unknown): never {
    throw new TemplateExecError(this.#template.name, this.#node, detail, cause)
  }

  #write(text: string, flow: ValueFlow): void {
    spendOutput(this.#state.budget, text)
    this.#state.out.push(text)
    this.#trace?.wrote(this.#node, text, flow)
  }

  #mark(): number {
    return this.#trace === undefined ? 0 : this.#trace.mark()
  }

  #flowSince(mark: number): ValueFlow {
    return this.#trace === undefined ? noFlow : this.#trace.take(mark)
  }

  #walkList(dot: GoValue, list: ListNode): Flow {
    for (const node of list.nodes) {
      const flow = this.#walk(dot, node)
      if (flow !== undefined) return flow
    }
    return undefined
  }

  #walk(dot: GoValue, node: Statement): Flow {
    spendStep(this.#state.budget)
    this.#node = node
    switch (node.type) {
      case 'text':
        this.#write(node.text, noFlow)
        return undefined
      case 'action':
        this.#walkAction(dot, node)
        return undefined
      case 'break':
      case 'continue':
        return node.type
      case 'if':
      case 'with':
        return this.#walkBranch(dot, node)
      case 'range':
        return this.#walkRange(dot, node)
      case 'template':
        this.#walkTemplate(dot, node)
        return undefined
      default:
        return this.#fail(`unknown node: ${nodeText(node)}`)
    }
  }

  #walkAction(dot: GoValue, node: ActionNode): void {
    const start = this.#mark()
    const value = this.#evalPipeline(dot, node.pipe)
    const flow = this.#flowSince(start)
    if (node.pipe.decl.length === 0) this.#print(node, value, flow)
  }

  #walkBranch(dot: GoValue, node: BranchNode): Flow {
    const mark = this.#vars.length
    const start = this.#mark()
    const value = this.#evalPipeline(dot, node.pipe)
    const valueFlow = this.#flowSince(start)
    this.#trace?.branch({ node, flow: valueFlow })
    let flow: Flow
    if (isTrue(value)) {
      const boxed = this.#dotBoxed
      const dotFlow = this.#dotFlow
      if (node.type === 'with') {
        this.#dotBoxed = false
        this.#dotFlow = valueFlow
      }
      flow = this.#walkList(node.type === 'with' ? value : dot, node.list)
      this.#dotBoxed = boxed
      this.#dotFlow = dotFlow
    } else if (node.elseList !== undefined) flow = this.#walkList(dot, node.elseList)
    this.#trace?.leave()
    this.#vars.length = mark
    return flow
  }

  #walkRange(dot: GoValue, node: BranchNode): Flow {
    this.#node = node
    const outer = this.#vars.length
    const start = this.#mark()
    const value = this.#evalPipeline(dot, node.pipe)
    const valueFlow = this.#flowSince(start)
    this.#trace?.branch({ node, flow: valueFlow })
    const mark = this.#vars.length
    const { decl, isAssign } = node.pipe
    const isBoxed = holdsInterfaces(value)
    let ran = false
    /** @returns false when the loop was left. */
    const once = (index: GoValue, element: GoValue): boolean => {
      spendStep(this.#state.budget)
      ran = true
      this.#dotBoxed = isBoxed
      const flow = this.#trace?.element(value, valueFlow, index, element) ?? noFlow
      this.#dotFlow = flow
      if (isAssign) {
        if (decl.length > 1) {
          this.#setVar(decl[0]!.ident[0]!, index, flow)
          this.#setVar(decl[1]!.ident[0]!, element, flow)
        } else if (decl.length > 0) this.#setVar(decl[0]!.ident[0]!, element, flow)
      } else {
        if (decl.length > 0) Object.assign(this.#vars[mark - 1]!, { value: element, boxed: isBoxed, flow })
        if (decl.length > 1) Object.assign(this.#vars[mark - 2]!, { value: index, flow })
      }
      const left = this.#walkList(element, node.list) === 'break'
      this.#vars.length = mark
      return !left
    }
    const boxed = this.#dotBoxed
    const dotFlow = this.#dotFlow
    this.#iterate(value, decl.length, once)
    this.#dotBoxed = boxed
    this.#dotFlow = dotFlow
    let flow: Flow
    if (!ran && node.elseList !== undefined) flow = this.#walkList(dot, node.elseList)
    this.#trace?.leave()
    this.#vars.length = outer
    return flow
  }

  #iterate(value: GoValue, variables: number, once: (index: GoValue, element: GoValue) => boolean): void {
    if (value === undefined || value === null) return
    if (value instanceof GoInt) {
      if (variables > 1) this.#fail(`can't use ${formatValue(value)} to iterate over more than one variable`)
      for (let i = 0n; i < value.value; i++) if (!once(undefined, makeInt(i, value.type))) return
    } else if (isList(value)) {
      for (let i = 0; i < value.length; i++) if (!once(makeInt(i), value[i] ?? null)) return
    } else if (isGoObject(value) && value.entries !== undefined) {
      const entries = value.entries()
      spendItems(this.#state.budget, entries.length)
      for (const [key, element] of entries) if (!once(key, element)) return
    } else if (isMap(value)) {
      const keys = sortedKeys(value)
      spendItems(this.#state.budget, keys.length)
      for (const key of keys) if (!once(key, mapGet(value, key) ?? null)) return
    } else this.#fail(`range can't iterate over ${formatPointed(value)}`)
  }

  #walkTemplate(dot: GoValue, node: TemplateNode): void {
    this.#node = node
    const template = this.#set.templates.get(node.name)
    if (template === undefined) this.#fail(`template ${JSON.stringify(node.name)} not defined`)
    if (this.#state.depth >= stackDepth) this.#fail(`exceeded maximum template depth (${maxDepth})`)
    const start = this.#mark()
    this.#called(node, template, { data: this.#evalPipeline(dot, node.pipe), start }).run()
    this.#trace?.leave()
  }

  /** What runs another template into the same output; in a method of its own, for frames on the stack are precious. */
  #called(node: TemplateNode, template: ParsedTemplate, call: { data: GoValue; start: number }): Executor {
    const { budget, out, depth } = this.#state
    const { data, start } = call
    const dotFlow = this.#flowSince(start)
    this.#trace?.template(template.name, node)
    return new Executor(this.#set, template, { data, budget, out, depth: depth + 1, dotFlow })
  }

  /** Prints a value; a missing one prints as `<no value>`, which Helm removes afterwards. */
  #print(node: TemplateAst, value: GoValue, flow: ValueFlow): void {
    this.#node = node
    if (typeof value === 'string') this.#write(value, flow)
    else if (value === undefined || value === null) this.#write('<no value>', flow)
    else if (isGoFunction(value)) this.#fail(`can't print ${nodeText(node)} of type func()`)
    else {
      spendValue(this.#state.budget, value)
      this.#write((isGoObject(value) ? value.print?.() : undefined) ?? formatPointed(value), flow)
    }
  }

  #setVar(name: string, value: GoValue, flow: ValueFlow): void {
    for (let i = this.#vars.length - 1; i >= 0; i--) {
      const variable = this.#vars[i]!
      if (variable.name === name) {
        variable.value = value
        variable.flow = flow
        return
      }
    }
    this.#fail(`undefined variable: ${name}`)
  }

  #variable(name: string): Variable {
    for (let i = this.#vars.length - 1; i >= 0; i--) {
      const variable = this.#vars[i]!
      if (variable.name === name) return variable
    }
    return this.#fail(`undefined variable: ${name}`)
  }

  #evalPipeline(dot: GoValue, pipe: PipeNode | undefined): GoValue {
    if (pipe === undefined) return undefined
    this.#node = pipe
    let value: Final = missing
    const mark = this.#mark()
    for (const command of pipe.cmds) {
      this.#finalFlow = this.#flowSince(mark)
      value = this.#evalCommand(dot, command, value)
      // The interface is unwrapped: a nil held by one becomes no value at all.
      if (value === null) value = undefined
    }
    const result = value === missing ? undefined : value
    if (pipe.decl.length === 0) return result
    const flow = this.#flowSince(mark)
    this.#trace?.note(flow)
    for (const variable of pipe.decl) {
      const name = variable.ident[0]!
      if (pipe.isAssign) this.#setVar(name, result, this.#trace?.assigned(flow) ?? flow)
      else this.#vars.push({ name, value: result, boxed: false, flow })
    }
    return result
  }

  #notAFunction(args: readonly Operand[] | undefined, final: Final): void {
    if ((args !== undefined && args.length > 1) || final !== missing) {
      this.#fail(`can't give argument to non-function ${args?.[0] === undefined ? '' : nodeText(args[0])}`)
    }
  }

  #evalCommand(dot: GoValue, command: CommandNode, final: Final): GoValue {
    const first = command.args[0]!
    switch (first.type) {
      case 'field':
        return this.#evalField(dot, first, command.args, final)
      case 'chain':
        return this.#evalChain(dot, first, command.args, final)
      case 'identifier':
        return this.#evalFunction(dot, first, { node: command, args: command.args, final })
      case 'pipe':
        this.#notAFunction(command.args, final)
        return this.#evalPipeline(dot, first)
      case 'variable':
        return this.#evalVariable(dot, first, command.args, final)
    }
    this.#node = first
    this.#notAFunction(command.args, final)
    switch (first.type) {
      case 'bool':
        return first.value
      case 'dot':
        this.#trace?.note(this.#dotFlow)
        return dot
      case 'nil':
        return this.#fail('nil is not a command')
      case 'number':
        return this.#ideal(first)
      case 'string':
        return first.value
    }
  }

  #ideal(node: NumberNode): GoValue {
    this.#node = node
    if (node.idealError !== undefined) this.#fail(node.idealError)
    return node.ideal
  }

  #evalField(dot: GoValue, field: FieldNode, args: readonly Operand[] | undefined, final: Final): GoValue {
    this.#node = field
    return this.#fieldChain(dot, dot, {
      node: field,
      ident: field.ident,
      args,
      final,
      boxed: this.#dotBoxed,
      flow: this.#dotFlow,
      holder: undefined,
    })
  }

  #evalChain(dot: GoValue, chain: ChainNode, args: readonly Operand[] | undefined, final: Final): GoValue {
    this.#node = chain
    if (chain.node.type === 'nil') this.#fail(`indirection through explicit nil in ${nodeText(chain)}`)
    const start = this.#mark()
    const receiver = this.#evalArg(dot, undefined, chain.node)
    return this.#fieldChain(dot, receiver, {
      node: chain,
      ident: chain.field,
      args,
      final,
      boxed: chain.node.type !== 'pipe',
      flow: this.#flowSince(start),
      holder: undefined,
    })
  }

  #evalVariable(dot: GoValue, variable: VariableNode, args: readonly Operand[] | undefined, final: Final): GoValue {
    this.#node = variable
    const { value, boxed, flow } = this.#variable(variable.ident[0]!)
    if (variable.ident.length === 1) {
      this.#notAFunction(args, final)
      this.#trace?.note(flow)
      return value
    }
    return this.#fieldChain(dot, value, {
      node: variable,
      ident: variable.ident.slice(1),
      args,
      final,
      boxed,
      flow,
      holder: undefined,
    })
  }

  /** Reads one field after the other; uses up the access. */
  #fieldChain(dot: GoValue, start: GoValue, access: FieldAccess): GoValue {
    const { ident, args, final } = access
    const last = ident.length - 1
    let receiver = start
    if (last > 0) {
      access.args = undefined
      access.final = missing
      for (let i = 0; i < last; i++) {
        const mark = this.#mark()
        const next = this.#field(dot, receiver, ident[i]!, access)
        access.flow = this.#flowSince(mark)
        access.holder = receiver
        receiver = next
      }
      access.args = args
      access.final = final
    }
    return this.#field(dot, receiver, ident[last]!, access)
  }

  #read(receiver: GoValue, name: string, value: GoValue, access: FieldAccess): GoValue {
    this.#trace?.field(receiver, name, value, access.flow)
    return value
  }

  #field(dot: GoValue, receiver: GoValue, name: string, access: FieldAccess): GoValue {
    const { args, final } = access
    if (receiver === undefined) {
      if (this.#set.missingKey === 'error') this.#fail(`nil data; no entry for key ${JSON.stringify(name)}`)
      return this.#read(receiver, name, undefined, access)
    }
    if (receiver === null) this.#fail(`nil pointer evaluating interface {}.${name}`)
    const hasArgs = (args !== undefined && args.length > 1) || final !== missing
    if (isGoObject(receiver)) {
      const found = receiver.field(name)
      if (found !== undefined && 'method' in found) {
        return this.#call(dot, found.method, name, access)
      }
      if (found !== undefined) {
        if (hasArgs) this.#fail(`${name} has arguments but cannot be invoked as function`)
        return this.#read(receiver, name, found.value, access)
      }
      if (receiver.goKind === 'map') return this.#read(receiver, name, elementOf(receiver, name), access)
    } else if (isMap(receiver)) {
      const type = typeOf(receiver)
      const method = this.#set.methods?.(type, receiver, name)
      if (method !== undefined) {
        return this.#call(dot, method, name, access)
      }
      if (hasArgs) this.#fail(`${name} is not a method but has arguments`)
      const value = mapGet(underlying(receiver), name)
      if (value !== undefined) return this.#read(receiver, name, value, access)
      if (this.#set.missingKey === 'error') this.#fail(`map has no entry for key ${JSON.stringify(name)}`)
      return this.#read(receiver, name, type === 'map[string]string' ? '' : null, access)
    }
    const isBoxed = access.holder === undefined ? access.boxed : holdsInterfaces(access.holder)
    return this.#fail(`can't evaluate field ${name} in type ${isBoxed ? 'interface {}' : typeOf(receiver)}`)
  }

  #evalFunction(dot: GoValue, node: IdentifierNode, call: Call): GoValue {
    this.#node = node
    const { name } = node
    const own = this.#set.functions.get(name)
    if (own === undefined && (name === 'and' || name === 'or')) return this.#logic(dot, name, call)
    if (own === undefined && name === 'call') return this.#callBuiltin(dot, call)
    if (own === undefined) this.#fail(`${JSON.stringify(name)} is not a defined function`)
    return this.#call(dot, own, name, call)
  }

  /** `and` and `or` stop at the first argument that decides. */
  #logic(dot: GoValue, name: 'and' | 'or', { args, final }: Call): GoValue {
    const count = args === undefined ? 0 : args.length - 1
    if (count === 0 && final === missing) this.#fail(`wrong number of args for ${name}: want at least 1 got 0`)
    const trace = this.#trace
    const finalFlow = this.#finalFlow
    const values: GoValue[] = []
    const flows: ValueFlow[] = []
    let result: GoValue
    let decided = false
    for (let i = 1; i <= count && !decided; i++) {
      const start = this.#mark()
      result = this.#evalArg(dot, 'any', args![i]!)
      decided = isTrue(result) === (name === 'or')
      if (trace === undefined) continue
      values.push(result)
      flows.push(trace.take(start))
    }
    if (!decided && final !== missing) {
      result = final
      values.push(final)
      flows.push(finalFlow)
    }
    trace?.called(name, values, flows, result)
    return result
  }

  /** `call FUNCTION ARGS…`: calls what a field or variable holds. */
  #callBuiltin(dot: GoValue, call: Call): GoValue {
    const args = call.args?.slice(1) ?? []
    if (args.length === 0 && call.final === missing) this.#fail('wrong number of args for call: want at least 1 got 0')
    const values = args.map((arg) => this.#evalArg(dot, 'any', arg))
    if (call.final !== missing) values.push(call.final)
    const [target, ...rest] = values
    const failing = args[0] === undefined ? reflectText(target) : nodeText(args[0])
    if (isGoFunction(target)) return target.call(...rest)
    const isNil = target === undefined || target === null
    const reason = isNil ? 'call of nil' : `non-function ${failing} of type ${typeOf(target)}`
    this.#node = call.node
    return this.#fail(`error calling call: ${reason}`, new GoError(reason))
  }

  #call(dot: GoValue, target: GoFunction, name: string, call: Call): GoValue {
    spendStep(this.#state.budget)
    const { args, final, node } = call
    const count = args === undefined ? 0 : args.length - 1
    const given = final === missing ? count : count + 1
    const { params } = target
    const fixed = params.length
    if (target.variadic !== undefined) {
      if (given < fixed) this.#fail(`wrong number of args for ${name}: want at least ${fixed} got ${count}`)
    } else if (given !== fixed) this.#fail(`wrong number of args for ${name}: want ${fixed} got ${given}`)
    if (target.misfit !== undefined) this.#fail(target.misfit)
    const trace = this.#trace
    const finalFlow = this.#finalFlow
    const flows: ValueFlow[] = []
    const values: GoValue[] = []
    for (let i = 0; i < count; i++) {
      const start = this.#mark()
      values.push(this.#evalArg(dot, i < fixed ? params[i] : target.variadic, args![i + 1]!))
      if (trace !== undefined) flows.push(trace.take(start))
    }
    if (final !== missing) {
      values.push(this.#validate(final, count < fixed ? params[count] : target.variadic))
      flows.push(finalFlow)
    }
    try {
      if (target.cost !== undefined) spendCost(this.#state.budget, target.cost, values)
      this.#trace?.calling(name, flows)
      const result = unaddressed(target.call(...values))
      this.#trace?.called(name, values, flows, result)
      spendCall(this.#state.budget, values, result)
      return result
    } catch (error) {
      if (error instanceof BudgetError) throw error
      // Budgets end the render where they are found out, and are not the calling functions' errors.
      if (error instanceof TemplateExecError && error.cause instanceof BudgetError) throw error
      if (error instanceof GoError || error instanceof TemplateExecError) {
        this.#node = node
        return this.#fail(`error calling ${name}: ${error.message}`, error)
      }
      // The end of our stack is dealt with where templates nest.
      if (isStackOverflow(error)) throw error
      if (error instanceof RangeError)
        throw new BudgetError(`the template function ${name} takes too much: ${error.message}`)
      throw error
    }
  }

  #evalArg(dot: GoValue, type: ParamType | undefined, node: Operand): GoValue {
    this.#node = node
    switch (node.type) {
      case 'dot':
        this.#trace?.note(this.#dotFlow)
        return this.#validate(dot, type)
      case 'nil':
        // As an interface it is nil; the predefined functions get no value at all.
        if (type === undefined || type === 'any') return undefined
        if (canBeNil(type)) return null
        return this.#fail(`cannot assign nil to ${typeName(type)}`)
      case 'field':
        return this.#validate(this.#evalField(dot, node, [node], missing), type)
      case 'variable':
        return this.#validate(this.#evalVariable(dot, node, undefined, missing), type)
      case 'pipe':
        return this.#validate(this.#evalPipeline(dot, node), type)
      case 'identifier':
        return this.#validate(this.#evalFunction(dot, node, { node, args: undefined, final: missing }), type)
      case 'chain':
        return this.#validate(this.#evalChain(dot, node, undefined, missing), type)
    }
    return this.#literal(type, node)
  }

  #literal(type: ParamType | undefined, node: Operand): GoValue {
    switch (type) {
      case undefined:
      case 'any':
        if (node.type === 'bool' || node.type === 'string') return node.value
        if (node.type === 'number') return this.#ideal(node)
        break
      case 'bool':
        if (node.type === 'bool') return node.value
        return this.#fail(`expected bool; found ${nodeText(node)}`)
      case 'string':
        if (node.type === 'string') return node.value
        return this.#fail(`expected string; found ${nodeText(node)}`)
      case 'int':
      case 'int64':
        if (node.type === 'number' && node.int !== undefined) return makeInt(node.int, type)
        return this.#fail(`expected integer; found ${nodeText(node)}`)
      case 'float64':
        if (node.type === 'number' && node.float !== undefined) return node.float
        return this.#fail(`expected float; found ${nodeText(node)}`)
    }
    return this.#fail(`can't handle ${nodeText(node)} for arg of type ${typeName(type ?? 'any')}`)
  }

  /** Checks that a value can be given to a parameter (text/template validateType). */
  #validate(value: GoValue, type: ParamType | undefined): GoValue {
    if (type === undefined || type === 'any') return value
    if (value === undefined) {
      if (canBeNil(type)) return null
      this.#fail(`invalid value; expected ${typeName(type)}`)
    }
    if (value === null) {
      if (isAssignable(value, type)) return value
      this.#fail(`wrong type for value; expected ${typeName(type)}; got interface {}`)
    }
    if (!isAssignable(value, type)) {
      this.#fail(`wrong type for value; expected ${typeName(type)}; got ${typeOf(value)}`)
    }
    // A named map given as the unnamed type it is made of loses its name.
    return type === 'map[string]interface {}' ? underlying(value as GoMap) : value
  }
}
