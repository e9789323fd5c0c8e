import { encodeText } from '../base/index.ts'
import { isBreak, isWord } from './chars.ts'
import { allows, analyzeScalar, EmitSink } from './emit-sink.ts'
import type { YamlNode } from './node.ts'
import { longTag, resolveTag, shortTag } from './resolve.ts'

export interface EmitOptions {
  /** Spaces a level; kyaml uses 2 (default), yaml.v3 itself 4. */
  readonly indent?: number
  /** How sequences in mappings are indented: `compact` puts `- ` below the key's first letter. Default `compact`. */
  readonly sequenceIndent?: 'compact' | 'wide'
}

/** Keys of more bytes than this are written with `? `. */
const simpleKeyLength = 128

/**
 * Writes nodes byte for byte as go-yaml v3's encoder does with kyaml's settings: styles, comments, anchors and tags of
 * the nodes kept, text quoted where it would read as something else. Several nodes become documents separated by `---`.
 * Source: go-yaml encode.go and emitterc.go.
 */
export function emitNode(nodes: YamlNode | readonly YamlNode[], options: EmitOptions = {}): string {
  const emitter = new Emitter(options)
  for (const node of Array.isArray(nodes) ? (nodes as readonly YamlNode[]) : [nodes as YamlNode]) {
    emitter.document(node)
  }
  return emitter.text
}

interface Context {
  readonly sequence?: boolean
  readonly mapping?: boolean
  readonly simpleKey?: boolean
}

const inSequence: Context = { sequence: true }
const inMapping: Context = { mapping: true }
const asSimpleKey: Context = { mapping: true, simpleKey: true }
const atRoot: Context = {}

/**
 * go-yaml's emitter is fed events and looks at comments whenever one arrives; `begin` stands for the arrival of a node's
 * first event, `start` for writing it, `finish` for the events of its content. Keeping that order keeps comments where
 * go-yaml puts them.
 */
class Emitter {
  readonly #sink: EmitSink
  readonly #compact: boolean
  /** For each open node, whether it is an item of a block sequence. */
  readonly #items: boolean[] = []
  #first = true
  #flowLevel = 0
  #context: Context = atRoot
  #head = ''
  #line = ''
  #foot = ''
  #tail = ''
  #keyLine = ''
  #tagHandle = ''
  #tagSuffix = ''
  #style: 'plain' | 'single' | 'double' | 'literal' | 'folded' = 'plain'
  #analysis = 0

  constructor(options: EmitOptions) {
    this.#sink = new EmitSink({ v2: false, indent: options.indent ?? 2 })
    this.#compact = (options.sequenceIndent ?? 'compact') === 'compact'
  }

  get text(): string {
    return this.#sink.out
  }

  document(node: YamlNode): void {
    const sink = this.#sink
    const isDocument = node.kind === 'document'
    if (isDocument && node.headComment !== '') this.#head = node.headComment
    if (!this.#first) {
      sink.writeIndent()
      sink.writeIndicator('---', true, false, false)
      sink.writeIndent()
    }
    this.#first = false
    if (this.#head !== '') {
      this.#processHead()
      sink.putBreak()
    }
    const root = isDocument ? node.content[0] : node
    if (root !== undefined) {
      this.#begin(root, '')
      this.#processHead()
      this.#items.push(false)
      this.#start(root, atRoot)
      this.#processLine(false)
      this.#processFoot()
      this.#finish(root)
    }
    if (isDocument && node.footComment !== '') this.#foot = node.footComment
    sink.footIndent = 0
    this.#processFoot()
    sink.footIndent = -1
    sink.writeIndent()
  }

