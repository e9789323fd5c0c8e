import { getIn, getString, type JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'

/** An entry of `spec.valuesFrom`. */
export interface ValuesReference {
  readonly kind: string
  readonly name: string
  /** The HelmRelease's own. */
  readonly namespace: string
  readonly valuesKey: string
  readonly targetPath: string
  readonly optional: boolean
  /** Take the value for `targetPath` as it is, whatever characters it has. */
  readonly literal: boolean
  readonly index: number
}

/** The entries of `spec.valuesFrom` with their defaults. */
export function valuesReferences(object: KubeObject): ValuesReference[] {
  const list = getIn(object, ['spec', 'valuesFrom'])
  const namespace = getString(object, 'metadata', 'namespace') ?? 'default'
  if (!Array.isArray(list)) return []
  return list.map((item, index) => ({
    kind: getString(item, 'kind') ?? '',
    name: getString(item, 'name') ?? '',
    namespace,
    valuesKey: getString(item, 'valuesKey') || 'values.yaml',
    targetPath: getString(item, 'targetPath') ?? '',
    optional: getIn(item, ['optional']) === true,
    literal: getIn(item, ['literal']) === true,
    index,
  }))
}

/**
 * What is at a reference: the data of the ConfigMap or Secret by key; `missing` when there is no such object;
 * `unknown` when it exists, or may well exist, but its content cannot be read (encrypted, made in the cluster).
 */
export type ReferencedData = ReadonlyMap<string, string> | 'missing' | 'unknown'

/** Helm's values, injected because Flux's rules do not depend on how Helm represents them. */
export interface ValuesOperations<V> {
  /** The values of the first YAML document of a text. @throws an error in Helm's words. */
  read(text: string): V
  fromJson(values: JsonObject): V
  /** A new map whose second wins; maps that only one side has are shared with it, not copied. */
  merge(under: V, over: V): V
  /** Sets `path=value` as `--set` (`typed`) or `--set-string` does, in place. @throws an error in Helm's words. */
  set(values: V, expression: string, kind: 'typed' | 'string'): void
}

export interface ComposedValues<V> {
  readonly values: V
  /** The references whose content is unknown; the values are without it. */
  readonly unknown: readonly ValuesReference[]
}

/** A reference that cannot be resolved, in helm-controller's words. */
export class ValuesReferenceError extends Error {
  override readonly name = 'ValuesReferenceError'
  readonly reference: ValuesReference
  /** There is no such object, as opposed to one that lacks the key or is malformed. */
  readonly isMissing: boolean

  constructor(reference: ValuesReference, reason: string, options: { readonly isMissing?: boolean } = {}) {
    const { kind, namespace, name, valuesKey, optional } = reference
    super(
      `could not resolve${optional ? ' optional' : ''}${kind === '' ? '' : ` ${kind}`} chart values reference '${namespace}/${name}' with key '${valuesKey}': ${reason}`,
    )
    this.reference = reference
    this.isMissing = options.isMissing ?? false
  }
}

/** What stands for a value that nobody can know, where a place for it is given: plain in YAML, and a valid name. */
export const unknownValue = 'unknown'

/**
 * Composes the values of a release: the references in their order, then `spec.values` over them, but a reference with
 * `targetPath` wins over all (in the values as merged until then). Source: fluxcd/pkg chartutil/values.go.
 * @throws ValuesReferenceError
 */
export function composeValues<V>(
  object: KubeObject,
  inline: JsonObject,
  options: { readonly operations: ValuesOperations<V>; readonly find: (reference: ValuesReference) => ReferencedData },
): ComposedValues<V> {
  const { operations, find } = options
  const own = operations.fromJson(inline)
  const unknown: ValuesReference[] = []
  let result = operations.fromJson({})
  for (const reference of valuesReferences(object)) {
    const { kind, targetPath } = reference
    if (kind !== 'ConfigMap' && kind !== 'Secret') {
      throw new ValuesReferenceError(reference, 'unsupported values reference kind')
    }
    const text = textOf(reference, find(reference))
    if (text === 'unknown') unknown.push(reference)
    if (text === undefined || (text === 'unknown' && targetPath === '')) continue
    if (targetPath !== '') {
      result = operations.merge(result, own)
      const { expression, type } = assignment(reference, text === 'unknown' ? unknownValue : text.text)
      attempt(reference, () => operations.set(result, expression, type))
    } else if (text !== 'unknown') {
      result = operations.merge(
        result,
        attempt(reference, () => operations.read(text.text)),
      )
    }
  }
  return { values: operations.merge(result, own), unknown }
}

/** The text at a reference; `undefined` when it is optional and not there. */
function textOf(reference: ValuesReference, data: ReferencedData): { text: string } | 'unknown' | undefined {
  if (data === 'unknown') return 'unknown'
  if (data === 'missing') {
    if (reference.optional) return undefined
    const resource = reference.kind === 'Secret' ? 'secrets' : 'configmaps'
    throw new ValuesReferenceError(reference, `${resource} "${reference.name}" not found`, { isMissing: true })
  }
  const text = data.get(reference.valuesKey)
  if (text !== undefined) return { text }
  if (reference.optional) return undefined
  throw new ValuesReferenceError(reference, 'key not found')
}

/** The assignment as `--set` reads it; a quoted value is text, and a literal one has its special characters escaped. */
function assignment(
  { targetPath, literal }: ValuesReference,
  value: string,
): { expression: string; type: 'typed' | 'string' } {
  if (literal) return { expression: `${targetPath}=${value.replace(/[\\,[\]{}]/g, '\\$&')}`, type: 'string' }
  const isQuoted = ["'", '"'].some((quote) => value.startsWith(quote) && value.endsWith(quote))
  if (!isQuoted) return { expression: `${targetPath}=${value}`, type: 'typed' }
  return { expression: `${targetPath}=${value.replace(/^['"]+|['"]+$/g, '')}`, type: 'string' }
}

function attempt<T>(reference: ValuesReference, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error) throw new ValuesReferenceError(reference, error.message)
    throw error
  }
}
