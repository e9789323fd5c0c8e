import { compareStrings } from '../base/index.ts'
import { newNode, type YamlNode } from '../yaml/index.ts'
import { buildAnnotations, notes } from './annotations.ts'
import { fail } from './errors.ts'
import { isGoPlace } from './go-places.ts'
import type { SchemaFacts } from './openapi.ts'
import { effectiveNamespace, parseGroupVersion, type ResId } from './resid.ts'
import {
  clearField,
  copyNode,
  fieldOf,
  getField,
  getOrCreate,
  isMissingOrNull,
  isNilOrEmpty,
  newScalar,
  newString,
  rawField,
  setField,
  setPath,
  textValue,
} from './rnode.ts'
import type { ResourceSource } from './source.ts'
import type { OriginStep } from './types.ts'

/** A Kubernetes object on its way through a build (api/resource/resource.go). Notes on it are annotations, as upstream. */
export class Resource {
  /** `undefined` once the resource was deleted. */
  node: YamlNode | undefined
  readonly source: ResourceSource
  /** What changed the resource, in order. */
  readonly steps: OriginStep[] = []
  /** Names of the variables that read from this resource. */
  refVarNames: string[] = []
  readonly #schema: SchemaFacts
  #marks: Map<YamlNode, OriginStep> | undefined

  constructor(node: YamlNode, source: ResourceSource, schema: SchemaFacts) {
    this.node = node
    this.source = source
    this.#schema = schema
  }

  get root(): YamlNode {
    return this.node ?? fail('runtime error: nil resource')
  }

  get isEmpty(): boolean {
    return isNilOrEmpty(this.node)
  }

  get kind(): string {
    return rawField(this.node, 'kind')?.value ?? ''
  }

  get name(): string {
    const metadata = this.#metadata()
    return metadata === undefined ? '' : metaText(metadata, 'name')
  }

  get namespace(): string {
    const metadata = this.#metadata()
    return metadata === undefined ? '' : metaText(metadata, 'namespace')
  }

  /** The id by what the resource is called now; unique in a build. */
  id(): ResId {
    const apiVersion = rawField(this.node, 'apiVersion')?.value ?? ''
    const { group, version } = parseGroupVersion(apiVersion)
    const { kind } = this
    const clusterScoped = this.#schema.isNamespaced(group === '' ? version : apiVersion, kind) === false
    const metadata = this.#metadata()
    const name = metadata === undefined ? '' : metaText(metadata, 'name')
    const namespace = metadata === undefined ? '' : metaText(metadata, 'namespace')
    return { group, version, kind, name, namespace, clusterScoped }
  }

  /** The ids that the resource had before, oldest first. */
  previousIds(): ResId[] {
    const annotations = this.#annotationNode()
    const names = annotations === undefined ? undefined : rawField(annotations, notes.previousNames)
    if (names === undefined) return []
    const nameList = names.value.split(',')
    const namespaces = (rawField(annotations, notes.previousNamespaces)?.value ?? '').split(',')
    const kinds = (rawField(annotations, notes.previousKinds)?.value ?? '').split(',')
    if (nameList.length !== namespaces.length || nameList.length !== kinds.length) {
      fail('number of previous names, number of previous namespaces, number of previous kinds not equal')
    }
    const version = parseGroupVersion(rawField(this.node, 'apiVersion')?.value ?? '')
    return nameList.map((name, i) => ({
      ...version,
      kind: kinds[i]!,
      name,
      namespace: namespaces[i]!,
      clusterScoped: false,
    }))
  }

  /** The first id that the resource had. */
  originalId(): ResId {
    return this.previousIds()[0] ?? this.id()
  }

  /** Notes what the resource is called now, so that references to it can be found later. */
  storePreviousId(): void {
    const id = this.id()
    this.#appendNote(notes.previousNames, id.name)
    this.#appendNote(notes.previousNamespaces, effectiveNamespace(id))
    this.#appendNote(notes.previousKinds, id.kind)
  }

  addPrefix(prefix: string): void {
    this.#appendNote(notes.prefixes, prefix)
  }

  addSuffix(suffix: string): void {
    this.#appendNote(notes.suffixes, suffix)
  }

  prefixes(): string[] {
    return this.annotation(notes.prefixes)?.split(',') ?? []
  }

  suffixes(): string[] {
    return this.annotation(notes.suffixes)?.split(',') ?? []
  }

  setName(name: string): void {
    setPath(this.root, ['metadata', 'name'], newScalar(name))
  }

  setNamespace(namespace: string): void {
    if (namespace !== '') {
      setPath(this.root, ['metadata', 'namespace'], newScalar(namespace))
      return
    }
    const metadata = getField(this.root, 'metadata')
    if (metadata !== undefined) clearField(metadata, 'namespace')
  }

  setKind(kind: string): void {
    setField(this.root, 'kind', newScalar(kind))
  }

  setApiVersion(apiVersion: string): void {
    setField(this.root, 'apiVersion', newScalar(apiVersion))
  }

  /** One annotation's text. */
  annotation(key: string): string | undefined {
    const annotations = this.#annotationNode()
    if (annotations === undefined) return undefined
    let found: string | undefined
    for (let i = 0; i + 1 < annotations.content.length; i += 2) {
      if (annotations.content[i]!.value === key) found = annotations.content[i + 1]!.value
    }
    return found
  }

