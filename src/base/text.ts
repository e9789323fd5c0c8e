import { countBefore } from './search.ts'

/** Offsets are UTF-16 code units into the text of one file, `end` exclusive. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** Zero-based line and UTF-16 character, as editors count. */
export interface Position {
  readonly line: number
  readonly character: number
}

/** Maps offsets of one text to lines and back. */
export class LineMap {
  readonly #starts: number[]
  readonly #length: number

  constructor(text: string) {
    const starts = [0]
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
    this.#starts = starts
    this.#length = text.length
  }

  get lineCount(): number {
    return this.#starts.length
  }

  /** The position of an offset; offsets outside the text are clamped. */
  positionAt(offset: number): Position {
    const clamped = Math.max(0, Math.min(offset, this.#length))
    const line = countBefore(this.#starts, (start) => start <= clamped) - 1
    return { line, character: clamped - this.#starts[line]! }
  }

  /** The offset of a position; a character past the end of its line is clamped to the line's end. */
  offsetAt(position: Position): number {
    const start = this.#starts[position.line]
    if (start === undefined) return this.#length
    const next = this.#starts[position.line + 1]
    return Math.min(start + position.character, next === undefined ? this.#length : next - 1)
  }
}

/** Orders strings by Unicode code point, as Go compares UTF-8 strings (JavaScript's `<` compares UTF-16 units). */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) {
      // Surrogates sort after every other unit in code point order.
      const surrogateX = x >= 0xd800 && x <= 0xdfff
      const surrogateY = y >= 0xd800 && y <= 0xdfff
      if (surrogateX !== surrogateY) return surrogateX ? 1 : -1
      return x < y ? -1 : 1
    }
  }
  return a.length < b.length ? -1 : 1
}
