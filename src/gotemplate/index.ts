/**
 * Go's text/template: lexer, parser, executor, its built-in functions, and Go's fmt and strconv as they use them.
 * Behaviour of Go 1.26. Sprig and Helm's functions are `src/helm`'s; they are given to the executor as `GoFunction`s.
 *
 * Invariants: no I/O, no clock but the caller's, every loop bounded by the caller's budget.
 */

export { type Budget, BudgetError, spendParse, treeSize } from './budget.ts'
export { builtinFunctions, escapeHtml, queryEscape } from './builtins.ts'
export { byteLength, byteSlice, decodeBytes, decodeRune, fromBytes, toBytes } from './bytes.ts'
export { compareBasic, equalValues } from './compare.ts'
export { durationText } from './durations.ts'
export { executeTemplate, executorFunctions } from './exec.ts'
export { isStackOverflow, TemplateExecError } from './exec-errors.ts'
export type { TemplateSet } from './exec-run.ts'
export { formatValue, sprint, sprintf, sprintln } from './format.ts'
export { type ParsedTemplate, parseTemplate, TemplateParseError } from './parser.ts'
export { formatFloat, isPrint, parseFloat64, parseInteger, quote, unquote } from './strconv.ts'
export { type ExecutionTrace, noFlow, type TracedBranch, type ValueFlow } from './trace.ts'
export * from './value.ts'
