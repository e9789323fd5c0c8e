import { isObject, type JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { kustomizeAnnotations } from '../constants.ts'
import { stringMap } from '../metadata.ts'
import { parseDocuments, toYaml } from '../text.ts'
import { evaluate } from './evaluate.ts'

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
  const key = kustomizeAnnotations.substitute
  if (stringMap(object, 'labels')[key] === 'disabled' || stringMap(object, 'annotations')[key] === 'disabled') {
    return { object: undefined }
  }
  const { variables } = options
  if (variables.size === 0 && options.always !== true) return { object: undefined }
  for (const name of variables.keys()) {
    if (!namePattern.test(name)) {
      return { error: `envsubst error: '${name}' var name is invalid, must match '${namePatternText}'`, variable: name }
    }
  }
  const text = toYaml(object)
  if (!text.includes('$')) return { object: undefined }
  const strict = options.strict ?? true
  const outcome = evaluate(text, (name) => {
    const value = variables.get(name)
    if (value !== undefined) return value
    return options.unknown?.(name) === true ? `\${${name}}` : strict ? undefined : ''
  })
  if ('error' in outcome) {
    return { ...outcome, error: `envsubst error: variable substitution failed: ${outcome.error}` }
  }
  return readBack(outcome.text)
}

function readBack(text: string): SubstituteOutcome {
  const { values, error } = parseDocuments(text)
  if (error !== undefined) return { error: `envsubst error: YAMLToJSON: ${error}` }
  const value = values[0]
  if (isObject(value) && isKubeObject(value)) return { object: value }
  return { error: "UnmarshalJSON: Object 'Kind' is missing in the substituted text" }
}

function isKubeObject(value: JsonObject): value is KubeObject {
  return typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string' && isObject(value['metadata'])
}
