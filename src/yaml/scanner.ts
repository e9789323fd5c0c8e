import { isBlank, isBlankOrEnd, isBreak } from './chars.ts'
import { scanBlockScalar } from './scan-block-scalar.ts'
import { scanComments, scanLineComment } from './scan-comments.ts'
import { scanPlainScalar, scanQuotedScalar } from './scan-flow-scalar.ts'
import { type Mark, maxDepth, type ScanState, type SimpleKey, Token, tokenTypes } from './scan-state.ts'
import { scanAnchor, scanDirective, scanTag } from './scan-tag.ts'

/** Keys without `?` must end within this many characters (YAML 1.2, 7.4.2). */
const simpleKeyLimit = 1024

/**
 * Returns the next token without taking it. Two more tokens are read ahead: comments are attached by position, and which
 * token a comment belongs to is only known then (go-yaml scannerc.go, fetch_more_tokens).
 */
export function peekToken(s: ScanState): Token {
  if (!s.tokenAvailable) fetchMoreTokens(s)
  return s.tokens[s.head]!
}

/** Takes the token that `peekToken` returned. */
export function takeToken(s: ScanState): void {
  s.tokenAvailable = false
  s.tokensParsed++
  s.streamEnded = s.tokens[s.head]!.type === tokenTypes.streamEnd
  s.head++
  if (s.head >= 64) {
    // The last two tokens taken still decide where a comment goes.
    s.tokens = s.tokens.slice(s.head - 2)
    s.head = 2
  }
}

function fetchMoreTokens(s: ScanState): void {
  for (;;) {
    if (s.head < s.tokens.length - s.lookahead) {
      const key = keyOfToken(s, s.tokensParsed)
      if (key === undefined || !isKeyPossible(s, key)) break
    }
    fetchNextToken(s)
  }
  s.tokenAvailable = true
}

/** The possible simple key that begins at a token. Keys further up the stack begin at later tokens. */
function keyOfToken(s: ScanState, tokenNumber: number): SimpleKey | undefined {
  const keys = s.simpleKeys
  let i = Math.min(s.firstKey, keys.length)
  while (i < keys.length && !keys[i]!.possible) i++
  s.firstKey = i
  const key = keys[i]
  return key?.tokenNumber === tokenNumber ? key : undefined
}

function fetchNextToken(s: ScanState): void {
  if (!s.streamStarted) {
    s.streamStarted = true
    s.simpleKeys.push({ possible: false, required: false, tokenNumber: 0, pos: 0, line: 0, column: 0 })
    insertToken(s, -1, new Token(tokenTypes.streamStart, s.mark(), s.pos))
    return
  }
  const scan = s.mark()
  scanToNextToken(s, scan)
  const column = s.pos - s.lineStart
  if (s.indent > column && s.flowLevel === 0) unrollIndent(s, column, scan.pos)
  const c = s.text.charCodeAt(s.pos)
  if (s.pos >= s.length) fetchStreamEnd(s)
  else if (column === 0 && c === 0x25) {
    resetForDocument(s)
    insertToken(s, -1, scanDirective(s))
  } else if (s.atDocumentIndicator()) fetchDocumentIndicator(s, c)
  else {
    let commentPos = s.pos
    if (s.flowLevel === 0 ? c === 0x3a : c === 0x2c) commentPos = s.tokens[s.tokens.length - 1]!.start
    fetchContentToken(s, c)
    if (s.tokens[s.tokens.length - 1]!.type !== tokenTypes.blockEntry) scanLineComment(s, commentPos)
  }
}

type Fetch = (s: ScanState) => void

const fetchers: Readonly<Record<string, Fetch>> = {
  '[': (s) => fetchFlowStart(s, tokenTypes.flowSequenceStart),
  '{': (s) => fetchFlowStart(s, tokenTypes.flowMappingStart),
  ']': (s) => fetchFlowEnd(s, tokenTypes.flowSequenceEnd),
  '}': (s) => fetchFlowEnd(s, tokenTypes.flowMappingEnd),
  ',': fetchFlowEntry,
  '*': (s) => fetchKeyedToken(s, (state) => scanAnchor(state, tokenTypes.alias)),
  '&': (s) => fetchKeyedToken(s, (state) => scanAnchor(state, tokenTypes.anchor)),
  '!': (s) => fetchKeyedToken(s, scanTag),
  "'": (s) => fetchKeyedToken(s, (state) => scanQuotedScalar(state, true)),
  '"': (s) => fetchKeyedToken(s, (state) => scanQuotedScalar(state, false)),
}

const fetcherByCode: readonly (Fetch | undefined)[] = Array.from({ length: 128 }, (_, c) => {
  const letter = String.fromCharCode(c)
  return Object.hasOwn(fetchers, letter) ? fetchers[letter] : undefined
})

function fetchContentToken(s: ScanState, c: number): void {
  const fetch = (c < 128 ? fetcherByCode[c] : undefined) ?? indicatorFetcher(s, c)
  if (fetch !== undefined) fetch(s)
  else if (startsPlain(s, c)) fetchKeyedToken(s, scanPlainScalar)
  else throw s.error('found character that cannot start any token', s.line)
}

