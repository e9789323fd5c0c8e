import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'

const maxSize = 5

/** What happened in one reconciliation, for `status.history`. */
export interface HistoryRecord {
  /** `sha256:…` of what was built. */
  readonly digest: string
  /** RFC 3339. */
  readonly time: string
  /** Go duration. */
  readonly duration: string
  /** Reason of the Ready condition. */
  readonly status: string
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Adds a record to a history: an entry with the same digest and status is counted up and moved to the front; five are
 * kept (fluxcd/pkg apis/meta/history.go `Upsert`).
 */
export function upsertHistory(history: JsonValue | undefined, record: HistoryRecord): JsonObject[] {
  const list = Array.isArray(history) ? history.filter(isObject) : []
  const same = list.find((one) => one['digest'] === record.digest && one['lastReconciledStatus'] === record.status)
  const total = same?.['totalReconciliations']
  const snapshot: JsonObject = {
    digest: record.digest,
    firstReconciled: same?.['firstReconciled'] ?? record.time,
    lastReconciled: record.time,
    lastReconciledDuration: record.duration,
    lastReconciledStatus: record.status,
    metadata: { ...record.metadata },
    totalReconciliations: (typeof total === 'number' ? total : 0) + 1,
  }
  return [snapshot, ...list.filter((one) => one !== same)].slice(0, maxSize)
}
