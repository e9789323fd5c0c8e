import { CancelledError, type ObjectRef } from '../../base/index.ts'

/** What kind of refusal a `ReleaseError` is; callers decide by it, never by the message. */
export type ReleaseErrorReason =
  | 'NotFound'
  | 'NoDeployed'
  | 'Exists'
  | 'NameInUse'
  | 'Pending'
  | 'InvalidName'
  | 'Conflict'
  | 'Corrupt'
  | 'TooLarge'
  | 'Manifest'
  | 'NotReady'
  | 'Hook'
  | 'Failed'

/** A refusal of a release operation, in Helm's words. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError'
  readonly reason: ReleaseErrorReason
  /** The object of the cluster that stands in the way, where there is one. */
  readonly object: ObjectRef | undefined

  constructor(
    reason: ReleaseErrorReason,
    message: string,
    options: { readonly object?: ObjectRef; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.reason = reason
    this.object = options.object
  }
}

/** The same refusal with words before it (Go's `fmt.Errorf("…: %w")`); being called off is no refusal and stays so. */
export function wrapError(prefix: string, error: unknown): Error {
  if (error instanceof CancelledError) return error
  const known = error instanceof ReleaseError ? error : undefined
  return new ReleaseError(known?.reason ?? 'Failed', `${prefix}: ${messageOf(error)}`, {
    cause: error,
    ...(known?.object === undefined ? {} : { object: known.object }),
  })
}

/** Several failures as one, as Go's `errors.Join` and Helm's `joinErrors` write them; the first decides the reason. */
export function joinErrors(errors: readonly unknown[], separator = '\n'): unknown {
  if (errors.length === 1) return errors[0]
  const known = errors.find((error) => error instanceof ReleaseError)
  return new ReleaseError(known?.reason ?? 'Failed', errors.map(messageOf).join(separator), {
    cause: errors[0],
    ...(known?.object === undefined ? {} : { object: known.object }),
  })
}

/** The text of a failure. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
