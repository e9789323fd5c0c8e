import type { JsonObject } from '../../base/index.ts'
import type { ApiResource } from '../../kube/index.ts'

/** One column of a Table. */
export interface ColumnDefinition {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description?: string
  /** 0 is always shown, others only in wide output. */
  readonly priority: number
}

/** What a custom resource adds to a type. */
export interface CustomType {
  /** The version's openAPIV3Schema. */
  readonly schema: JsonObject | undefined
  readonly preserveUnknown: boolean
  readonly columns: readonly (ColumnDefinition & { readonly jsonPath: string })[]
  readonly scale: ScalePaths | undefined
  readonly selectable: readonly string[]
  /** Warning header text of a deprecated version. */
  readonly deprecation: string | undefined
  /** resourceVersion of the definition: caches key on it. */
  readonly generation: string
}

export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath: string | undefined
}

/** One resource in one served version. */
export interface ResourceType extends ApiResource {
  readonly listKind: string
  /** Where its objects are stored: the same for all versions of a resource. */
  readonly collection: string
  /** apiVersion and kind of the stored form. */
  readonly storage: { readonly apiVersion: string; readonly kind: string }
  /** Set for resources that a CustomResourceDefinition declares. */
  readonly custom: CustomType | undefined
}

/** `group/version` of a type. */
export function versionOf(type: { group: string; version: string }): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`
}
