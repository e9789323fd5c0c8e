import type { Location, Problem } from '../base/index.ts'
import { goQuote } from '../kube/index.ts'

/** What code far from the throw has to know about a failure. */
export interface FailureDetails {
  readonly location?: Location
  readonly code?: string
  /** The text could not be parsed: the file, not a missing directory, is what is wrong. */
  readonly malformed?: boolean
  /** The server of a resource has answered, or may not be asked: it is no base either. */
  readonly final?: boolean
}

/** The failure of a build; it never leaves the module, `build` turns it into a problem. */
export class KustomizeError extends Error {
  readonly details: FailureDetails
  override readonly name = 'KustomizeError'

  constructor(message: string, details: FailureDetails = {}) {
    super(message)
    this.details = details
  }
}

/** A node is not of the kind that an operation needs (kyaml's InvalidNodeKindError). */
export class NodeKindError extends KustomizeError {
  readonly actual: string

  constructor(expected: string, actual: string) {
    super(`wrong node kind: expected ${kindName(expected)} but got ${kindName(actual)}`)
    this.actual = actual
  }
}

/** The build needs something from the network that is not here yet; passes through whatever handles failures. */
export class PendingError extends Error {
  override readonly name = 'PendingError'
  readonly location: Location | undefined

  constructor(what: string, location?: Location) {
    super(what)
    this.location = location
  }
}

/** Stops the build with a message. */
export function fail(message: string, details?: FailureDetails): never {
  throw new KustomizeError(message, details)
}

/** The same failure with a longer message, as Go's errors are wrapped. */
export function wrapError(error: unknown, prefix: string): KustomizeError {
  return new KustomizeError(`${prefix}: ${messageOf(error)}`, error instanceof KustomizeError ? error.details : {})
}

/** Runs an action; a failure of it gets a longer message. */
export function withPrefix<T>(prefix: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw isFailure(error) ? wrapError(error, prefix) : error
  }
}

/** Runs an action; the message of a failure is quoted as Go's `%q` does, behind a prefix. */
export function withQuotedPrefix<T>(prefix: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw isFailure(error) ? new KustomizeError(`${prefix} ${goQuote(error.message)}`, error.details) : error
  }
}

/** Runs an action; a failure that has no location yet gets this one. */
export function located<T>(location: () => Location | undefined, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof PendingError && error.location === undefined) throw new PendingError(error.message, location())
    if (!(error instanceof KustomizeError) || error.details.location !== undefined) throw error
    const found = location()
    if (found === undefined) throw error
    throw new KustomizeError(error.message, { ...error.details, location: found })
  }
}

/** Runs an action; a failure of YAML itself names the file (api/internal/kusterr). */
export function namingFile<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!isFailure(error) || error.details.malformed !== true) throw error
    throw new KustomizeError(`${error.message} in File: ${path}`, error.details)
  }
}

/** Runs an action; a failure inside something remote gets this location: nobody can open the place that it has. */
export function relocated<T>(isRemote: boolean, location: () => Location, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!isRemote || !isFailure(error)) throw error
    throw new KustomizeError(error.message, { ...error.details, location: location() })
  }
}

/** True for a failure of the user's input; anything else is a bug or a cancellation and passes through. */
export function isFailure(error: unknown): error is KustomizeError {
  return error instanceof KustomizeError
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The problem that a caller sees. */
export function problemOf(error: KustomizeError): Problem {
  return {
    code: error.details.code ?? 'kustomize/build',
    severity: 'error',
    message: error.message,
    ...(error.details.location === undefined ? {} : { location: error.details.location }),
  }
}

function kindName(kind: string): string {
  return `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}Node`
}
