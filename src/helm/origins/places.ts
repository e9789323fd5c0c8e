import { LineMap } from '../../base/index.ts'
import type { NodeRef } from './outputs.ts'
import type { TemplatePlace } from './types.ts'

/** The name under which `tpl` parses its text: no file. */
export const textTemplate = 'gotpl'

/** Turns nodes of templates into places of files; keeps the lines of each file. */
export class Places {
  readonly #lines = new Map<NodeRef['tree'], LineMap>()

  /**
   * The place of a node; of plain text only the part from `start` to `end` of it.
   * @param template the name of the template that ran.
   */
  of(node: NodeRef, template: string, part?: { readonly start: number; readonly end: number }): TemplatePlace {
    const { tree, pos } = node
    const range =
      node.type === 'text' && part !== undefined
        ? { start: pos + part.start, end: pos + part.end }
        : actionRange(tree.text, pos)
    const lines = this.#linesOf(tree)
    const { line, character } = lines.positionAt(range.start)
    return {
      path: tree.parseName,
      ...chartOf(tree.parseName),
      template,
      range,
      line: line + 1,
      column: character + 1,
    }
  }

  #linesOf(tree: NodeRef['tree']): LineMap {
    const known = this.#lines.get(tree)
    if (known !== undefined) return known
    const lines = new LineMap(tree.text)
    this.#lines.set(tree, lines)
    return lines
  }
}

/** From `{{` to `}}` around a position inside. */
function actionRange(text: string, pos: number): { start: number; end: number } {
  const open = text.lastIndexOf('{{', pos)
  const close = text.indexOf('}}', pos)
  return { start: open < 0 ? pos : open, end: close < 0 ? text.length : close + 2 }
}

/** `web/charts/redis/templates/x.yaml` → the chart and the file in it. */
export function chartOf(path: string): { readonly chart: string; readonly file: string } {
  const match = /^([^/]+(?:\/charts\/[^/]+)*)\/(.*)$/s.exec(path)
  return { chart: match?.[1] ?? path, file: match?.[2] ?? '' }
}
