import type { JsonObject } from '../../base/index.ts'
import { goQuote } from '../../kube/index.ts'

/** Why one field was refused, as `metav1.StatusCause` names it, with the text of apimachinery's `field.Error`. */
export interface FieldError {
  readonly reason:
    | 'FieldValueNotFound'
    | 'FieldValueRequired'
    | 'FieldValueDuplicate'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooFew'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'InternalError'
  readonly field: string
  /** Without the field: `Required value`, `Invalid value: "x": must be …`. */
  readonly message: string
}

/** What a refusal is about: the resource (not the kind) and, where known, the object's name. */
export interface Subject {
  readonly group: string
  readonly resource: string
}

/** A refusal on its way to the client; the boundary (`ApiServer.handle`) turns it into a `metav1.Status` answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly reason: string
  readonly details: JsonObject | undefined

  constructor(code: number, reason: string, message: string, details?: JsonObject) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }

  /** The `metav1.Status` that is sent. */
  toStatus(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    }
  }
}

/** A refusal before the request came to a resource: of authorisation or impersonation. Sent with `nosniff`. */
export class DeniedError extends ApiError {}

/** `deployments.apps`, or the resource alone in the core group: how messages name a resource. */
export function qualified(subject: Subject): string {
  return subject.group === '' ? subject.resource : `${subject.resource}.${subject.group}`
}

function detailsOf(subject: Subject, name: string): JsonObject {
  return {
    ...(name === '' ? {} : { name }),
    ...(subject.group === '' ? {} : { group: subject.group }),
    kind: subject.resource,
  }
}

/** 404 of an object that does not exist. Texts of this file: apimachinery `pkg/api/errors`. */
export function notFound(subject: Subject, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(subject)} "${name}" not found`, detailsOf(subject, name))
}

/** 409 of a create whose name is taken. */
export function alreadyExists(subject: Subject, name: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${qualified(subject)} "${name}" already exists`, detailsOf(subject, name))
}

/** 409 of a write that lost an optimistic lock or failed a precondition. */
export function conflict(subject: Subject, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`
  return new ApiError(409, 'Conflict', message, detailsOf(subject, name))
}

/** 409 text of a stale resourceVersion. */
export const MODIFIED_TEXT =
  'the object has been modified; please apply your changes to the latest version and try again'

/** 403 of authorisation or admission. */
export function forbidden(subject: Subject, name: string, why: string, causes?: JsonObject[]): ApiError {
  const what = name === '' ? qualified(subject) : `${qualified(subject)} "${name}"`
  const details = detailsOf(subject, name)
  if (causes !== undefined) details['causes'] = causes
  return new ApiError(403, 'Forbidden', `${what} is forbidden: ${why}`, details)
}

/** 422 with one cause a field. */
export function invalid(kind: { group: string; kind: string }, name: string, errors: readonly FieldError[]): ApiError {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))]
  const all = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
  const qualifiedKind = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  return new ApiError(422, 'Invalid', `${qualifiedKind} "${name}" is invalid: ${all}`, {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    ...(kind.kind === '' ? {} : { kind: kind.kind }),
    causes: errors.map((error) => ({ reason: error.reason, message: error.message, field: error.field })),
  })
}

/** 400. */
export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

/** 405 of a verb that the resource does not have. */
export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

/** 404 of a path below a group or version that is served. */
export function notFoundPath(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {})
}

/** 410: the version asked for has left the history. */
export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message)
}

/** 415 of a body in a format nobody reads. */
export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  return new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )
}

/** 406: nothing in Accept that the server can write. `asked`: a form of the object was asked for that there is not. */
export function notAcceptable(accepted: readonly string[], asked: boolean): ApiError {
  if (asked) {
    return new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`)
  }
  const message = `406: Not Acceptable\n\nAvailable representations: ${accepted.join(', ')}`
  return new ApiError(406, 'NotAcceptable', message, {})
}

/** 500; the text says what was being done, never a stack. */
export function internalError(message: string): ApiError {
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })
}

/** `field: Required value[: detail]`. */
export function required(field: string, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', field, message: `Required value${detail === '' ? '' : `: ${detail}`}` }
}

/** `field: Invalid value: <value>: detail`. */
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${printValue(value)}${detail === '' ? '' : `: ${detail}`}`,
  }
}

/** `field: Forbidden: detail`. */
export function forbiddenField(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${detail}` }
}

/** `field: Unsupported value: "x": supported values: "a", "b"`. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map((item) => JSON.stringify(item)).join(', ')
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${printValue(value)}: supported values: ${list}`,
  }
}

/** `field: Duplicate value: "x"`. */
export function duplicate(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${printValue(value)}` }
}

/** `field: Too long: may not be more than N bytes`. */
export function tooLong(field: string, max: number): FieldError {
  return { reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${max} bytes` }
}

/** `field: Not found: "x"`. */
export function fieldNotFound(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${printValue(value)}` }
}

function printValue(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return goQuote(value)
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)) ?? 'null'
}
