import type { Expr } from '../syntax/ast.ts'

const conversions: ReadonlySet<string> = new Set(
  'bool bytes double duration dyn int string timestamp type uint'.split(' '),
)

/** True for literals, lists and maps of constants, and conversions of constants: their value is known beforehand. */
export function isConstant(expr: Expr): boolean {
  if (expr.kind === 'literal') return true
  if (expr.kind === 'list') return expr.optional.size === 0 && expr.elements.every(isConstant)
  if (expr.kind === 'map') {
    return expr.entries.every((entry) => !entry.optional && isConstant(entry.key) && isConstant(entry.value))
  }
  return isConversion(expr) && isConstant(expr.args[0]!)
}

/** A call of a conversion with one argument. */
export function isConversion(expr: Expr): expr is Extract<Expr, { kind: 'call' }> {
  return expr.kind === 'call' && expr.target === undefined && expr.args.length === 1 && conversions.has(expr.name)
}
