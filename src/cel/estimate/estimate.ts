import { listCost, mapCost, structCost } from '../eval/cost.ts'
import type { CallNode, ComprehensionNode, Expr, ListNode, MapNode, SelectNode } from '../syntax/ast.ts'
import { optionalBinding } from '../syntax/macros.ts'
import { type CelType, dynType, isOptionalType } from '../types.ts'
import { type CallEstimate, callEstimate, type Entry, type EstimatedNode } from './calls.ts'
import { add, fixed, multiply, nothing, type Range, union, unknown } from './range.ts'

/**
 * The most elements of a value that variables lead to, where that is known: characters, bytes, items or entries. A path
 * is the variable and then names of fields, `@items`, `@indices`, `@keys` and `@values`.
 */
export type MostElements = (path: readonly string[]) => bigint | undefined

/**
 * What a checked expression costs at least and at most, for values whose sizes are known in part.
 * Source: cel-go 0.26 checker/cost.go with the options of Kubernetes' environment (`has` costs nothing).
 */
export function estimateCost(expr: Expr, mostElements: MostElements): Range {
  return new Estimator(mostElements).cost(expr)
}

interface LocalVariable {
  readonly path: readonly string[]
  readonly size: Range | undefined
  readonly entry: Entry | undefined
  /** What naming it costs: a stand-in for an expression costs as much as that. */
  readonly cost: Range
}

const one = fixed(1n)
const noPath: readonly string[] = []

class Estimator {
  readonly #mostElements: MostElements
  readonly #paths = new Map<Expr, readonly string[]>()
  readonly #sizes = new Map<Expr, Range>()
  readonly #entries = new Map<Expr, Entry>()
  readonly #locals = new Map<string, LocalVariable[]>()

