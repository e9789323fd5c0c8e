import { type Budget, BudgetError, spendCall, spendOutput, spendStep, spendSteps } from './budget.ts'
import { isStackOverflow, TemplateExecError } from './exec-errors.ts'
import { canBeNil, isAssignable, typeName } from './exec-params.ts'
import { formatValue } from './format.ts'
import type {
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
import {
  GoError,
  type GoFunction,
  GoInt,
  type GoMap,
  type GoObject,
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
  new Executor(set, template, { data, budget, depth, out }).run()
  return out.join('')
}

/** No argument came from the pipeline. */
const missing = Symbol('missing')
type Final = GoValue | typeof missing

type Flow = 'break' | 'continue' | undefined

interface Variable {
  readonly name: string
  value: GoValue
  /** Held by an interface: an element that `range` gave. Errors then name the type `interface {}`. */
  boxed: boolean
}

interface RunState {
  readonly data: GoValue
  readonly budget: Budget
  readonly depth: number
  readonly out: string[]
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

  constructor(set: TemplateSet, template: ParsedTemplate, state: RunState) {
    this.#set = set
    this.#template = template
    this.#state = state
    this.#vars = [{ name: '$', value: state.data, boxed: false }]
    this.#node = template.root
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

  #write(text: string): void {
    spendOutput(this.#state.budget, text)
    this.#state.out.push(text)
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
        this.#write(node.text)
        return undefined
      case 'action': {
        const value = this.#evalPipeline(dot, node.pipe)
        if (node.pipe.decl.length === 0) this.#print(node, value)
        return undefined
      }
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

  #walkBranch(dot: GoValue, node: BranchNode): Flow {
    const mark = this.#vars.length
    const value = this.#evalPipeline(dot, node.pipe)
    let flow: Flow
    if (isTrue(value)) {
      const boxed = this.#dotBoxed
      if (node.type === 'with') this.#dotBoxed = false
      flow = this.#walkList(node.type === 'with' ? value : dot, node.list)
      this.#dotBoxed = boxed
    } else if (node.elseList !== undefined) flow = this.#walkList(dot, node.elseList)
    this.#vars.length = mark
    return flow
  }

  #walkRange(dot: GoValue, node: BranchNode): Flow {
    this.#node = node
    const outer = this.#vars.length
    const value = this.#evalPipeline(dot, node.pipe)
    const mark = this.#vars.length
    const { decl, isAssign } = node.pipe
    let ran = false
    /** @returns false when the loop was left. */
    const once = (index: GoValue, element: GoValue): boolean => {
      spendStep(this.#state.budget)
      ran = true
      this.#dotBoxed = true
      if (isAssign) {
        if (decl.length > 1) {
          this.#setVar(decl[0]!.ident[0]!, index)
          this.#setVar(decl[1]!.ident[0]!, element)
        } else if (decl.length > 0) this.#setVar(decl[0]!.ident[0]!, element)
      } else {
        if (decl.length > 0) Object.assign(this.#vars[mark - 1]!, { value: element, boxed: true })
        if (decl.length > 1) this.#vars[mark - 2]!.value = index
      }
      const flow = this.#walkList(element, node.list)
      this.#vars.length = mark
      return flow !== 'break'
    }
    const boxed = this.#dotBoxed
    this.#iterate(value, decl.length, once)
    this.#dotBoxed = boxed
    let flow: Flow
    if (!ran && node.elseList !== undefined) flow = this.#walkList(dot, node.elseList)
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
      for (const [key, element] of value.entries()) if (!once(key, element)) return
    } else if (isMap(value)) {
      for (const key of sortedKeys(value)) if (!once(key, mapGet(value, key) ?? null)) return
    } else this.#fail(`range can't iterate over ${formatValue(value)}`)
  }

  #walkTemplate(dot: GoValue, node: TemplateNode): void {
    this.#node = node
    const template = this.#set.templates.get(node.name)
    if (template === undefined) this.#fail(`template ${JSON.stringify(node.name)} not defined`)
    if (this.#state.depth >= stackDepth) this.#fail(`exceeded maximum template depth (${maxDepth})`)
    const data = this.#evalPipeline(dot, node.pipe)
    const { budget, out, depth } = this.#state
    new Executor(this.#set, template, { data, budget, out, depth: depth + 1 }).run()
  }

  /** Prints a value; a missing one prints as `<no value>`, which Helm removes afterwards. */
  #print(node: TemplateAst, value: GoValue): void {
    this.#node = node
    if (typeof value === 'string') this.#write(value)
    else if (value === undefined || value === null) this.#write('<no value>')
    else if (isGoFunction(value)) this.#fail(`can't print ${nodeText(node)} of type func()`)
    else this.#write((isGoObject(value) ? value.print?.() : undefined) ?? formatValue(value))
  }

  #setVar(name: string, value: GoValue): void {
    for (let i = this.#vars.length - 1; i >= 0; i--) {
      const variable = this.#vars[i]!
      if (variable.name === name) {
        variable.value = value
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
    for (const command of pipe.cmds) {
      value = this.#evalCommand(dot, command, value)
      // The interface is unwrapped: a nil held by one becomes no value at all.
      if (value === null) value = undefined
    }
    const result = value === missing ? undefined : value
    for (const variable of pipe.decl) {
      const name = variable.ident[0]!
      if (pipe.isAssign) this.#setVar(name, result)
      else this.#vars.push({ name, value: result, boxed: false })
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
        return this.#evalFunction(dot, first, { command, args: command.args, final })
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
    return this.#fieldChain(dot, dot, { node: field, ident: field.ident, args, final, boxed: this.#dotBoxed })
  }

  #evalChain(dot: GoValue, chain: ChainNode, args: readonly Operand[] | undefined, final: Final): GoValue {
    this.#node = chain
    if (chain.node.type === 'nil') this.#fail(`indirection through explicit nil in ${nodeText(chain)}`)
    const receiver = this.#evalArg(dot, undefined, chain.node)
    return this.#fieldChain(dot, receiver, {
      node: chain,
      ident: chain.field,
      args,
      final,
      boxed: chain.node.type !== 'pipe',
    })
  }

  #evalVariable(dot: GoValue, variable: VariableNode, args: readonly Operand[] | undefined, final: Final): GoValue {
    this.#node = variable
    const { value, boxed } = this.#variable(variable.ident[0]!)
    if (variable.ident.length === 1) {
      this.#notAFunction(args, final)
      return value
    }
    return this.#fieldChain(dot, value, { node: variable, ident: variable.ident.slice(1), args, final, boxed })
  }

  #fieldChain(dot: GoValue, start: GoValue, access: FieldAccess): GoValue {
    const { ident } = access
    let receiver = start
    let { boxed } = access
    for (let i = 0; i < ident.length - 1; i++) {
      const next = this.#field(dot, receiver, ident[i]!, { ...access, args: undefined, final: missing, boxed })
      // What a map holds is held by an interface; a struct's field has its own type.
      boxed = !isGoObject(receiver)
      receiver = next
    }
    return this.#field(dot, receiver, ident[ident.length - 1]!, { ...access, boxed })
  }

  #field(dot: GoValue, receiver: GoValue, name: string, access: FieldAccess): GoValue {
    const { args, final } = access
    if (receiver === undefined) {
      if (this.#set.missingKey === 'error') this.#fail(`nil data; no entry for key ${JSON.stringify(name)}`)
      return undefined
    }
    if (receiver === null) this.#fail(`nil pointer evaluating interface {}.${name}`)
    const hasArgs = (args !== undefined && args.length > 1) || final !== missing
    if (isGoObject(receiver)) {
      const found = receiver.field(name)
      if (found !== undefined && 'method' in found) {
        return this.#call(dot, found.method, { name, node: access.node, args, final, isBuiltin: false })
      }
      if (found !== undefined) {
        if (hasArgs) this.#fail(`${name} has arguments but cannot be invoked as function`)
        return found.value
      }
      if (receiver.goKind === 'map') return elementOf(receiver, name)
    } else if (isMap(receiver)) {
      const type = typeOf(receiver)
      const method = this.#set.methods?.(type, receiver, name)
      if (method !== undefined) {
        return this.#call(dot, method, { name, node: access.node, args, final, isBuiltin: false })
      }
      if (hasArgs) this.#fail(`${name} is not a method but has arguments`)
      const value = mapGet(underlying(receiver), name)
      if (value !== undefined) return value
      if (this.#set.missingKey === 'error') this.#fail(`map has no entry for key ${JSON.stringify(name)}`)
      return type === 'map[string]string' ? '' : null
    }
    return this.#fail(`can't evaluate field ${name} in type ${access.boxed ? 'interface {}' : typeOf(receiver)}`)
  }

  #evalFunction(
    dot: GoValue,
    node: IdentifierNode,
    call: { command: TemplateAst; args: readonly Operand[] | undefined; final: Final },
  ): GoValue {
    this.#node = node
    const { name } = node
    const own = this.#set.functions.get(name)
    if (own === undefined && (name === 'and' || name === 'or')) return this.#logic(dot, name, call)
    if (own === undefined && name === 'call') return this.#callBuiltin(dot, call)
    if (own === undefined) this.#fail(`${JSON.stringify(name)} is not a defined function`)
    return this.#call(dot, own, { name, node: call.command, args: call.args, final: call.final, isBuiltin: true })
  }

  /** `and` and `or` stop at the first argument that decides. */
  #logic(dot: GoValue, name: 'and' | 'or', call: { args: readonly Operand[] | undefined; final: Final }): GoValue {
    const args = call.args?.slice(1) ?? []
    if (args.length === 0 && call.final === missing) {
      this.#fail(`wrong number of args for ${name}: want at least 1 got 0`)
    }
    let value: GoValue
    for (const arg of args) {
      value = this.#evalArg(dot, 'any', arg)
      if (isTrue(value) === (name === 'or')) return value
    }
    return call.final === missing ? value : call.final
  }

  /** `call FUNCTION ARGS…`: calls what a field or variable holds. */
  #callBuiltin(
    dot: GoValue,
    call: { command: TemplateAst; args: readonly Operand[] | undefined; final: Final },
  ): GoValue {
    const args = call.args?.slice(1) ?? []
    if (args.length === 0 && call.final === missing) this.#fail('wrong number of args for call: want at least 1 got 0')
    const values = args.map((arg) => this.#evalArg(dot, 'any', arg))
    if (call.final !== missing) values.push(call.final)
    const [target, ...rest] = values
    const failing = args[0] === undefined ? reflectText(target) : nodeText(args[0])
    if (isGoFunction(target)) return target.call(...rest)
    const isNil = target === undefined || target === null
    const reason = isNil ? 'call of nil' : `non-function ${failing} of type ${typeOf(target)}`
    this.#node = call.command
    return this.#fail(`error calling call: ${reason}`, new GoError(reason))
  }

  #call(dot: GoValue, target: GoFunction, call: Call): GoValue {
    spendStep(this.#state.budget)
    const { name, final } = call
    const args = call.args?.slice(1) ?? []
    const given = args.length + (final === missing ? 0 : 1)
    const fixed = target.params.length
    if (target.variadic !== undefined) {
      if (given < fixed) this.#fail(`wrong number of args for ${name}: want at least ${fixed} got ${args.length}`)
    } else if (given !== fixed) this.#fail(`wrong number of args for ${name}: want ${fixed} got ${given}`)
    const typeAt = (i: number): ParamType => (i < fixed ? target.params[i]! : target.variadic!)
    const values = args.map((arg, i) => this.#evalArg(dot, typeAt(i), arg))
    if (final !== missing) values.push(this.#validate(final, typeAt(values.length)))
    try {
      if (target.cost !== undefined) spendSteps(this.#state.budget, target.cost)
      const result = target.call(...values)
      spendCall(this.#state.budget, values, result)
      return result
    } catch (error) {
      if (error instanceof BudgetError) throw error
      // Budgets end the render where they are found out, and are not the calling functions' errors.
      if (error instanceof TemplateExecError && error.cause instanceof BudgetError) throw error
      if (error instanceof GoError || error instanceof TemplateExecError) {
        this.#node = call.node
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
        return this.#validate(this.#evalFunction(dot, node, { command: node, args: undefined, final: missing }), type)
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

interface FieldAccess {
  readonly node: TemplateAst
  readonly ident: readonly string[]
  readonly args: readonly Operand[] | undefined
  readonly final: Final
  /** The receiver is held by an interface. */
  readonly boxed: boolean
}

interface Call {
  readonly name: string
  readonly node: TemplateAst
  readonly args: readonly Operand[] | undefined
  readonly final: Final
  readonly isBuiltin: boolean
}

/** What reflect.Value's String() gives. */
function reflectText(value: GoValue): string {
  return typeof value === 'string' ? value : `<${typeOf(value)} Value>`
}

/** A map's element; the zero value of its type where it has none. */
function elementOf(map: GoObject, key: GoValue): GoValue {
  return map.entries?.().find(([each]) => each === key)?.[1] ?? map.zero?.() ?? null
}
