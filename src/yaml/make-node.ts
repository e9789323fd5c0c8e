import type { YamlNode } from './node.ts'
import { resolveTag } from './resolve.ts'
import type { ScalarStyle } from './scan-state.ts'

/** An empty node. All nodes are made with the same fields in the same order, which keeps reading them fast. */
export function makeNode(kind: YamlNode['kind'], start: number): YamlNode {
  return {
    kind,
    tag: '',
    explicitTag: false,
    value: '',
    style: '',
    anchor: '',
    alias: undefined,
    content: [],
    headComment: '',
    lineComment: '',
    footComment: '',
    start,
    end: start,
  }
}

/** What stands where a value is left out. */
export function emptyScalar(at: number): YamlNode {
  const node = makeNode('scalar', at)
  node.tag = '!!null'
  return node
}

/** A scalar without a tag in the text. */
export function makeScalar(value: string, style: ScalarStyle, start: number, end: number): YamlNode {
  return {
    kind: 'scalar',
    tag: style !== '' ? '!!str' : value === '<<' ? '!!merge' : resolveTag(value),
    explicitTag: false,
    value,
    style,
    anchor: '',
    alias: undefined,
    content: [],
    headComment: '',
    lineComment: '',
    footComment: '',
    start,
    end,
  }
}

/** Where a block collection ends: with its last node. */
export function endOfContent(node: YamlNode): number {
  const last = node.content[node.content.length - 1]
  return last === undefined ? node.end : Math.max(node.end, last.end)
}
