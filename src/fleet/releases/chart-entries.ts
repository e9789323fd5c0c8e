import { HelmError } from '../../helm/index.ts'
import { ChartError } from '../../source/index.ts'
import type { LoadedChart } from './charts.ts'
import { ReadLog } from './read-log.ts'

/** Which chart a release is to have; equal keys mean the same chart, as long as no file of it changes. */
export interface ChartPlan {
  readonly key: string
  readonly load: () => Promise<LoadedChart>
}

/** How a chart of a repository is looked up again: another version may be the newest by then. */
interface Renewal {
  /** Milliseconds, as the source says; bounded here. */
  readonly interval: number | undefined
  readonly work: () => Promise<LoadedChart>
}

interface Entry {
  readonly loading: Promise<LoadedChart>
  /** What was read of the workspace; empty for charts from elsewhere. */
  readonly reads: ReadLog
  readonly renewal: Renewal | undefined
  id?: string
  /** Milliseconds of the host's clock from which a failure that may pass is tried again. */
  retryAt?: number
  /** Milliseconds of the host's clock from which the chart is looked up again. */
  renewAt?: number
}

/** Milliseconds after which a network that failed is asked again. */
const retryAfter = 60_000
/** Milliseconds between two looks into a repository: an editor is no controller, whatever the interval. */
const minInterval = 300_000
const defaultInterval = 3_600_000
const maxInterval = 86_400_000

/** The charts that were asked for, each loaded once, whoever asks. Times are milliseconds of the host's clock. */
export class ChartEntries {
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** A plan whose work is done once for its key. @param renewal for a chart of a repository */
  plan(key: string, work: (reads: ReadLog) => Promise<LoadedChart>, renewal?: Renewal): ChartPlan {
    return { key, load: () => this.#load(key, work, renewal) }
  }

  #load(key: string, work: (reads: ReadLog) => Promise<LoadedChart>, renewal: Renewal | undefined) {
    const known = this.#entries.get(key)
    if (known !== undefined && (known.retryAt === undefined || known.retryAt > this.#now())) return known.loading
    const reads = new ReadLog()
    const entry: Entry = { loading: work(reads), reads, renewal }
    this.#entries.set(key, entry)
    entry.loading.then(
      ({ id }) => {
        entry.id = id
        this.#renewLater(entry)
      },
      (error: unknown) => {
        if (error instanceof ChartError && error.transient) entry.retryAt = this.#now() + retryAfter
        // Whoever cancelled may ask again.
        else if (!isExpected(error)) this.#entries.delete(key)
      },
    )
    return entry.loading
  }

  /** The id of the chart of a key, once it is loaded. */
  loadedId(key: string): string | undefined {
    return this.#entries.get(key)?.id
  }

  /** True while the chart of a key is the one of this id (`undefined`: one that could not be had). */
  isCurrent(key: string, id: string | undefined): boolean {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.id !== id) return false
    return entry.retryAt === undefined || entry.retryAt > this.#now()
  }

  /** Forgets the charts of which this holds. */
  drop(test: (reads: ReadLog) => boolean): void {
    for (const [key, { reads }] of this.#entries) if (test(reads)) this.#entries.delete(key)
  }

  /** Forgets all but these keys. @returns the ids of what is left. */
  retain(keys: ReadonlySet<string>): string[] {
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key)
    return [...this.#entries.values()].flatMap(({ id }) => id ?? [])
  }

  /** When the next chart of a repository is to be looked up again; `undefined`: there is none. */
  nextRenewal(): number | undefined {
    const times = [...this.#entries.values()].flatMap(({ renewAt }) => renewAt ?? [])
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Whether `renew` has something to do. */
  isDue(all: boolean): boolean {
    const next = this.nextRenewal()
    return next !== undefined && (all || next <= this.#now())
  }

  /**
   * Looks up the charts whose interval is over, or all of repositories. A chart of another id takes the place of the one
   * before; one that cannot be had now stays. @throws CancelledError
   */
  async renew(all: boolean): Promise<void> {
    const now = this.#now()
    for (const [key, entry] of [...this.#entries]) {
      const { renewal, renewAt, reads } = entry
      if (renewal === undefined || renewAt === undefined || (!all && renewAt > now)) continue
      try {
        const loaded = await renewal.work()
        this.#renewLater(entry)
        if (loaded.id === entry.id || this.#entries.get(key) !== entry) continue
        const next: Entry = { loading: Promise.resolve(loaded), reads, renewal, id: loaded.id }
        this.#renewLater(next)
        this.#entries.set(key, next)
      } catch (error) {
        if (!isExpected(error)) throw error
        entry.renewAt = this.#now() + minInterval
      }
    }
  }

  #renewLater(entry: Entry): void {
    if (entry.renewal === undefined) return
    const { interval = defaultInterval } = entry.renewal
    entry.renewAt = this.#now() + Math.min(Math.max(interval, minInterval), maxInterval)
  }
}

function isExpected(error: unknown): boolean {
  return error instanceof ChartError || error instanceof HelmError
}
