import { type Clock, type Disposable, getString, joinPath } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { LiveSource } from '../ports.ts'
import { specOf } from '../survey.ts'

/** Changes this close together are one: a file may be moved by two writes. */
const quietTime = 100
/** Changes that go on and on are not waited for longer than this. */
const longestWait = 600
/** A lock that is older than this many looks was left by a Git that died. */
const patience = 20

/** The working trees that stand in for repositories: when they change, and when they had better not be read. */
export class LiveTrees implements Disposable {
  readonly #sources: readonly LiveSource[]
  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #subscriptions: Disposable[] = []
  readonly #looks = new Map<LiveSource, number>()
  #timer: Disposable | undefined
  #since = 0

  constructor(sources: readonly LiveSource[], clock: Clock, onChange: () => void) {
    this.#sources = sources
    this.#clock = clock
    this.#onChange = onChange
  }

  /** Follows the changes that the sources tell of. */
  watch(): void {
    for (const source of this.#sources) {
      const subscription = source.onChange?.(() => this.changed())
      if (subscription !== undefined) this.#subscriptions.push(subscription)
    }
  }

  /** Something has changed: calls back when it has been quiet for a moment. */
  changed(): void {
    const now = this.#clock.now()
    if (this.#timer === undefined) this.#since = now
    this.#timer?.dispose()
    const delay = Math.max(0, Math.min(quietTime, this.#since + longestWait - now))
    this.#timer = this.#clock.after(delay, () => {
      this.#timer = undefined
      this.#onChange()
    })
  }

  /** True when a change has been told of and not yet been passed on. */
  get pending(): boolean {
    return this.#timer !== undefined
  }

  /** The working tree that stands in for a source object. */
  of(source: KubeObject): LiveSource | undefined {
    const url = getString(specOf(source), 'url') ?? ''
    return this.#sources.find((live) => live.matches(url, source))
  }

  /** True while Git is changing the working tree (a checkout, a merge): what is missing now may come in a moment. */
  isBeingWritten(source: KubeObject): boolean {
    const live = this.of(source)
    if (live === undefined) return false
    const locked = live.fs.stat(joinPath(live.root, '.git/index.lock')) !== undefined
    const looks = locked ? (this.#looks.get(live) ?? 0) + 1 : 0
    this.#looks.set(live, looks)
    return locked && looks <= patience
  }

  dispose(): void {
    this.#timer?.dispose()
    this.#timer = undefined
    for (const subscription of this.#subscriptions) subscription.dispose()
  }
}
