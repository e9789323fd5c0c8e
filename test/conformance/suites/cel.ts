import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../../../src/base/index.ts'
import { createHealthChecks, createHealthEvaluator, fluxBase, parseFluxExpression } from '../../../src/cel/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Case {
  readonly id: string
  readonly errorContains?: string
  readonly result?: unknown
  readonly status?: string
  readonly evaluate?: 'parse' | 'bool' | 'string' | 'stringSlice' | 'any'
  readonly expr?: string
  readonly options?: { compile?: boolean; outputType?: string; structVariables?: string[] }
  readonly data?: JsonObject
  readonly exprs?: { current: string; inProgress?: string; failed?: string }
  readonly object?: JsonObject
  readonly healthCheck?: { group: string; kind?: string }
  readonly gk?: { group: string; kind: string }
  readonly supported?: boolean
}

const base = fluxBase()

/** Flux's CEL expressions and health checks. */
export const suite: ConformanceSuite = {
  name: 'cel',
  corpus: 'conformance/cel',
  *run(corpusDir, filter): Iterable<CaseResult> {
    for (const file of ['expression', 'health', 'health-new', 'health-supports']) {
      const { cases } = JSON.parse(readFileSync(join(corpusDir, `${file}.json`), 'utf8')) as { cases: Case[] }
      for (const test of cases) if (filter(test.id)) yield judge(test, runCase(test))
    }
  },
}

function runCase(test: Case): { value: unknown } | { error: string } {
  if (test.healthCheck !== undefined && test.gk !== undefined) {
    const { group, kind } = test.healthCheck
    const result = createHealthChecks(base, [
      { apiVersion: `${group}/v1`, current: 'true', ...(kind === undefined ? {} : { kind }) },
    ])
    return 'error' in result ? result : { value: result.checks.supports(test.gk.group, test.gk.kind) }
  }
  if (test.exprs !== undefined) {
    const made = createHealthEvaluator(base, test.exprs)
    return 'error' in made
      ? made
      : test.object === undefined
        ? { value: undefined }
        : made.evaluator.evaluate(test.object)
  }
  const parsed = parseFluxExpression(base, test.expr!, test.options)
  if ('error' in parsed) return parsed
  const { expression } = parsed
  switch (test.evaluate) {
    case 'bool':
      return expression.boolean(test.data!)
    case 'string':
      return expression.string(test.data!)
    case 'stringSlice':
      return expression.stringList(test.data!)
    case 'any':
      return expression.any(test.data!)
    default:
      return { value: undefined }
  }
}

function judge(test: Case, got: { value: unknown } | { error: string }): CaseResult {
  const detail = `want ${JSON.stringify(test.errorContains ?? test.result ?? test.status)}\ngot  ${JSON.stringify(got)}`
  if ('error' in got) {
    return { id: test.id, pass: test.errorContains !== undefined && got.error.includes(test.errorContains), detail }
  }
  const want = test.result ?? test.status ?? test.supported
  return { id: test.id, pass: test.errorContains === undefined && isDeepStrictEqual(got.value, want), detail }
}
