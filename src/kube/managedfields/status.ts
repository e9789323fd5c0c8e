import { compareStrings, type JsonObject } from '../../base/index.ts'
import { pathText } from '../smd/element.ts'
import type { FieldConflict } from '../smd/managers.ts'
import { goQuote } from '../values/go-text.ts'
import { parseIdentifier } from './entries.ts'

/** A `metav1.Status` that refuses a request. */
export interface KubeStatus extends JsonObject {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: JsonObject
  status: 'Failure'
  message: string
  reason: string
  code: number
}

/** A refusal; `reason` is empty where upstream gives none. */
export function failure(code: number, reason: string, message: string, details?: JsonObject): KubeStatus {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code,
  }
}

/** The refusal of an apply that other managers' fields stand against. */
export function conflictStatus(conflicts: readonly FieldConflict[]): KubeStatus {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(manager)}`,
    field: pathText(path),
  }))
  return failure(409, 'Conflict', conflictMessage(conflicts), { causes })
}

function conflictMessage(conflicts: readonly FieldConflict[]): string {
  const first = conflicts[0]!
  if (conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${managerText(first.manager)}: ${pathText(first.path)}`
  }
  const byManager = new Map<string, string[]>()
  for (const { manager, path } of conflicts) {
    const lines = byManager.get(manager)
    if (lines === undefined) byManager.set(manager, [`- ${pathText(path)}`])
    else lines.push(`- ${pathText(path)}`)
  }
  const lines = [...byManager]
    .sort((a, b) => compareStrings(a[0], b[0]))
    .flatMap(([manager, paths]) => [`conflicts with ${managerText(manager)}:`, ...paths])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

function managerText(identifier: string): string {
  const id = parseIdentifier(identifier)
  const name = goQuote(id.manager)
  const subject = id.subresource === '' ? name : `${name} with subresource ${goQuote(id.subresource)}`
  return id.operation === 'Update' ? `${subject} using ${id.apiVersion}` : subject
}