  constructor(mostElements: MostElements) {
    this.#mostElements = mostElements
  }

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return nothing
      case 'ident':
        return this.#ident(expr, expr.name)
      case 'select':
        return this.#select(expr)
      case 'call':
        return this.#call(expr)
      case 'list':
        return this.#list(expr)
      case 'map':
        return this.#map(expr)
      case 'struct':
        return expr.fields.reduce((all, field) => add(all, this.cost(field.value)), fixed(BigInt(structCost)))
      case 'comprehension':
        return expr.macro === 'bind' ? this.#bind(expr) : this.#comprehension(expr)
    }
  }

  #ident(expr: Expr, name: string): Range {
    const local = this.#local(name)
    this.#paths.set(expr, local?.path ?? [name])
    return local?.cost ?? one
  }

  #select(expr: SelectNode): Range {
    if (expr.qualified !== undefined) return this.#ident(expr, expr.qualified)
    const operand = this.cost(expr.operand)
    if (expr.testOnly) return operand
    this.#paths.set(expr, [...this.#pathOf(expr.operand), expr.field])
    const { kind } = typeOf(expr.operand)
    return kind === 'map' || kind === 'object' || kind === 'param' ? add(operand, one) : operand
  }

  #call(expr: CallNode): Range {
    if (expr.name === 'dyn') {
      const argument = expr.args[0]!
      const cost = this.cost(argument)
      this.#copySizes(expr, argument)
      return add(one, cost)
    }
    const costs = expr.args.map((argument) => this.cost(argument))
    const args = expr.args.map((argument) => this.#node(argument))
    const target = expr.target === undefined ? undefined : this.cost(expr.target)
    const receiver = expr.target === undefined ? undefined : this.#node(expr.target)
    let cost: Range | undefined
    let size: Range | undefined
    for (const overload of expr.overloads ?? []) {
      const call = { name: expr.name, overload, target: receiver, args, costs }
      const found = callEstimate(call, { elements: this.#mostElements, entryOf: (node) => this.#entryOf(node) })
      cost = cost === undefined ? found.cost : union(cost, found.cost)
      if (found.size !== undefined) size = size === undefined ? found.size : union(size, found.size)
      if (found.entry !== undefined) this.#entries.set(expr, found.entry)
      size = this.#indexed(expr, overload.args[0]?.kind) ?? size ?? this.#sizeOf(expr)
    }
    if (cost === undefined) return nothing
    if (size !== undefined) this.#sizes.set(expr, size)
    return target === undefined ? cost : add(target, cost)
  }

  /** Where an index leads, and the size of what is there. */
  #indexed(expr: CallNode, kind: CelType['kind'] | undefined): Range | undefined {
    if (expr.name !== '_[_]' || (kind !== 'list' && kind !== 'map')) return undefined
    const container = expr.args[0]!
    this.#paths.set(expr, [...this.#pathOf(container), kind === 'list' ? '@items' : '@values'])
    return this.#entryOf(container)?.value
  }

  #list(expr: ListNode): Range {
    let cost = fixed(BigInt(listCost))
    let item: Range | undefined
    for (const element of expr.elements) {
      cost = add(cost, this.cost(element))
      const size = this.#sizeOf(element) ?? unknown
      item = item === undefined ? size : union(item, size)
    }
    this.#entries.set(expr, { isList: true, key: one, value: item ?? nothing })
    return cost
  }

  #map(expr: MapNode): Range {
    let cost = fixed(BigInt(mapCost))
    let key: Range | undefined
    let value: Range | undefined
    for (const entry of expr.entries) {
      cost = add(cost, add(this.cost(entry.key), this.cost(entry.value)))
      const keySize = this.#sizeOf(entry.key) ?? unknown
      const valueSize = this.#sizeOf(entry.value) ?? unknown
      key = key === undefined ? keySize : union(key, keySize)
      value = value === undefined ? valueSize : union(value, valueSize)
    }
    this.#entries.set(expr, { isList: false, key: key ?? nothing, value: value ?? nothing })
    return cost
  }

  #bind(expr: ComprehensionNode): Range {
    const init = this.cost(expr.init)
    const isStandIn = expr.accumulator === optionalBinding
    const range = isStandIn ? nothing : this.cost(expr.range)
    this.#push(expr.accumulator, { ...this.#about(expr.init), cost: isStandIn ? init : one })
    const result = this.cost(expr.result)
    this.#pop(expr.accumulator)
    this.#copySizes(expr, expr.result)
    return isStandIn ? result : add(add(range, init), result)
  }

  #comprehension(expr: ComprehensionNode): Range {
    const { range, init } = expr
    const before = add(this.cost(range), this.cost(init))
    this.#push(expr.accumulator, { ...this.#about(init), cost: one })
    const isList = this.#entryOf(range)?.isList ?? typeOf(range).kind === 'list'
    if (expr.variable2 === undefined) this.#pushElement(expr.variable, range, isList ? '@items' : '@keys')
    else {
      this.#pushElement(expr.variable, range, isList ? '@indices' : '@keys')
      this.#pushElement(expr.variable2, range, isList ? '@items' : '@values')
    }
    const turn = add(this.cost(expr.condition), this.cost(expr.step))
    this.#pop(expr.variable)
    if (expr.variable2 !== undefined) this.#pop(expr.variable2)
    const result = this.cost(expr.result)
    this.#pop(expr.accumulator)
    const count = this.#sizeOf(range) ?? unknown
    if (init.kind === 'literal') {
      const size = this.#sizeOf(init)
      if (size !== undefined) this.#sizes.set(expr, size)
    } else if (init.kind === 'list' || init.kind === 'map') {
      this.#sizes.set(expr, count)
      const entry = this.#entryOf(expr.step)
      if (entry !== undefined) this.#entries.set(expr, entry)
    }
    return add(add(before, result), multiply(count, turn))
  }

  #pushElement(name: string, range: Expr, part: '@items' | '@indices' | '@keys' | '@values'): void {
    const entry = this.#entryOf(range)
    const size = part === '@items' || part === '@values' ? entry?.value : entry?.key
    this.#push(name, { path: [...this.#pathOf(range), part], size, entry: undefined, cost: one })
  }

  #about(expr: Expr): Pick<LocalVariable, 'path' | 'size' | 'entry'> {
    return { path: this.#pathOf(expr), size: this.#sizeOf(expr), entry: this.#entryOf(expr) }
  }

  #push(name: string, variable: LocalVariable): void {
    const known = this.#locals.get(name)
    if (known === undefined) this.#locals.set(name, [variable])
    else known.push(variable)
  }

  #pop(name: string): void {
    this.#locals.get(name)?.pop()
  }

  #local(name: string): LocalVariable | undefined {
    return this.#locals.get(name)?.at(-1)
  }

  #localOf(expr: Expr): LocalVariable | undefined {
    return expr.kind === 'ident' ? this.#local(expr.name) : undefined
  }

  #pathOf(expr: Expr): readonly string[] {
    return this.#localOf(expr)?.path ?? this.#paths.get(expr) ?? noPath
  }

  #node(expr: Expr): EstimatedNode {
    return { expr, path: this.#pathOf(expr), type: typeOf(expr), size: this.#sizeOf(expr) }
  }

  #copySizes(to: Expr, from: Expr): void {
    const size = this.#sizeOf(from)
    if (size !== undefined) this.#sizes.set(to, size)
    const entry = this.#entryOf(from)
    if (entry !== undefined) this.#entries.set(to, entry)
  }

  #sizeOf(expr: Expr): Range | undefined {
    const known = this.#sizes.get(expr) ?? writtenSize(expr)
    if (known !== undefined) return known
    const path = this.#pathOf(expr)
    const elements = path.length === 0 ? undefined : this.#mostElements(path)
    if (elements !== undefined) {
      const size = { min: 0n, max: elements }
      this.#sizes.set(expr, size)
      return size
    }
    return hasOneSize(typeOf(expr)) ? one : this.#localOf(expr)?.size
  }

  #entryOf(expr: Expr): Entry | undefined {
    return this.#entries.get(expr) ?? this.#localOf(expr)?.entry
  }
}

function typeOf(expr: Expr): CelType {
  return expr.type ?? dynType
}

/** The size of what is written out: characters, bytes, elements. */
function writtenSize(expr: Expr): Range | undefined {
  if (expr.kind === 'list') return fixed(BigInt(expr.elements.length))
  if (expr.kind === 'map') return fixed(BigInt(expr.entries.length))
  if (expr.kind !== 'literal') return undefined
  const { value } = expr
  if (typeof value === 'string') return fixed(BigInt([...value].length))
  return value instanceof Uint8Array ? fixed(BigInt(value.length)) : one
}

function hasOneSize(type: CelType): boolean {
  switch (type.kind) {
    case 'bool':
    case 'double':
    case 'duration':
    case 'int':
    case 'timestamp':
    case 'uint':
      return true
    case 'opaque':
      return isOptionalType(type) && hasOneSize(type.parameters[0]!)
    default:
      return false
  }
}

export type { CallEstimate }
