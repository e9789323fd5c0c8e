import { type GoValue, isList, isMap } from '../../gotemplate/index.ts'
import type { Schema } from './types.ts'

/** Properties and items that no keyword has looked at yet, for `unevaluated…`. */
export interface Unevaluated {
  props: Set<string> | undefined
  items: Set<number> | undefined
}

/** What a schema starts with: all that its own keywords are not sure to look at. */
export function unevaluatedOf(value: GoValue, schema: Schema, callerNeeds: boolean): Unevaluated {
  const out: Unevaluated = { props: undefined, items: undefined }
  if (isMap(value)) {
    if (schema.additionalProperties === undefined && (callerNeeds || schema.unevaluatedProperties !== undefined)) {
      out.props = new Set(Object.keys(value))
    }
  } else if (isList(value)) {
    if (!callerNeeds && schema.unevaluatedItems === undefined) return out
    const isOne = schema.items !== undefined && 'document' in schema.items
    const all = schema.draft < 2020 ? isOne || schema.additionalItems !== undefined : schema.items2020 !== undefined
    const first =
      schema.draft < 2020 ? (Array.isArray(schema.items) ? schema.items.length : 0) : (schema.prefixItems?.length ?? 0)
    if (!all && first < value.length) out.items = new Set([...value.keys()].slice(first))
  }
  return out
}

/** Keeps what another schema on the same value has not looked at either. */
export function keepCommon<T>(own: Set<T> | undefined, other: Set<T> | undefined): void {
  for (const each of own ?? []) if (!other?.has(each)) own!.delete(each)
}
