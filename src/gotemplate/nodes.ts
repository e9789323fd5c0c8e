import type { GoValue } from './value.ts'

/** Which text a node comes from, for error positions. */
export interface SourceTree {
  /** The name given when the text was parsed: the file. */
  readonly parseName: string
  readonly text: string
}

interface NodeBase {
  readonly tree: SourceTree
  /** UTF-16 offset into the tree's text of what Go calls the node's position. */
  readonly pos: number
}

export interface TextNode extends NodeBase {
  readonly type: 'text'
  readonly text: string
}
export interface ActionNode extends NodeBase {
  readonly type: 'action'
  readonly pipe: PipeNode
}
export interface BranchNode extends NodeBase {
  readonly type: 'if' | 'with' | 'range'
  readonly pipe: PipeNode
  readonly list: ListNode
  readonly elseList: ListNode | undefined
}
export interface TemplateNode extends NodeBase {
  readonly type: 'template'
  readonly name: string
  readonly pipe: PipeNode | undefined
}
export interface FlowNode extends NodeBase {
  readonly type: 'break' | 'continue' | 'end' | 'else'
}
export interface ListNode extends NodeBase {
  readonly type: 'list'
  readonly nodes: Statement[]
}
export interface PipeNode extends NodeBase {
  readonly type: 'pipe'
  isAssign: boolean
  readonly decl: VariableNode[]
  readonly cmds: CommandNode[]
}
export interface CommandNode extends NodeBase {
  readonly type: 'command'
  readonly args: Operand[]
}
export interface IdentifierNode extends NodeBase {
  readonly type: 'identifier'
  readonly name: string
}
export interface VariableNode extends NodeBase {
  readonly type: 'variable'
  readonly ident: readonly string[]
}
export interface DotNode extends NodeBase {
  readonly type: 'dot' | 'nil'
}
export interface FieldNode extends NodeBase {
  readonly type: 'field'
  readonly ident: readonly string[]
}
export interface ChainNode extends NodeBase {
  readonly type: 'chain'
  readonly node: Operand
  readonly field: readonly string[]
}
export interface BoolNode extends NodeBase {
  readonly type: 'bool'
  readonly value: boolean
}
export interface StringNode extends NodeBase {
  readonly type: 'string'
  readonly quoted: string
  readonly value: string
}
/** A number under every type that can represent it, as Go's ideal constants. */
export interface NumberNode extends NodeBase {
  readonly type: 'number'
  readonly text: string
  readonly int: bigint | undefined
  readonly uint: bigint | undefined
  readonly float: number | undefined
  /** What it is where no type is asked for: an int or a float64; a string is the error. */
  readonly ideal: GoValue
  readonly idealError: string | undefined
}

export type Statement = TextNode | ActionNode | BranchNode | TemplateNode | FlowNode
export type Operand =
  | IdentifierNode
  | VariableNode
  | DotNode
  | FieldNode
  | ChainNode
  | BoolNode
  | StringNode
  | NumberNode
  | PipeNode
export type TemplateAst = Statement | Operand | ListNode | CommandNode

/** The node as text/template prints it in error messages. */
export function nodeText(node: TemplateAst): string {
  switch (node.type) {
    case 'text':
      return node.text
    case 'action':
      return `{{${nodeText(node.pipe)}}}`
    case 'if':
    case 'with':
    case 'range': {
      const orElse = node.elseList === undefined ? '' : `{{else}}${nodeText(node.elseList)}`
      return `{{${node.type} ${nodeText(node.pipe)}}}${nodeText(node.list)}${orElse}{{end}}`
    }
    case 'template':
      return `{{template ${JSON.stringify(node.name)}${node.pipe === undefined ? '' : ` ${nodeText(node.pipe)}`}}}`
    case 'break':
    case 'continue':
    case 'end':
    case 'else':
      return `{{${node.type}}}`
    case 'list':
      return node.nodes.map(nodeText).join('')
    case 'pipe':
      return pipeText(node)
    case 'command':
      return node.args.map((arg) => (arg.type === 'pipe' ? `(${nodeText(arg)})` : nodeText(arg))).join(' ')
    case 'identifier':
      return node.name
    case 'variable':
      return node.ident.join('.')
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'field':
      return node.ident.map((each) => `.${each}`).join('')
    case 'chain': {
      const inner = node.node.type === 'pipe' ? `(${nodeText(node.node)})` : nodeText(node.node)
      return inner + node.field.map((each) => `.${each}`).join('')
    }
    case 'bool':
      return String(node.value)
    case 'string':
      return node.quoted
    case 'number':
      return node.text
  }
}

function pipeText(node: PipeNode): string {
  const decl = node.decl.length > 0 ? `${node.decl.map(nodeText).join(', ')} ${node.isAssign ? '=' : ':='} ` : ''
  return decl + node.cmds.map(nodeText).join(' | ')
}
