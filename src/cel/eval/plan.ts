import { isConstant } from '../check/constant.ts'
import type { CelEnvironment } from '../check/environment.ts'
import type { FunctionDefinition } from '../library/define.ts'
import { celIndex } from '../library/operators.ts'
import type { CallNode, ComprehensionNode, Expr, ListNode, MapNode, SelectNode, StructNode } from '../syntax/ast.ts'
import { qualifiedName } from '../syntax/ast.ts'
import type { CelType } from '../types.ts'
import { CelError, noSuchOverload } from '../values/error.ts'
import { CelArray, CelEntries, CelOptional, CelStruct, CelTypeValue, type CelValue } from '../values/value.ts'
import { callCost, listCost, mapCost, structCost } from './cost.ts'
import { optionalField, presence, selectField } from './fields.ts'
import { constantFrame } from './frame.ts'
import { planLoop } from './loops.ts'
import { attempt, run, type Step } from './step.ts'

interface Scope {
  readonly environment: CelEnvironment
  /** Comprehension variables in scope and their slots. */
  readonly locals: ReadonlyMap<string, number>
}

/** Turns an expression into closures. Works on checked and on merely parsed expressions. */
export function plan(expr: Expr, environment: CelEnvironment): Step {
  return planNode(expr, { environment, locals: new Map() })
}

function planNode(expr: Expr, scope: Scope): Step {
  if (expr.kind !== 'literal' && isConstant(expr)) return planConstant(expr, scope)
  return planAny(expr, scope)
}

/** Literals of literals, and conversions of them, are worked out once and cost nothing afterwards. */
function planConstant(expr: Expr, scope: Scope): Step {
  const result = run(planAny(expr, scope), constantFrame())
  if ('error' in result) return planAny(expr, scope)
  return () => result.value
}

function planAny(expr: Expr, scope: Scope): Step {
  switch (expr.kind) {
    case 'literal': {
      const { value } = expr
      return () => value
    }
    case 'ident':
      return planName(expr.name, scope)
    case 'select':
      return planSelect(expr, scope)
    case 'call':
      return planCall(expr, scope)
    case 'list':
      return planList(expr, scope)
    case 'map':
      return planMap(expr, scope)
    case 'struct':
      return planStruct(expr, scope)
    case 'comprehension':
      return planComprehension(expr, scope)
  }
}

function planName(name: string, scope: Scope): Step {
  const slot = scope.locals.get(name)
  if (slot !== undefined) {
    return (frame) => {
      frame.charge(1)
      return frame.slots[slot]!
    }
  }
  const bare = name.startsWith('.') ? name.slice(1) : name
  const type = scope.environment.typeNames.get(bare)
  const typeValue = type === undefined ? undefined : new CelTypeValue(type.name)
  return (frame) => {
    const bound = frame.bindings.get(bare)
    if (bound !== undefined || typeValue === undefined) frame.charge(1)
    // null is a value.
    const value = bound === undefined ? typeValue : bound
    if (value === undefined) throw new CelError(`no such attribute(s): ${bare}`)
    return value
  }
}

function planSelect(expr: SelectNode, scope: Scope): Step {
  const name = expr.qualified ?? qualifiedName(expr)
  if (name !== undefined && !scope.locals.has(name.split('.')[0]!)) {
    const known = scope.environment.typeNames.has(name) || scope.environment.variables.has(name)
    if (known) return planName(name, scope)
  }
  const operand = planNode(expr.operand, scope)
  const { field } = expr
  if (expr.testOnly) {
    return (frame) => presence(operand(frame), field)
  }
  const cost = isAttribute(expr.operand) ? 1 : 2
  return (frame) => {
    const value = operand(frame)
    frame.charge(cost)
    return selectField(value, field)
  }
}

