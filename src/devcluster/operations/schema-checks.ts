import type { KubeObject } from '../../kube/index.ts'
import type { FieldError } from '../http/errors.ts'
import type { ResourceType } from '../resources/types.ts'

/** What the schemas of kinds say about objects. */
export interface SchemaChecks {
  /** Drops fields that the schema does not know, in place; answers their paths (`spec.foo`, `spec.list[0].bar`). */
  prune(type: ResourceType, draft: KubeObject): string[]
  /** Fills in the schema's defaults, in place. */
  setDefaults(type: ResourceType, draft: KubeObject): void
  /** Type, pattern and rule errors; `old` enables transition rules and ratcheting. */
  validate(type: ResourceType, object: KubeObject, old: KubeObject | undefined): FieldError[]
  /** Problems of JSON types that stop Go from decoding a built-in kind; undefined when it can be decoded. */
  decodeError(type: ResourceType, object: KubeObject): string | undefined
}
