import type { CelValue } from '../values/value.ts'
import type { ComprehensionMacro, ComprehensionNode, Expr } from './ast.ts'
import type { CelIssue } from './source.ts'

interface MacroCall {
  readonly offset: number
  readonly name: string
  readonly target: Expr | undefined
  readonly args: readonly Expr[]
}

type Report = (issue: CelIssue) => void

/** The name of the optional that `optMap` and `optFlatMap` are called on: a stand-in for it. */
export const optionalBinding = '@optional'

/** The accumulator's name cannot be written in an expression. */
const accumulator = '@result'

/**
 * Replaces a call that is a macro by what it stands for; `undefined` when it is an ordinary call.
 * Macros: cel-go parser/macro.go, ext/comprehensions.go (two variables), ext/lists.go (sortBy), cel/library.go (optMap).
 */
export function expandMacro(call: MacroCall, extended: boolean, report: Report): Expr | undefined {
  const { name, target, args } = call
  if (target === undefined) return name === 'has' && args.length === 1 ? presence(call, report) : undefined
  if (name === 'optMap' && args.length === 2) return optionalMap(call, report, true)
  if (name === 'optFlatMap' && args.length === 2) return optionalMap(call, report, false)
  if (name === 'sortBy' && args.length === 2 && extended) return sortBy(call, report)
  const shape = shapes[`${name}/${args.length}`]
  if (shape === undefined || (shape.variables === 2 && !extended)) return undefined
  return fold(call, shape, report)
}

interface Shape {
  readonly macro: ComprehensionMacro
  readonly variables: 1 | 2
  readonly filtered?: boolean
}

const shapes: Readonly<Record<string, Shape>> = {
  'all/2': { macro: 'all', variables: 1 },
  'all/3': { macro: 'all', variables: 2 },
  'exists/2': { macro: 'exists', variables: 1 },
  'exists/3': { macro: 'exists', variables: 2 },
  'exists_one/2': { macro: 'existsOne', variables: 1 },
  'exists_one/3': { macro: 'existsOne', variables: 2 },
  'existsOne/3': { macro: 'existsOne', variables: 2 },
  'map/2': { macro: 'map', variables: 1 },
  'map/3': { macro: 'map', variables: 1, filtered: true },
  'filter/2': { macro: 'filter', variables: 1 },
  'transformList/3': { macro: 'transformList', variables: 2 },
  'transformList/4': { macro: 'transformList', variables: 2, filtered: true },
  'transformMap/3': { macro: 'transformMap', variables: 2 },
  'transformMap/4': { macro: 'transformMap', variables: 2, filtered: true },
  'transformMapEntry/3': { macro: 'transformMapEntry', variables: 2 },
  'transformMapEntry/4': { macro: 'transformMapEntry', variables: 2, filtered: true },
}

function presence(call: MacroCall, report: Report): Expr {
  const argument = call.args[0]!
  if (argument.kind === 'select') return { ...argument, offset: call.offset, testOnly: true }
  report({ offset: argument.offset, message: 'invalid argument to has() macro' })
  return argument
}

function fold(call: MacroCall, shape: Shape, report: Report): Expr {
  const names = variableNames(call.args.slice(0, shape.variables), shape, report)
  const rest = call.args.slice(shape.variables)
  const filter = shape.filtered === true ? rest[0] : undefined
  const body = rest[shape.filtered === true ? 1 : 0]!
  if (names === undefined) return body
  return comprehension(call.offset, shape.macro, { range: call.target!, names, filter, body })
}

function variableNames(args: readonly Expr[], shape: Shape, report: Report): readonly string[] | undefined {
  const names: string[] = []
  for (const argument of args) {
    if (argument.kind !== 'ident') {
      const quantifier = shape.macro === 'all' || shape.macro === 'exists' || shape.macro === 'existsOne'
      const simple = quantifier || shape.variables === 2
      const message = simple ? 'argument must be a simple name' : 'argument is not an identifier'
      report({ offset: argument.offset, message })
      return undefined
    }
    if (names.includes(argument.name)) {
      report({ offset: argument.offset, message: `duplicate variable name: ${argument.name}` })
      return undefined
    }
    if (argument.name === '__result__') {
      report({ offset: argument.offset, message: 'iteration variable overwrites accumulator variable' })
      return undefined
    }
    names.push(argument.name)
  }
  return names
}

interface FoldParts {
  readonly range: Expr
  readonly names: readonly string[]
  readonly filter: Expr | undefined
  readonly body: Expr
}

