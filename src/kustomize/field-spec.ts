import type { YamlKind, YamlNode } from '../yaml/index.ts'
import { fail, isFailure, wrapError } from './errors.ts'
import { lookup } from './lookup.ts'
import { splitPath } from './path-splitter.ts'
import { type Gvk, gvkOfNode, idText, isSelected } from './resid.ts'
import { elementsOf, getField, getOrCreate, nullTag, rawField } from './rnode.ts'

/** Says where in which kinds a field is (api/types/fieldspec.go). */
export interface FieldSpec extends Gvk {
  readonly path: string
  /** The path, split. */
  readonly parts: readonly string[]
  readonly create: boolean
}

/** Called on the node that a field spec leads to. */
export type FieldSetterFn = (node: YamlNode) => void

export interface FieldVisit {
  readonly set: FieldSetterFn
  /** What to make of a field that is missing or null, if the field spec says so. */
  readonly createKind?: YamlKind
  readonly createTag?: string
}

/** Fills the parts that a file left out. */
export function makeFieldSpec(spec: Partial<FieldSpec>): FieldSpec {
  const path = spec.path ?? ''
  return {
    group: spec.group ?? '',
    version: spec.version ?? '',
    kind: spec.kind ?? '',
    path,
    parts: splitPath(path, '/'),
    create: spec.create ?? false,
  }
}

/** Adds field specs that the list does not have yet; the same place with another `create` is a conflict. */
export function mergeFieldSpecs(list: readonly FieldSpec[], more: readonly FieldSpec[]): readonly FieldSpec[] {
  if (more.length === 0) return list
  const byPath = new Map<string, FieldSpec[]>()
  const add = (spec: FieldSpec): void => {
    const same = byPath.get(spec.path)
    if (same === undefined) byPath.set(spec.path, [spec])
    else same.push(spec)
  }
  list.forEach(add)
  const out = list.slice()
  for (const spec of more) {
    const found = byPath.get(spec.path)?.find((other) => isSelected(other, spec))
    if (found === undefined) {
      add(spec)
      out.push(spec)
    } else if (found.create !== spec.create) fail('conflicting fieldspecs')
  }
  return out
}

/** Field specs grouped by kind, so that a resource meets only those that may concern it. */
export class FieldSpecIndex {
  readonly #all: readonly FieldSpec[]
  readonly #byKind: Map<string, readonly FieldSpec[]> = new Map()

  constructor(specs: readonly FieldSpec[]) {
    this.#all = specs
  }

  forKind(kind: string): readonly FieldSpec[] {
    const known = this.#byKind.get(kind)
    if (known !== undefined) return known
    const specs = this.#all.filter((spec) => spec.kind === '' || spec.kind === kind)
    this.#byKind.set(kind, specs)
    return specs
  }
}

/** Visits what every field spec leads to in a resource (api/filters/fsslice). */
export function visitFieldSpecs(root: YamlNode, specs: FieldSpecIndex, visit: FieldVisit): void {
  for (const spec of specs.forKind(rawField(root, 'kind')?.value ?? '')) visitFieldSpec(root, spec, visit)
}

/** Visits what a field spec leads to in a resource, if it is about its kind (api/filters/fieldspec). */
export function visitFieldSpec(root: YamlNode, spec: FieldSpec, visit: FieldVisit): void {
  const gvk = gvkOfNode(root)
  if (!isSelected(gvk, spec)) return
  try {
    descend(root, spec.parts, 0, spec.create, visit)
  } catch (error) {
    if (!isFailure(error)) throw error
    const metadata = rawField(root, 'metadata')
    const name = rawField(metadata, 'name')?.value ?? ''
    const namespace = rawField(metadata, 'namespace')?.value ?? ''
    const id = idText({ ...gvk, name, namespace, clusterScoped: false })
    throw wrapError(error, `considering field '${spec.path}' of object ${id}`)
  }
}

function descend(node: YamlNode, path: readonly string[], at: number, create: boolean, visit: FieldVisit): void {
  if (at === path.length) {
    visit.set(node)
    return
  }
  if (node.tag === nullTag) return
  if (node.kind === 'sequence') {
    for (const item of elementsOf(node)) descend(item, path, at, create, visit)
  } else if (node.kind === 'mapping') descendField(node, path, at, create, visit)
  else if (node.kind === 'alias' && node.alias !== undefined) descend(node.alias, path, at, create, visit)
  else fail('expected sequence or mapping node')
}

function descendField(node: YamlNode, path: readonly string[], at: number, create: boolean, visit: FieldVisit): void {
  const part = path[at]!
  const isList = part.endsWith('[]')
  const name = isList ? part.slice(0, -2) : part
  if (name === '') fail('cannot set or create an empty field name')
  let kind: YamlKind | undefined
  let tag = ''
  let field: YamlNode | undefined
  if (!create || visit.createKind === undefined || isList) {
    field = isPlainName(name) ? getField(node, name) : lookup(node, [name])
    if (isList) kind = 'sequence'
  } else {
    const last = at === path.length - 1
    kind = last ? visit.createKind : 'mapping'
    tag = last ? (visit.createTag ?? '') : '!!map'
    field = isPlainName(name) ? getOrCreate(node, name, kind) : lookup(node, [name], kind)
  }
  if (field === undefined) return
  if (field.tag === nullTag && kind !== undefined) {
    field.kind = kind
    field.tag = tag
  }
  descend(field, path, at + 1, create, visit)
}

/** True for names that mean just a field; others may be an index, `-`, `*` or `[a=b]`. */
function isPlainName(name: string): boolean {
  const first = name.charCodeAt(0)
  const isLetter = (first >= 97 && first <= 122) || (first >= 65 && first <= 90)
  const last = name.charCodeAt(name.length - 1)
  return isLetter && last > 32 && last < 127
}
