import type { Clock, Disposable } from '../../base/index.ts'

/** How failures of one key are spaced: doubled from `base` up to `max` milliseconds. */
export interface BackOff {
  readonly base: number
  readonly max: number
}

/** The controllers' default: 750 ms to 15 minutes (fluxcd/pkg runtime/controller rate limiter). */
export const defaultBackOff: BackOff = { base: 750, max: 900_000 }

/**
 * A queue of keys with the guarantees of client-go's workqueue: a key is worked on by one worker at a time, a key added
 * while it is being worked on is worked on once more afterwards, and a key waiting is there only once.
 */
export class WorkQueue implements Disposable {
  readonly #clock: Clock
  readonly #backOff: BackOff
  readonly #work: (key: string) => Promise<void>
  readonly #concurrency: number
  readonly #jitter: () => number
  readonly #waiting: string[] = []
  readonly #queued = new Set<string>()
  readonly #active = new Set<string>()
  readonly #again = new Set<string>()
  readonly #delayed = new Map<string, { at: number; timer: Disposable }>()
  readonly #failures = new Map<string, number>()
  #disposed = false
  #onIdle: (() => void)[] = []

  constructor(options: {
    readonly clock: Clock
    readonly work: (key: string) => Promise<void>
    readonly concurrency: number
    readonly backOff?: BackOff
    readonly jitter?: () => number
  }) {
    this.#clock = options.clock
    this.#work = options.work
    this.#concurrency = options.concurrency
    this.#backOff = options.backOff ?? defaultBackOff
    this.#jitter = options.jitter ?? (() => 0)
  }

  /** Puts a key in line at once; a delayed turn of it is dropped. */
  add(key: string): void {
    if (this.#disposed) return
    this.#cancelDelayed(key)
    if (this.#active.has(key)) this.#again.add(key)
    else if (!this.#queued.has(key)) {
      this.#queued.add(key)
      this.#waiting.push(key)
    }
    this.#pump()
  }

  /** Puts a key in line after a delay, unless an earlier turn is planned. */
  addAfter(key: string, delay: number): void {
    if (this.#disposed) return
    if (delay <= 0) {
      this.add(key)
      return
    }
    const at = this.#clock.now() + delay
    const planned = this.#delayed.get(key)
    if (planned !== undefined && planned.at <= at) return
    planned?.timer.dispose()
    const timer = this.#clock.after(delay, () => {
      this.#delayed.delete(key)
      this.add(key)
    })
    this.#delayed.set(key, { at, timer })
  }

  /** Puts a key in line after the delay that its failures so far have earned. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    const delay = Math.min(this.#backOff.base * 2 ** Math.min(failures, 40), this.#backOff.max)
    this.addAfter(key, delay * (1 + this.#jitter()))
  }

  /** Forgets the failures of a key. */
  forget(key: string): void {
    this.#failures.delete(key)
  }

  /** Forgets all about a key that no longer exists. */
  drop(key: string): void {
    this.forget(key)
    this.#cancelDelayed(key)
  }

  /** True when the key is being worked on or is in line for it now. */
  isBusy(key: string): boolean {
    return this.#active.has(key) || this.#queued.has(key)
  }

  /** True when the key is being worked on and has been added again since. */
  isRequested(key: string): boolean {
    return this.#again.has(key)
  }

  /** True when nothing is being worked on nor in line; turns planned for later do not count. */
  get idle(): boolean {
    return this.#active.size === 0 && this.#queued.size === 0
  }

  get depth(): number {
    return this.#queued.size + this.#active.size
  }

  /** When the key's next turn is planned, in milliseconds of the clock. */
  plannedAt(key: string): number | undefined {
    return this.#delayed.get(key)?.at
  }

  /** Resolves when nothing is being worked on nor in line. */
  whenIdle(): Promise<void> {
    if (this.idle) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onIdle.push(resolve)
    })
  }

  /** Takes no more keys; what is being worked on goes on to its end. */
  dispose(): void {
    this.#disposed = true
    for (const { timer } of this.#delayed.values()) timer.dispose()
    this.#delayed.clear()
    this.#waiting.length = 0
    this.#queued.clear()
    this.#again.clear()
    this.#notifyIdle()
  }

  #cancelDelayed(key: string): void {
    this.#delayed.get(key)?.timer.dispose()
    this.#delayed.delete(key)
  }

  #pump(): void {
    while (this.#active.size < this.#concurrency && this.#waiting.length > 0) {
      const key = this.#waiting.shift()!
      this.#queued.delete(key)
      this.#active.add(key)
      this.#work(key).then(
        () => this.#finish(key),
        () => this.#finish(key),
      )
    }
  }

  #finish(key: string): void {
    this.#active.delete(key)
    if (this.#again.delete(key)) this.add(key)
    this.#pump()
    this.#notifyIdle()
  }

  #notifyIdle(): void {
    if (!this.idle) return
    const callbacks = this.#onIdle
    this.#onIdle = []
    for (const callback of callbacks) callback()
  }
}
