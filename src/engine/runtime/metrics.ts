/** Counters of one controller, in the terms of controller-runtime's metrics. */
export interface ControllerStats {
  readonly reconciles: number
  readonly errors: number
  readonly requeues: number
  /** Milliseconds spent in reconciliations. */
  readonly busy: number
  /** In line or being worked on. */
  readonly depth: number
}

/** Counts what a controller does. */
export class ControllerMetrics {
  reconciles = 0
  errors = 0
  requeues = 0
  busy = 0

  snapshot(depth: number): ControllerStats {
    return { reconciles: this.reconciles, errors: this.errors, requeues: this.requeues, busy: this.busy, depth }
  }
}
