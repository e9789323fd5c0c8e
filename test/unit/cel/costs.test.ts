import { expect, it } from 'vitest'
import { compile, fromJson, intType, kubernetesBase, listType, mapType, stringType } from '../../../src/cel/index.ts'

const data = { i: 3, s: 'héllo', strs: ['a', 'b', 'é'], m: { a: 1, b: 2 } }
const environment = kubernetesBase().environment(
  new Map([
    ['i', intType],
    ['s', stringType],
    ['strs', listType(stringType)],
    ['m', mapType(stringType, intType)],
  ]),
)

/** Costs that cel-go 0.26.0 counted with apiserver 0.36.1's libraries. */
it.each([
  ["strs.exists(x, x == 'b')", 17],
  ["strs.all(x, x in ['a', 'b', 'é'])", 14],
  ['i in [1, 2, 3]', 1],
  ['m.all(k, m[k] > 0)', 14],
  ['[1, 2][0]', 2],
  ["{'a': {'b': 1}}.a.b", 3],
  ['m[strs[0]] > 0', 4],
  ["strs.map(x, {'k': x})[0].k", 134],
])('%s costs %i', (text, cost) => {
  const compiled = compile(text, environment)
  if ('problem' in compiled) throw new Error(compiled.problem.text)
  const result = compiled.program.evaluate({
    get: (name) => (Object.hasOwn(data, name) ? fromJson(data[name as keyof typeof data]) : undefined),
  })
  expect(result.cost).toBe(cost)
})
