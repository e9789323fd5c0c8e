import type { Clock } from '../base/index.ts'

/** Real time. Timers keep the process alive until they fire or are disposed. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay)
    return { dispose: () => clearTimeout(timer) }
  },
}
