import type { FunctionDefinition, Overload } from '../library/define.ts'
import type {
  CallNode,
  ComprehensionNode,
  Expr,
  IdentNode,
  ListNode,
  LiteralNode,
  MapNode,
  SelectNode,
  StructNode,
} from '../syntax/ast.ts'
import { qualifiedName } from '../syntax/ast.ts'
import type { CelIssue } from '../syntax/source.ts'
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  dynType,
  errorType,
  intType,
  listType,
  mapType,
  nullType,
  objectType,
  optionalType,
  paramType,
  stringType,
  typeOfType,
  uintType,
} from '../types.ts'
import {
  isAssignable,
  isAssignableList,
  isDynOrError,
  mostGeneral,
  substitute,
  TypeMapping,
  unwrapOptional,
} from './assign.ts'
import type { CelEnvironment, TypeProvider } from './environment.ts'

/**
 * Type-checks an expression and writes types and resolved names onto its nodes.
 * Rules and messages: cel-go checker/checker.go and checker/errors.go.
 */
export function check(expr: Expr, environment: CelEnvironment): readonly CelIssue[] {
  const checker = new Checker(environment)
  checker.check(expr)
  if (checker.issues.length === 0) finish(expr, checker.mapping)
  return checker.issues
}

/** Replaces type parameters on all nodes by their final types. */
function finish(expr: Expr, mapping: TypeMapping): void {
  if (expr.type !== undefined) expr.type = substitute(mapping, expr.type, true)
  for (const child of children(expr)) finish(child, mapping)
}

/** The direct subexpressions, each once. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand]
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args]
    case 'list':
      return expr.elements
    case 'map':
      return expr.entries.flatMap((entry) => [entry.key, entry.value])
    case 'struct':
      return expr.fields.map((field) => field.value)
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result]
    default:
      return []
  }
}

/** `a.?b`, whose types the checker finds as those of `a.b`. */
const optionalSelection: Overload = { member: false, args: [dynType, stringType], result: dynType, parameters: [] }

class Checker {
  readonly issues: CelIssue[] = []
  readonly mapping = new TypeMapping()
  readonly #environment: CelEnvironment
  readonly #scopes: Map<string, CelType>[] = []
  #variables = 0

  constructor(environment: CelEnvironment) {
    this.#environment = environment
  }

  check(expr: Expr): CelType {
    const type = this.#checkNode(expr)
    expr.type = type
    return type
  }

