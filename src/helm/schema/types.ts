import type { RE2JS } from 're2js'
import type { GoValue } from '../../gotemplate/index.ts'

export type DraftVersion = 4 | 6 | 7 | 2019 | 2020

export const jsonTypes = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'] as const
export type JsonType = (typeof jsonTypes)[number]

/** A compiled schema: one object, or boolean, of a document. Filled while its document is compiled; read-only then. */
export interface Schema {
  readonly document: string
  /** JSON pointer in the document. */
  readonly pointer: string
  draft: DraftVersion
  /** The schema of the resource (`$id`) that holds this one. */
  resource: Schema | undefined
  bool?: boolean
  ref?: Schema
  recursiveRef?: Schema
  recursiveAnchor?: boolean
  dynamicRef?: { readonly target: Schema; readonly anchor: string }
  dynamicAnchor?: string
  dynamicAnchors?: Map<string, Schema>
  types?: ReadonlySet<JsonType>
  enum?: readonly GoValue[]
  const?: { readonly value: GoValue }
  format?: string
  not?: Schema
  allOf?: readonly Schema[]
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  if?: Schema
  then?: Schema
  else?: Schema
  minProperties?: number
  maxProperties?: number
  required?: readonly string[]
  properties?: ReadonlyMap<string, Schema>
  patternProperties?: readonly (readonly [RE2JS, Schema])[]
  additionalProperties?: boolean | Schema
  propertyNames?: Schema
  dependencies?: ReadonlyMap<string, readonly string[] | Schema>
  dependentSchemas?: ReadonlyMap<string, Schema>
  dependentRequired?: ReadonlyMap<string, readonly string[]>
  unevaluatedProperties?: Schema
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  /** Before 2020: one schema for all, or one for each of the first items. */
  items?: Schema | readonly Schema[]
  additionalItems?: boolean | Schema
  prefixItems?: readonly Schema[]
  items2020?: Schema
  contains?: Schema
  minContains?: number
  maxContains?: number
  unevaluatedItems?: Schema
  minLength?: number
  maxLength?: number
  pattern?: RE2JS
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  multipleOf?: number
}

/** A value that does not fit, with what is wrong inside it. */
export interface SchemaFault {
  /** Where, as JSON pointer tokens. */
  readonly at: readonly string[]
  readonly message: string
  /** `group` and `ref` only gather causes; a `ref` with one cause is not shown. */
  readonly kind?: 'group' | 'ref'
  readonly causes: readonly SchemaFault[]
}
