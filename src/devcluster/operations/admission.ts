import type { KubeObject } from '../../kube/index.ts'
import type { ResourceType } from '../resources/types.ts'
import type { Machine, WriteContext } from './machine.ts'
import type { Reinvocation } from './reinvocation.ts'

/** One write as admission sees it. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  readonly type: ResourceType
  readonly namespace: string
  readonly name: string
  /** In the request's version; undefined for DELETE. */
  readonly object: KubeObject | undefined
  readonly old: KubeObject | undefined
  readonly context: WriteContext
}

/** A step between authorisation and validation. Refuses by throwing `ApiError`; `mutate` may change the object. */
export interface Admission {
  mutate?(machine: Machine, request: AdmissionRequest, rounds: Reinvocation): void
  validate?(machine: Machine, request: AdmissionRequest): void
}