function planCall(expr: CallNode, scope: Scope): Step {
  const resolved = resolveFunction(expr, scope)
  const args = resolved.args.map((argument) => planNode(argument, scope))
  switch (resolved.name) {
    case '_&&_':
      return logical(args, false)
    case '_||_':
      return logical(args, true)
    case '_?_:_':
      return conditional(args)
    case '_?._': {
      const field = expr.args[1]!
      const name = field.kind === 'literal' && typeof field.value === 'string' ? field.value : ''
      return (frame) => {
        frame.charge(1)
        return optionalField(args[0]!(frame), name)
      }
    }
    case '_[_]':
      return index(args, indexCost(resolved.args))
    case 'or':
    case 'orValue':
      if (resolved.member && args.length === 2) return optionalOr(args, resolved.name === 'or')
      break
    default:
  }
  const { definition } = resolved
  if (definition === undefined) {
    return () => {
      throw noSuchOverload(resolved.name)
    }
  }
  const free = resolved.name === '@in' && isSetOfConstants(resolved.args[1]!)
  return invoke(definition, args, { type: expr.type, free })
}

/** A list of plain literals, which cel-go turns into a set whose members are looked up at no cost. */
function isSetOfConstants(expr: Expr): boolean {
  if (expr.kind !== 'list' || expr.optional.size > 0) return false
  return expr.elements.every(
    (element) => element.kind === 'literal' && element.value !== null && !(element.value instanceof Uint8Array),
  )
}

interface Resolved {
  readonly name: string
  readonly args: readonly Expr[]
  readonly member: boolean
  readonly definition: FunctionDefinition | undefined
}

function resolveFunction(expr: CallNode, scope: Scope): Resolved {
  const { functions } = scope.environment
  const name = expr.name.startsWith('.') ? expr.name.slice(1) : expr.name
  if (expr.target === undefined) return { name, args: expr.args, member: false, definition: functions.get(name) }
  // Only parsed, a namespace still looks like a receiver.
  const prefix = qualifiedName(expr.target)
  const namespaced = prefix === undefined ? undefined : functions.get(`${prefix}.${name}`)
  if (namespaced !== undefined) {
    return { name: namespaced.name, args: expr.args, member: false, definition: namespaced }
  }
  return { name, args: [expr.target, ...expr.args], member: true, definition: functions.get(name) }
}

function invoke(
  definition: FunctionDefinition,
  args: readonly Step[],
  { type, free }: { readonly type: CelType | undefined; readonly free: boolean },
): Step {
  const cost = free ? () => 0 : callCost(definition.name)
  return (frame) => {
    const values = args.map((arg) => arg(frame))
    const result = definition.call(values, frame, type)
    frame.charge(cost(values, result))
    return result
  }
}

/** `&&` and `||`: an error counts only when the other side does not decide. */
function logical(args: readonly Step[], decisive: boolean): Step {
  const [left, right] = args as readonly [Step, Step]
  return (frame) => {
    const first = attempt(left, frame)
    if (first === decisive) return decisive
    const second = attempt(right, frame)
    if (second === decisive) return decisive
    if (first instanceof CelError) throw first
    if (second instanceof CelError) throw second
    if (typeof first !== 'boolean' || typeof second !== 'boolean') throw noSuchOverload()
    return !decisive
  }
}

function conditional(args: readonly Step[]): Step {
  const [condition, whenTrue, whenFalse] = args as readonly [Step, Step, Step]
  return (frame) => {
    const value = condition(frame)
    if (typeof value !== 'boolean') throw noSuchOverload()
    return value ? whenTrue(frame) : whenFalse(frame)
  }
}

/** What cel-go resolves as an attribute: fields and elements of other values cost one more for the value itself. */
function isAttribute(expr: Expr): boolean {
  if (expr.kind === 'select') return !expr.testOnly
  return expr.kind === 'ident' || (expr.kind === 'call' && attributeCalls.has(expr.name))
}

const attributeCalls: ReadonlySet<string> = new Set(['_[_]', '_[?_]', '_?._', '_?_:_'])

/** The name that a key begins with is part of the way to the element, and free. */
function indexCost([container, key]: readonly Expr[]): number {
  let base = key!
  while (isAttribute(base) && base.kind !== 'ident')
    base = base.kind === 'select' ? base.operand : (base as CallNode).args[0]!
  return (isAttribute(container!) ? 1 : 2) - (base.kind === 'ident' ? 1 : 0)
}

