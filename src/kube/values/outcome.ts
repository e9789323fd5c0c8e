/** A value, or why there is none. Inside this module's engines; at the doors it becomes `Result` or `KubeStatus`. */
export type Outcome<T, E = string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

export function good<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function bad<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error }
}
