import { byteLength } from './bytes.ts'
import { nodeText, type TemplateAst } from './nodes.ts'

/** An error while a template ran; the message is Go's `template: LOCATION: executing "NAME" at <CONTEXT>: …`. */
export class TemplateExecError extends Error {
  override readonly name = 'TemplateExecError'
  readonly template: string
  /** `file:line:column`: one-based line, zero-based byte column, as Go counts. */
  readonly location: string
  readonly detail: string
  /** What a template function threw, when that was the cause. */
  override readonly cause: unknown

  constructor(template: string, node: TemplateAst, detail: string, cause?: unknown) {
    const location = locationOf(node)
    super(`template: ${location}: executing ${JSON.stringify(template)} at <${nodeText(node)}>: ${detail}`)
    this.template = template
    this.location = location
    this.detail = detail
    this.cause = cause
  }
}

/** True for the error that V8 throws at the end of its stack. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack')
}

/** `file:line:column` as Go's ErrorContext gives it: the column counts bytes from zero. */
function locationOf(node: TemplateAst): string {
  const before = node.tree.text.slice(0, node.pos)
  const newline = before.lastIndexOf('\n')
  const line = 1 + countNewlines(before)
  return `${node.tree.parseName}:${line}:${byteLength(before.slice(newline + 1))}`
}

function countNewlines(text: string): number {
  let count = 0
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) count++
  return count
}
