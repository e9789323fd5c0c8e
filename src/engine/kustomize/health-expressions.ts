import { getString, type JsonObject } from '../../base/index.ts'
import { type CelBase, createHealthChecks } from '../../cel/index.ts'
import { type KubeObject, parseApiVersion } from '../../kube/index.ts'
import type { ObjectStatus } from './object-status.ts'
import { objectsAt } from './spec.ts'

/** Reads `spec.healthCheckExprs`; the result gives the status of the kinds that have an expression. */
export function healthExpressions(
  cel: CelBase,
  spec: JsonObject,
): { readonly statusOf: (object: KubeObject) => ObjectStatus | undefined } | { readonly error: string } {
  const entries = objectsAt(spec, 'healthCheckExprs')
  if (entries.length === 0) return { statusOf: () => undefined }
  const result = createHealthChecks(cel, entries.map(healthCheck))
  if ('error' in result) return result
  return {
    statusOf: (object) => {
      const { group } = parseApiVersion(object.apiVersion)
      const answer = result.checks.evaluatorFor(group, object.kind)?.evaluate(object)
      if (answer === undefined) return undefined
      if ('error' in answer) return { status: 'Unknown', error: answer.error }
      // What is being deleted is not current, whatever an expression says.
      if (object.metadata['deletionTimestamp'] !== undefined) return { status: 'Terminating', error: undefined }
      return { status: answer.value, error: undefined }
    },
  }
}

function healthCheck(entry: JsonObject): Parameters<typeof createHealthChecks>[1][number] {
  const text = (field: string): Record<string, string> => {
    const value = getString(entry, field)
    return value === undefined ? {} : { [field]: value }
  }
  return {
    apiVersion: getString(entry, 'apiVersion') ?? '',
    current: getString(entry, 'current') ?? '',
    ...text('kind'),
    ...text('inProgress'),
    ...text('failed'),
  }
}
