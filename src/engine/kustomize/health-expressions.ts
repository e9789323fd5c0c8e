import type { JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { ObjectStatus } from './object-status.ts'
import { objectsAt } from './spec.ts'

/** Compiles `spec.healthCheckExprs`. */
export function healthExpressions(
  spec: JsonObject,
): { readonly statusOf: (object: KubeObject) => ObjectStatus | undefined } | { readonly error: string } {
  if (objectsAt(spec, 'healthCheckExprs').length > 0) return { error: 'CEL is not available' }
  return { statusOf: () => undefined }
}
