import type { Rule } from './types.ts'

/** Every rule, sorted by code. */
export const rules: readonly Rule[] = []
