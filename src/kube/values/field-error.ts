import type { JsonValue } from '../../base/index.ts'
import { goJson, goQuote } from './go-text.ts'

export type FieldErrorType =
  | 'Required'
  | 'Invalid'
  | 'NotSupported'
  | 'Forbidden'
  | 'TooLong'
  | 'TooMany'
  | 'Duplicate'
  | 'NotFound'
  | 'TypeInvalid'

/** What is wrong with one field of an object (apimachinery `field.Error`). */
export interface FieldError {
  readonly type: FieldErrorType
  /** As in `spec.containers[0].name`. */
  readonly field: string
  readonly value?: JsonValue
  readonly detail: string
}

const typeTexts: Readonly<Record<FieldErrorType, string>> = {
  Required: 'Required value',
  Invalid: 'Invalid value',
  NotSupported: 'Unsupported value',
  Forbidden: 'Forbidden',
  TooLong: 'Too long',
  TooMany: 'Too many',
  Duplicate: 'Duplicate value',
  NotFound: 'Not found',
  TypeInvalid: 'Invalid value',
}

/** The text without the field: `Invalid value: "x": must be …`. */
export function fieldErrorBody(error: FieldError): string {
  const type = typeTexts[error.type]
  const bare = error.type === 'Required' || error.type === 'Forbidden' || error.type.startsWith('Too')
  const subject = bare ? type : `${type}: ${valueText(error.value)}`
  return error.detail === '' ? subject : `${subject}: ${error.detail}`
}

/** The whole text: `spec.x: Invalid value: "x": must be …`. */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`
}

/** Several errors as upstream's aggregate prints them: one bare, more in brackets, each once. */
export function fieldErrorsText(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(fieldErrorText))]
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
}

function valueText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'string') return goQuote(value)
  return typeof value === 'object' ? goJson(value) : String(value)
}
