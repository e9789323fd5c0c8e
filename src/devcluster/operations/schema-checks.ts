import type { KubeObject } from '../../kube/index.ts'
import type { FieldError } from '../http/errors.ts'
import type { ResourceType } from '../resources/types.ts'

/** What the schemas of kinds say about objects. */
export interface SchemaChecks {
  /**
   * Reads a client's object, in place: members that the schema does not know go, and their paths come back
   * (`spec.foo`, `spec.list[0].bar`); `error` says why the object cannot be read at all, in the words of `reader`: a
   * JSON decoder, unless what is read are the values of a patch.
   */
  decode(
    type: ResourceType,
    draft: KubeObject,
    reader?: 'json' | 'converter',
  ): { readonly error: string | undefined; readonly unknown: readonly string[] }
  /** Fills in the schema's defaults, in place. */
  setDefaults(type: ResourceType, draft: KubeObject): void
  /** Type, pattern and rule errors; `old` enables transition rules and ratcheting. */
  validate(type: ResourceType, object: KubeObject, old: KubeObject | undefined): FieldError[]
}
