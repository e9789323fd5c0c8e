import { countBefore } from '../../base/index.ts'

/** A range of a text, and whether it is known or the likeliest. */
export interface AlignedRange {
  readonly start: number
  readonly end: number
  readonly exact: boolean
}

/**
 * Finds parts of a text again in the text that it was made of by functions that indent, trim, quote, cut or join. Lines
 * are matched in their order without the space around them; made once for a pair of texts, asked often.
 */
export class Alignment {
  readonly #to: string
  readonly #from: string
  #lines: LineMatch | undefined

  /** @param to the text as it was written; @param from a text that went into it. */
  constructor(to: string, from: string) {
    this.#to = to
    this.#from = from
  }

  /** The range of `from` that is at a range of `to`; `undefined` when `from` is in another part of `to`. */
  find(start: number, end: number): AlignedRange | undefined {
    if (this.#from.trim() === '') return undefined
    return this.#from.trim().includes('\n') ? this.#findLines(start, end) : this.#findWords(start, end)
  }

  #findWords(start: number, end: number): AlignedRange | undefined {
    const word = this.#from.trim()
    const lead = this.#from.indexOf(word)
    let found = false
    for (let at = this.#to.indexOf(word); at >= 0; at = this.#to.indexOf(word, at + word.length)) {
      found = true
      if (at < end && at + word.length > start) {
        return {
          start: lead + Math.max(0, start - at),
          end: lead + Math.min(word.length, end - at),
          exact: true,
        }
      }
    }
    if (found) return undefined
    return this.#likeliest(this.#to.slice(start, end))
  }

  /** The one place that has the words, or all of it. */
  #likeliest(text: string): AlignedRange {
    const words = text.trim()
    const at = words === '' ? -1 : this.#from.indexOf(words)
    if (at >= 0) return { start: at, end: at + words.length, exact: false }
    return { start: 0, end: this.#from.length, exact: false }
  }

  #findLines(start: number, end: number): AlignedRange | undefined {
    this.#lines ??= new LineMatch(this.#to, this.#from)
    const { to, from, matches } = this.#lines
    let low = Number.POSITIVE_INFINITY
    let high = -1
    for (
      let i = Math.max(0, countBefore(to, (line) => line.start <= start) - 1);
      i < to.length && to[i]!.start < Math.max(end, start + 1);
      i++
    ) {
      const match = matches[i]
      if (match === undefined) continue
      const there = from[match]!
      const line = to[i]!
      const move = there.textStart - line.textStart
      const clamped = (offset: number): number => Math.min(Math.max(offset, there.textStart), there.textEnd)
      low = Math.min(low, start <= line.textStart ? there.textStart : clamped(start + move))
      high = Math.max(high, end >= line.textEnd ? there.textEnd : clamped(end + move))
    }
    if (high >= 0) return { start: low, end: high, exact: true }
    const text = this.#to.slice(start, end)
    if (text.trim() === '' || this.#lines.isWhole) return undefined
    return this.#likeliest(text)
  }
}

interface Line {
  readonly start: number
  /** Without the space around it. */
  readonly textStart: number
  readonly textEnd: number
  readonly text: string
}

class LineMatch {
  readonly to: readonly Line[]
  readonly from: readonly Line[]
  /** By line of `to` the line of `from`. */
  readonly matches: readonly (number | undefined)[]
  /** Every line of `from` was found, so that what is left of `to` comes from elsewhere. */
  readonly isWhole: boolean

  constructor(to: string, from: string) {
    this.to = linesOf(to)
    this.from = linesOf(from)
    this.matches = this.#shifted() ?? this.#inOrder()
    const found = new Set(this.matches)
    this.isWhole = this.from.every((line, i) => line.text === '' || found.has(i))
  }

  /** All lines moved by the same number, as indenting does; some may have changed. */
  #shifted(): (number | undefined)[] | undefined {
    const first = this.from.findIndex((line) => line.text !== '')
    const begin = this.to.findIndex((line) => line.text === this.from[first]?.text)
    if (first < 0 || begin < 0) return undefined
    const shift = first - begin
    const full = this.from.filter((line) => line.text !== '').length
    const same = this.to.filter((line, i) => line.text !== '' && line.text === this.from[i + shift]?.text).length
    if (same * 4 < full * 3) return undefined
    return this.to.map((line, i) => (line.text === '' || this.from[i + shift] === undefined ? undefined : i + shift))
  }

  #inOrder(): (number | undefined)[] {
    const places = new Map<string, number[]>()
    for (const [i, { text }] of this.from.entries()) {
      const known = places.get(text)
      if (known === undefined) places.set(text, [i])
      else known.push(i)
    }
    for (const list of places.values()) list.reverse()
    let next = 0
    return this.to.map(({ text }) => {
      const list = text === '' ? undefined : places.get(text)
      if (list === undefined) return undefined
      while (list.length > 0 && list.at(-1)! < next) list.pop()
      const at = list.pop()
      if (at !== undefined) next = at + 1
      return at
    })
  }
}

function linesOf(text: string): Line[] {
  const out: Line[] = []
  let start = 0
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    const textStart = start + (trimmed === '' ? 0 : line.indexOf(trimmed))
    out.push({ start, textStart, textEnd: textStart + trimmed.length, text: trimmed })
    start += line.length + 1
  }
  return out
}
