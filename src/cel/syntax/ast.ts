import type { Overload } from '../library/define.ts'
import type { CelType } from '../types.ts'
import type { CelValue } from '../values/value.ts'

interface NodeBase {
  /** Offset of the node's token in code points, as error positions count. */
  readonly offset: number
  /** Set by the checker. */
  type?: CelType
}

export interface LiteralNode extends NodeBase {
  readonly kind: 'literal'
  readonly value: CelValue
}
export interface IdentNode extends NodeBase {
  readonly kind: 'ident'
  readonly name: string
}
export interface SelectNode extends NodeBase {
  readonly kind: 'select'
  readonly operand: Expr
  readonly field: string
  /** `has(operand.field)`. */
  readonly testOnly: boolean
  /** Set by the checker when the whole chain names a variable or type (`net.IP`). */
  qualified?: string
}
export interface CallNode extends NodeBase {
  readonly kind: 'call'
  name: string
  /** The receiver of a member call; cleared by the checker when it turns out to be a namespace (`sets.contains`). */
  target: Expr | undefined
  readonly args: readonly Expr[]
  /** The signatures that fit, set by the checker: several where types are dynamic. */
  overloads?: readonly Overload[]
}
export interface ListNode extends NodeBase {
  readonly kind: 'list'
  readonly elements: readonly Expr[]
  /** Indexes of `?element`s. */
  readonly optional: ReadonlySet<number>
}
export interface MapEntry {
  readonly offset: number
  readonly key: Expr
  readonly value: Expr
  readonly optional: boolean
}
export interface MapNode extends NodeBase {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}
export interface StructNode extends NodeBase {
  readonly kind: 'struct'
  readonly name: string
  readonly fields: readonly {
    readonly offset: number
    readonly name: string
    readonly value: Expr
    readonly optional: boolean
  }[]
}

export type ComprehensionMacro =
  | 'all'
  | 'exists'
  | 'existsOne'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'
  | 'bind'

/**
 * An expanded macro. The checker reads it as the fold it stands for (`init`, `step`, `result` over the accumulator);
 * the evaluator runs `macro` directly over `range`, `filter` and `body`, which are the same nodes.
 */
export interface ComprehensionNode extends NodeBase {
  readonly kind: 'comprehension'
  readonly macro: ComprehensionMacro
  readonly range: Expr
  readonly variable: string
  readonly variable2: string | undefined
  readonly accumulator: string
  readonly init: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
  readonly filter: Expr | undefined
  readonly body: Expr
}

export type Expr = LiteralNode | IdentNode | SelectNode | CallNode | ListNode | MapNode | StructNode | ComprehensionNode

/** `a.b.c` as one name when the expression is nothing but identifiers; `undefined` otherwise. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  if (expr.kind !== 'select' || expr.testOnly) return undefined
  const prefix = qualifiedName(expr.operand)
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`
}
