/**
 * A CEL evaluation error. Not a JavaScript Error: they are ordinary values of the language (`false && error` is false),
 * and collecting a stack for each would dominate the cost of a rule.
 */
export class CelError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** The error of an operation applied to types it does not support. */
export function noSuchOverload(name = ''): CelError {
  return new CelError(name === '' ? 'no such overload' : `no such overload: ${name}`)
}

/** Thrown when the budget is used up; it is not absorbed by `||` or `&&`. */
export class CelBudgetError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}
