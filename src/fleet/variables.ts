import { decodeBase64, decodeText, getIn, getString, isObject, type JsonObject } from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'

/** A `substituteFrom` entry. */
export interface VariableSource {
  readonly kind: string
  readonly name: string
  readonly namespace: string
  readonly optional: boolean
  readonly index: number
}

/** What is known of the variables of one Kustomization. */
export interface Variables {
  /** Values by name; those from Secrets are in `secret` too. */
  readonly values: ReadonlyMap<string, string>
  /** Where a name got its value: a `substituteFrom` entry, or `undefined` for `substitute`. */
  readonly from: ReadonlyMap<string, VariableSource | undefined>
  readonly secret: ReadonlySet<string>
  /** Names that are given somewhere, with a value that cannot be read (encrypted). */
  readonly hidden: ReadonlySet<string>
  /** Sources that nothing in the fleet renders. */
  readonly missing: readonly VariableSource[]
  /** True when further names may be given that nobody can know from the files. */
  readonly open: boolean
  /** True when the Kustomization asks for substitution at all. */
  readonly wanted: boolean
}

/** The entries of `postBuild.substituteFrom`. */
export function variableSources(object: KubeObject): VariableSource[] {
  const list = getIn(object, ['spec', 'postBuild', 'substituteFrom'])
  const namespace = getString(object, 'metadata', 'namespace') ?? ''
  if (!Array.isArray(list)) return []
  return list.flatMap((item, index) => {
    const kind = getString(item, 'kind')
    const name = getString(item, 'name')
    if (kind === undefined || name === undefined) return []
    return [{ kind, name, namespace, optional: getIn(item, ['optional']) === true, index }]
  })
}

/**
 * Collects the variables of a Kustomization as the controller does (kustomize-controller, `LoadVariables`): the
 * sources in order, later ones win, `substitute` wins over all. Encrypted Secrets give names without values.
 */
export function resolveVariables(
  object: KubeObject,
  find: (kind: string, namespace: string, name: string) => JsonObject | undefined,
): Variables {
  const values = new Map<string, string>()
  const from = new Map<string, VariableSource | undefined>()
  const secret = new Set<string>()
  const hidden = new Set<string>()
  const missing: VariableSource[] = []
  let open = false
  for (const source of variableSources(object)) {
    const found = find(source.kind, source.namespace, source.name)
    if (found === undefined) {
      missing.push(source)
      open = true
      continue
    }
    const encrypted = isEncrypted(found)
    for (const [name, value] of dataOf(found)) {
      from.set(name, source)
      if (source.kind === 'Secret') secret.add(name)
      if (encrypted || value === undefined) {
        values.delete(name)
        hidden.add(name)
      } else {
        values.set(name, value.replaceAll('\n', ''))
        hidden.delete(name)
      }
    }
  }
  const inline = getIn(object, ['spec', 'postBuild', 'substitute'])
  if (isObject(inline)) {
    for (const [name, value] of Object.entries(inline)) {
      values.set(name, String(value).replaceAll('\n', ''))
      from.set(name, undefined)
      secret.delete(name)
      hidden.delete(name)
    }
  }
  const wanted = isObject(getIn(object, ['spec', 'postBuild']))
  return { values, from, secret, hidden, missing, open, wanted }
}

/** True for an object that SOPS encrypted: it carries SOPS' own metadata. */
function isEncrypted(object: JsonObject): boolean {
  return isObject(object['sops']) && getString(object['sops'], 'mac') !== undefined
}

function dataOf(object: JsonObject): [string, string | undefined][] {
  const out = new Map<string, string | undefined>()
  const isSecret = object['kind'] === 'Secret'
  const data = object['data']
  if (isObject(data)) {
    for (const [name, value] of Object.entries(data)) {
      out.set(name, typeof value !== 'string' ? undefined : isSecret ? decoded(value) : value)
    }
  }
  const strings = object['stringData']
  if (isSecret && isObject(strings)) {
    for (const [name, value] of Object.entries(strings)) out.set(name, typeof value === 'string' ? value : undefined)
  }
  return [...out]
}

function decoded(text: string): string | undefined {
  const bytes = decodeBase64(text)
  return bytes === undefined ? undefined : decodeText(bytes)
}
