/** Something that holds resources until it is disposed. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void
}

/** Tells long work that its result is no longer wanted. */
export interface Cancellation {
  readonly cancelled: boolean
  /** Calls back once when cancelled (at once if it already is). */
  onCancel(callback: () => void): Disposable
}

/** Thrown by `checkCancelled`; a boundary answers it with "cancelled", never as a failure. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError'
  constructor() {
    super('cancelled')
  }
}

/** Throws `CancelledError` when the work is no longer wanted. */
export function checkCancelled(cancellation: Cancellation | undefined): void {
  if (cancellation?.cancelled) throw new CancelledError()
}

/** Owns a cancellation and triggers it. */
export class CancellationSource implements Cancellation, Disposable {
  #cancelled = false
  readonly #callbacks = new Set<() => void>()

  get cancelled(): boolean {
    return this.#cancelled
  }

  onCancel(callback: () => void): Disposable {
    if (this.#cancelled) {
      callback()
      return { dispose: () => undefined }
    }
    this.#callbacks.add(callback)
    return { dispose: () => this.#callbacks.delete(callback) }
  }

  cancel(): void {
    if (this.#cancelled) return
    this.#cancelled = true
    for (const callback of [...this.#callbacks]) callback()
    this.#callbacks.clear()
  }

  dispose(): void {
    this.cancel()
  }
}
