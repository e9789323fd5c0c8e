import { type CallSite, callFunction, validate } from './exec-call.ts'
import { fieldSite, readFields } from './exec-fields.ts'
import { canBeNil, typeName } from './exec-params.ts'
import type { Run } from './exec-run.ts'
import { type Argument, type Command, type Expression, type Final, missing } from './exec-types.ts'
import { reflectText } from './exec-values.ts'
import {
  type BoolNode,
  type ChainNode,
  type CommandNode,
  type DotNode,
  type FieldNode,
  type IdentifierNode,
  type NumberNode,
  nodeText,
  type Operand,
  type PipeNode,
  type StringNode,
  type VariableNode,
} from './nodes.ts'
import { noFlow, type ValueFlow } from './trace.ts'
import { GoError, type GoValue, isGoFunction, isTrue, makeInt, type ParamType, typeOf } from './value.ts'

/** Pipelines, commands and arguments as closures. Source of the behaviour: Go 1.26 text/template (exec.go). */

export function compilePipeline(pipe: PipeNode): Expression {
  const commands = pipe.cmds.map(compileCommand)
  const value = commands.length === 1 ? single(pipe, commands[0]!) : chained(pipe, commands)
  return pipe.decl.length === 0 ? value : declaring(pipe, value)
}

/** The interface is unwrapped that a pipeline's value is: a nil held by one becomes no value at all. */
function single(pipe: PipeNode, command: Command): Expression {
  return (run) => {
    run.node = pipe
    run.finalFlow = noFlow
    return command(run, missing) ?? undefined
  }
}

function chained(pipe: PipeNode, commands: readonly Command[]): Expression {
  return (run) => {
    run.node = pipe
    const mark = run.mark()
    let value: Final = missing
    for (let i = 0; i < commands.length; i++) {
      run.finalFlow = run.flowSince(mark)
      value = commands[i]!(run, value) ?? undefined
    }
    return value === missing ? undefined : value
  }
}

/** Sets or declares the variables of a pipeline. */
function declaring({ decl, isAssign }: PipeNode, value: Expression): Expression {
  const names = decl.map(({ ident }) => ident[0]!)
  return (run) => {
    const mark = run.mark()
    const result = value(run)
    const flow = run.flowSince(mark)
    run.trace?.note(flow)
    for (const name of names) {
      if (isAssign) run.assign(name, result, run.trace?.assigned(flow) ?? flow)
      else run.declare(name, result, flow)
    }
    return result
  }
}

function compileCommand(node: CommandNode): Command {
  const [first, ...args] = node.args as [Operand, ...Operand[]]
  switch (first.type) {
    case 'field':
      return compileField(first, args.map(compileArgument))
    case 'chain':
      return compileChain(first, args.map(compileArgument))
    case 'identifier':
      return compileFunction(first, node, args)
    case 'variable':
      return compileVariable(first, args.map(compileArgument))
    case 'pipe': {
      const pipeline = compilePipeline(first)
      return (run, final) => {
        if (args.length > 0 || final !== missing) refuseArguments(run, first)
        return pipeline(run)
      }
    }
  }
  return (run, final) => {
    run.node = first
    if (args.length > 0 || final !== missing) refuseArguments(run, first)
    return plainValue(run, first)
  }
}

function refuseArguments(run: Run, operand: Operand): never {
  return run.fail(`can't give argument to non-function ${nodeText(operand)}`)
}

/** The value of the dot or a constant where no type is asked for. */
function plainValue(run: Run, node: BoolNode | DotNode | NumberNode | StringNode): GoValue {
  switch (node.type) {
    case 'bool':
    case 'string':
      return node.value
    case 'dot':
      run.trace?.note(run.dotFlow)
      return run.dot
    case 'nil':
      return run.fail('nil is not a command')
    case 'number':
      return idealNumber(run, node)
  }
}

function idealNumber(run: Run, node: NumberNode): GoValue {
  run.node = node
  if (node.idealError !== undefined) run.fail(node.idealError)
  return node.ideal
}

function compileField(node: FieldNode, args: readonly Argument[]): Command {
  const site = fieldSite(node, node.ident, args)
  return (run, final) => {
    run.node = node
    const { dot, dotBoxed, dotFlow } = run
    return readFields(run, site, { value: dot, boxed: dotBoxed, flow: dotFlow, holder: undefined }, final)
  }
}

function compileChain(node: ChainNode, args: readonly Argument[]): Command {
  const site = fieldSite(node, node.field, args)
  const receiver = compileArgument(node.node)
  const isNil = node.node.type === 'nil'
  const boxed = node.node.type !== 'pipe'
  return (run, final) => {
    run.node = node
    if (isNil) run.fail(`indirection through explicit nil in ${nodeText(node)}`)
    const start = run.mark()
    const value = receiver(run, undefined)
    return readFields(run, site, { value, boxed, flow: run.flowSince(start), holder: undefined }, final)
  }
}

