import { countBefore } from '../../base/index.ts'
import type { ParsedTemplate } from '../../gotemplate/index.ts'
import type { Flow } from './provenance.ts'

/** What stands around the statement that wrote: a condition or loop, or another template that it stands in. */
export interface Scope {
  readonly outer: Scope | undefined
  readonly node: NodeRef
  /** The name of the template whose statements follow; absent: a condition. */
  readonly template?: string
  /** What the condition read. */
  readonly flow: Flow
}

/** Where a node is: enough to show it. */
export interface NodeRef {
  readonly type: string
  readonly pos: number
  readonly tree: ParsedTemplate['tree']
}

/** A piece of output and the node that wrote it. */
export interface Piece {
  start: number
  end: number
  readonly node: NodeRef
  readonly flow: Flow
  readonly scope: Scope | undefined
}

/** The output of one run of a template: a file, an `include` or a `tpl`. Pieces are in order and without gaps. */
export interface TracedOutput {
  readonly template: string
  text: string
  readonly pieces: Piece[]
}

const noValue = '<no value>'

/** Takes out what Helm takes out of an output. */
export function withoutNoValue(output: TracedOutput): void {
  if (!output.text.includes(noValue)) return
  const gaps: number[] = []
  for (let at = output.text.indexOf(noValue); at >= 0; at = output.text.indexOf(noValue, at + noValue.length)) {
    gaps.push(at)
  }
  let next = 0
  const moved = (offset: number): number => {
    while (next < gaps.length && gaps[next]! + noValue.length <= offset) next++
    const inside = next < gaps.length ? Math.max(0, offset - gaps[next]!) : 0
    return offset - next * noValue.length - inside
  }
  for (const piece of output.pieces) {
    piece.start = moved(piece.start)
    piece.end = moved(piece.end)
  }
  output.text = output.text.replaceAll(noValue, '')
}

/** The pieces that have a part in a range of the output; also those in it that wrote nothing, for want of a value. */
export function piecesIn(output: TracedOutput, start: number, end: number): readonly Piece[] {
  const { pieces } = output
  const out: Piece[] = []
  for (let i = countBefore(pieces, (piece) => piece.end <= start); i < pieces.length && pieces[i]!.start < end; i++) {
    const piece = pieces[i]!
    if (piece.end > piece.start || piece.start > start) out.push(piece)
  }
  return out
}
