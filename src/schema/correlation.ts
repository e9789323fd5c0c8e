import { isObject, type JsonArray, type JsonObject, type JsonValue, jsonEqual } from '../base/index.ts'
import type { StructuralSchema } from './types.ts'

/**
 * A value next to the value it had before an update, followed through maps and map lists. Errors of unchanged parts only
 * warn ("ratcheting"). k8s.io/apiserver pkg/cel/common/equality.go.
 */
export class Correlation {
  readonly #value: JsonValue
  readonly #old: JsonValue
  readonly #schema: StructuralSchema
  #equal: boolean | undefined
  #oldItems: OldItems | undefined

  constructor(value: JsonValue, old: JsonValue, schema: StructuralSchema) {
    this.#value = value
    this.#old = old
    this.#schema = schema
  }

  /** True when nothing changed. Map lists compare by key, so their order does not count. */
  get unchanged(): boolean {
    this.#equal ??= this.#compare()
    return this.#equal
  }

  key(name: string): Correlation | undefined {
    if (!isObject(this.#value) || !isObject(this.#old)) return undefined
    if (!Object.hasOwn(this.#value, name) || !Object.hasOwn(this.#old, name)) return undefined
    const schema = propertySchema(this.#schema, name)
    return schema === undefined ? undefined : new Correlation(this.#value[name]!, this.#old[name]!, schema)
  }

  /** Only items of map lists have a counterpart. */
  index(index: number): Correlation | undefined {
    const { items } = this.#schema
    if (!Array.isArray(this.#value) || !Array.isArray(this.#old) || items === undefined) return undefined
    this.#oldItems ??= new OldItems(this.#schema, this.#old)
    const value = this.#value[index]
    const old = value === undefined ? undefined : this.#oldItems.find(value)
    return old === undefined ? undefined : new Correlation(value!, old, items)
  }

  #compare(): boolean {
    if (this.#value === null || this.#old === null) return this.#value === this.#old
    if (this.#schema['x-kubernetes-list-type'] === 'map' && Array.isArray(this.#value) && Array.isArray(this.#old)) {
      return this.#value.length === this.#old.length && this.#value.every((_, i) => this.index(i)?.unchanged === true)
    }
    if (isObject(this.#value) && isObject(this.#old)) return this.#compareObjects(this.#value, this.#old)
    return jsonEqual(this.#value, this.#old)
  }

  #compareObjects(value: JsonObject, old: JsonObject): boolean {
    const keys = Object.keys(value)
    if (keys.length !== Object.keys(old).length) return false
    return keys.every((key) => this.key(key)?.unchanged === true)
  }
}

/** The schema of a member: its property, else that of map values. */
export function propertySchema(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, name)) return schema.properties[name]
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
}

/** The items of an old list by their keys; lists that are no map lists have no counterparts. */
export class OldItems {
  readonly #keys: readonly string[] | undefined
  readonly #items = new Map<string, JsonValue>()

  constructor(schema: StructuralSchema, old: JsonArray) {
    if (schema['x-kubernetes-list-type'] !== 'map') return
    this.#keys = schema['x-kubernetes-list-map-keys'] ?? []
    for (const item of old) {
      const id = this.#id(item)
      if (id !== undefined) this.#items.set(id, item)
    }
  }

  find(item: JsonValue): JsonValue | undefined {
    const id = this.#id(item)
    return id === undefined ? undefined : this.#items.get(id)
  }

  #id(item: JsonValue): string | undefined {
    if (this.#keys === undefined || !isObject(item)) return undefined
    return JSON.stringify(this.#keys.map((key) => (Object.hasOwn(item, key) ? scalarText(item[key]!) : null)))
  }
}

function scalarText(value: JsonValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : `${typeof value}:${value}`
}
