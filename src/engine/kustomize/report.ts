import { getString } from '../../base/index.ts'
import type { EventRecorder } from '../runtime/events.ts'
import type { ManagedObject } from '../runtime/managed-object.ts'

const group = 'kustomize.toolkit.fluxcd.io'

/** Records the events of one Kustomization with the controller's annotations (`KustomizationReconciler.event`). */
export class KustomizationEvents {
  readonly #recorder: EventRecorder
  readonly #object: ManagedObject

  constructor(recorder: EventRecorder, object: ManagedObject) {
    this.#recorder = recorder
    this.#object = object
  }

  record(
    type: 'Normal' | 'Warning',
    message: string,
    revisions?: { readonly revision: string; readonly originRevision?: string | undefined },
    more?: Readonly<Record<string, string>>,
  ): void {
    const metadata: Record<string, string> = { ...more }
    if (revisions !== undefined && revisions.revision !== '') metadata[`${group}/revision`] = revisions.revision
    if (revisions?.originRevision !== undefined) metadata[`${group}/originRevision`] = revisions.originRevision
    const reason = this.#object.condition('Ready')?.reason ?? ''
    this.#recorder.record(this.#object.object, {
      type,
      reason: reason !== '' ? reason : type === 'Warning' ? 'error' : 'info',
      message,
      metadata,
    })
  }

  /** A successful end: also updates the commit status. */
  finished(message: string): void {
    this.record('Normal', message, this.applied(), { [`${group}/commit_status`]: 'update' })
  }

  /** The revisions that were applied last. */
  applied(): { revision: string; originRevision: string | undefined } {
    const status = this.#object.status
    return {
      revision: getString(status, 'lastAppliedRevision') ?? '',
      originRevision: getString(status, 'lastAppliedOriginRevision'),
    }
  }
}
