import { emptyScalar, endOfContent, makeNode, makeScalar } from './make-node.ts'
import type { YamlNode } from './node.ts'
import { shortTag } from './resolve.ts'
import { ScanState, type StreamStart, type Token, tokenTypes as t, YamlError } from './scan-state.ts'
import { peekToken, takeToken } from './scanner.ts'

/** One document as the parser leaves it; when it broke off, `error` says why and the tree holds what came before. */
export interface ParsedDocument {
  readonly node: YamlNode
  readonly start: number
  readonly end: number
  readonly error: YamlError | undefined
}

/**
 * Builds the nodes of one document after the other from a token stream. Grammar and comment attachment follow go-yaml
 * v3 (parserc.go and the node parser of decode.go); the order in which tokens are looked at decides where comments go,
 * so it must stay the same.
 */
export class Parser {
  readonly #s: ScanState
  readonly #anchors = new Map<string, YamlNode>()
  #tagDirectives = new Map<string, string>()
  #head = ''
  #line = ''
  #foot = ''
  #stem = ''
  #first = true
  #opened = false

  constructor(text: string, length: number, start: StreamStart) {
    this.#s = new ScanState(text, length, start)
  }

  /** The next document, `undefined` at the end of the stream. An error ends the stream for this parser. */
  next(): ParsedDocument | undefined {
    const document = makeNode('document', -1)
    const startOf = { pos: this.#s.pos }
    try {
      if (!this.#opened) {
        this.#peek()
        takeToken(this.#s)
        this.#opened = true
      }
      const opened = this.#documentStart(document)
      if (opened === 'end') return undefined
      startOf.pos = document.start
      if (opened === 'explicit') this.#documentContent(document)
      else this.#node(document, true, false)
      const end = this.#documentEnd(document)
      return { node: document, start: document.start, end, error: undefined }
    } catch (error) {
      if (!(error instanceof YamlError)) throw error
      if (document.start < 0) document.start = startOf.pos
      completePartial(document, error.pos)
      return { node: document, start: document.start, end: error.pos, error }
    }
  }

  #peek(): Token {
    const token = peekToken(this.#s)
    if (this.#s.commentsHead < this.#s.comments.length) this.#unfoldComments(token)
    return token
  }

  #take(): Token {
    takeToken(this.#s)
    return this.#peek()
  }

  #unfoldComments(token: Token): void {
    const s = this.#s
    while (s.commentsHead < s.comments.length) {
      const comment = s.comments[s.commentsHead]!
      if (token.start < comment.tokenPos) return
      if (comment.head !== '') {
        if (token.type === t.blockEnd) return
        this.#head = join(this.#head, comment.head)
      }
      if (comment.foot !== '') this.#foot = join(this.#foot, comment.foot)
      if (comment.line !== '') this.#line = join(this.#line, comment.line)
      comment.endPos = 0
      comment.head = ''
      comment.foot = ''
      comment.line = ''
      s.commentsHead++
    }
  }

  #setComments(node: YamlNode): void {
    node.headComment = this.#head
    node.lineComment = this.#line
    node.footComment = this.#foot
    this.#head = ''
    this.#line = ''
    this.#foot = ''
    this.#stem = ''
  }

  #error(message: string, token: Token, contextLine = 0): YamlError {
    return new YamlError(message, { scanning: false, contextLine, problemLine: token.line, pos: token.start })
  }

