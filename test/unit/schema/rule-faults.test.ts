import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kubernetesBase } from '../../../src/cel/index.ts'
import { compileRules } from '../../../src/schema/cel-rules.ts'
import { mostElementsOf } from '../../../src/schema/cel-types.ts'
import { ruleFaults, type StructuralSchema } from '../../../src/schema/index.ts'

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'))
}

// What apiextensions-apiserver 0.36.4's compilation estimates (MaxCost of pkg/apiserver/schema/cel.Compile).
test('estimates are those of cel-go with the functions of Kubernetes', () => {
  const { properties, costs } = read('cel-costs.json') as {
    properties: NonNullable<StructuralSchema['properties']>
    costs: [rule: string, cost: string][]
  }
  const rules = costs.map(([rule]) => ({ rule }))
  const schema: StructuralSchema = { type: 'object', properties, 'x-kubernetes-validations': rules }
  const base = kubernetesBase()
  const { rules: compiled, declaration } = compileRules(() => base, schema, false)!
  const found = compiled.map(({ rule, program }) => [
    rule.rule,
    String(program?.mostCost(mostElementsOf(declaration!)) ?? 'does not compile'),
  ])
  expect(found).toEqual(costs)
  expect(costs.length).toBeGreaterThan(300)
})

// What kube-apiserver 1.36.4 says of a definition with such a `spec`, and nothing where it takes it.
const recorded = read('kube-apiserver/rules.json') as { spec: StructuralSchema; message?: string }[]

test.each(recorded)('$spec', ({ spec, message }) => {
  const root = 'spec.validation.openAPIV3Schema'
  const faults = ruleFaults({ type: 'object', properties: { spec } }, root)
  const texts = faults.map(({ path, message: text }) => `${path === '' ? root : `${root}.${path}`}: ${text}`)
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const whole = `CustomResourceDefinition.apiextensions.k8s.io "things.rules.example.io" is invalid: ${list}`
  expect(texts.length === 0 ? undefined : whole).toBe(message)
})

test('recorded answers are of both kinds', () => {
  expect(recorded.filter(({ message }) => message !== undefined).length).toBeGreaterThan(20)
  expect(recorded.filter(({ message }) => message === undefined).length).toBeGreaterThan(20)
})
