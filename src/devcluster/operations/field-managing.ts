import type { KubeObject } from '../../kube/index.ts'
import type { ResourceType } from '../resources/types.ts'

/** Who changes what: the part of the API machinery that knows managed fields and versions. */
export interface FieldManaging {
  /** The same object in another served version of its resource; the input itself when nothing changes. */
  convert(object: KubeObject, type: { group: string; version: string; kind: string }): KubeObject
  /** Records an update by a manager; answers `next` with managedFields set. `live` is undefined for a create. */
  update(request: FieldUpdate): KubeObject
  /**
   * Server-side apply: merges `applied` into `live`. Throws `ApiError` 409 on conflicts without force, 400 and 422 for
   * configurations that cannot be applied.
   */
  apply(request: FieldApply): KubeObject
}

export interface FieldUpdate {
  readonly type: ResourceType
  readonly live: KubeObject | undefined
  readonly next: KubeObject
  readonly manager: string
  readonly subresource: string
  readonly now: number
}

export interface FieldApply {
  readonly type: ResourceType
  readonly live: KubeObject | undefined
  readonly applied: KubeObject
  readonly manager: string
  readonly force: boolean
  readonly subresource: string
  readonly now: number
}
