import { isObject, type JsonValue } from '../../base/index.ts'

/** How the items of a list or map relate: one value, items with an identity of their own, or unrelated ones. */
export type ElementRelationship = 'atomic' | 'associative' | 'separable'
export type ScalarKind = 'numeric' | 'string' | 'boolean' | 'untyped'

/** Structured-merge-diff's schema as data (its own YAML form). */
export interface AtomDefinition {
  readonly scalar?: ScalarKind
  readonly list?: {
    readonly elementType?: TypeRefDefinition
    readonly elementRelationship?: ElementRelationship
    readonly keys?: readonly string[]
  }
  readonly map?: {
    readonly fields?: readonly FieldDefinition[]
    readonly elementType?: TypeRefDefinition
    readonly elementRelationship?: ElementRelationship
  }
}

export interface TypeRefDefinition extends AtomDefinition {
  readonly namedType?: string
  /** Overrides the relationship of the type referred to. */
  readonly elementRelationship?: ElementRelationship
  readonly nullable?: boolean
}

export interface FieldDefinition {
  readonly name: string
  readonly type: TypeRefDefinition
  readonly default?: JsonValue
  /** The Go field's zero value when it is written even if unset (no `omitempty`); `null` for lists, maps and pointers. */
  readonly always?: JsonValue
}

export interface TypeDefinition extends AtomDefinition {
  readonly name: string
}

export interface SchemaDefinition {
  readonly types: readonly TypeDefinition[]
}

/** What a value may be; with several set (deduced types) the value decides. */
export interface Atom {
  readonly scalar: ScalarKind | undefined
  readonly list: ListType | undefined
  readonly map: MapType | undefined
}

export interface ListType {
  readonly element: TypeRef
  readonly relationship: ElementRelationship | undefined
  readonly keys: readonly string[]
  /** `keys` in the order in which path elements have them. */
  readonly sortedKeys: readonly string[]
}

export interface MapType {
  readonly fields: ReadonlyMap<string, Field>
  readonly element: TypeRef
  readonly relationship: ElementRelationship | undefined
  /** The fields that are there even when absent, see `Field.implied`. */
  readonly implied: readonly (readonly [name: string, field: Field])[]
}

export interface Field {
  readonly type: TypeRef
  readonly default: JsonValue | undefined
  /** What an absent field stands for when objects are compared as structs. */
  readonly implied: JsonValue | undefined
}

/** A reference to a type: by name, or inline. Compared by identity within one schema. */
export interface TypeRef {
  readonly definition: TypeRefDefinition
  readonly name: string | undefined
  /** True for a reference to nothing: a map with such an element type has only its declared fields. */
  readonly absent: boolean
}

/**
 * A schema whose types are read when first needed: a server knows 861 of them and uses few.
 * Immutable from the outside; lookups are cached on it.
 */
export class TypedSchema {
  readonly emptyRef: TypeRef = { definition: {}, name: undefined, absent: true }
  /**
   * True for schemas of Go structs: a field without `omitempty` is always there, if only as its zero value, and so is
   * never itself added or removed. Upstream compares built-in objects as structs, custom ones as plain JSON.
   */
  readonly structs: boolean
  readonly #find: (name: string) => TypeDefinition | undefined
  readonly #named = new Map<string, Atom>()
  readonly #refs = new Map<string, TypeRef>()
  readonly #resolved = new Map<TypeRef, Atom | undefined>()

  constructor(
    definition: SchemaDefinition | ((name: string) => TypeDefinition | undefined),
    options: { readonly structs?: boolean } = {},
  ) {
    this.structs = options.structs === true
    if (typeof definition === 'function') this.#find = definition
    else {
      const types = new Map(definition.types.map((type) => [type.name, type]))
      this.#find = (name) => types.get(name)
    }
  }

