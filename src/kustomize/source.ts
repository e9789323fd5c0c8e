import { countBefore, type TextRange } from '../base/index.ts'

/** Where the nodes of a resource were read: their ranges are relative to the text of their document. */
export interface ResourceSource {
  readonly path: string
  /** Offset of the document in the file, `\r\n` counted as one character. */
  readonly offset: number
  /** What the file stands for: `resource`, `patches`, … */
  readonly step: string
  /** When the text is not a file of its own (an inline patch): the place of all of it. */
  readonly range?: TextRange
  /** Offsets of the line breaks that are `\r\n` in the file, counted as `offset` is. */
  readonly wideBreaks?: readonly number[]
}

/** The range in the file of a range in a document; `undefined` for what has no place. */
export function rangeInFile(source: ResourceSource, range: TextRange): TextRange | undefined {
  if (source.range !== undefined) return source.range
  if (range.start < 0) return undefined
  const { offset, wideBreaks } = source
  const start = offset + range.start
  const end = offset + range.end
  if (wideBreaks === undefined) return { start, end }
  return {
    start: start + countBefore(wideBreaks, (at) => at < start),
    end: end + countBefore(wideBreaks, (at) => at < end),
  }
}

/** Where a text has `\r\n`, as offsets into the text with `\n` in its place. */
export function findWideBreaks(text: string): number[] {
  const out: number[] = []
  for (let i = text.indexOf('\r\n'); i >= 0; i = text.indexOf('\r\n', i + 2)) out.push(i - out.length)
  return out
}
