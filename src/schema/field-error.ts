import type { JsonValue } from '../base/index.ts'
import { formatGoFloat, goQuote } from '../cel/index.ts'

/** What is wrong with a field; the names of apimachinery's field.ErrorType. */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTooFew'
  | 'FieldValueTypeInvalid'
  | 'InternalError'

const titles: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTooFew: 'Too few',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
}

const withoutValue: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueTooLong',
  'InternalError',
])

/** An error of validation, as `metav1.Status` causes carry it. k8s.io/apimachinery pkg/util/validation/field. */
export interface FieldError {
  readonly type: FieldErrorType
  /** The path as messages print it: `spec.containers[0].name`; `<nil>` where upstream has none. */
  readonly field: string
  /** Where the value is, for editors; the path that `field` may not be able to tell. */
  readonly path: readonly (string | number)[]
  /** The value that is wrong; `undefined` is left out of the message. */
  readonly badValue: JsonValue | undefined
  readonly detail: string
  /** For editors: the rule that failed (`type`, `enum`, `pattern`, `cel`, …) and what would be allowed. */
  readonly rule: string
  readonly allowed?: readonly JsonValue[]
}

/** `Invalid value: "x": detail`, the message of a cause. */
export function fieldErrorBody(error: FieldError): string {
  const title = titles[error.type]
  const shown =
    withoutValue.has(error.type) || error.badValue === undefined ? title : `${title}: ${showValue(error.badValue)}`
  return error.detail === '' ? shown : `${shown}: ${error.detail}`
}

/** `spec.name: Required value`, as upstream prints an error alone. */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`
}

function showValue(value: JsonValue): string {
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : formatGoFloat(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  return goJson(value)
}

/** JSON as Go's encoding/json writes it: keys sorted, `<`, `>` and `&` escaped. */
export function goJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return goNumber(value)
  if (typeof value === 'string') {
    return JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  }
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${goJson(key)}:${goJson(value[key]!)}`).join(',')}}`
}

/** encoding/json writes exponents from 1e21 and below 1e-6. */
function goNumber(value: number): string {
  return String(value).replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`)
}
