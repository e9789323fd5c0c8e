import type { TextRange } from '../base/index.ts'

export type YamlKind = 'document' | 'mapping' | 'sequence' | 'scalar' | 'alias'

/** How a node was, or is to be, written. `''` is plain for scalars and block for collections. */
export type YamlStyle = '' | 'single' | 'double' | 'literal' | 'folded' | 'flow'

/**
 * A YAML node in the model of go-yaml v3 (`yaml.Node`), because kustomize's output depends on it: comments are attached
 * as head, line and foot comments, and scalars keep their text and style.
 *
 * `content` of a mapping alternates key, value, key, value…; a document has one child (or none).
 */
export interface YamlNode {
  kind: YamlKind
  /** Short form (`!!str`, `!!int`, `!!map`, `!local`). Resolved when parsed; `''` = to be resolved when written. */
  tag: string
  /** True when the tag is spelled out in the text (go-yaml's TaggedStyle). */
  explicitTag?: boolean
  /** Scalar text after unescaping; the anchor's name for an alias. */
  value: string
  style: YamlStyle
  anchor: string
  /** What an alias stands for. */
  alias?: YamlNode
  content: YamlNode[]
  headComment: string
  lineComment: string
  footComment: string
  /** Range of the node in its file (UTF-16 offsets); -1, -1 for a node made by code. */
  start: number
  end: number
}

/** One document of a file. `root` is undefined for a document with nothing in it. */
export interface YamlDocument {
  readonly root: YamlNode | undefined
  /** The document node: its only child is the root, its comments are those before and after all content. */
  readonly document: YamlNode
  /** The whole document's range, its `---` included. */
  readonly range: TextRange
  /** True when there was a syntax error in it: the tree holds what could be read. */
  readonly broken: boolean
}
