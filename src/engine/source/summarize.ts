import { summarizeConditions } from '../../flux/index.ts'
import type { ManagedObject } from '../runtime/managed-object.ts'

const negative = [
  'StorageOperationFailed',
  'FetchFailed',
  'IncludeUnavailable',
  'ArtifactOutdated',
  'Stalled',
  'Reconciling',
] as const

const summarized = [
  'StorageOperationFailed',
  'FetchFailed',
  'IncludeUnavailable',
  'ArtifactOutdated',
  'ArtifactInStorage',
  'SourceVerified',
  'Stalled',
  'Reconciling',
] as const

/** How a reconciliation of a source ended. */
export type SourceOutcome =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string }
  /** Something else has to come first. */
  | { readonly type: 'waiting' }
  /** Only a change of the object can help. */
  | { readonly type: 'stalled'; readonly reason: string; readonly message: string }

/** Sets Reconciling, and Ready to Unknown where it has no say yet (fluxcd/pkg runtime/reconcile `ProgressiveStatus`). */
export function markProgress(object: ManagedObject, drift: boolean, reason: string, message: string): void {
  object.markReconciling(reason, message)
  const ready = object.condition('Ready')
  if (drift || ready === undefined || ready.observedGeneration !== object.generation) {
    object.mark('Ready', 'Unknown', reason, message)
  }
}

/** The end of a source's reconciliation: Reconciling, Stalled, Ready and the observed generation. */
export function summarizeSource(object: ManagedObject, outcome: SourceOutcome): void {
  object.recordReconcileRequest()
  if (outcome.type === 'done') object.deleteCondition('Reconciling')
  const reconciling = object.condition('Reconciling')
  if (reconciling !== undefined) object.mark('Reconciling', 'True', 'ProgressingWithRetry', reconciling.message ?? '')
  if (outcome.type === 'stalled') object.markStalled(outcome.reason, outcome.message)
  else object.deleteCondition('Stalled')
  if (outcome.type === 'done' || outcome.type === 'stalled') object.setStatus('observedGeneration', object.generation)
  const ready = summarizeConditions({ conditions: object.conditions }, 'Ready', {
    types: summarized,
    negativePolarity: negative,
  })
  if (ready !== undefined) object.mark('Ready', ready.status, ready.reason ?? '', ready.message ?? '')
}
