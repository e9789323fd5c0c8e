import type { FieldError } from './field-error.ts'
import { checkLabelValue, checkQualifiedName } from './names.ts'

const managerLength = 128
const printable = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/** The options of a write request that can be wrong. */
export interface RequestOptions {
  readonly fieldManager?: string
  readonly dryRun?: readonly string[]
  readonly fieldValidation?: string
  readonly force?: boolean
}

/** A field manager's name: printable, at most 128 bytes (apimachinery `ValidateFieldManager`). */
export function checkFieldManager(manager: string): FieldError[] {
  const faults: FieldError[] = []
  if (new TextEncoder().encode(manager).length > managerLength) {
    faults.push({ type: 'TooLong', field: 'fieldManager', detail: `may not be more than ${managerLength} bytes` })
  }
  let position = 0
  for (const char of manager) {
    if (!printable.test(char)) {
      const code = char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
      const detail = `invalid character U+${code} (at position ${position})`
      faults.push({ type: 'Invalid', field: 'fieldManager', value: manager, detail })
    }
    position += new TextEncoder().encode(char).length
  }
  return faults
}

/** `dryRun` may only be `All`. */
export function checkDryRun(dryRun: readonly string[]): FieldError[] {
  if (dryRun.every((value) => value === 'All')) return []
  return [{ type: 'NotSupported', field: 'dryRun', value: [...dryRun], detail: 'supported values: "All"' }]
}

/** Options of a create or update. */
export function checkWriteOptions(options: RequestOptions): FieldError[] {
  return [
    ...checkFieldManager(options.fieldManager ?? ''),
    ...checkDryRun(options.dryRun ?? []),
    ...checkFieldValidation(options.fieldValidation ?? ''),
  ]
}

/** Options of a patch with this content type: apply needs a manager, only apply may force. */
export function checkPatchOptions(options: RequestOptions, contentType: string): FieldError[] {
  const faults: FieldError[] = []
  if (contentType.startsWith('application/apply-patch+')) {
    if ((options.fieldManager ?? '') === '') {
      faults.push({ type: 'Required', field: 'fieldManager', detail: 'is required for apply patch' })
    }
  } else if (options.force !== undefined) {
    faults.push({ type: 'Forbidden', field: 'force', detail: 'may not be specified for non-apply patch' })
  }
  return [...faults, ...checkWriteOptions(options)]
}

function checkFieldValidation(value: string): FieldError[] {
  if (value === '' || value === 'Ignore' || value === 'Warn' || value === 'Strict') return []
  const detail = 'supported values: "", "Ignore", "Strict", "Warn"'
  return [{ type: 'NotSupported', field: 'fieldValidation', value, detail }]
}

/** Keys and values of `metadata.labels` (`ValidateLabels`). */
export function checkLabels(labels: Readonly<Record<string, string>>, field: string): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...checkQualifiedName(key).map((detail): FieldError => ({ type: 'Invalid', field, value: key, detail })),
    ...checkLabelValue(value).map((detail): FieldError => ({ type: 'Invalid', field, value, detail })),
  ])
}
