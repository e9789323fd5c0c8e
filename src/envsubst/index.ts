/**
 * Flux's post-build variable substitution: bash-like `${name}` expressions, as fluxcd/pkg envsubst evaluates them.
 * Invariants: pure; positions are those of the original text.
 */
export * from './evaluate.ts'
export { type EnvNode, type FuncNode, type ListNode, parse, type TextNode } from './parse.ts'
export * from './variables.ts'