  annotations(): Map<string, string> {
    return this.#metaMap('annotations')
  }

  labels(): Map<string, string> {
    return this.#metaMap('labels')
  }

  setAnnotations(values: ReadonlyMap<string, string>): void {
    this.#setMetaMap('annotations', values)
  }

  setLabels(values: ReadonlyMap<string, string>): void {
    this.#setMetaMap('labels', values)
  }

  /** Sets one annotation and leaves the others as they are written. */
  setAnnotation(key: string, value: string): void {
    setAnnotation(this.root, key, value)
  }

  isEnabled(note: string): boolean {
    return this.annotation(note) === 'enabled'
  }

  enable(note: string): void {
    this.setAnnotations(this.annotations().set(note, 'enabled'))
  }

  /** A map like `data`: field texts by name; empty when there is none. */
  textMap(field: string): Map<string, string> {
    const out = new Map<string, string>()
    const node = getField(this.node, field)
    if (node === undefined || node.kind !== 'mapping') return out
    for (let i = 0; i + 1 < node.content.length; i += 2) {
      out.set(textValue(node.content[i]), textValue(fieldOf(node, node.content[i]!.value)))
    }
    return out
  }

  /** Takes off the notes of the build, and other annotations. The rest is in order and is text afterwards. */
  removeBuildAnnotations(others: readonly string[]): void {
    const metadata = this.#metadata()
    if (metadata?.kind === 'mapping' && rawField(metadata, 'annotations') === undefined) return
    const annotations = this.annotations()
    if (annotations.size === 0 && others.length === 0) return
    for (const key of buildAnnotations) annotations.delete(key)
    for (const key of others) annotations.delete(key)
    this.setAnnotations(annotations)
  }

  /** A copy that shares no node. */
  copy(): Resource {
    const copy = new Resource(copyNode(this.root), this.source, this.#schema)
    copy.refVarNames = this.refVarNames.slice()
    copy.steps.push(...this.steps)
    return copy
  }

  /** Notes which step a node (and what is below it) comes from. */
  mark(node: YamlNode, step: OriginStep): void {
    this.#marks ??= new Map()
    this.#marks.set(node, step)
  }

  /** The step that a node was marked with. */
  markOf(node: YamlNode): OriginStep | undefined {
    return this.#marks?.get(node)
  }

  /** Notes that a step changed something. */
  addStep(step: OriginStep): void {
    if (this.steps[this.steps.length - 1] !== step) this.steps.push(step)
  }

  #appendNote(key: string, value: string): void {
    if (value === '') return
    const before = this.annotation(key)
    this.setAnnotation(key, before === undefined ? value : `${before},${value}`)
  }

  #metadata(): YamlNode | undefined {
    if (isMissingOrNull(this.node)) return undefined
    const metadata = rawField(this.node, 'metadata')
    return isNilOrEmpty(metadata) ? undefined : metadata
  }

  #annotationNode(): YamlNode | undefined {
    const metadata = this.#metadata()
    return metadata === undefined ? undefined : rawField(metadata, 'annotations')
  }

  #metaMap(field: string): Map<string, string> {
    const out = new Map<string, string>()
    const metadata = this.#metadata()
    const node = metadata === undefined ? undefined : rawField(metadata, field)
    if (node === undefined) return out
    if (node.content.length % 2 === 1) fail('runtime error: index out of range')
    for (let i = 0; i + 1 < node.content.length; i += 2) out.set(node.content[i]!.value, node.content[i + 1]!.value)
    return out
  }

  #setMetaMap(field: string, values: ReadonlyMap<string, string>): void {
    const metadata = getOrCreate(this.root, 'metadata', 'mapping')
    // Values that stay the same keep their nodes, and so their places in a file.
    const old = fieldOf(metadata, field)
    const before = old === undefined || isGoPlace(old.start) ? undefined : old
    clearField(metadata, field)
    if (values.size === 0) return
    const node = newNode('mapping')
    if (before !== undefined) {
      node.start = before.start
      node.end = before.end
      const mark = this.#marks?.get(before)
      if (mark !== undefined) this.mark(node, mark)
    }
    setField(metadata, field, node)
    for (const key of [...values.keys()].sort(compareStrings)) {
      const value = newString(values.get(key)!)
      const oldValue = before === undefined ? undefined : rawField(before, key)
      if (oldValue !== undefined && oldValue.value === value.value) {
        value.start = oldValue.start
        value.end = oldValue.end
        const mark = this.#marks?.get(oldValue)
        if (mark !== undefined) this.mark(value, mark)
      }
      setField(node, key, value)
    }
  }
}

/** kyaml's SetAnnotation: an empty `annotations` (and `metadata`) makes place for a new one. */
function setAnnotation(root: YamlNode, key: string, value: string): void {
  const metadata = getField(root, 'metadata')
  if (metadata !== undefined) {
    const annotations = getField(metadata, 'annotations')
    if (annotations !== undefined && annotations.content.length === 0) clearField(metadata, 'annotations')
    if (metadata.content.length === 0) clearField(root, 'metadata')
  }
  const node = newString(value)
  node.style = 'single'
  setField(getOrCreate(getOrCreate(root, 'metadata', 'mapping'), 'annotations', 'mapping'), key, node)
}

function metaText(metadata: YamlNode, field: string): string {
  const value = rawField(metadata, field)
  return value === undefined || isNilOrEmpty(value) ? '' : value.value
}
