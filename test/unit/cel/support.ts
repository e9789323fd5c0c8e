import type { JsonObject } from '../../../src/base/index.ts'
import {
  type CelValue,
  compile,
  dynType,
  fromJson,
  kubernetesBase,
  mapType,
  stringType,
} from '../../../src/cel/index.ts'

const base = kubernetesBase()

/** Compiles and runs an expression over an object in the variable `object`; the value, or the error's text. */
export function evaluate(text: string, object: JsonObject = {}): CelValue | { readonly error: string } {
  const environment = base.environment(new Map([['object', mapType(stringType, dynType)]]))
  const compiled = compile(text, environment)
  if ('problem' in compiled) return { error: compiled.problem.text }
  const result = compiled.program.evaluate({ get: (name) => (name === 'object' ? fromJson(object) : undefined) })
  return 'error' in result ? { error: result.error } : result.value
}

/** The error of an expression; fails the test's expectation with the value where there is none. */
export function errorOf(text: string, object: JsonObject = {}): unknown {
  const result = evaluate(text, object)
  return typeof result === 'object' && result !== null && 'error' in result ? result.error : result
}
