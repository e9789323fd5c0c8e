import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import type { StructuralSchema } from './types.ts'

const metaFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata'])

/**
 * Drops what a schema does not know, in place, and returns the paths of what was dropped, sorted.
 * Type and metadata of embedded resources, and with `resourceRoot` of the object itself, stay.
 * apiextensions-apiserver pkg/apiserver/schema/pruning/algorithm.go.
 */
export function prune(value: JsonValue, schema: StructuralSchema | undefined, resourceRoot: boolean): string[] {
  const pruner = new Pruner()
  const root = resourceRoot ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema
  pruner.prune(value, root)
  return pruner.paths.sort()
}

class Pruner {
  readonly paths: string[] = []
  readonly #steps: string[] = []

  prune(value: JsonValue, schema: StructuralSchema | undefined): void {
    if (schema?.['x-kubernetes-preserve-unknown-fields'] === true) this.#skip(value, schema)
    else if (Array.isArray(value)) this.#items(value, (item) => this.prune(item, schema?.items))
    else if (isObject(value)) this.#members(value, schema)
  }

  #members(value: JsonObject, schema: StructuralSchema | undefined): void {
    for (const key of Object.keys(value)) {
      if (schema?.['x-kubernetes-embedded-resource'] === true && metaFields.has(key)) continue
      const member = memberOf(schema, key)
      if (member !== undefined) this.#at(key, () => this.prune(value[key]!, member.schema))
      else {
        if (schema === undefined || !metaFields.has(key) || this.#steps.length > 0) this.paths.push(this.#text(key))
        delete value[key]
      }
    }
  }

  /** Keeps unknown members, but prunes below the known ones. */
  #skip(value: JsonValue, schema: StructuralSchema | undefined): void {
    if (schema === undefined) return
    if (Array.isArray(value)) this.#items(value, (item) => this.#skip(item, schema.items))
    else if (isObject(value)) {
      for (const key of Object.keys(value)) {
        if (schema['x-kubernetes-embedded-resource'] === true && metaFields.has(key)) continue
        const member = memberOf(schema, key)
        if (member !== undefined) this.#at(key, () => this.prune(value[key]!, member.schema))
      }
    }
  }

  #items(value: readonly JsonValue[], each: (item: JsonValue) => void): void {
    value.forEach((item, i) => {
      this.#steps.push(`[${i}]`)
      each(item)
      this.#steps.pop()
    })
  }

  #at(key: string, run: () => void): void {
    this.#steps.push(this.#steps.length === 0 ? key : `.${key}`)
    run()
    this.#steps.pop()
  }

  #text(key: string): string {
    return this.#steps.length === 0 ? key : `${this.#steps.join('')}.${key}`
  }
}

/** Whether a member is known, and its schema (none where `additionalProperties` is a boolean; upstream reads `false` so too). */
function memberOf(
  schema: StructuralSchema | undefined,
  key: string,
): { readonly schema: StructuralSchema | undefined } | undefined {
  if (schema === undefined) return undefined
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key))
    return { schema: schema.properties[key] }
  const { additionalProperties } = schema
  if (additionalProperties === undefined) return undefined
  return { schema: typeof additionalProperties === 'boolean' ? undefined : additionalProperties }
}
