import { getIn, isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'

/** What a reference is for. */
export type ReferenceRole =
  | 'source'
  | 'chart'
  | 'dependency'
  | 'secret'
  | 'values'
  | 'substitution'
  | 'kube-config'
  | 'service-account'
  | 'provider'
  | 'subject'
  | 'health-check'
  | 'image-repository'
  | 'include'

/** A mention of another object by an object. */
export interface Reference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** Filled in as the controller does: the referring object's own where none is given. `''`: not namespaced or unknown. */
  readonly namespace: string
  /** Field path of the reference: of the map that holds the name, or of the name where there is no map. */
  readonly path: readonly (string | number)[]
  readonly role: ReferenceRole
  /** True when the controller goes on without the object. */
  readonly optional: boolean
}

/** Where references of one sort stand in a kind. */
export interface ReferenceSpec {
  /** Path to the reference; `*` stands for every item of a list. */
  readonly path: readonly string[]
  readonly role: ReferenceRole
  /** Fixed kind; otherwise the reference's own `kind` field. */
  readonly kind?: string
  /** Fixed apiVersion; otherwise the reference's `apiVersion`, then what the kind is known to live in. */
  readonly apiVersion?: string
  /** The field that holds the name; `''` when the path leads to the name itself. Default `name`. */
  readonly nameField?: string
  /** True when `namespace` in the reference counts; otherwise the object's own namespace is meant. */
  readonly crossNamespace?: boolean
}

/** A Secret in the same namespace. */
export function secretRef(...path: string[]): ReferenceSpec {
  return { path, role: 'secret', kind: 'Secret', apiVersion: 'v1' }
}

/** The service account named at a path, in the same namespace. */
export function serviceAccountRef(...path: string[]): ReferenceSpec {
  return { path, role: 'service-account', kind: 'ServiceAccount', apiVersion: 'v1', nameField: '' }
}

/** The kubeConfig of appliers: a Secret or a ConfigMap. */
export const kubeConfigRefs: readonly ReferenceSpec[] = [
  { path: ['spec', 'kubeConfig', 'secretRef'], role: 'kube-config', kind: 'Secret', apiVersion: 'v1' },
  { path: ['spec', 'kubeConfig', 'configMapRef'], role: 'kube-config', kind: 'ConfigMap', apiVersion: 'v1' },
]

/** Finds what a list of specs describes in an object; malformed entries are left out. */
export function collectReferences(
  object: KubeObject,
  specs: readonly ReferenceSpec[],
  apiVersionOfKind: (kind: string) => string | undefined,
): Reference[] {
  const own = object.metadata['namespace']
  const namespace = typeof own === 'string' ? own : ''
  const found: Reference[] = []
  for (const spec of specs) {
    for (const { value, path } of expand(object, spec.path)) {
      const reference = readReference(value, path, spec, namespace)
      if (reference === undefined) continue
      const apiVersion = reference.apiVersion ?? apiVersionOfKind(reference.kind) ?? ''
      found.push({ ...reference, apiVersion })
    }
  }
  return found
}

function readReference(
  value: JsonValue,
  path: readonly (string | number)[],
  spec: ReferenceSpec,
  ownNamespace: string,
): (Omit<Reference, 'apiVersion'> & { apiVersion: string | undefined }) | undefined {
  const holder: JsonObject = isObject(value) ? value : {}
  const name = spec.nameField === '' ? value : holder[spec.nameField ?? 'name']
  const kind = spec.kind ?? holder['kind']
  if (typeof name !== 'string' || name === '' || typeof kind !== 'string') return undefined
  const given = holder['namespace']
  const cross = spec.crossNamespace === true && typeof given === 'string' && given !== ''
  const apiVersion = spec.apiVersion ?? holder['apiVersion']
  return {
    apiVersion: typeof apiVersion === 'string' && apiVersion !== '' ? apiVersion : undefined,
    kind,
    name,
    namespace: cross ? given : ownNamespace,
    path,
    role: spec.role,
    optional: holder['optional'] === true,
  }
}

function* expand(
  root: JsonValue,
  pattern: readonly string[],
): Generator<{ value: JsonValue; path: (string | number)[] }> {
  const star = pattern.indexOf('*')
  if (star < 0) {
    const value = getIn(root, pattern)
    if (value !== undefined && value !== null) yield { value, path: [...pattern] }
    return
  }
  const list = getIn(root, pattern.slice(0, star))
  if (!Array.isArray(list)) return
  for (let i = 0; i < list.length; i++) {
    for (const inner of expand(list[i]!, pattern.slice(star + 1))) {
      yield { value: inner.value, path: [...pattern.slice(0, star), i, ...inner.path] }
    }
  }
}
