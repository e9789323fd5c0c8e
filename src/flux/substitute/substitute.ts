import { isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import { evaluate } from '../../envsubst/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { kustomizeAnnotations } from '../constants.ts'
import { stringMap } from '../metadata.ts'
import { parseDocuments, toYaml } from '../text.ts'

/** How variables are filled in. */
export interface SubstituteOptions {
  readonly variables: ReadonlyMap<string, string>
  /** A name without value and default is an error. Default true, as the controller since Flux 2.9. */
  readonly strict?: boolean
  /** `postBuild.substituteStrategy: Always`: also without variables, so that defaults apply. */
  readonly always?: boolean
  /** Names of which the value cannot be known here: their expressions stay as written. */
  readonly unknown?: (name: string) => boolean
}

/** A substituted object; `undefined` stands for "left as it was". */
export type SubstituteOutcome =
  | { readonly object: KubeObject | undefined }
  | { readonly error: string; readonly variable?: string }

const namePattern = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const namePatternText = '^[_[:alpha:]][_[:alpha:][:digit:]]*$'

/**
 * Fills variables into one built object: its YAML is evaluated as text and read back, so that an unquoted value may turn
 * into a number or boolean (fluxcd/pkg kustomize `SubstituteVariables`). Objects that opt out by label or annotation are
 * left alone.
 */
export function substituteObject(object: KubeObject, options: SubstituteOptions): SubstituteOutcome {
  if (isSubstitutionDisabled(object)) return { object: undefined }
  const { variables } = options
  if (variables.size === 0 && options.always !== true) return { object: undefined }
  for (const name of variables.keys()) {
    if (!namePattern.test(name)) {
      return { error: `envsubst error: '${name}' var name is invalid, must match '${namePatternText}'`, variable: name }
    }
  }
  const text = toYaml(object)
  if (!text.includes('$')) return { object: undefined }
  const lookup = (name: string): string | undefined =>
    variables.get(name) ?? (options.unknown?.(name) === true ? `\${${name}}` : undefined)
  const { value, problems } = evaluate(text, lookup, { strict: options.strict ?? true })
  const problem = problems[0]
  if (problem !== undefined) {
    const error = `envsubst error: variable substitution failed: ${problem.message}`
    const variable = /strict mode\): "([^"]*)"$/.exec(problem.message)?.[1]
    return variable === undefined ? { error } : { error, variable }
  }
  // A position in the middle of a character: the bytes are no text any more.
  if (value.includes('\ufffd') && ![text, ...variables.values()].some((one) => one.includes('\ufffd'))) {
    return { error: 'envsubst error: YAMLToJSON: yaml: invalid trailing UTF-8 octet' }
  }
  return readBack(value)
}

/** True for an object that opts out of substitution by label or annotation. */
export function isSubstitutionDisabled(object: KubeObject): boolean {
  const key = kustomizeAnnotations.substitute
  return stringMap(object, 'labels')[key] === 'disabled' || stringMap(object, 'annotations')[key] === 'disabled'
}

function readBack(text: string): SubstituteOutcome {
  const { values, error } = parseDocuments(text)
  if (error !== undefined) return { error: `envsubst error: YAMLToJSON: ${error}` }
  const value = throughFloats(values[0] ?? null)
  if (isObject(value) && isKubeObject(value)) return { object: value }
  return { error: "UnmarshalJSON: Object 'Kind' is missing in the substituted text" }
}

/** Numbers as they come out of Go's `map[string]any`: all of them 64-bit floats. */
function throughFloats(value: JsonValue): JsonValue {
  if (typeof value === 'bigint' || typeof value === 'number') {
    const float = Number(value)
    if (Number.isSafeInteger(float) || !Number.isInteger(float) || Math.abs(float) >= 1e21) return float
    // What JSON writes is read as an integer again where it fits 64 bits.
    const digits = BigInt(String(float))
    return digits === BigInt.asIntN(64, digits) || digits === BigInt.asUintN(64, digits) ? digits : float
  }
  if (Array.isArray(value)) return value.map(throughFloats)
  if (!isObject(value)) return value
  const out: JsonObject = {}
  for (const [key, item] of Object.entries(value)) setOwn(out, key, throughFloats(item))
  return out
}

function isKubeObject(value: JsonObject): value is KubeObject {
  return typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string' && isObject(value['metadata'])
}