  /** Opens the next document, which may do without `---` only when it is the first. */
  #documentStart(document: YamlNode): 'implicit' | 'explicit' | 'end' {
    const s = this.#s
    let token = this.#peek()
    const implicitAllowed = this.#first
    this.#first = false
    if (!implicitAllowed) while (token.type === t.documentEnd) token = this.#take()
    if (token.type === t.streamEnd) return 'end'
    document.start = token.start
    this.#anchors.clear()
    const explicit =
      !implicitAllowed ||
      token.type === t.versionDirective ||
      token.type === t.tagDirective ||
      token.type === t.documentStart
    this.#directives()
    if (!explicit) {
      document.headComment = this.#splitHeader()
      return 'implicit'
    }
    token = this.#peek()
    if (token.type !== t.documentStart) throw this.#error('did not find expected <document start>', token)
    takeToken(s)
    return 'explicit'
  }

  /** The part of the comment at the top that an empty line separates from the rest belongs to the document. */
  #splitHeader(): string {
    const head = this.#head
    for (let i = head.length - 1; i > 0; i--) {
      if (head.charCodeAt(i) !== 0x0a) continue
      const last = i === head.length - 1
      if (!last && head.charCodeAt(i - 1) !== 0x0a) continue
      this.#head = head.slice(i + 1)
      return head.slice(0, last ? i : i - 1)
    }
    return ''
  }

  #directives(): void {
    this.#tagDirectives = new Map()
    let version = false
    for (let token = this.#peek(); ; token = this.#take()) {
      if (token.type === t.versionDirective) {
        if (version) throw this.#error('found duplicate %YAML directive', token)
        if (Number(token.value) !== 1 || Number(token.extra) !== 1) {
          throw this.#error('found incompatible YAML document', token)
        }
        version = true
      } else if (token.type === t.tagDirective) {
        if (this.#tagDirectives.has(token.value)) throw this.#error('found duplicate %TAG directive', token)
        this.#tagDirectives.set(token.value, token.extra)
      } else break
    }
    if (!this.#tagDirectives.has('!')) this.#tagDirectives.set('!', '!')
    if (!this.#tagDirectives.has('!!')) this.#tagDirectives.set('!!', 'tag:yaml.org,2002:')
  }

  #documentContent(document: YamlNode): void {
    const token = this.#peek()
    const empty =
      token.type === t.versionDirective ||
      token.type === t.tagDirective ||
      token.type === t.documentStart ||
      token.type === t.documentEnd ||
      token.type === t.streamEnd
    if (empty) document.content.push(emptyScalar(token.start))
    else this.#node(document, true, false)
  }

  #documentEnd(document: YamlNode): number {
    let end = this.#s.pos
    const token = this.#peek()
    end = token.start
    if (token.type === t.documentEnd) {
      end = token.end
      takeToken(this.#s)
    }
    document.footComment = this.#foot !== '' ? this.#foot : this.#head
    this.#head = ''
    this.#line = ''
    this.#foot = ''
    this.#stem = ''
    document.end = end
    return end
  }

  /** Parses a node, adding it to its parent as soon as it exists so that a broken text leaves what came before. */
  #node(parent: YamlNode, block: boolean, indentless: boolean): YamlNode {
    let token = this.#peek()
    if (token.type === t.scalar) return this.#scalar(parent, token, undefined)
    if (token.type === t.alias) return this.#alias(parent, token)
    let properties: Properties | undefined
    if (token.type === t.anchor || token.type === t.tag) {
      properties = this.#properties(token)
      token = this.#peek()
      if (token.type === t.scalar) return this.#scalar(parent, token, properties)
    }
    if (indentless && token.type === t.blockEntry) {
      const node = this.#collection(parent, 'sequence', token, properties)
      return this.#blockSequence(node, true)
    }
    if (token.type === t.flowSequenceStart) {
      const node = this.#collection(parent, 'sequence', token, properties)
      node.style = 'flow'
      this.#setComments(node)
      return this.#flowSequence(node, token)
    }
    if (token.type === t.flowMappingStart) {
      const node = this.#collection(parent, 'mapping', token, properties)
      node.style = 'flow'
      this.#setComments(node)
      return this.#flowMapping(node, token)
    }
    if (block && (token.type === t.blockSequenceStart || token.type === t.blockMappingStart)) {
      const sequence = token.type === t.blockSequenceStart
      const node = this.#collection(parent, sequence ? 'sequence' : 'mapping', token, properties)
      node.headComment = this.#stem
      this.#stem = ''
      takeToken(this.#s)
      return sequence ? this.#blockSequence(node, false, token) : this.#blockMapping(node, token)
    }
    if (properties !== undefined) {
      const node = this.#applyProperties(emptyScalar(properties.start), properties)
      node.end = properties.end
      parent.content.push(node)
      return node
    }
    throw this.#error('did not find expected node content', token, token.line)
  }

  #properties(first: Token): Properties {
    const properties: Properties = { start: first.start, end: first.end, anchor: '', tag: '' }
    let token = first
    let tag: Token | undefined
    for (let i = 0; i < 2; i++) {
      if (token.type === t.anchor && properties.anchor === '') properties.anchor = token.value
      else if (token.type === t.tag && tag === undefined) tag = token
      else break
      properties.end = token.end
      token = this.#take()
    }
    if (tag === undefined) return properties
    if (tag.value === '') properties.tag = tag.extra
    else {
      const prefix = this.#tagDirectives.get(tag.value)
      if (prefix === undefined || prefix + tag.extra === '') {
        throw this.#error('found undefined tag handle', tag, first.line)
      }
      properties.tag = prefix + tag.extra
    }
    return properties
  }

  #applyProperties(node: YamlNode, properties: Properties): YamlNode {
    node.start = properties.start
    // The tag `!` says nothing in yaml.v3; in yaml.v2 it makes a string.
    if (properties.tag === '!') {
      if (this.#s.lookahead === 0 && node.kind === 'scalar') {
        node.tag = '!!str'
        node.explicitTag = true
      }
    } else if (properties.tag !== '') {
      node.tag = shortTag(properties.tag)
      node.explicitTag = true
    }
    if (properties.anchor !== '') {
      node.anchor = properties.anchor
      this.#anchors.set(properties.anchor, node)
    }
    return node
  }

  #scalar(parent: YamlNode, token: Token, properties: Properties | undefined): YamlNode {
    const node = makeScalar(token.value, token.style, token.start, token.end)
    if (properties !== undefined) this.#applyProperties(node, properties)
    this.#setComments(node)
    takeToken(this.#s)
    parent.content.push(node)
    return node
  }

  #alias(parent: YamlNode, token: Token): YamlNode {
    const node = makeNode('alias', token.start)
    node.value = token.value
    node.end = token.end
    this.#setComments(node)
    takeToken(this.#s)
    node.alias = this.#anchors.get(token.value)
    if (node.alias === undefined) {
      throw new YamlError(`unknown anchor '${token.value}' referenced`, {
        scanning: false,
        contextLine: 0,
        problemLine: 0,
        pos: token.start,
      })
    }
    parent.content.push(node)
    return node
  }

  #collection(
    parent: YamlNode,
    kind: 'mapping' | 'sequence',
    token: Token,
    properties: Properties | undefined,
  ): YamlNode {
    const node = makeNode(kind, token.start)
    node.tag = kind === 'mapping' ? '!!map' : '!!seq'
    if (properties !== undefined) this.#applyProperties(node, properties)
    parent.content.push(node)
    return node
  }

  #blockSequence(node: YamlNode, indentless: boolean, start?: Token): YamlNode {
    const s = this.#s
    for (;;) {
      let token = this.#peek()
      if (token.type !== t.blockEntry) {
        if (!indentless && token.type !== t.blockEnd) {
          throw this.#error("did not find expected '-' indicator", token, start?.line)
        }
        if (!indentless) takeToken(s)
        node.end = endOfContent(node)
        return node
      }
      const end = token.end
      const headLength = this.#head.length
      takeToken(s)
      if (headLength > 0) this.#splitStem(headLength)
      token = this.#peek()
      const empty =
        token.type === t.blockEntry ||
        token.type === t.blockEnd ||
        (indentless && (token.type === t.key || token.type === t.value))
      if (empty) node.content.push(emptyScalar(end))
      else this.#node(node, true, false)
    }
  }

  /** A comment before `-` belongs to the collection that begins there, one after it to the collection's first entry. */
  #splitStem(headLength: number): void {
    const token = this.#peek()
    if (token.type !== t.blockSequenceStart && token.type !== t.blockMappingStart) return
    this.#stem = this.#head.slice(0, headLength)
    this.#head = this.#head.slice(headLength + 1)
  }

  #blockMapping(node: YamlNode, start: Token): YamlNode {
    const s = this.#s
    for (;;) {
      let token = this.#peek()
      if (token.type !== t.key) {
        if (token.type !== t.blockEnd) throw this.#error('did not find expected key', token, start.line)
        this.#setEndComments(node)
        takeToken(s)
        node.end = endOfContent(node)
        return node
      }
      const key = this.#blockMappingPart(node, token.end)
      token = this.#peek()
      if (key.footComment !== '' && node.content.length > 2) {
        // When dedented, it is the foot of the entry before.
        node.content[node.content.length - 3]!.footComment = key.footComment
        key.footComment = ''
      }
      let value: YamlNode
      if (token.type === t.value) value = this.#blockMappingPart(node, token.end)
      else node.content.push((value = emptyScalar(token.start)))
      liftFoot(key, value)
    }
  }

  /** After `?` or `:` (or where `?` is implied): the node, or nothing. */
  #blockMappingPart(node: YamlNode, end: number): YamlNode {
    const token = this.#take()
    if (token.type !== t.key && token.type !== t.value && token.type !== t.blockEnd) return this.#node(node, true, true)
    const empty = emptyScalar(end)
    node.content.push(empty)
    return empty
  }

  /** A block mapping's own foot is that of its last key; its head comment stays as it was. */
  #setEndComments(node: YamlNode): void {
    node.lineComment = this.#line
    node.footComment = this.#foot
    this.#head = ''
    this.#line = ''
    this.#foot = ''
    this.#stem = ''
    if (node.style !== 'flow' && node.footComment !== '' && node.content.length > 1) {
      node.content[node.content.length - 2]!.footComment = node.footComment
      node.footComment = ''
    }
  }

  #flowSequence(node: YamlNode, start: Token): YamlNode {
    let token = this.#take()
    for (let first = true; token.type !== t.flowSequenceEnd; first = false) {
      if (!first) {
        if (token.type !== t.flowEntry) {
          throw this.#error("did not find expected ',' or ']'", token, start.line)
        }
        token = this.#take()
        if (token.type === t.flowSequenceEnd) break
      }
      if (token.type === t.key) this.#flowPair(node, token)
      else this.#node(node, false, false)
      token = this.#peek()
    }
    this.#setEndComments(node)
    node.end = token.end
    takeToken(this.#s)
    return node
  }

  /** `[a: b]`: an entry that is a mapping of one pair. */
  #flowPair(parent: YamlNode, start: Token): void {
    const node = makeNode('mapping', start.start)
    node.tag = '!!map'
    node.style = 'flow'
    parent.content.push(node)
    let token = this.#take()
    let key: YamlNode
    if (token.type !== t.value && token.type !== t.flowEntry && token.type !== t.flowSequenceEnd) {
      key = this.#node(node, false, false)
    } else {
      // go-yaml passes the token here, so that `[? , a]` and `[ : b]` fail or lose it; kept for equal results.
      key = emptyScalar(token.end)
      node.content.push(key)
      takeToken(this.#s)
    }
    token = this.#peek()
    let value: YamlNode | undefined
    if (token.type === t.value) {
      token = this.#take()
      if (token.type !== t.flowEntry && token.type !== t.flowSequenceEnd) value = this.#node(node, false, false)
    }
    if (value === undefined) node.content.push((value = emptyScalar(token.start)))
    liftFoot(key, value)
    this.#peek()
    node.end = Math.max(key.end, value.end)
  }

  #flowMapping(node: YamlNode, start: Token): YamlNode {
    let token = this.#take()
    for (let first = true; token.type !== t.flowMappingEnd; first = false) {
      if (!first) {
        if (token.type !== t.flowEntry) {
          throw this.#error("did not find expected ',' or '}'", token, start.line)
        }
        token = this.#take()
        if (token.type === t.flowMappingEnd) break
      }
      this.#flowMappingEntry(node, token)
      token = this.#peek()
    }
    this.#setEndComments(node)
    node.end = token.end
    takeToken(this.#s)
    return node
  }

  #flowMappingEntry(node: YamlNode, first: Token): void {
    let token = first
    let key: YamlNode
    let value: YamlNode | undefined
    if (token.type === t.key) {
      token = this.#take()
      if (token.type !== t.value && token.type !== t.flowEntry && token.type !== t.flowMappingEnd) {
        key = this.#node(node, false, false)
      } else node.content.push((key = emptyScalar(token.start)))
      token = this.#peek()
      if (token.type === t.value) {
        token = this.#take()
        if (token.type !== t.flowEntry && token.type !== t.flowMappingEnd) value = this.#node(node, false, false)
      }
    } else {
      key = this.#node(node, false, false)
      token = this.#peek()
    }
    if (value === undefined) node.content.push((value = emptyScalar(token.start)))
    liftFoot(key, value)
  }
}

interface Properties {
  start: number
  end: number
  anchor: string
  tag: string
}

function join(a: string, b: string): string {
  return a === '' ? b : `${a}\n${b}`
}

function liftFoot(key: YamlNode, value: YamlNode): void {
  if (key.footComment === '' && value.footComment !== '') {
    key.footComment = value.footComment
    value.footComment = ''
  }
}

/** Gives the collections that were open when parsing broke off an end, and a value to a key that has none. */
function completePartial(node: YamlNode, at: number): void {
  for (let open: YamlNode | undefined = node; open !== undefined; open = open.content[open.content.length - 1]) {
    if (open.kind === 'scalar' || open.kind === 'alias') return
    if (open.kind === 'mapping' && open.content.length % 2 === 1) open.content.push(emptyScalar(at))
    if (open.end <= open.start) open.end = Math.max(endOfContent(open), open.start)
  }
}
