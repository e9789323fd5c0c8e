import { computeStatus, type ObjectStatus as KStatus, type KubeObject } from '../../kube/index.ts'

/** How an object stands, and why that cannot be told. */
export interface ObjectStatus {
  readonly status: KStatus
  readonly error: string | undefined
}

/** kstatus of an object as it was read; a Job counts as current when it has completed, as with every Flux controller. */
export function statusOf(object: KubeObject, now: number): ObjectStatus {
  const result = computeStatus(object, { now, jobsMustComplete: true })
  return result.ok ? { status: result.value.status, error: undefined } : { status: 'Unknown', error: result.error }
}