/** Indicators that may also begin a plain scalar. */
function indicatorFetcher(s: ScanState, c: number): Fetch | undefined {
  const inFlow = s.flowLevel > 0
  if (c === 0x2d) return isBlankOrEnd(s.text.charCodeAt(s.pos + 1)) ? fetchBlockEntry : undefined
  if (c === 0x3a) return inFlow || isBlankOrEnd(s.text.charCodeAt(s.pos + 1)) ? fetchValue : undefined
  if (c === 0x3f) return inFlow || isBlankOrEnd(s.text.charCodeAt(s.pos + 1)) ? fetchKey : undefined
  if (c === 0x7c && !inFlow) return (state) => fetchBlockScalar(state, true)
  if (c === 0x3e && !inFlow) return (state) => fetchBlockScalar(state, false)
  return undefined
}

function startsPlain(s: ScanState, c: number): boolean {
  if (c === 0x2d) return !isBlank(s.text.charCodeAt(s.pos + 1))
  if (c === 0x3f || c === 0x3a) return s.flowLevel === 0 && !isBlankOrEnd(s.text.charCodeAt(s.pos + 1))
  if (isBlankOrEnd(c)) return false
  // # | > % @ `
  return c !== 0x23 && c !== 0x7c && c !== 0x3e && c !== 0x25 && c !== 0x40 && c !== 0x60
}

/** Adds a token to the end of the queue (`position` -1) or so many tokens behind its head. */
function insertToken(s: ScanState, position: number, token: Token): void {
  if (position < 0) s.tokens.push(token)
  else s.tokens.splice(s.head + position, 0, token)
}

function isKeyPossible(s: ScanState, key: SimpleKey): boolean {
  if (!key.possible) return false
  if (key.line < s.line || key.pos + simpleKeyLimit < s.pos) {
    if (key.required) throw s.error("could not find expected ':'", key.line)
    key.possible = false
    return false
  }
  return true
}

function saveSimpleKey(s: ScanState): void {
  if (!s.simpleKeyAllowed) return
  const column = s.pos - s.lineStart
  removeSimpleKey(s)
  const key = s.simpleKeys[s.simpleKeys.length - 1]!
  key.possible = true
  if (s.firstKey >= s.simpleKeys.length) s.firstKey = s.simpleKeys.length - 1
  key.required = s.flowLevel === 0 && s.indent === column
  key.tokenNumber = s.tokensParsed + (s.tokens.length - s.head)
  key.pos = s.pos
  key.line = s.line
  key.column = column
}

function removeSimpleKey(s: ScanState): void {
  const key = s.simpleKeys[s.simpleKeys.length - 1]!
  if (!key.possible) return
  if (key.required) throw s.error("could not find expected ':'", key.line)
  key.possible = false
}

/** Opens a block collection when the column is deeper than the current one. `number` is the token it begins at. */
function rollIndent(s: ScanState, column: number, number: number, token: { type: number; mark: Mark }): void {
  if (s.flowLevel > 0 || s.indent >= column) return
  s.indents.push(s.indent)
  s.indent = column
  if (s.indents.length > maxDepth) throw s.error(`exceeded max depth of ${maxDepth}`, s.line)
  insertToken(s, number < 0 ? -1 : number - s.tokensParsed, new Token(token.type, token.mark, token.mark.pos))
}

/**
 * Closes the block collections deeper than a column. The end is moved before the comments that stand at the indentation
 * of the collection's parents, so that they become feet there.
 */
function unrollIndent(s: ScanState, column: number, scanPos: number): void {
  if (s.flowLevel > 0) return
  let mark: Mark = { pos: scanPos - 1, line: s.line, column: 0 }
  while (s.indent > column) {
    let stop = mark.pos
    for (let i = s.comments.length - 1; i >= 0; i--) {
      const comment = s.comments[i]!
      if (comment.endPos < stop) break
      if (comment.start.column === s.indent + 1) mark = comment.start
      stop = comment.scanPos
    }
    insertToken(s, -1, new Token(tokenTypes.blockEnd, mark, mark.pos))
    s.indent = s.indents.pop()!
  }
}

function resetForDocument(s: ScanState): void {
  unrollIndent(s, -1, s.pos)
  removeSimpleKey(s)
  s.simpleKeyAllowed = false
}

function fetchStreamEnd(s: ScanState): void {
  if (s.pos !== s.lineStart) {
    s.lineStart = s.pos
    s.line++
  }
  resetForDocument(s)
  insertToken(s, -1, new Token(tokenTypes.streamEnd, s.mark(), s.pos))
}

function fetchDocumentIndicator(s: ScanState, c: number): void {
  resetForDocument(s)
  const start = s.mark()
  s.pos += 3
  s.newlines = 0
  insertToken(s, -1, new Token(c === 0x2d ? tokenTypes.documentStart : tokenTypes.documentEnd, start, s.pos))
}

function fetchFlowEntry(s: ScanState): void {
  removeSimpleKey(s)
  s.simpleKeyAllowed = true
  fetchIndicator(s, tokenTypes.flowEntry)
}