function compileVariable(node: VariableNode, args: readonly Argument[]): Command {
  const [name, ...fields] = node.ident as [string, ...string[]]
  if (fields.length === 0) {
    return (run, final) => {
      run.node = node
      const { value, flow } = run.variable(name)
      if (args.length > 0 || final !== missing) refuseArguments(run, node)
      run.trace?.note(flow)
      return value
    }
  }
  const site = fieldSite(node, fields, args)
  return (run, final) => {
    run.node = node
    const { value, boxed, flow } = run.variable(name)
    return readFields(run, site, { value, boxed, flow, holder: undefined }, final)
  }
}

/** A call of a function by its name. `node` is where an error of the function is said to be. */
function compileFunction(identifier: IdentifierNode, node: CommandNode | IdentifierNode, args: Operand[]): Command {
  const { name } = identifier
  const site: CallSite = { node, args: args.map(compileArgument) }
  const own = ownFunction(name, site, args)
  return (run, final) => {
    run.node = identifier
    const target = run.set.functions.get(name)
    if (target !== undefined) return callFunction(run, target, name, site, final)
    if (own !== undefined) return own(run, final)
    return run.fail(`${JSON.stringify(name)} is not a defined function`)
  }
}

/** The functions that the executor itself does. */
function ownFunction(name: string, site: CallSite, args: readonly Operand[]): Command | undefined {
  switch (name) {
    case 'and':
    case 'or':
      return compileLogic(name, site)
    case 'call':
      return compileCall(site, args[0])
  }
  return undefined
}

/** `and` and `or` stop at the first argument that decides. */
function compileLogic(name: 'and' | 'or', { args }: CallSite): Command {
  return (run, final) => {
    if (args.length === 0 && final === missing) run.fail(`wrong number of args for ${name}: want at least 1 got 0`)
    const { trace, finalFlow } = run
    const values: GoValue[] = []
    const flows: ValueFlow[] = []
    let result: GoValue
    let decided = false
    for (let i = 0; i < args.length && !decided; i++) {
      const start = run.mark()
      result = args[i]!(run, 'any')
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
}

/** `call FUNCTION ARGS…`: calls what a field or variable holds. */
function compileCall({ node, args }: CallSite, callee: Operand | undefined): Command {
  return (run, final) => {
    if (args.length === 0 && final === missing) run.fail('wrong number of args for call: want at least 1 got 0')
    const values = args.map((arg) => arg(run, 'any'))
    if (final !== missing) values.push(final)
    const [target, ...rest] = values
    if (isGoFunction(target)) return target.call(...rest)
    const failing = callee === undefined ? reflectText(target) : nodeText(callee)
    const isNil = target === undefined || target === null
    const reason = isNil ? 'call of nil' : `non-function ${failing} of type ${typeOf(target)}`
    run.node = node
    return run.fail(`error calling call: ${reason}`, new GoError(reason))
  }
}

function compileArgument(node: Operand): Argument {
  switch (node.type) {
    case 'dot':
      return (run, type) => {
        run.node = node
        run.trace?.note(run.dotFlow)
        return validate(run, run.dot, type)
      }
    case 'nil':
      return (run, type) => {
        run.node = node
        // As an interface it is nil; the predefined functions get no value at all.
        if (type === undefined || type === 'any') return undefined
        if (canBeNil(type)) return null
        return run.fail(`cannot assign nil to ${typeName(type)}`)
      }
    case 'field':
      return checked(compileField(node, []))
    case 'variable':
      return checked(compileVariable(node, []))
    case 'identifier':
      return checked(compileFunction(node, node, []))
    case 'chain':
      return checked(compileChain(node, []))
    case 'pipe': {
      const pipeline = compilePipeline(node)
      return (run, type) => validate(run, pipeline(run), type)
    }
    case 'bool':
      return compileConstant(node, 'bool', node.value)
    case 'string':
      return compileConstant(node, 'string', node.value)
    case 'number':
      return compileNumber(node)
  }
}

function checked(command: Command): Argument {
  return (run, type) => validate(run, command(run, missing), type)
}

function compileConstant(node: BoolNode | StringNode, own: ParamType, value: GoValue): Argument {
  return (run, type) => {
    run.node = node
    return type === own || type === 'any' || type === undefined ? value : refuseConstant(run, node, type)
  }
}

function compileNumber(node: NumberNode): Argument {
  const int = node.int === undefined ? undefined : makeInt(node.int, 'int')
  const int64 = node.int === undefined ? undefined : makeInt(node.int, 'int64')
  return (run, type) => {
    run.node = node
    switch (type) {
      case undefined:
      case 'any':
        return idealNumber(run, node)
      case 'int':
        return int ?? refuseConstant(run, node, type)
      case 'int64':
        return int64 ?? refuseConstant(run, node, type)
      case 'float64':
        return node.float ?? refuseConstant(run, node, type)
    }
    return refuseConstant(run, node, type)
  }
}

const constantNames: Partial<Record<ParamType, string>> = {
  ...{ bool: 'bool', string: 'string', int: 'integer', int64: 'integer', float64: 'float' },
}

function refuseConstant(run: Run, node: Operand, type: ParamType): never {
  const wanted = constantNames[type]
  if (wanted !== undefined) run.fail(`expected ${wanted}; found ${nodeText(node)}`)
  return run.fail(`can't handle ${nodeText(node)} for arg of type ${typeName(type)}`)
}
