interface Item<T> {
  readonly at: number
  readonly order: number
  readonly value: T
}

/** Values by the time at which they are due, the earliest first; equal times keep the order of arrival. */
export class DelayHeap<T> {
  readonly #items: Item<T>[] = []
  #order = 0

  /** When the first value is due; undefined when there is none. */
  get next(): number | undefined {
    return this.#items[0]?.at
  }

  add(at: number, value: T): void {
    const items = this.#items
    items.push({ at, order: this.#order++, value })
    for (let i = items.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1
      if (before(items[parent]!, items[i]!)) break
      ;[items[parent], items[i]] = [items[i]!, items[parent]!]
      i = parent
    }
  }

  /** Takes the first value when it is due. */
  take(now: number): T | undefined {
    const items = this.#items
    const first = items[0]
    if (first === undefined || first.at > now) return undefined
    const last = items.pop()!
    if (items.length === 0) return first.value
    items[0] = last
    for (let i = 0; ; ) {
      const left = 2 * i + 1
      const right = left + 1
      let least = i
      if (left < items.length && before(items[left]!, items[least]!)) least = left
      if (right < items.length && before(items[right]!, items[least]!)) least = right
      if (least === i) break
      ;[items[least], items[i]] = [items[i]!, items[least]!]
      i = least
    }
    return first.value
  }

  clear(): void {
    this.#items.length = 0
  }
}

function before(a: Item<unknown>, b: Item<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