function comprehension(offset: number, macro: ComprehensionMacro, parts: FoldParts): ComprehensionNode {
  const literal = (value: CelValue): Expr => ({ kind: 'literal', offset, value })
  const accu = (): Expr => ({ kind: 'ident', offset, name: accumulator })
  const call = (name: string, ...args: Expr[]): Expr => ({ kind: 'call', offset, name, target: undefined, args })
  const list = (...elements: Expr[]): Expr => ({ kind: 'list', offset, elements, optional: new Set() })
  const map = (): Expr => ({ kind: 'map', offset, entries: [] })
  const { body, filter, names } = parts
  const filtered = (step: Expr): Expr => (filter === undefined ? step : call('_?_:_', filter, step, accu()))
  const make = (init: Expr, condition: Expr, step: Expr, result: Expr = accu()): ComprehensionNode => ({
    kind: 'comprehension',
    offset,
    macro,
    range: parts.range,
    variable: names[0]!,
    variable2: names[1],
    accumulator,
    init,
    condition,
    step,
    result,
    filter,
    body,
  })
  const always = literal(true)
  switch (macro) {
    case 'all':
      return make(literal(true), call('@not_strictly_false', accu()), call('_&&_', accu(), body))
    case 'exists':
      return make(literal(false), call('@not_strictly_false', call('!_', accu())), call('_||_', accu(), body))
    case 'existsOne': {
      const step = call('_?_:_', body, call('_+_', accu(), literal(1n)), accu())
      return make(literal(0n), always, step, call('_==_', accu(), literal(1n)))
    }
    case 'filter': {
      const variable: Expr = { kind: 'ident', offset, name: names[0]! }
      return make(list(), always, call('_?_:_', body, call('_+_', accu(), list(variable)), accu()))
    }
    case 'transformMap': {
      const key: Expr = { kind: 'ident', offset, name: names[0]! }
      return make(map(), always, filtered(call('cel.@mapInsert', accu(), key, body)))
    }
    case 'transformMapEntry':
      return make(map(), always, filtered(call('cel.@mapInsert', accu(), body)))
    default:
      return make(list(), always, filtered(call('_+_', accu(), list(body))))
  }
}

/** A value under a name: a fold over nothing whose accumulator is the name. */
function bind(offset: number, name: string, value: Expr, body: Expr): ComprehensionNode {
  return {
    kind: 'comprehension',
    offset,
    macro: 'bind',
    range: { kind: 'list', offset, elements: [], optional: new Set() },
    variable: '#unused',
    variable2: undefined,
    accumulator: name,
    init: value,
    condition: { kind: 'literal', offset, value: false },
    step: { kind: 'ident', offset, name },
    result: body,
    filter: undefined,
    body,
  }
}

function optionalMap(call: MacroCall, report: Report, wrap: boolean): Expr {
  const { offset } = call
  const target = call.target!
  const [variable, body] = call.args as readonly [Expr, Expr]
  if (variable.kind !== 'ident') {
    report({ offset: variable.offset, message: `${call.name}() variable name must be a simple identifier` })
    return body
  }
  // The optional is evaluated once, under a name that cannot be written: copying the target, as cel-go does, would make
  // a chain of optMaps exponential.
  const input = optionalBinding
  const held = (): Expr => ({ kind: 'ident', offset, name: input })
  const member = (name: string): Expr => ({ kind: 'call', offset, name, target: held(), args: [] })
  const global = (name: string, args: Expr[]): Expr => ({ kind: 'call', offset, name, target: undefined, args })
  const mapped = bind(offset, variable.name, member('value'), body)
  const choice = global('_?_:_', [
    member('hasValue'),
    wrap ? global('optional.of', [mapped]) : mapped,
    global('optional.none', []),
  ])
  return bind(offset, input, target, choice)
}

function sortBy(call: MacroCall, report: Report): Expr {
  const { offset } = call
  const [variable, key] = call.args as readonly [Expr, Expr]
  const { kind } = call.target!
  if (kind === 'literal' || kind === 'map' || kind === 'struct') {
    const message = 'sortBy can only be applied to a list, identifier, comprehension, call or select expression'
    report({ offset: call.target!.offset, message })
    return key
  }
  if (variable.kind !== 'ident') {
    report({ offset: variable.offset, message: 'argument is not an identifier' })
    return key
  }
  const input = '@__sortBy_input__'
  const ident = (): Expr => ({ kind: 'ident', offset, name: input })
  const keys = comprehension(offset, 'map', {
    range: ident(),
    names: [variable.name],
    filter: undefined,
    body: key,
  })
  const sorted: Expr = { kind: 'call', offset, name: '@sortByAssociatedKeys', target: ident(), args: [keys] }
  return bind(offset, input, call.target!, sorted)
}