  /** Takes a node's comments and finds out its tag and, for a scalar, its style. */
  #begin(node: YamlNode, tail: string): void {
    if (node.headComment !== '') this.#head = node.headComment
    const single = node.kind === 'scalar' || node.kind === 'alias'
    if (single && node.lineComment !== '') this.#line = node.lineComment
    if (single && node.footComment !== '') this.#foot = node.footComment
    if (tail !== '' && (node.kind === 'scalar' || node.kind === 'mapping')) this.#tail = tail
    this.#tagHandle = ''
    this.#tagSuffix = ''
    if (node.kind === 'alias') return
    let tag = node.tag
    let quote = false
    if (tag !== '' && node.explicitTag !== true) {
      const short = shortTag(tag)
      if (node.kind !== 'scalar') {
        if (short === (node.kind === 'mapping' ? '!!map' : '!!seq')) tag = ''
      } else if (short === '!!str' && isTextStyle(node.style)) tag = ''
      else {
        const found = resolveTag(node.value)
        if (found === short) tag = ''
        else if (short === '!!str') {
          tag = ''
          quote = true
        }
      }
    }
    if (tag !== '') this.#splitTag(longTag(tag))
    if (node.kind !== 'scalar') return
    this.#analysis = analyzeScalar(node.value, false)
    if (isTextStyle(node.style)) this.#style = node.style
    else if (node.value.includes('\n')) this.#style = 'literal'
    else this.#style = quote ? 'double' : 'plain'
  }

  #splitTag(tag: string): void {
    if (tag.startsWith('!')) {
      this.#tagHandle = '!'
      this.#tagSuffix = tag.slice(1)
    } else if (tag.startsWith('tag:yaml.org,2002:')) {
      this.#tagHandle = '!!'
      this.#tagSuffix = tag.slice('tag:yaml.org,2002:'.length)
    } else this.#tagSuffix = tag
  }

  /** Writes a scalar or alias, or what comes before the content of a collection. */
  #start(node: YamlNode, context: Context): void {
    this.#context = context
    if (node.kind === 'alias') {
      this.#writeAnchor('*', node.value)
      this.#items.pop()
      return
    }
    if (node.kind === 'scalar') this.#selectStyle(node.value)
    if (node.anchor !== '') this.#writeAnchor('&', node.anchor)
    this.#processTag()
    if (node.kind !== 'scalar') return
    this.#increaseIndent(true, false)
    this.#writeScalar(node.value)
    this.#sink.popIndent()
    this.#items.pop()
  }

  #finish(node: YamlNode): void {
    if (node.kind === 'scalar' || node.kind === 'alias') return
    const flow = this.#flowLevel > 0 || node.style === 'flow' || node.content.length === 0
    if (node.kind === 'sequence') {
      if (flow) this.#flowSequence(node)
      else this.#blockSequence(node)
    } else if (flow) this.#flowMapping(node)
    else this.#blockMapping(node)
  }

  #increaseIndent(flow: boolean, compact: boolean): void {
    const sink = this.#sink
    sink.indents.push(sink.indent)
    if (sink.indent < 0) sink.indent = flow ? sink.bestIndent : 0
    else if (this.#items[this.#items.length - 1] === true) sink.indent += 2
    else {
      sink.indent = sink.bestIndent * Math.floor((sink.indent + sink.bestIndent) / sink.bestIndent)
      if (compact) sink.indent -= 2
    }
  }

  #close(node: YamlNode): void {
    if (node.lineComment !== '') this.#line = node.lineComment
    if (node.footComment !== '') this.#foot = node.footComment
  }

  #blockSequence(node: YamlNode): void {
    const sink = this.#sink
    const compact = this.#context.mapping === true && (sink.column === 0 || !sink.indention) && this.#compact
    this.#increaseIndent(false, compact)
    for (const item of node.content) {
      this.#begin(item, '')
      this.#processHead()
      sink.writeIndent()
      sink.writeIndicator('-', true, false, true)
      this.#items.push(true)
      this.#start(item, inSequence)
      this.#processLine(false)
      this.#processFoot()
      this.#finish(item)
    }
    this.#close(node)
    sink.popIndent()
    this.#items.pop()
  }

  #blockMapping(node: YamlNode): void {
    const sink = this.#sink
    let tail = ''
    for (let i = 0; i + 1 < node.content.length; i += 2) {
      const { key, foot } = withoutFoot(node.content[i]!)
      this.#begin(key, tail)
      tail = foot
      if (i === 0) this.#increaseIndent(false, false)
      this.#processHead()
      sink.writeIndent()
      if (this.#line !== '') {
        this.#keyLine = this.#line
        this.#line = ''
      }
      const simple = this.#isSimpleKey(key)
      if (!simple) sink.writeIndicator('?', true, false, true)
      this.#items.push(false)
      this.#start(key, simple ? asSimpleKey : inMapping)
      this.#finish(key)
      this.#blockValue(node.content[i + 1]!, simple)
    }
    if (tail !== '') this.#tail = tail
    this.#close(node)
    this.#processHead()
    sink.popIndent()
    this.#items.pop()
  }

  #blockValue(value: YamlNode, simple: boolean): void {
    const sink = this.#sink
    this.#begin(value, '')
    if (!simple) sink.writeIndent()
    sink.writeIndicator(':', !simple, false, !simple)
    if (this.#keyLine !== '') {
      if (value.kind === 'scalar') {
        if (this.#line === '') {
          this.#line = this.#keyLine
          this.#keyLine = ''
        }
      } else if (value.kind !== 'alias' && value.style !== 'flow') {
        const line = this.#line
        this.#line = this.#keyLine
        this.#processLine(false)
        this.#keyLine = this.#line
        this.#line = line
      }
    }
    this.#items.push(false)
    this.#start(value, inMapping)
    this.#processLine(false)
    this.#processFoot()
    this.#finish(value)
  }

  #flowSequence(node: YamlNode): void {
    const sink = this.#sink
    this.#openFlow('[')
    let trail = true
    for (const item of node.content) {
      this.#begin(item, '')
      trail = this.#beforeFlowItem(trail)
      this.#items.push(false)
      this.#startFlowValue(item, inSequence)
    }
    this.#close(node)
    this.#flowLevel--
    sink.popIndent()
    if (sink.column === 0) sink.writeIndent()
    this.#closeFlow(']')
  }

  #flowMapping(node: YamlNode): void {
    const sink = this.#sink
    this.#openFlow('{')
    let trail = true
    let tail = ''
    for (let i = 0; i + 1 < node.content.length; i += 2) {
      const { key, foot } = withoutFoot(node.content[i]!)
      const value = node.content[i + 1]!
      this.#begin(key, tail)
      tail = foot
      this.#beforeFlowItem(trail)
      const simple = this.#isSimpleKey(key)
      if (!simple) sink.writeIndicator('?', true, false, false)
      this.#items.push(false)
      this.#start(key, simple ? asSimpleKey : inMapping)
      this.#finish(key)
      this.#begin(value, '')
      sink.writeIndicator(':', !simple, false, false)
      trail = this.#hasPending()
      this.#items.push(false)
      this.#startFlowValue(value, inMapping)
    }
    if (tail !== '') this.#tail = tail
    this.#close(node)
    const pending = this.#head !== '' || this.#foot !== '' || this.#tail !== ''
    if (pending && node.content.length > 0 && !trail) sink.writeIndicator(',', false, false, false)
    this.#processHead()
    this.#flowLevel--
    sink.popIndent()
    this.#closeFlow('}')
  }

  #openFlow(bracket: string): void {
    this.#sink.writeIndicator(bracket, true, true, false)
    this.#increaseIndent(true, false)
    this.#flowLevel++
  }

  #closeFlow(bracket: string): void {
    this.#sink.writeIndicator(bracket, false, false, false)
    this.#processLine(false)
    this.#processFoot()
    this.#items.pop()
  }

  /** Separates an item from the one before; returns whether its own comma will follow it at once. */
  #beforeFlowItem(trail: boolean): boolean {
    const sink = this.#sink
    if (!trail) sink.writeIndicator(',', false, false, false)
    this.#processHead()
    if (sink.column === 0) sink.writeIndent()
    return this.#hasPending()
  }

  #startFlowValue(node: YamlNode, context: Context): void {
    this.#start(node, context)
    if (this.#hasPending()) this.#sink.writeIndicator(',', false, false, false)
    this.#processLine(false)
    this.#processFoot()
    this.#finish(node)
  }

  #hasPending(): boolean {
    return this.#line !== '' || this.#foot !== '' || this.#tail !== ''
  }

  #isSimpleKey(node: YamlNode): boolean {
    if (node.kind === 'alias') return byteLength(node.value) <= simpleKeyLength
    if (node.kind !== 'scalar' && node.content.length > 0) return false
    if (node.kind === 'scalar' && (this.#analysis & allows.multiline) !== 0) return false
    const length =
      byteLength(node.anchor) + byteLength(this.#tagHandle) + byteLength(this.#tagSuffix) + byteLength(node.value)
    return length <= simpleKeyLength
  }

  #selectStyle(value: string): void {
    const analysis = this.#analysis
    const inFlow = this.#flowLevel > 0
    const simpleKey = this.#context.simpleKey === true
    let style = this.#style
    if (simpleKey && (analysis & allows.multiline) !== 0) style = 'double'
    if (style === 'plain') {
      if ((analysis & (inFlow ? allows.flowPlain : allows.blockPlain)) === 0) style = 'single'
      if (value === '' && (inFlow || simpleKey)) style = 'single'
    }
    if (style === 'single' && (analysis & allows.singleQuoted) === 0) style = 'double'
    const block = style === 'literal' || style === 'folded'
    if (block && ((analysis & allows.block) === 0 || inFlow || simpleKey)) style = 'double'
    this.#style = style
  }

  #writeAnchor(indicator: string, name: string): void {
    this.#sink.writeIndicator(indicator, true, false, false)
    this.#sink.writeWord(name)
  }

  #processTag(): void {
    const sink = this.#sink
    if (this.#tagHandle === '' && this.#tagSuffix === '') return
    if (this.#tagHandle !== '') {
      if (!sink.whitespace) sink.put(' ')
      sink.writeWord(this.#tagHandle)
      sink.writeWord(escapeTag(this.#tagSuffix))
      return
    }
    sink.writeIndicator('!<', true, false, false)
    sink.writeWord(escapeTag(this.#tagSuffix))
    sink.writeIndicator('>', false, false, false)
  }

  #writeScalar(value: string): void {
    const sink = this.#sink
    const allowBreaks = this.#context.simpleKey !== true
    if (this.#style === 'plain') sink.writePlain(value, allowBreaks)
    else if (this.#style === 'single') sink.writeSingleQuoted(value, allowBreaks)
    else if (this.#style === 'double') sink.writeDoubleQuoted(value, allowBreaks)
    else {
      sink.writeIndicator(this.#style === 'literal' ? '|' : '>', true, false, false)
      sink.writeBlockHints(value)
      this.#processLine(true)
      if (this.#style === 'literal') sink.writeLiteralLines(value)
      else sink.writeFoldedLines(value)
    }
  }

  #processHead(): void {
    const sink = this.#sink
    if (this.#tail !== '') {
      sink.writeIndent()
      this.#writeComment(this.#tail)
      this.#tail = ''
      sink.footIndent = Math.max(0, sink.indent)
    }
    if (this.#head === '') return
    sink.writeIndent()
    this.#writeComment(this.#head)
    this.#head = ''
  }

  #processLine(lineBreak: boolean): void {
    const sink = this.#sink
    if (this.#line === '') {
      if (lineBreak) sink.putBreak()
      return
    }
    if (!sink.whitespace) sink.put(' ')
    this.#writeComment(this.#line)
    this.#line = ''
  }

  #processFoot(): void {
    if (this.#foot === '') return
    const sink = this.#sink
    sink.writeIndent()
    this.#writeComment(this.#foot)
    this.#foot = ''
    sink.footIndent = Math.max(0, sink.indent)
  }

  #writeComment(comment: string): void {
    const sink = this.#sink
    let breaks = false
    let pound = false
    for (let i = 0; i < comment.length; i++) {
      const c = comment.charCodeAt(i)
      if (isBreak(c)) {
        sink.putBreak()
        breaks = true
        pound = false
        continue
      }
      if (breaks) sink.writeIndent()
      if (!pound) {
        if (c !== 0x23) sink.put('# ')
        pound = true
      }
      sink.put(comment.charAt(i))
      sink.indention = false
      breaks = false
    }
    if (!breaks) sink.putBreak()
    sink.whitespace = true
  }
}

function isTextStyle(style: YamlNode['style']): style is 'single' | 'double' | 'literal' | 'folded' {
  return style !== '' && style !== 'flow'
}

/** A key's foot comment is written after its value, as the tail of the next key. */
function withoutFoot(key: YamlNode): { key: YamlNode; foot: string } {
  return key.footComment === '' ? { key, foot: '' } : { key: { ...key, footComment: '' }, foot: key.footComment }
}

function byteLength(text: string): number {
  if (text.length * 3 <= 40) return text.length
  return encodeText(text).length
}

const tagPunctuation = ";/?:@&=+$,_.~*'()[]"

function escapeTag(suffix: string): string {
  let out = ''
  for (const letter of suffix) {
    if (tagPunctuation.includes(letter) || isWord(letter.charCodeAt(0))) out += letter
    else for (const byte of encodeText(letter)) out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}
