import { compareElements, type FieldPath, fieldNameOf, isKeyElement, type PathElement } from './element.ts'
import type { TypedSchema, TypeRef } from './schema.ts'

/** A step in a set: whether the path up to it is a member, and what is below. `children` is never an empty set. */
export interface FieldNode {
  readonly member: boolean
  readonly children: FieldSet | undefined
}

/**
 * A set of field paths, as a tree of hash maps: every operation is linear in the smaller or changed side.
 * Behaviour of structured-merge-diff `fieldpath.Set`. Sets share subtrees, so only a set that nobody else has seen may be
 * built up with `insert` and `put`.
 */
export class FieldSet {
  readonly nodes: Map<PathElement, FieldNode> = new Map()

  static of(...paths: readonly FieldPath[]): FieldSet {
    const set = new FieldSet()
    for (const path of paths) set.insert(path)
    return set
  }

  get empty(): boolean {
    return this.nodes.size === 0
  }

  /** Adds a path. The empty path stands for the whole object, which nobody owns. */
  insert(path: FieldPath): void {
    let set: FieldSet = this
    for (let i = 0; i < path.length; i++) {
      const node = set.nodes.get(path[i]!) as { member: boolean; children: FieldSet | undefined } | undefined
      const last = i === path.length - 1
      if (node === undefined) {
        const children = last ? undefined : new FieldSet()
        set.nodes.set(path[i]!, { member: last, children })
        if (children !== undefined) set = children
      } else if (last) node.member = true
      else set = node.children ??= new FieldSet()
    }
  }

  /** Sets what is at one step; nothing when it would be neither a member nor have children. */
  put(element: PathElement, member: boolean, children: FieldSet | undefined): void {
    const kept = children === undefined || children.empty ? undefined : children
    if (member || kept !== undefined) this.nodes.set(element, { member, children: kept })
  }

  has(path: FieldPath): boolean {
    if (path.length === 0) return false
    let set: FieldSet | undefined = this
    for (let i = 0; i < path.length - 1; i++) set = set?.nodes.get(path[i]!)?.children
    return set?.nodes.get(path[path.length - 1]!)?.member ?? false
  }

  /** The number of members. */
  get size(): number {
    let count = 0
    for (const node of this.nodes.values()) count += (node.member ? 1 : 0) + (node.children?.size ?? 0)
    return count
  }

  union(other: FieldSet): FieldSet {
    if (other.empty || other === this) return this
    if (this.empty) return other
    const out = new FieldSet()
    for (const [element, node] of this.nodes) {
      const match = other.nodes.get(element)
      if (match === undefined) out.nodes.set(element, node)
      else out.put(element, node.member || match.member, unionOf(node.children, match.children))
    }
    for (const [element, node] of other.nodes) if (!this.nodes.has(element)) out.nodes.set(element, node)
    return out
  }

  intersection(other: FieldSet): FieldSet {
    if (other === this) return this
    const out = new FieldSet()
    const [small, large] = this.nodes.size <= other.nodes.size ? [this, other] : [other, this]
    for (const [element, node] of small.nodes) {
      const match = large.nodes.get(element)
      if (match === undefined) continue
      const children =
        node.children === undefined || match.children === undefined
          ? undefined
          : node.children.intersection(match.children)
      out.put(element, node.member && match.member, children)
    }
    return out
  }

  /** The members that `other` lacks; children of a removed member stay. */
  difference(other: FieldSet): FieldSet {
    return subtract(this, other, false) ?? new FieldSet()
  }

  /** The members that are neither in `other` nor below a member of it. */
  recursiveDifference(other: FieldSet): FieldSet {
    return subtract(this, other, true) ?? new FieldSet()
  }

  /** The members that have no members below. */
  leaves(): FieldSet {
    const out = new FieldSet()
    for (const [element, node] of this.nodes) {
      out.put(element, node.member && node.children === undefined, node.children?.leaves())
    }
    return out
  }

  /** Makes each struct field on the way to a member a member too. */
  ensureNamedFieldsAreMembers(schema: TypedSchema, ref: TypeRef): FieldSet {
    const atom = schema.resolve(ref)
    const out = new FieldSet()
    for (const [element, node] of this.nodes) {
      if (node.children === undefined) {
        out.nodes.set(element, node)
        continue
      }
      const name = fieldNameOf(element)
      const field = name === undefined ? undefined : atom?.map?.fields.get(name)
      let child = schema.emptyRef
      if (name !== undefined) child = field?.type ?? atom?.map?.element ?? schema.emptyRef
      else if (isKeyElement(element)) child = atom?.list?.element ?? schema.emptyRef
      out.put(element, node.member || field !== undefined, node.children.ensureNamedFieldsAreMembers(schema, child))
    }
    return out
  }

  equals(other: FieldSet): boolean {
    if (other === this) return true
    if (this.nodes.size !== other.nodes.size) return false
    for (const [element, node] of this.nodes) {
      const match = other.nodes.get(element)
      if (match === undefined || match.member !== node.member) return false
      if (node.children === undefined || match.children === undefined) {
        if (node.children !== match.children) return false
      } else if (!node.children.equals(match.children)) return false
    }
    return true
  }

  /** The steps in canonical order. */
  sorted(): [PathElement, FieldNode][] {
    return [...this.nodes].sort((a, b) => compareElements(a[0], b[0]))
  }

  /** Every member's path: at each level the members first, then what is below (the order of upstream's `Iterate`). */
  paths(): FieldPath[] {
    const out: FieldPath[] = []
    collectPaths(this, [], out)
    return out
  }
}

function subtract(set: FieldSet | undefined, other: FieldSet, recursive: boolean): FieldSet | undefined {
  if (set === undefined || other.empty) return set
  const out = new FieldSet()
  for (const [element, node] of set.nodes) {
    const match = other.nodes.get(element)
    if (match === undefined) out.nodes.set(element, node)
    else if (!(recursive && match.member)) {
      const children = match.children === undefined ? node.children : subtract(node.children, match.children, recursive)
      out.put(element, node.member && !match.member, children)
    }
  }
  return out
}

function unionOf(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined) return b
  return b === undefined ? a : a.union(b)
}

function collectPaths(set: FieldSet, prefix: FieldPath, out: FieldPath[]): void {
  const nodes = set.sorted()
  for (const [element, node] of nodes) if (node.member) out.push([...prefix, element])
  for (const [element, node] of nodes) {
    if (node.children !== undefined) collectPaths(node.children, [...prefix, element], out)
  }
}