function fetchIndicator(s: ScanState, type: number): void {
  const start = s.mark()
  s.pos++
  s.newlines = 0
  insertToken(s, -1, new Token(type, start, s.pos))
}

function fetchFlowStart(s: ScanState, type: number): void {
  saveSimpleKey(s)
  s.simpleKeys.push({
    possible: false,
    required: false,
    tokenNumber: 0,
    pos: s.pos,
    line: s.line,
    column: s.pos - s.lineStart,
  })
  if (++s.flowLevel > maxDepth) throw s.error(`exceeded max depth of ${maxDepth}`, s.line)
  s.simpleKeyAllowed = true
  fetchIndicator(s, type)
}

function fetchFlowEnd(s: ScanState, type: number): void {
  removeSimpleKey(s)
  if (s.flowLevel > 0) {
    s.flowLevel--
    s.simpleKeys.pop()
  }
  s.simpleKeyAllowed = false
  fetchIndicator(s, type)
}

function fetchBlockEntry(s: ScanState): void {
  // In a flow collection it is an error, which the parser reports.
  if (s.flowLevel === 0) {
    if (!s.simpleKeyAllowed) throw s.error('block sequence entries are not allowed in this context', s.line)
    rollIndent(s, s.pos - s.lineStart, -1, { type: tokenTypes.blockSequenceStart, mark: s.mark() })
  }
  removeSimpleKey(s)
  s.simpleKeyAllowed = true
  fetchIndicator(s, tokenTypes.blockEntry)
}

function fetchKey(s: ScanState): void {
  if (s.flowLevel === 0) {
    if (!s.simpleKeyAllowed) throw s.error('mapping keys are not allowed in this context', s.line)
    rollIndent(s, s.pos - s.lineStart, -1, { type: tokenTypes.blockMappingStart, mark: s.mark() })
  }
  removeSimpleKey(s)
  s.simpleKeyAllowed = s.flowLevel === 0
  fetchIndicator(s, tokenTypes.key)
}

function fetchValue(s: ScanState): void {
  const key = s.simpleKeys[s.simpleKeys.length - 1]!
  if (isKeyPossible(s, key)) {
    insertToken(s, key.tokenNumber - s.tokensParsed, new Token(tokenTypes.key, key, key.pos))
    rollIndent(s, key.column, key.tokenNumber, { type: tokenTypes.blockMappingStart, mark: { ...key } })
    key.possible = false
    s.simpleKeyAllowed = false
  } else {
    if (s.flowLevel === 0) {
      if (!s.simpleKeyAllowed) throw s.error('mapping values are not allowed in this context', s.line)
      rollIndent(s, s.pos - s.lineStart, -1, { type: tokenTypes.blockMappingStart, mark: s.mark() })
    }
    s.simpleKeyAllowed = s.flowLevel === 0
  }
  fetchIndicator(s, tokenTypes.value)
}

/** Scans a token that may begin a simple key and after which none may begin. */
function fetchKeyedToken(s: ScanState, scan: (s: ScanState) => Token): void {
  saveSimpleKey(s)
  s.simpleKeyAllowed = false
  insertToken(s, -1, scan(s))
}

function fetchBlockScalar(s: ScanState, literal: boolean): void {
  removeSimpleKey(s)
  s.simpleKeyAllowed = true
  insertToken(s, -1, scanBlockScalar(s, literal))
}

/** Passes blanks, comments and line breaks. Tabs may not indent in block context. */
function scanToNextToken(s: ScanState, scan: Mark): void {
  const text = s.text
  for (;;) {
    const tabs = s.flowLevel > 0 || !s.simpleKeyAllowed
    let c = text.charCodeAt(s.pos)
    // go-yaml looks for a byte order mark at the start of its buffer instead of the line: behind two of them, every line
    // loses its first character.
    if (s.pos === s.lineStart && s.pos < s.length && text.charCodeAt(1) === 0xfeff && text.charCodeAt(0) === 0xfeff) {
      c = text.charCodeAt(++s.pos)
    }
    while (c === 0x20 || (c === 0x09 && tabs)) c = text.charCodeAt(++s.pos)
    if (s.comments.length > s.commentsHead) moveEntryComment(s)
    if (c === 0x23) {
      scanComments(s, scan)
      c = text.charCodeAt(s.pos)
    }
    if (!isBreak(c)) return
    s.readBreak()
    if (s.flowLevel === 0) s.simpleKeyAllowed = true
  }
}

/** A line comment behind the `-` that opens a sequence is the head of what follows on the next line. */
function moveEntryComment(s: ScanState): void {
  const count = s.tokens.length
  if (count < 2 || s.tokens[count - 1]!.type !== tokenTypes.blockEntry) return
  if (s.tokens[count - 2]!.type !== tokenTypes.blockSequenceStart) return
  const comment = s.comments[s.comments.length - 1]!
  if (comment.line === '' || isBreak(s.text.charCodeAt(s.pos))) return
  comment.head = comment.line
  comment.line = ''
  if (comment.start.line === s.line - 1) comment.tokenPos = s.pos
}
