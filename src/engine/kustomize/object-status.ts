import { getIn } from '../../base/index.ts'
import { conditionsOf, getCondition } from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'

/** kstatus of an object. */
export interface ObjectStatus {
  readonly status: 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown'
  readonly error: string | undefined
}

/** kstatus of an object as it was read. */
export function statusOf(object: KubeObject): ObjectStatus {
  const result = (status: ObjectStatus['status']): ObjectStatus => ({ status, error: undefined })
  if (object.metadata['deletionTimestamp'] !== undefined) return result('Terminating')
  const observed = getIn(object, ['status', 'observedGeneration'])
  if (typeof observed === 'number' && observed !== object.metadata['generation']) return result('InProgress')
  const conditions = conditionsOf(object)
  if (getCondition(conditions, 'Stalled')?.status === 'True') return result('Failed')
  if (getCondition(conditions, 'Reconciling')?.status === 'True') return result('InProgress')
  const ready =
    getCondition(conditions, 'Ready') ??
    getCondition(conditions, 'Available') ??
    getCondition(conditions, 'Established')
  return result(ready === undefined || ready.status === 'True' ? 'Current' : 'InProgress')
}