function index(args: readonly Step[], cost: number): Step {
  const [container, key] = args as readonly [Step, Step]
  return (frame) => {
    const value = container(frame)
    const result = celIndex(value, key(frame))
    frame.charge(cost)
    return result
  }
}

function optionalOr(args: readonly Step[], keepOptional: boolean): Step {
  const [left, right] = args as readonly [Step, Step]
  return (frame) => {
    const value = left(frame)
    if (!(value instanceof CelOptional)) return value
    if (value.value === undefined) return right(frame)
    return keepOptional ? value : value.value
  }
}

function planList(expr: ListNode, scope: Scope): Step {
  const elements = expr.elements.map((element) => planNode(element, scope))
  const { optional } = expr
  return (frame) => {
    frame.charge(listCost)
    const items: CelValue[] = []
    elements.forEach((element, i) => {
      const value = element(frame)
      if (!optional.has(i)) items.push(value)
      else if (!(value instanceof CelOptional))
        throw new CelError('cannot initialize optional list element from non-optional value')
      else if (value.value !== undefined) items.push(value.value)
    })
    return new CelArray(items)
  }
}

function planMap(expr: MapNode, scope: Scope): Step {
  const entries = expr.entries.map((entry) => ({
    key: planNode(entry.key, scope),
    value: planNode(entry.value, scope),
    optional: entry.optional,
  }))
  return (frame) => {
    frame.charge(mapCost)
    const map = new CelEntries()
    for (const entry of entries) {
      const key = entry.key(frame)
      const value = entry.value(frame)
      if (!entry.optional) map.add(key, value)
      else if (!(value instanceof CelOptional))
        throw new CelError('cannot initialize optional entry from non-optional value')
      else if (value.value !== undefined) map.add(key, value.value)
    }
    return map
  }
}

function planStruct(expr: StructNode, scope: Scope): Step {
  const { name } = expr
  const { provider } = scope.environment
  if (provider?.constructible !== true || !provider.has(name)) {
    return () => {
      throw new CelError(`unknown type: ${name}`)
    }
  }
  const fields = expr.fields.map((field) => ({ ...field, step: planNode(field.value, scope) }))
  return (frame) => {
    frame.charge(structCost)
    const struct = new CelStruct(name)
    for (const field of fields) {
      const value = field.step(frame)
      if (!field.optional) struct.add(field.name, value)
      else if (!(value instanceof CelOptional))
        throw new CelError(`cannot initialize optional entry '${field.name}' from non-optional value`)
      else if (value.value !== undefined) struct.add(field.name, value.value)
    }
    return struct
  }
}

function planComprehension(expr: ComprehensionNode, scope: Scope): Step {
  if (expr.macro === 'bind') return planBind(expr, scope)
  const locals = new Map(scope.locals)
  const slot = addLocal(locals, expr.variable)
  const slot2 = expr.variable2 === undefined ? undefined : addLocal(locals, expr.variable2)
  const inner: Scope = { environment: scope.environment, locals }
  const range = planNode(expr.range, scope)
  const filter = expr.filter === undefined ? undefined : planNode(expr.filter, inner)
  return planLoop({ macro: expr.macro, slot, slot2, range, filter, body: planNode(expr.body, inner) })
}

/** A new slot; a name that shadows another gets one of its own. */
function addLocal(locals: Map<string, number>, name: string): number {
  let slot = 0
  for (const used of locals.values()) slot = Math.max(slot, used + 1)
  locals.set(name, slot)
  return slot
}

function planBind(expr: ComprehensionNode, scope: Scope): Step {
  const locals = new Map(scope.locals)
  const slot = addLocal(locals, expr.accumulator)
  const init = planNode(expr.init, scope)
  const body = planNode(expr.body, { environment: scope.environment, locals })
  return (frame) => {
    frame.slots[slot] = init(frame)
    return body(frame)
  }
}
