import type { JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { FieldError } from '../http/errors.ts'
import type { UserInfo } from '../http/types.ts'

/** What a strategy may ask of the cluster. */
export interface StrategyContext {
  readonly now: number
  /** A stored object in its storage version; for allocators and cross-object rules. */
  lookup(collection: string, namespace: string, name: string): KubeObject | undefined
  list(collection: string, namespace?: string): readonly KubeObject[]
  uid(): string
  random(): number
  /** Who writes; the server itself when absent. */
  readonly user?: UserInfo
}

/**
 * The rules of one built-in kind, in its storage version. Drafts are private to the write and changed in place; live
 * objects are never changed. Every method may assume nothing about the shape of its input but the metadata.
 */
export interface Strategy {
  /** True when metadata.generation counts changes outside metadata and status. */
  readonly generation?: boolean
  /** Annotations count as well, but for those that a status update brings. */
  readonly generationOfAnnotations?: boolean
  /** The deletion answers the object instead of a Status. */
  readonly returnsDeleted?: boolean
  /** What deletion does when the client does not say. */
  readonly defaultPropagation?: 'Background' | 'Orphan'
  /** Name rule: DNS-1123 subdomain unless said otherwise. */
  readonly nameRule?: 'subdomain' | 'label' | 'label1035' | 'path' | 'any'
  /** PUT without resourceVersion is refused. */
  readonly lockedUpdates?: boolean
  /** PUT and server-side apply of an absent object creates it (server-side apply always does). */
  readonly createOnUpdate?: boolean
  defaults?(draft: KubeObject): void
  prepareForCreate?(draft: KubeObject, context: StrategyContext): void
  prepareForUpdate?(draft: KubeObject, live: KubeObject, context: StrategyContext): void
  /** `now`: milliseconds since 1970. */
  prepareForStatus?(draft: KubeObject, live: KubeObject, now: number): void
  /** The same for the subresource `approval`. */
  prepareForApproval?(draft: KubeObject, live: KubeObject, now: number): void
  /** The status that the API server's own controllers set right after a write; undefined: it stays. */
  settle?(stored: KubeObject, context: StrategyContext): JsonObject | undefined
  /** `live`: the state that an update replaces. */
  validate?(object: KubeObject, context: StrategyContext, live?: KubeObject): FieldError[]
  /** What is said of an object that is fine but hardly as meant: new ones, and changed ones. */
  warnings?(object: KubeObject, live?: KubeObject): string[]
  validateUpdate?(object: KubeObject, live: KubeObject, context: StrategyContext): FieldError[]
  /** `validateUpdate` speaks before `validate` does. */
  readonly updateErrorsFirst?: boolean
  /** Errors of a write to the status. */
  validateStatus?(object: KubeObject, live: KubeObject): FieldError[]
  /** Errors of a write to the subresource `approval`. */
  validateApproval?(object: KubeObject, live: KubeObject): FieldError[]
}
