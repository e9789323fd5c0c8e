import { compileRegex } from '../eval/regex.ts'
import { parseGoDuration } from '../go/duration.ts'
import { parseRfc3339 } from '../go/timestamp.ts'
import { isTimestampInRange } from '../library/operators.ts'
import type { Expr } from '../syntax/ast.ts'
import type { CelIssue } from '../syntax/source.ts'
import type { CelType } from '../types.ts'
import type { CelValue } from '../values/value.ts'
import { unwrapOptional } from './assign.ts'
import { children } from './checker.ts'
import { checkFormat } from './format-literals.ts'

/**
 * The AST validators Kubernetes runs after type-checking (cel-go cel/validator.go): literal arguments of duration(),
 * timestamp() and matches(), and lists and maps of mixed types (but for the arguments of format()).
 */
export function validateLiterals(root: Expr, withArguments: boolean): readonly CelIssue[] {
  const groups: CelIssue[][] = [[], [], [], []]
  visit(root, false)
  return groups.flat()

  function visit(expr: Expr, exempt: boolean): void {
    if (expr.kind === 'call' && withArguments) checkArgument(expr)
    checkFormat(expr, (issue) => groups[3]!.push(issue))
    if (expr.kind === 'list' && !exempt)
      sameTypes(
        expr.elements.map((element, i) => [element, expr.optional.has(i)]),
        true,
      )
    if (expr.kind === 'map' && !exempt) {
      sameTypes(
        expr.entries.map((entry) => [entry.key, false]),
        false,
      )
      sameTypes(
        expr.entries.map((entry) => [entry.value, entry.optional]),
        false,
      )
    }
    const inner = exempt || (expr.kind === 'call' && expr.name === 'format')
    for (const child of children(expr)) visit(child, inner)
  }

  function checkArgument(expr: Expr & { kind: 'call' }): void {
    const literal = expr.args[0]
    if (literal?.kind !== 'literal') return
    const { value } = literal
    const text = typeof value === 'string' ? value : undefined
    const report = (group: number): void => {
      groups[group]!.push({ offset: literal.offset, message: `invalid ${expr.name} argument` })
    }
    // Only text makes a duration when it is worked out without types.
    if (expr.name === 'duration' && (text === undefined || parseGoDuration(text) === undefined)) report(0)
    if (expr.name === 'timestamp' && !isTimestamp(value)) report(1)
    if (expr.name === 'matches' && text !== undefined && 'error' in compileRegex(text)) report(2)
  }

  function sameTypes(items: readonly (readonly [Expr, boolean])[], stopAtFirst: boolean): void {
    let expected: CelType | undefined
    for (const [item, optional] of items) {
      const type = optional ? unwrapOptional(item.type!).type : item.type!
      if (expected === undefined) expected = type
      else if (!isEquivalent(expected, type)) {
        groups[3]!.push({ offset: item.offset, message: `expected type '${expected.key}' but found '${type.key}'` })
        if (stopAtFirst) return
      }
    }
  }
}

/** Equal but for dyn, which is every type (cel-go Type.IsEquivalentType compares kinds and names, then parameters). */
function isEquivalent(a: CelType, b: CelType): boolean {
  if (a.kind !== b.kind || a.name !== b.name || a.parameters.length !== b.parameters.length) return false
  return a.parameters.every((type, i) => isEquivalent(type, b.parameters[i]!))
}

function isTimestamp(value: CelValue): boolean {
  const nanos =
    typeof value === 'string' ? parseRfc3339(value) : typeof value === 'bigint' ? value * 1_000_000_000n : undefined
  return nanos !== undefined && isTimestampInRange(nanos)
}
