import type { YamlNode } from '../yaml/index.ts'
import { fail, isFailure, withPrefix, wrapError } from './errors.ts'
import { type FieldSpec, visitFieldSpec } from './field-spec.ts'
import { toJson } from './json.ts'
import { apiVersionOfGvk, effectiveNamespace, type Gvk, idText, isSelected, type ResId } from './resid.ts'
import type { ResMap } from './resmap.ts'
import type { Resource } from './resource.ts'
import { fieldOf, getField, isNilOrEmpty, newScalar, nullTag, setField, setScalar } from './rnode.ts'
import { builtinReferences, type NameBackReference, type TransformerConfig } from './transformer-config.ts'
import type { OriginStep } from './types.ts'

/**
 * Writes the new names of resources wherever others refer to them by an old one (api/internal/accumulator and
 * api/filters/nameref). Only resources that were renamed can be meant.
 */
export function fixBackReferences(map: ResMap, config: TransformerConfig, step: OriginStep): void {
  const candidates = new Candidates(map)
  const { nameReference } = config
  const index = nameReference === builtinReferences ? builtinIndex : new ReferrerIndex(nameReference)
  for (const resource of map.resources) {
    const original = candidates.originalOf(resource)
    const fields = index.fieldsOf(original)
    if (fields.length === 0) continue
    const referrer = new Referrer(resource, candidates, step)
    for (const field of fields) referrer.update(field)
  }
  map.changed()
}

interface ReferenceField {
  readonly spec: FieldSpec
  readonly target: Gvk
}

/** The places that may refer to something, by the kind that has them. */
class ReferrerIndex {
  /** In the order of the configuration; a place of any kind stands in every list. */
  readonly #byKind: Map<string, ReferenceField[]> = new Map()
  readonly #ofAnyKind: ReferenceField[] = []

