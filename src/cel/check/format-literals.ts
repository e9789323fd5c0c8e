import { parseClause } from '../library/format-string.ts'
import type { Expr } from '../syntax/ast.ts'
import type { CelIssue } from '../syntax/source.ts'
import type { CelType } from '../types.ts'
import { CelError } from '../values/error.ts'

/**
 * Checks a literal format string against a literal list of arguments (cel-go ext/formatting.go stringFormatValidator):
 * what format() would refuse is refused before it runs.
 */
export function checkFormat(expr: Expr, report: (issue: CelIssue) => void): void {
  if (expr.kind !== 'call' || expr.name !== 'format' || expr.target?.kind !== 'literal') return
  const [list] = expr.args
  const { value } = expr.target
  if (typeof value !== 'string' || list?.kind !== 'list') return
  const used = checkClauses(value, list.elements, (message, at) => report({ offset: at ?? expr.offset, message }))
  if (used !== undefined && used < list.elements.length) {
    const message = `too many arguments supplied to string.format (expected ${used}, got ${list.elements.length})`
    report({ offset: expr.offset, message })
  }
}

/** How many arguments the format takes; `undefined` after an error. */
function checkClauses(
  format: string,
  args: readonly Expr[],
  report: (message: string, offset?: number) => void,
): number | undefined {
  let used = 0
  for (let i = 0; i < format.length; ) {
    if (format[i] !== '%') i++
    else if (format[i + 1] === '%') i += 2
    else {
      const failure = checkClause(format, i + 1, args[used], used)
      if ('end' in failure) i = failure.end
      else {
        report(failure.message, failure.offset)
        return undefined
      }
      used++
    }
  }
  return used
}

function checkClause(
  format: string,
  start: number,
  argument: Expr | undefined,
  index: number,
): { readonly end: number } | { readonly message: string; readonly offset?: number } {
  if (start >= format.length) return { message: 'unexpected end of string' }
  if (argument === undefined) return { message: `index ${index} out of range` }
  let clause: ReturnType<typeof parseClause>
  try {
    clause = parseClause(format, start)
  } catch (error) {
    if (error instanceof CelError) return { message: error.message }
    throw error
  }
  const wrong = clause.letter === 's' ? notText(argument) : accepts(clause.letter, argument) ? undefined : argument
  if (wrong === undefined) return { end: clause.end }
  const message = `error during formatting: ${expectations[clause.letter]!}, was given ${typeOf(wrong).name}`
  return { message, offset: wrong.offset }
}

const kinds: Readonly<Record<string, readonly CelType['kind'][]>> = {
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['int', 'uint', 'bool'],
  o: ['int', 'uint'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
}

const hex = 'only integers, byte buffers, and strings can be formatted as hex'
const texts = 'strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps'
const expectations: Readonly<Record<string, string>> = {
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  o: 'octal clause can only be used on integers',
  x: hex,
  X: hex,
  s: `string clause can only be used on ${texts}`,
}

function typeOf(expr: Expr): CelType {
  return expr.type!
}

function accepts(letter: string, argument: Expr): boolean {
  const { kind } = typeOf(argument)
  return kind === 'dyn' || kinds[letter]!.includes(kind)
}

/** The first part of an argument that has no text form. */
function notText(argument: Expr): Expr | undefined {
  const { kind } = typeOf(argument)
  if (kind === 'opaque' || kind === 'object') return argument
  const parts =
    argument.kind === 'list'
      ? argument.elements
      : argument.kind === 'map'
        ? argument.entries.flatMap((entry) => [entry.key, entry.value])
        : []
  for (const part of parts) {
    const wrong = notText(part)
    if (wrong !== undefined) return wrong
  }
  return undefined
}
