import { bad, good, type Outcome } from '../values/outcome.ts'
import { fieldNameOf, type PathElement } from './element.ts'
import { FieldSet } from './field-set.ts'
import { deducedTypeName, type ListType, type MapType, type TypedSchema, type TypeRef } from './schema.ts'
import { type TypedError, WalkState } from './typed.ts'

/**
 * Adapts a set that was made when the schema was another one: where a map or list has become atomic, owning something in
 * it becomes owning it whole (structured-merge-diff `ReconcileFieldSetWithSchema`).
 * Answers the same set when nothing changes.
 */
export function reconcileFieldSet(
  set: FieldSet,
  schema: TypedSchema,
  ref: TypeRef,
): Outcome<FieldSet, readonly TypedError[]> {
  const walk = new ReconcileWalk(schema)
  walk.visit(ref, set, false)
  if (walk.errors.length > 0) return bad(walk.errors)
  return good(walk.changed.empty ? set : set.recursiveDifference(walk.changed).union(walk.changed))
}

class ReconcileWalk extends WalkState {
  /** The paths that are owned whole now. */
  readonly changed: FieldSet = new FieldSet()

  visit(ref: TypeRef, set: FieldSet | undefined, whole: boolean): void {
    const atom = this.schema.resolve(ref)
    if (atom === undefined) {
      this.fail(`could not resolve ${ref.name ?? ''}`)
      return
    }
    if (atom.map !== undefined) this.#map(atom.map, set, whole)
    else if (atom.scalar === undefined && atom.list !== undefined) this.#list(atom.list, set, whole)
  }

  #map(map: MapType, set: FieldSet | undefined, whole: boolean): void {
    if (map.fields.size === 0 && isDeduced(map.element)) return
    if (!whole && map.relationship === 'atomic') {
      if (set !== undefined && !set.empty) this.changed.insert(this.path)
      return
    }
    for (const [element, node] of set?.nodes ?? []) {
      const name = fieldNameOf(element)
      const ref = (name === undefined ? undefined : map.fields.get(name)?.type) ?? map.element
      if (!ref.absent) this.#descend(element, ref, node.children, node.member)
    }
  }

  #list(list: ListType, set: FieldSet | undefined, whole: boolean): void {
    if (!whole && list.relationship === 'atomic') {
      this.changed.insert(this.path)
      return
    }
    for (const [element, node] of set?.nodes ?? []) this.#descend(element, list.element, node.children, node.member)
  }

  #descend(element: PathElement, ref: TypeRef, children: FieldSet | undefined, member: boolean): void {
    this.path.push(element)
    this.visit(ref, children, member && children === undefined)
    this.path.pop()
  }
}

function isDeduced(ref: TypeRef): boolean {
  return ref.name === undefined ? ref.definition.scalar === 'untyped' : ref.name === deducedTypeName
}