  constructor(references: readonly NameBackReference[]) {
    for (const target of references) {
      for (const spec of target.fieldSpecs) {
        const field = { spec, target }
        if (spec.kind !== '') this.#listOf(spec.kind).push(field)
        else for (const list of [this.#ofAnyKind, ...this.#byKind.values()]) list.push(field)
      }
    }
  }

  fieldsOf(gvk: Gvk): readonly ReferenceField[] {
    return (this.#byKind.get(gvk.kind) ?? this.#ofAnyKind).filter(({ spec }) => isSelected(gvk, spec))
  }

  #listOf(kind: string): ReferenceField[] {
    let list = this.#byKind.get(kind)
    if (list === undefined) {
      list = this.#ofAnyKind.slice()
      this.#byKind.set(kind, list)
    }
    return list
  }
}

/** Nearly every build has the built-in places only. */
const builtinIndex = new ReferrerIndex(builtinReferences)

interface Candidate {
  readonly resource: Resource
  readonly id: ResId
  readonly previous: readonly ResId[]
}

/** Resources by the names that they had. */
class Candidates {
  readonly #byName: Map<string, Candidate[]> = new Map()
  readonly #all: Map<Resource, Candidate> = new Map()
  #byOriginalNamespace: Map<string, Candidate[]> | undefined

  constructor(map: ResMap) {
    for (const resource of map.resources) {
      const candidate: Candidate = { resource, id: resource.id(), previous: resource.previousIds() }
      this.#all.set(resource, candidate)
      for (const name of new Set(candidate.previous.map((id) => id.name))) {
        const same = this.#byName.get(name)
        if (same === undefined) this.#byName.set(name, [candidate])
        else same.push(candidate)
      }
    }
  }

  named(name: string): readonly Candidate[] {
    return this.#byName.get(name) ?? []
  }

  /** True when a resource that satisfies the test was in this namespace at first. */
  hasOriginal(namespace: string, test: (candidate: Candidate) => boolean): boolean {
    if (this.#byOriginalNamespace === undefined) {
      this.#byOriginalNamespace = new Map()
      for (const candidate of this.#all.values()) {
        const key = effectiveNamespace(candidate.previous[0] ?? candidate.id)
        const same = this.#byOriginalNamespace.get(key)
        if (same === undefined) this.#byOriginalNamespace.set(key, [candidate])
        else same.push(candidate)
      }
    }
    return this.#byOriginalNamespace.get(namespace)?.some(test) ?? false
  }

  of(resource: Resource): Candidate {
    return this.#all.get(resource)!
  }

  originalOf(resource: Resource): ResId {
    const candidate = this.of(resource)
    return candidate.previous[0] ?? candidate.id
  }
}

class Referrer {
  readonly #resource: Resource
  readonly #candidates: Candidates
  readonly #step: OriginStep
  readonly #id: ResId
  readonly #bindingNamespaces: ReadonlySet<string>

  constructor(resource: Resource, candidates: Candidates, step: OriginStep) {
    this.#resource = resource
    this.#candidates = candidates
    this.#step = step
    this.#id = candidates.of(resource).id
    this.#bindingNamespaces = this.#id.clusterScoped ? new Set() : subjectNamespaces(resource, this.#id)
  }

  update(field: ReferenceField): void {
    this.#confirm()
    // The spec was found by the kind that the resource had at first; it applies to what it is now.
    const { path, parts, create } = field.spec
    const { group, version, kind } = this.#id
    const spec = { group, version, kind, path, parts, create }
    try {
      visitFieldSpec(this.#resource.root, spec, { set: (node) => this.#set(node, field) })
    } catch (error) {
      if (!isFailure(error)) throw error
      throw wrapError(error, `updating name reference in '${path}' field of '${idText(this.#id)}'`)
    }
  }

  /** Fails for a null that looks like a version or kind (nameref's confirmNodeMatchesReferrer). */
  #confirm(): void {
    const node = this.#resource.root
    requireSame('APIVersion', fieldOf(node, 'apiVersion'), apiVersionOfGvk(this.#id))
    requireSame('Kind', fieldOf(node, 'kind'), this.#id.kind)
  }

  #set(node: YamlNode, field: ReferenceField): void {
    if (node.tag === nullTag) return
    if (node.kind === 'scalar') this.#setScalar(node, field)
    else if (node.kind === 'mapping') this.#setMapping(node, field)
    else if (node.kind === 'sequence') {
      for (const item of node.content) {
        if (item.tag === nullTag) continue
        if (item.kind === 'scalar') this.#setScalar(item, field)
        else if (item.kind === 'mapping') this.#setMapping(item, field)
        else fail('node is expected to be either a string or a map of string')
      }
    } else fail('node must be a scalar, sequence or map')
  }

  #setScalar(node: YamlNode, field: ReferenceField): void {
    const referral = this.#select(node.value, field, undefined)
    if (referral === undefined) return
    const { name } = referral.resource
    if (name === node.value) return
    if (name !== '') setScalar(node, newScalar(name))
    this.#mark(node)
  }

  #setMapping(node: YamlNode, field: ReferenceField): void {
    const nameNode = getField(node, 'name')
    if (nameNode === undefined) fail("path config error; no 'name' field in node")
    const referral = this.#select(nameNode.value, field, node)
    if (referral === undefined) return
    const { name, namespace } = referral.resource
    if (name === nameNode.value && namespace === '') return
    this.#mark(setField(node, 'name', newScalar(name))!)
    if (namespace !== '') this.#mark(setField(node, 'namespace', newScalar(namespace))!)
  }

  #mark(node: YamlNode): void {
    this.#resource.mark(node, this.#step)
    this.#resource.addStep(this.#step)
  }

  /** The one resource that a name means (nameref's selectReferral). */
  #select(name: string, field: ReferenceField, mapping: YamlNode | undefined): Candidate | undefined {
    let found = this.#candidates.named(name).filter((candidate) => this.#mayRefer(candidate))
    if (mapping !== undefined) found = this.#inNamespace(found, mapping)
    if (found.length === 0) return undefined
    found = found.filter((candidate) => candidate.previous.some((id) => isSelected(id, field.target)))
    const role = field.spec.path.endsWith('roleRef/name') ? roleOf(this.#resource) : undefined
    if (role !== undefined) found = found.filter((candidate) => candidate.previous.some((id) => isSelected(id, role)))
    found = found.filter((candidate) => this.#sameNamespace(candidate))
    if (found.length === 1) return found[0]
    found = found.filter((candidate) => this.#sameAffixes(candidate.resource, true))
    if (found.length > 1) found = found.filter((candidate) => this.#sameAffixes(candidate.resource, false))
    if (found.length <= 1) return found[0]
    if (allTheSame(found, mapping !== undefined)) return found[0]
    fail(`found multiple possible referrals: ${found.map(({ id }) => idText(id)).join(', ')}`)
  }

  /** ResMap.SubsetThatCouldBeReferencedByResource. */
  #mayRefer({ id, resource }: Candidate): boolean {
    if (this.#id.clusterScoped || id.clusterScoped) return true
    return effectiveNamespace(id) === effectiveNamespace(this.#id) || this.#bindingNamespaces.has(resource.namespace)
  }

  /** Those that are, or were at first, in the namespace that a reference names. */
  #inNamespace(found: readonly Candidate[], mapping: YamlNode): Candidate[] {
    const node = getField(mapping, 'namespace')
    if (node === undefined) return found.slice()
    const namespace = node.value
    const was = (candidate: Candidate): boolean =>
      effectiveNamespace(candidate.previous[0] ?? candidate.id) === namespace
    // Whether any resource was in the namespace decides, not only those of the name.
    if (this.#anyOriginallyIn(namespace)) return found.filter(was)
    return found.filter((candidate) => effectiveNamespace(candidate.id) === namespace)
  }

  #anyOriginallyIn(namespace: string): boolean {
    return this.#candidates.hasOriginal(namespace, (candidate) => this.#mayRefer(candidate))
  }

  #sameNamespace({ id, resource }: Candidate): boolean {
    if (this.#id.clusterScoped || id.clusterScoped || resource.kind === 'ServiceAccount') return true
    return effectiveNamespace(id) === effectiveNamespace(this.#id)
  }

  #sameAffixes(other: Resource, allowEmpty: boolean): boolean {
    const same = (a: readonly string[], b: readonly string[]): boolean =>
      (allowEmpty && (a.length === 0 || b.length === 0)) || sameEnding(a, b)
    return same(this.#resource.prefixes(), other.prefixes()) && same(this.#resource.suffixes(), other.suffixes())
  }
}

function requireSame(key: string, node: YamlNode | undefined, wanted: string): void {
  const found = node === undefined || isNilOrEmpty(node) ? '' : node.value
  if (found !== wanted) fail(`node-referrerOriginal '${key}' mismatch '${found}' != '${wanted}'`)
}

function sameEnding(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length > b.length ? [b, a] : [a, b]
  const offset = long.length - short.length
  if (short.length === 0) return offset === 0
  return short.every((text, i) => text === long[i + offset])
}

function allTheSame(found: readonly Candidate[], withNamespace: boolean): boolean {
  const first = found[0]!.resource
  return found.every(
    ({ resource }) => resource.name === first.name && (!withNamespace || resource.namespace === first.namespace),
  )
}

/** The kind that a `roleRef` names; `undefined` when it is incomplete. */
function roleOf(resource: Resource): Gvk | undefined {
  try {
    const role = getField(resource.root, 'roleRef')
    const group = getField(role, 'apiGroup')
    const kind = getField(role, 'kind')
    return group === undefined || kind === undefined ? undefined : { group: group.value, version: '', kind: kind.value }
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}

/** Namespaces of the service accounts that a RoleBinding names: it may refer to them from another namespace. */
function subjectNamespaces(resource: Resource, id: ResId): Set<string> {
  const out = new Set<string>()
  if (id.kind !== 'RoleBinding') return out
  const subjects = fieldOf(resource.root, 'subjects')
  if (subjects?.kind !== 'sequence') return out
  for (const subject of subjects.content) {
    if (subject.kind !== 'mapping') fail('interface conversion: interface {} is not map[string]interface {}')
    const namespace = fieldOf(subject, 'namespace')
    if (namespace === undefined || fieldOf(subject, 'kind')?.value !== 'ServiceAccount') continue
    const value = withPrefix('subjects', () => toJson(namespace))
    if (typeof value !== 'string') fail(`Invalid Input: namespace is blank for resource "${idText(id)}"\n`)
    out.add(value)
  }
  return out
}
