import { type CelType, parseType, splitTypes } from '../types.ts'
import { noSuchOverload } from '../values/error.ts'
import { hasType, typeName } from '../values/type-of.ts'
import type { CelValue } from '../values/value.ts'

/** One signature of a function. The receiver of a member is its first argument type. */
export interface Overload {
  readonly member: boolean
  readonly args: readonly CelType[]
  readonly result: CelType
  readonly parameters: readonly string[]
}

/** What functions may ask of the program that runs them. */
export interface CallContext {
  /** Asks before work of a size: throws `CelBudgetError` when the budget does not allow for it. */
  reserve(cost: number): void
  /** A compiled RE2 pattern, from the program's cache. Throws `CelError` for a bad one. */
  regex(pattern: string): CompiledRegex
}

export interface CompiledRegex {
  test(text: string): boolean
  /** Up to `limit` matches; negative = all. */
  findAll(text: string, limit: number): string[]
}

/** `result` is the type the checker found, where it ran: an empty list does not show of what it is empty. */
export type FunctionCall = (args: readonly CelValue[], context: CallContext, result?: CelType) => CelValue

/** A function by name: its signatures for the checker, and one implementation that looks at run-time types. */
export interface FunctionDefinition {
  readonly name: string
  readonly overloads: readonly Overload[]
  readonly call: FunctionCall
}

/**
 * Defines a function. Signatures are `(string, int) string` for global calls and `string.(int) string` for members.
 * The implementation returns `undefined` for argument types it does not take.
 */
export function define(
  name: string,
  signatures: readonly string[],
  call: (args: readonly CelValue[], context: CallContext, result?: CelType) => CelValue | undefined,
): FunctionDefinition {
  return {
    name,
    overloads: signatures.map(parseSignature),
    call: (args, context, type) => {
      const result = call(args, context, type)
      if (result === undefined) throw noSuchOverload(unsupported(name, args))
      return result
    },
  }
}

function parseSignature(text: string): Overload {
  const open = findOpen(text)
  const member = open > 0
  const close = closing(text, open)
  const args = splitTypes(text.slice(open + 1, close)).map(parseType)
  const all = member ? [parseType(text.slice(0, open - 1)), ...args] : args
  const result = parseType(text.slice(close + 1))
  const parameters = new Set<string>()
  for (const type of [...all, result]) collectParameters(type, parameters)
  return { member, args: all, result, parameters: [...parameters] }
}

/** The `(` of the argument list: at the start, or after the receiver's dot. */
function findOpen(text: string): number {
  return text.startsWith('(') ? 0 : text.indexOf('.(') + 1
}

function closing(text: string, open: number): number {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')' && --depth === 0) return i
  }
  return text.length
}

function collectParameters(type: CelType, into: Set<string>): void {
  if (type.kind === 'param') into.add(type.name)
  for (const parameter of type.parameters) collectParameters(parameter, into)
}

/** Joins libraries; a name defined twice has both sets of signatures, and the first implementation that fits. */
export function mergeFunctions(
  libraries: readonly (readonly FunctionDefinition[])[],
): ReadonlyMap<string, FunctionDefinition> {
  const out = new Map<string, FunctionDefinition>()
  for (const definition of libraries.flat()) {
    const known = out.get(definition.name)
    out.set(definition.name, known === undefined ? definition : merge(known, definition))
  }
  return out
}

function merge(a: FunctionDefinition, b: FunctionDefinition): FunctionDefinition {
  return {
    name: a.name,
    overloads: [...a.overloads, ...b.overloads],
    call: (args, context, type) => {
      const fits = (definition: FunctionDefinition): boolean =>
        definition.overloads.some((overload) => matches(overload, args))
      return fits(a) || !fits(b) ? a.call(args, context, type) : b.call(args, context, type)
    },
  }
}

function matches(overload: Overload, args: readonly CelValue[]): boolean {
  return overload.args.length === args.length && overload.args.every((type, i) => hasType(args[i]!, type))
}

/** Functions with one body for all signatures, and those with one signature, leave out the argument types. */
const named: ReadonlySet<string> = new Set(['size', 'sort', '@sortByAssociatedKeys'])
const plain: ReadonlySet<string> = new Set(['contains', 'startsWith', 'endsWith', 'matches'])

function unsupported(name: string, args: readonly CelValue[]): string {
  if (plain.has(name)) return ''
  return named.has(name) ? name : `${name}(${args.map(typeName).join(', ')})`
}
