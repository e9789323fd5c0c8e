/** How many errors cel-go prints; it also stops reading when an expression has more than that many syntax errors. */
export const mostIssues = 100

/** The offset of an error that has no place in the text. */
export const nowhere = -1

/** An error in the text of an expression; `offset` counts code points, or is `nowhere`. */
export interface CelIssue {
  readonly offset: number
  readonly message: string
}

/** An expression's text with its positions: CEL counts code points, lines from 1 and columns from 0. */
export class CelSource {
  readonly text: string
  readonly #chars: readonly string[]
  readonly #lineStarts: readonly number[]

  constructor(text: string) {
    this.text = text
    this.#chars = [...text]
    const starts = [0]
    for (let i = 0; i < this.#chars.length; i++) if (this.#chars[i] === '\n') starts.push(i + 1)
    this.#lineStarts = starts
  }

  get chars(): readonly string[] {
    return this.#chars
  }

  /** Prints issues as cel-go does: `ERROR: <input>:1:5: message`, the source line, and a caret under the column. */
  format(issues: readonly CelIssue[]): string {
    const lines = issues.slice(0, mostIssues).map((issue) => this.#formatOne(issue))
    if (issues.length > mostIssues) lines.push(`${issues.length - mostIssues} more errors were truncated`)
    return lines.join('\n')
  }

  #formatOne(issue: CelIssue): string {
    if (issue.offset === nowhere) return `ERROR: <input>:-1:0: ${issue.message}`
    let line = 0
    while (line + 1 < this.#lineStarts.length && this.#lineStarts[line + 1]! <= issue.offset) line++
    const start = this.#lineStarts[line]!
    const column = issue.offset - start
    const end = this.#lineStarts[line + 1]
    const chars = this.#chars.slice(start, end === undefined ? undefined : end - 1)
    const text = chars.join('').replaceAll('\t', ' ')
    let pointer = ''
    for (let i = 0; i < column && i < chars.length; i++) pointer += isWide(chars[i]!) ? '．' : '.'
    pointer += chars[column] !== undefined && isWide(chars[column]!) ? '＾' : '^'
    return `ERROR: <input>:${line + 1}:${column + 1}: ${issue.message}\n | ${text}\n | ${pointer}`
  }
}

function isWide(char: string): boolean {
  return char.codePointAt(0)! > 0x7f
}