  /** The reference to a named type. */
  type(name: string): TypeRef {
    let ref = this.#refs.get(name)
    if (ref === undefined) {
      ref = { definition: { namedType: name }, name, absent: false }
      this.#refs.set(name, ref)
    }
    return ref
  }

  /** What a reference stands for; `undefined` when the schema does not say. */
  resolve(ref: TypeRef): Atom | undefined {
    if (this.#resolved.has(ref)) return this.#resolved.get(ref)
    const atom = this.#override(ref, this.#plain(ref))
    this.#resolved.set(ref, atom)
    return atom
  }

  #plain(ref: TypeRef): Atom | undefined {
    if (ref.name === undefined) return this.#compile(ref.definition)
    const known = this.#named.get(ref.name)
    if (known !== undefined) return known
    const definition = this.#find(ref.name)
    if (definition === undefined) return undefined
    const atom = this.#compile(definition)
    this.#named.set(ref.name, atom)
    return atom
  }

  #override(ref: TypeRef, atom: Atom | undefined): Atom | undefined {
    const relationship = ref.definition.elementRelationship
    if (relationship === undefined || atom === undefined) return atom
    if (atom.map !== undefined) return { ...atom, map: { ...atom.map, relationship } }
    return atom.list === undefined ? undefined : { ...atom, list: { ...atom.list, relationship } }
  }

  #compile(definition: AtomDefinition): Atom {
    const { scalar, list, map } = definition
    return {
      scalar,
      list: list && {
        element: this.#ref(list.elementType),
        relationship: list.elementRelationship,
        keys: list.keys ?? [],
        sortedKeys: [...(list.keys ?? [])].sort(),
      },
      map: map && this.#compileMap(map),
    }
  }

  #compileMap(map: NonNullable<AtomDefinition['map']>): MapType {
    const fields = new Map<string, Field>()
    for (const { name, type, default: fallback, always } of map.fields ?? []) {
      const implied = this.structs ? impliedBy(always === undefined ? fallback : always) : undefined
      fields.set(name, { type: this.#ref(type), default: fallback, implied })
    }
    return {
      fields,
      element: this.#ref(map.elementType),
      relationship: map.elementRelationship,
      implied: [...fields].filter(([, field]) => field.implied !== undefined),
    }
  }

  #ref(definition: TypeRefDefinition | undefined): TypeRef {
    if (definition === undefined) return this.emptyRef
    const { namedType, scalar, list, map } = definition
    if (namedType !== undefined && definition.elementRelationship === undefined) return this.type(namedType)
    const absent = namedType === undefined && scalar === undefined && list === undefined && map === undefined
    return absent ? this.emptyRef : { definition, name: namedType, absent }
  }
}

/** The type of objects that have no schema: maps are granular, lists atomic. */
export const deducedTypeName = '__untyped_deduced_'

const untypedAtomic: TypeDefinition = {
  name: '__untyped_atomic_',
  scalar: 'untyped',
  list: { elementType: { namedType: '__untyped_atomic_' }, elementRelationship: 'atomic' },
  map: { elementType: { namedType: '__untyped_atomic_' }, elementRelationship: 'atomic' },
}
const untypedDeduced: TypeDefinition = {
  name: deducedTypeName,
  scalar: 'untyped',
  list: { elementType: { namedType: '__untyped_atomic_' }, elementRelationship: 'atomic' },
  map: { elementType: { namedType: deducedTypeName }, elementRelationship: 'separable' },
}

/** The definitions that give objects without a schema a type; every schema that refers to unknown values needs them. */
export const deducedTypes: readonly TypeDefinition[] = [untypedAtomic, untypedDeduced]

const emptyStruct: JsonValue = {}

/** Fields without `omitempty` have their zero value as the default in OpenAPI. */
function impliedBy(fallback: JsonValue | undefined): JsonValue | undefined {
  if (fallback === null || fallback === 0 || fallback === '' || fallback === false) return fallback
  return isObject(fallback) && Object.keys(fallback).length === 0 ? emptyStruct : undefined
}
