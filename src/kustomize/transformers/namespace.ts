import type { YamlNode } from '../../yaml/index.ts'
import { notes } from '../annotations.ts'
import { fail, isFailure, NodeKindError, withPrefix, wrapError } from '../errors.ts'
import { type FieldSpec, FieldSpecIndex, makeFieldSpec, visitFieldSpec, visitFieldSpecs } from '../field-spec.ts'
import { idKey, idText } from '../resid.ts'
import type { ResMap } from '../resmap.ts'
import type { Resource } from '../resource.ts'
import {
  elementsOf,
  getField,
  getOrCreate,
  isMissingOrNull,
  isNilOrEmpty,
  rawField,
  stringTag,
  textValue,
} from '../rnode.ts'
import { entrySetter, type Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'

/** Which subjects of role bindings get the namespace. */
export type SubjectMode = 'defaultOnly' | 'allServiceAccounts' | 'none'

export interface NamespaceArgs {
  readonly namespace: string
  readonly fieldSpecs: readonly FieldSpec[]
  readonly unsetOnly?: boolean
  readonly subjects?: SubjectMode
}

/** Puts resources into a namespace (NamespaceTransformer, api/filters/namespace). Fails when two get the same id. */
export function namespaceTransformer(args: NamespaceArgs, step: OriginStep): Transformer {
  return {
    transform(map) {
      if (args.namespace === '') return
      const writer = new NamespaceWriter(args, step)
      const counts = countIds(map)
      for (const resource of map.resources) {
        if (resource.isEmpty || resource.annotation(notes.helmGenerated) === 'true') continue
        const before = idKey(resource.id())
        resource.storePreviousId()
        writer.apply(resource)
        checkConflict(resource, before, counts)
      }
      map.changed()
    },
  }
}

/** What `namespace` of the ValueAddTransformer does to one resource. */
export function setNamespaceOf(resource: Resource, namespace: string, step: OriginStep): void {
  new NamespaceWriter({ namespace, fieldSpecs: [] }, step).apply(resource)
}

function countIds(map: ResMap): Map<string, number> {
  const counts = new Map<string, number>()
  for (const resource of map.resources) {
    const key = idKey(resource.id())
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

function checkConflict(resource: Resource, before: string, counts: Map<string, number>): void {
  const id = resource.id()
  const after = idKey(id)
  if (before !== after) {
    counts.set(before, counts.get(before)! - 1)
    counts.set(after, (counts.get(after) ?? 0) + 1)
  }
  if (counts.get(after) !== 1) {
    fail(`namespace transformation produces ID conflict: ${idText(id)}`, { code: 'kustomize/id-conflict' })
  }
}

const metadataNamespace = makeFieldSpec({ path: 'metadata/namespace', create: true })

class NamespaceWriter {
  readonly #args: NamespaceArgs
  readonly #step: OriginStep
  /** For core `v1` objects, other objects, and both without the fields of role bindings. */
  readonly #indexes: Map<string, FieldSpecIndex> = new Map()

  constructor(args: NamespaceArgs, step: OriginStep) {
    this.#args = args
    this.#step = step
  }

  apply(resource: Resource): void {
    const node = resource.root
    const id = resource.id()
    const set = this.#setter(resource)
    if (!id.clusterScoped) visitFieldSpec(node, metadataNamespace, { set, createKind: 'scalar' })
    const isBinding = id.kind === 'RoleBinding' || id.kind === 'ClusterRoleBinding'
    if (isBinding) this.#subjects(node, set)
    try {
      const index = this.#index(rawField(node, 'apiVersion')?.value === 'v1', isBinding)
      visitFieldSpecs(node, index, { set, createKind: 'scalar', createTag: stringTag })
    } catch (error) {
      if (!isFailure(error)) throw error
      if (error instanceof NodeKindError && error.actual !== 'scalar') {
        throw wrapError(error, 'namespace field specs must target scalar nodes')
      }
      throw wrapError(error, 'namespace transformation failed')
    }
    resource.addStep(this.#step)
  }

  #index(isCore: boolean, isBinding: boolean): FieldSpecIndex {
    const key = `${isCore} ${isBinding}`
    let index = this.#indexes.get(key)
    if (index === undefined) {
      const specs = this.#args.fieldSpecs.filter((spec) => {
        if (spec.path === 'metadata/namespace' || (!isCore && spec.path === 'metadata/name')) return false
        const ofBinding = spec.kind === 'RoleBinding' || spec.kind === 'ClusterRoleBinding'
        return !isBinding || !ofBinding || spec.path !== 'subjects/namespace'
      })
      index = new FieldSpecIndex(specs)
      this.#indexes.set(key, index)
    }
    return index
  }

  #setter(resource: Resource): (node: YamlNode) => void {
    const set = entrySetter('', this.#args.namespace, stringTag)
    return (node) => {
      if (this.#args.unsetOnly === true && !isNilOrEmpty(node) && node.kind === 'scalar' && textValue(node) !== '')
        return
      set(node)
      resource.mark(node, this.#step)
    }
  }

  #subjects(node: YamlNode, set: (node: YamlNode) => void): void {
    const mode = this.#args.subjects ?? 'defaultOnly'
    if (mode === 'none') return
    const subjects = getField(node, 'subjects')
    if (isMissingOrNull(subjects)) return
    const [name, wanted] = mode === 'allServiceAccounts' ? ['kind', 'ServiceAccount'] : ['name', 'default']
    withPrefix('setting namespace on (cluster)role binding subjects', () => {
      for (const subject of elementsOf(subjects!)) {
        const field = getField(subject, name!)
        if (isMissingOrNull(field) || field!.value !== wanted) continue
        set(getOrCreate(subject, 'namespace', 'scalar'))
      }
    })
  }
}
