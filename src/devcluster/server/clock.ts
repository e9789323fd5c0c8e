import type { Clock } from '../../base/index.ts'

/** The real time; its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delay, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(0, delay), 2 ** 31 - 1))
    timer.unref()
    return { dispose: () => clearTimeout(timer) }
  },
}
