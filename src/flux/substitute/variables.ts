import {
  decodeBase64,
  decodeText,
  getIn,
  isObject,
  type JsonObject,
  type JsonValue,
  type Location,
  type Problem,
  type Result,
} from '../../base/index.ts'

/** A ConfigMap or Secret that `postBuild.substituteFrom` names. */
export interface SubstituteReference {
  readonly kind: string
  readonly name: string
  readonly optional: boolean
  /** Field path of the entry. */
  readonly path: readonly (string | number)[]
}

/** The entries of `spec.postBuild.substituteFrom`, in order. */
export function substituteReferences(kustomization: JsonObject): SubstituteReference[] {
  const list = getIn(kustomization, ['spec', 'postBuild', 'substituteFrom'])
  if (!Array.isArray(list)) return []
  return list.flatMap((entry, i) => {
    if (!isObject(entry) || typeof entry['kind'] !== 'string' || typeof entry['name'] !== 'string') return []
    const path = ['spec', 'postBuild', 'substituteFrom', i]
    return [{ kind: entry['kind'], name: entry['name'], optional: entry['optional'] === true, path }]
  })
}

/** What a ConfigMap or Secret gives: its data in plain text, or why it cannot be had. */
export type VariableSource =
  | { readonly data: Readonly<Record<string, string>> }
  | { readonly missing: string }
  | { readonly error: string }

/**
 * The variables of a Kustomization: those of `substituteFrom` in order, then those of `substitute`; line feeds are taken
 * out of every value (fluxcd/pkg kustomize `LoadVariables`). `undefined` when there is no `postBuild`.
 * A source that is missing and not optional is a problem with the message of the controller.
 */
export function loadVariables(
  kustomization: JsonObject,
  lookup: (reference: SubstituteReference) => VariableSource,
  locate?: (path: readonly (string | number)[]) => Location | undefined,
): Result<ReadonlyMap<string, string> | undefined> {
  if (!isObject(getIn(kustomization, ['spec', 'postBuild']))) return { value: undefined, problems: [] }
  const variables = new Map<string, string>()
  for (const reference of substituteReferences(kustomization)) {
    const source = lookup(reference)
    if ('data' in source) {
      for (const [name, value] of Object.entries(source.data)) variables.set(name, value.replaceAll('\n', ''))
      continue
    }
    if ('missing' in source && reference.optional) continue
    const text = 'missing' in source ? source.missing : source.error
    const location = locate?.(reference.path)
    const problem: Problem = {
      code: 'flux/substitute-from',
      severity: 'error',
      message: `substitute from '${reference.kind}/${reference.name}' error: ${text}`,
      ...(location === undefined ? {} : { location }),
    }
    return { value: variables, problems: [problem] }
  }
  addInline(variables, getIn(kustomization, ['spec', 'postBuild', 'substitute']))
  return { value: variables, problems: [] }
}

function addInline(variables: Map<string, string>, inline: JsonValue | undefined): void {
  if (!isObject(inline)) return
  for (const [name, value] of Object.entries(inline)) {
    if (typeof value === 'string') variables.set(name, value.replaceAll('\n', ''))
    else if (typeof value === 'number' || typeof value === 'boolean') variables.set(name, String(value))
  }
}

/** The text data of a ConfigMap, or of a Secret decoded; values that are no valid base64 are left out. */
export function variableData(object: JsonObject): Record<string, string> {
  const out: Record<string, string> = {}
  const data = object['data']
  const secret = object['kind'] === 'Secret'
  if (isObject(data)) {
    for (const [key, value] of Object.entries(data)) {
      if (typeof value !== 'string') continue
      const bytes = secret ? decodeBase64(value) : undefined
      if (bytes !== undefined) out[key] = decodeText(bytes)
      else if (!secret) out[key] = value
    }
  }
  const plain = object['stringData']
  if (secret && isObject(plain)) {
    for (const [key, value] of Object.entries(plain)) if (typeof value === 'string') out[key] = value
  }
  return out
}
