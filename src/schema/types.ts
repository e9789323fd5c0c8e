import type { JsonObject, JsonValue } from '../base/index.ts'

/** Names a kind; structurally equal to the GroupVersionKind of `kube`, which is a layer above. */
export interface Gvk {
  /** `""` for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** A CEL rule of a schema (`x-kubernetes-validations`). */
export interface ValidationRule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/**
 * An OpenAPI v3 schema in the form CustomResourceDefinitions use. Schemas are immutable and may be shared and, for
 * `JSONSchemaProps` itself, cyclic: walk them along an object, not on their own.
 */
export interface StructuralSchema {
  readonly type?: string
  readonly format?: string
  readonly title?: string
  readonly description?: string
  readonly default?: JsonValue
  readonly nullable?: boolean
  readonly properties?: Readonly<Record<string, StructuralSchema>>
  readonly additionalProperties?: StructuralSchema | boolean
  readonly items?: StructuralSchema
  readonly required?: readonly string[]
  readonly enum?: readonly JsonValue[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: boolean
  readonly exclusiveMaximum?: boolean
  readonly multipleOf?: number
  readonly allOf?: readonly StructuralSchema[]
  readonly anyOf?: readonly StructuralSchema[]
  readonly oneOf?: readonly StructuralSchema[]
  readonly not?: StructuralSchema
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular'
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[]
  /** Strategic merge patch, built-in kinds only: `merge`, `replace`, `retainKeys`, or several with commas. */
  readonly 'x-kubernetes-patch-strategy'?: string
  readonly 'x-kubernetes-patch-merge-key'?: string
}

/** One kind in one version, as discovery describes it. A superset of `kube`'s ApiResource. */
export interface KindInfo extends Gvk {
  /** Plural, lower case: `deployments`. */
  readonly resource: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly string[]
  /** True for the version that the server prefers within the group. */
  readonly preferred: boolean
  readonly source: 'builtin' | 'flux' | 'added'
}

/** A CustomResourceDefinition, as far as this module reads it. */
export interface CustomResourceDefinition extends JsonObject {
  apiVersion: string
  kind: string
  metadata: JsonObject & { name: string }
  spec: CrdSpec
}

export interface CrdSpec extends JsonObject {
  group: string
  scope: string
  names: JsonObject & { plural: string; kind: string }
  versions: CrdVersion[]
}

export interface CrdVersion extends JsonObject {
  name: string
  served: boolean
  storage: boolean
}

/** How one Flux minor serves one version of a kind. */
export interface VersionHistory {
  /** `2.0` … `2.9`, ascending. */
  readonly fluxMinor: string
  readonly versions: readonly {
    readonly version: string
    readonly served: boolean
    readonly deprecated: boolean
    readonly storage: boolean
  }[]
}