  #checkNode(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return literalType(expr)
      case 'ident':
        return this.#ident(expr)
      case 'select':
        return this.#select(expr)
      case 'call':
        return this.#call(expr)
      case 'list':
        return this.#list(expr)
      case 'map':
        return this.#map(expr)
      case 'struct':
        return this.#struct(expr)
      case 'comprehension':
        return this.#comprehension(expr)
    }
  }

  #report(offset: number, message: string): CelType {
    this.issues.push({ offset, message })
    return errorType
  }

  #lookup(name: string): CelType | undefined {
    if (!name.startsWith('.')) {
      for (let i = this.#scopes.length - 1; i >= 0; i--) {
        const type = this.#scopes[i]!.get(name)
        if (type !== undefined) return type
      }
    }
    const bare = name.startsWith('.') ? name.slice(1) : name
    const variable = this.#environment.variables.get(bare)
    if (variable !== undefined) return variable
    const named = this.#environment.typeNames.get(bare)
    if (named !== undefined) return typeOfType(named)
    return undefined
  }

  #ident(expr: IdentNode): CelType {
    return this.#lookup(expr.name) ?? this.#undeclared(expr.offset, expr.name)
  }

  #undeclared(offset: number, name: string): CelType {
    return this.#report(offset, `undeclared reference to '${name}' (in container '')`)
  }

  #select(expr: SelectNode): CelType {
    const name = qualifiedName(expr)
    const qualified = name === undefined ? undefined : this.#lookup(name)
    if (qualified !== undefined) {
      expr.qualified = name!
      return qualified
    }
    const type = this.#field(expr.offset, expr.operand, expr.field, false)
    return expr.testOnly ? boolType : substitute(this.mapping, type, false)
  }

  #field(offset: number, operand: Expr, field: string, optionalAccess: boolean): CelType {
    const { type: target, optional } = unwrapOptional(substitute(this.mapping, this.check(operand), false))
    let result: CelType
    if (target.kind === 'map') result = target.parameters[1]!
    else if (target.kind === 'object') result = this.#objectField(offset, target.name, field)
    else if (target.kind === 'param') {
      isAssignable(this.mapping, dynType, target)
      result = dynType
    } else {
      if (!isDynOrError(target)) this.#report(offset, `type '${target.key}' does not support field selection`)
      result = dynType
    }
    return optional || optionalAccess ? optionalType(result) : result
  }

  #objectField(offset: number, type: string, field: string): CelType {
    const provider = this.#environment.provider
    if (provider?.has(type) !== true) return this.#report(offset, `unexpected failed resolution of '${type}'`)
    return provider.field(type, field) ?? this.#report(offset, `undefined field '${field}'`)
  }

  #call(expr: CallNode): CelType {
    if (expr.name === '_?._') return this.#optionalSelect(expr)
    for (const argument of expr.args) this.check(argument)
    const functions = this.#environment.functions
    if (expr.target === undefined) {
      const definition = functions.get(expr.name.startsWith('.') ? expr.name.slice(1) : expr.name)
      return definition === undefined ? this.#undeclared(expr.offset, expr.name) : this.#resolve(expr, definition)
    }
    const prefix = qualifiedName(expr.target)
    const namespaced = prefix === undefined ? undefined : functions.get(`${prefix}.${expr.name}`)
    if (namespaced !== undefined) {
      expr.name = namespaced.name
      expr.target = undefined
      return this.#resolve(expr, namespaced)
    }
    this.check(expr.target)
    const definition = functions.get(expr.name)
    return definition === undefined ? this.#undeclared(expr.offset, expr.name) : this.#resolve(expr, definition)
  }

  #optionalSelect(expr: CallNode): CelType {
    const [operand, field] = expr.args as readonly [Expr, Expr]
    expr.overloads = [optionalSelection]
    const name = field.kind === 'literal' && typeof field.value === 'string' ? field.value : ''
    field.type = stringType
    return substitute(this.mapping, this.#field(expr.offset, operand, name, true), false)
  }

  #resolve(expr: CallNode, definition: FunctionDefinition): CelType {
    const args = expr.target === undefined ? expr.args : [expr.target, ...expr.args]
    const types = args.map((argument) => argument.type!)
    if (definition.name === '_&&_' || definition.name === '_||_') {
      expr.overloads = definition.overloads
      return this.#logical(expr, types)
    }
    let result: CelType | undefined
    const fitting: Overload[] = []
    for (const overload of definition.overloads) {
      if (overload.member !== (expr.target !== undefined)) continue
      const instance = this.#instantiate(overload)
      if (!isAssignableList(this.mapping, types, instance.args)) continue
      fitting.push(overload)
      const type = substitute(this.mapping, instance.result, false)
      if (result === undefined) result = type
      else if (result.kind !== 'dyn' && type.key !== result.key) result = dynType
    }
    if (result !== undefined) {
      expr.overloads = fitting
      return result
    }
    const shown = types.map((type) => substitute(this.mapping, type, true).key)
    const receiver = expr.target === undefined ? '' : `${shown.shift()}.`
    const signature = `${receiver}(${shown.join(', ')})`
    return this.#report(expr.offset, `found no matching overload for '${definition.name}' applied to '${signature}'`)
  }

  #logical(expr: CallNode, types: readonly CelType[]): CelType {
    let failed = false
    types.forEach((type, i) => {
      if (isAssignable(this.mapping, type, boolType)) return
      failed = true
      this.#mismatch(expr.args[i]!.offset, boolType, type)
    })
    return failed ? errorType : boolType
  }

  #mismatch(offset: number, expected: CelType, actual: CelType): CelType {
    return this.#report(offset, `expected type '${expected.key}' but found '${actual.key}'`)
  }

  /** Fresh type variables for a signature's parameters. */
  #instantiate(overload: Overload): Overload {
    if (overload.parameters.length === 0) return overload
    const fresh = new TypeMapping()
    for (const name of overload.parameters) fresh.add(paramType(name), this.#newVariable())
    return {
      ...overload,
      args: overload.args.map((type) => substitute(fresh, type, false)),
      result: substitute(fresh, overload.result, false),
    }
  }

  #newVariable(): CelType {
    return paramType(`_var${this.#variables++}`)
  }

  /** Mixed literals are dyn here; environments that forbid them say so afterwards (literals.ts). */
  #join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current
    if (isAssignable(this.mapping, previous, current)) return mostGeneral(previous, current)
    return dynType
  }

  #list(expr: ListNode): CelType {
    let type: CelType | undefined
    expr.elements.forEach((element, i) => {
      let elementType = this.check(element)
      if (expr.optional.has(i)) elementType = this.#unwrap(element.offset, elementType)
      type = this.#join(type, elementType)
    })
    return listType(type ?? this.#newVariable())
  }

  #map(expr: MapNode): CelType {
    let keyType: CelType | undefined
    let valueType: CelType | undefined
    for (const { key, value, optional } of expr.entries) {
      keyType = this.#join(keyType, this.check(key))
      let type = this.check(value)
      if (optional) type = this.#unwrap(value.offset, type)
      valueType = this.#join(valueType, type)
    }
    return mapType(keyType ?? this.#newVariable(), valueType ?? this.#newVariable())
  }

  #unwrap(offset: number, found: CelType): CelType {
    const { type, optional } = unwrapOptional(found)
    if (!optional && type.kind !== 'dyn') this.#mismatch(offset, optionalType(type), type)
    return type
  }

  #struct(expr: StructNode): CelType {
    const { provider } = this.#environment
    if (provider?.constructible === true && provider.has(expr.name)) return this.#message(expr, provider)
    const type = this.#environment.typeNames.get(expr.name)
    if (type === undefined) return this.#undeclared(expr.offset, expr.name)
    for (const field of expr.fields) this.check(field.value)
    return this.#report(expr.offset, `'${expr.name}' is not a message type`)
  }

  #message(expr: StructNode, provider: TypeProvider): CelType {
    for (const { offset, name, value, optional } of expr.fields) {
      const found = this.check(value)
      const given = optional ? this.#unwrap(value.offset, found) : found
      const declared = provider.field(expr.name, name)
      if (declared === undefined) this.#report(offset, `undefined field '${name}'`)
      else if (!isAssignable(this.mapping, declared, given)) {
        const message = `expected type of field '${name}' is '${declared.key}' but provided type is '${given.key}'`
        this.#report(offset, message)
      }
    }
    return objectType(expr.name)
  }

  #comprehension(expr: ComprehensionNode): CelType {
    const range = substitute(this.mapping, this.check(expr.range), false)
    const accumulator = this.check(expr.init)
    this.#scopes.push(new Map([[expr.accumulator, accumulator]]))
    this.#scopes.push(this.#loopVariables(expr, range))
    this.#assert(expr.condition, this.check(expr.condition), boolType)
    this.#assert(expr.step, this.check(expr.step), accumulator)
    this.#scopes.pop()
    const result = this.check(expr.result)
    this.#scopes.pop()
    return substitute(this.mapping, result, false)
  }

  #loopVariables(expr: ComprehensionNode, range: CelType): Map<string, CelType> {
    let first: CelType
    let second: CelType
    if (range.kind === 'list') {
      first = expr.variable2 === undefined ? range.parameters[0]! : intType
      second = range.parameters[0]!
    } else if (range.kind === 'map') {
      first = range.parameters[0]!
      second = range.parameters[1]!
    } else if (isDynOrError(range) || range.kind === 'param') {
      isAssignable(this.mapping, dynType, range)
      first = dynType
      second = dynType
    } else {
      first = this.#report(
        expr.range.offset,
        `expression of type '${range.key}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      )
      second = first
    }
    const scope = new Map([[expr.variable, first]])
    if (expr.variable2 !== undefined) scope.set(expr.variable2, second)
    return scope
  }

  #assert(expr: Expr, found: CelType, expected: CelType): void {
    if (!isAssignable(this.mapping, expected, found)) this.#mismatch(expr.offset, expected, found)
  }
}

function literalType(expr: LiteralNode): CelType {
  const { value } = expr
  if (value === null) return nullType
  if (typeof value === 'boolean') return boolType
  if (typeof value === 'bigint') return intType
  if (typeof value === 'number') return doubleType
  if (typeof value === 'string') return stringType
  return value instanceof Uint8Array ? bytesType : uintType
}
