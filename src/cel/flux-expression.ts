import type { JsonObject, JsonValue } from '../base/index.ts'
import { compile } from './compile.ts'
import type { CelBase } from './environments.ts'
import { dynType, mapType, stringType } from './types.ts'
import { fromJson, toJson } from './values/json.ts'
import { typeName } from './values/type-of.ts'
import { CelList, type CelValue } from './values/value.ts'

/** A CEL expression of a Flux API over JSON data. Errors carry fluxcd/pkg's texts. */
export interface FluxExpression {
  readonly text: string
  boolean(data: JsonObject): Answer<boolean>
  string(data: JsonObject): Answer<string>
  stringList(data: JsonObject): Answer<string[]>
  any(data: JsonObject): Answer<JsonValue>
}

export type Answer<T> = { readonly value: T } | { readonly error: string }

export interface FluxExpressionOptions {
  /** Checks names and types now rather than when it runs. */
  readonly compile?: boolean
  /** Variables that hold objects (`google.protobuf.Struct`); only with `compile`. */
  readonly structVariables?: readonly string[]
  /** The type the result must have (`bool`, `string`); only with `compile`. */
  readonly outputType?: string
}

/**
 * Reads an expression as Flux's controllers do (fluxcd/pkg runtime/cel/expression.go): Kustomization health checks only
 * parse, Receivers and others compile.
 */
export function parseFluxExpression(
  base: CelBase,
  text: string,
  options: FluxExpressionOptions = {},
): { readonly expression: FluxExpression } | { readonly error: string } {
  const structVariables = options.structVariables ?? []
  if (options.compile !== true && (options.outputType !== undefined || structVariables.length > 0)) {
    return { error: 'output type and variables can only be set when compiling the expression' }
  }
  const struct = mapType(stringType, dynType)
  const environment = base.environment(new Map(structVariables.map((name) => [name, struct])))
  const compiled = compile(text, environment, { check: options.compile === true })
  if ('problem' in compiled) {
    return {
      error:
        compiled.problem.stage === 'compile'
          ? `failed to parse the CEL expression '${text}': ${compiled.problem.text}`
          : `failed to create CEL program: ${compiled.problem.text}`,
    }
  }
  const { program } = compiled
  if (options.outputType !== undefined && program.type.key !== options.outputType) {
    return { error: `CEL expression output type mismatch: expected ${options.outputType}, got ${program.type.key}` }
  }
  const evaluate = (data: JsonObject): Answer<CelValue> => {
    const result = program.evaluate({
      get: (name) => (Object.hasOwn(data, name) ? fromJson(data[name]!) : undefined),
    })
    return 'error' in result
      ? { error: `failed to evaluate the CEL expression '${text}': ${result.error}` }
      : { value: result.value }
  }
  return { expression: makeExpression(text, evaluate) }
}

function makeExpression(text: string, evaluate: (data: JsonObject) => Answer<CelValue>): FluxExpression {
  return {
    text,
    boolean: (data) => {
      const result = evaluate(data)
      if ('error' in result) return result
      return typeof result.value === 'boolean'
        ? { value: result.value }
        : { error: `failed to evaluate CEL expression as boolean: '${text}'` }
    },
    string: (data) => {
      const result = evaluate(data)
      if ('error' in result) return result
      return typeof result.value === 'string'
        ? { value: result.value }
        : { error: `failed to evaluate CEL expression as string: '${text}'` }
    },
    stringList: (data) => {
      const result = evaluate(data)
      return 'error' in result ? result : toStringList(text, result.value)
    },
    any: (data) => {
      const result = evaluate(data)
      if ('error' in result) return result
      const json = toJson(result.value)
      return json === undefined
        ? { error: `failed to evaluate the CEL expression '${text}': no JSON form` }
        : { value: json }
    },
  }
}

function toStringList(text: string, value: CelValue): Answer<string[]> {
  const fail = (detail: string): Answer<string[]> => ({
    error: `failed to evaluate CEL expression '${text}' as []string: ${detail}`,
  })
  if (!(value instanceof CelList)) {
    return fail(`unsupported native conversion from ${typeName(value)} to '[]string'`)
  }
  const out: string[] = []
  for (const item of value) {
    if (typeof item !== 'string') return fail(`unsupported type conversion from '${typeName(item)}' to string`)
    out.push(item)
  }
  return { value: out }
}
