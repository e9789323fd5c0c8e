import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  aggregateConditions,
  applyConditionPatch,
  type Condition,
  compareConditions,
  diffConditions,
  type MergeOptions,
  mirrorCondition,
  setCondition,
  summarizeConditions,
  trimConditionMessage,
} from '../../../src/flux/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Case {
  readonly id: string
  readonly [key: string]: unknown
}

const context = { generation: 0, now: '2026-01-01T00:00:00Z' }

/** Status conditions as fluxcd/pkg runtime/conditions sets, orders, merges and patches them. */
export const suite: ConformanceSuite = {
  name: 'conditions',
  corpus: 'conformance/conditions',
  *run(corpusDir, filter) {
    const runners: Record<string, (one: Case) => unknown> = { order, patch, set, summary, 'trim-message': trim }
    for (const [name, runner] of Object.entries(runners)) {
      const file = JSON.parse(readFileSync(join(corpusDir, `${name}.json`), 'utf8')) as { cases: Case[] }
      for (const one of file.cases) if (filter(one.id)) yield result(one, runner(one))
    }
  },
}

function result(one: Case, got: unknown): CaseResult {
  const wanted =
    'less' in one ? one['less'] : 'expected' in one ? one['expected'] : one['error'] === true ? 'error' : one['want']
  const pass = canonical(got) === canonical(wanted)
  return pass ? { id: one.id, pass } : { id: one.id, pass, detail: `want ${canonical(wanted)}\ngot  ${canonical(got)}` }
}

/** Times and the zero generation are not part of the expectations. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (key, inner) => {
    if (key === 'lastTransitionTime' || (key === 'observedGeneration' && inner === 0)) return undefined
    if (inner === '' && (key === 'reason' || key === 'message')) return undefined
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function order(one: Case): boolean {
  return compareConditions(one['a'] as Condition, one['b'] as Condition) < 0
}

function trim(one: Case): string {
  return trimConditionMessage(one['message'] as string, one['maxLength'] as number)
}

function set(one: Case): unknown {
  return setCondition(one['to'] as Condition[], one['condition'] as Condition, context)
}

function patch(one: Case): unknown {
  const steps = diffConditions(one['before'] as Condition[], one['after'] as Condition[])
  if (!('latest' in one)) {
    return steps.map((step) => ({
      op: `${step.op}ConditionPatch`,
      ...(step.op === 'Add' ? {} : { before: step.before }),
      ...(step.op === 'Remove' ? {} : { after: step.after }),
    }))
  }
  const owned = ((one['options'] ?? []) as { withOwnedConditions?: string[] }[]).flatMap(
    (option) => option.withOwnedConditions ?? [],
  )
  try {
    return applyConditionPatch(one['latest'] as Condition[], steps, context, { owned })
  } catch {
    return 'error'
  }
}

const optionNames: Record<string, keyof MergeOptions> = {
  withConditions: 'types',
  withNegativePolarityConditions: 'negativePolarity',
  withSourceRef: 'sourceRef',
  withSourceRefIf: 'sourceRefIf',
  withCounter: 'counter',
  withCounterIfOnly: 'counterIfOnly',
  withStepCounter: 'stepCounter',
  withStepCounterIf: 'stepCounter',
  withStepCounterIfOnly: 'stepCounterIfOnly',
  withLatestGeneration: 'latestGeneration',
}

/** The extraction lost the options of these aggregate cases; they are those of the upstream test (getter_test.go). */
const lostOptions: Record<string, Record<string, unknown>[]> = {
  'subset conditions': [{ withConditions: ['bar'] }],
  'subset priority conditions': [{ withConditions: ['bar', 'Ready'] }],
  'subset priority conditions (inverse)': [{ withConditions: ['Ready', 'bar'] }],
  'source ref': [{ withSourceRef: true }],
}

function optionsOf(one: Case): Record<string, unknown>[] {
  const given = (one['options'] ?? []) as Record<string, unknown>[]
  if (given.length > 0 || one['op'] !== 'aggregate') return given
  const lost = Object.keys(lostOptions).find((end) => one.id.endsWith(end))
  return lost === undefined ? [] : lostOptions[lost]!
}

function summary(one: Case): unknown {
  const options: Record<string, unknown> = {}
  for (const option of optionsOf(one)) {
    for (const [name, value] of Object.entries(option)) {
      options[optionNames[name] ?? name] = name === 'withStepCounterIf' && Array.isArray(value) ? value[0] : value
    }
  }
  const target = (one['target'] as string | undefined) ?? 'Ready'
  if (one['op'] === 'aggregate') {
    const holders = (one['from'] as Condition[][]).map((conditions) => ({ conditions }))
    return aggregateConditions(holders, target, options)
  }
  const holder = { conditions: one['from'] as Condition[] }
  return one['op'] === 'mirror' ? mirrorCondition(holder, target) : summarizeConditions(holder, target, options)
}
