import { expect, it } from 'vitest'
import { createHealthChecks, createHealthEvaluator, fluxBase } from '../../../src/cel/index.ts'

const base = fluxBase()
const ready = {
  current: "status.conditions.filter(e, e.type == 'Ready').all(e, e.status == 'True')",
  failed: "status.conditions.filter(e, e.type == 'Ready').all(e, e.status == 'False')",
}

function healthOf(object: Parameters<typeof evaluate>[0]): unknown {
  return evaluate(object)
}

function evaluate(object: Record<string, never> | object): unknown {
  const made = createHealthEvaluator(base, ready)
  if ('error' in made) return made.error
  const result = made.evaluator.evaluate(object as never)
  return 'error' in result ? result.error : result.value
}

it('reads health by the expressions, in the order in progress, failed, current', () => {
  expect(healthOf({ status: { conditions: [{ type: 'Ready', status: 'True' }] } })).toBe('Current')
  expect(healthOf({ status: { conditions: [{ type: 'Ready', status: 'False' }] } })).toBe('Failed')
  expect(healthOf({ status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } })).toBe('InProgress')
})

it('is in progress until the controller has seen the generation', () => {
  const status = { conditions: [{ type: 'Ready', status: 'True' }], observedGeneration: 1 }
  expect(healthOf({ metadata: { generation: 2 }, status })).toBe('InProgress')
})

it('says which expression could not be evaluated', () => {
  expect(healthOf({ status: {} })).toContain('no such key: conditions')
  expect(healthOf({})).toContain('no such attribute(s): status')
})

it('finds a check by kind before one by group, and refuses two for the same', () => {
  const all = { apiVersion: 'example.com/v1', current: 'true' }
  const one = { apiVersion: 'example.com/v1', kind: 'Thing', current: 'false' }
  const made = createHealthChecks(base, [all, one])
  if ('error' in made) throw new Error(made.error)
  expect(made.checks.supports('example.com', 'Other')).toBe(true)
  expect(made.checks.supports('other.com', 'Thing')).toBe(false)
  expect(made.checks.evaluatorFor('example.com', 'Thing')?.evaluate({})).toEqual({ value: 'InProgress' })
  expect(made.checks.evaluatorFor('example.com', 'Other')?.evaluate({})).toEqual({ value: 'Current' })
  expect(createHealthChecks(base, [one, one])).toEqual({
    error: 'duplicate custom health check for GroupKind Thing.example.com at healthchecks[1]',
  })
})
