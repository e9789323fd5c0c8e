import { isBlank, isBreak } from './chars.ts'

/** What a scalar's text allows; bits of `analyzeScalar`. */
export const allows = {
  multiline: 1,
  flowPlain: 2,
  blockPlain: 4,
  singleQuoted: 8,
  block: 16,
} as const

const plainAnywhere = allows.flowPlain | allows.blockPlain | allows.singleQuoted | allows.block

/** LF and what YAML prints unescaped in the basic plane; go-yaml escapes everything beyond it. */
function isPrintable(c: number): boolean {
  if (c < 0x7f) return c >= 0x20 || c === 0x0a
  return (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd && c !== 0xfeff)
}

/** What a block scalar cannot hold, or needs a closer look: blanks before a break, breaks but LF, what is escaped. */
const unfitForBlock = /[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]| (?:\n|$)/

const printedLine = /^[ -~]*$/
/** What keeps a line out of plain style: an indicator at its start, a colon before a blank, a number sign behind one. */
const indicated = /^(?:---|\.\.\.|[,[\]{}&*!|>'"%@`#]|[?-](?: |$))|:(?: |$)| #/
const indicatedInFlow = /[,?[\]{}:]/

/** As `analyzeScalar`, for one line of ASCII: without a look at each character, which compilers take long over. */
function analyzeLine(value: string): number {
  let out = plainAnywhere
  const endsBlank = value.endsWith(' ')
  if (endsBlank) out &= ~allows.block
  if (endsBlank || value.startsWith(' ') || indicated.test(value)) out &= ~(allows.flowPlain | allows.blockPlain)
  else if (indicatedInFlow.test(value)) out &= ~allows.flowPlain
  return out
}

/**
 * Finds out in which styles a text can be written. Source: libyaml's analyze_scalar; in yaml.v3 (`v2` false) tabs allow
 * block style.
 */
export function analyzeScalar(value: string, v2: boolean): number {
  const length = value.length
  if (length === 0) return allows.blockPlain | allows.singleQuoted
  if (value.includes('\n') && !unfitForBlock.test(value)) {
    return allows.multiline | allows.block | (value.includes('\n ') ? 0 : allows.singleQuoted)
  }
  if (printedLine.test(value)) return analyzeLine(value)
  let flowIndicators = value.startsWith('---') || value.startsWith('...')
  let blockIndicators = flowIndicators
  let lineBreaks = false
  let special = false
  let tabs = false
  let breakSpace = false
  let spaceBreak = false
  let previousSpace = false
  let previousBreak = false
  let afterWhitespace = true
  for (let i = 0; i < length; i++) {
    const c = value.charCodeAt(i)
    // Letters, which most texts are made of.
    if (c >= 0x61 && c <= 0x7a) {
      previousSpace = previousBreak = afterWhitespace = false
      continue
    }
    const indicator = indicatorKind(c, i === 0)
    if (indicator !== 0) {
      const before = i + 1 >= length || isBlank(value.charCodeAt(i + 1))
      if (indicator === 1) flowIndicators = true
      else if (indicator === 2) flowIndicators = blockIndicators = true
      else if (indicator === 3) {
        flowIndicators = true
        if (before) blockIndicators = true
      } else if (indicator === 4 ? before : afterWhitespace) flowIndicators = blockIndicators = true
    }
    if (c === 0x09) tabs = true
    else if (!isPrintable(c)) special = true
    if (c === 0x20) {
      if (previousBreak) breakSpace = true
      previousSpace = true
      previousBreak = false
    } else if (isBreak(c)) {
      lineBreaks = true
      if (previousSpace) spaceBreak = true
      previousSpace = false
      previousBreak = true
    } else previousSpace = previousBreak = false
    afterWhitespace = c === 0x20 || c === 0x09 || c === 0 || isBreak(c)
  }
  const first = value.charCodeAt(0)
  const last = value.charCodeAt(length - 1)
  const edges = first === 0x20 || last === 0x20 || isBreak(first) || isBreak(last)
  let out = plainAnywhere | (lineBreaks ? allows.multiline : 0)
  if (edges || lineBreaks) out &= ~(allows.flowPlain | allows.blockPlain)
  if (last === 0x20) out &= ~allows.block
  if (v2 && tabs) special = true
  if (breakSpace || spaceBreak || tabs || special) {
    out &= ~(allows.flowPlain | allows.blockPlain | allows.singleQuoted)
  }
  if (spaceBreak || special) out &= ~allows.block
  if (flowIndicators) out &= ~allows.flowPlain
  if (blockIndicators) out &= ~allows.blockPlain
  return out
}

/**
 * How a character limits plain style: 1 not in flow; 2 not at all; 3 not in flow, not at all before a blank; 4 not at
 * all before a blank; 5 not at all after a blank.
 */
function indicatorKind(c: number, first: boolean): number {
  switch (c) {
    case 0x2c: // ,
    case 0x5b: // [
    case 0x5d: // ]
    case 0x7b: // {
    case 0x7d: // }
      return first ? 2 : 1
    case 0x26: // &
    case 0x2a: // *
    case 0x21: // !
    case 0x7c: // |
    case 0x3e: // >
    case 0x27: // '
    case 0x22: // "
    case 0x25: // %
    case 0x40: // @
    case 0x60: // `
      return first ? 2 : 0
    case 0x3f: // ?
      return first ? 3 : 1
    case 0x3a: // :
      return 3
    case 0x2d: // -
      return first ? 4 : 0
    case 0x23: // #
      return first ? 2 : 5
    default:
      return 0
  }
}

const unlimited = 2 ** 31 - 1

/**
 * The text being written and what libyaml's emitter remembers of it. The two emitters differ in when a line counts as
 * indentation only, which decides where `- ` may follow.
 */
export class EmitSink {
  readonly v2: boolean
  readonly bestIndent: number
  readonly bestWidth: number
  out = ''
  column = 0
  indent = -1
  whitespace = true
  indention = true
  /** The indentation at which a foot comment was written: the next line there is set off by an empty one. */
  footIndent = -1
  readonly indents: number[] = []

  constructor(options: { v2: boolean; indent: number; width?: number }) {
    this.v2 = options.v2
    this.bestIndent = options.indent
    this.bestWidth = options.width ?? unlimited
  }

  put(text: string): void {
    this.out += text
    this.column += text.length
  }

  putBreak(): void {
    this.out += '\n'
    this.column = 0
    if (!this.v2) this.indention = true
  }

  popIndent(): void {
    this.indent = this.indents.pop()!
  }

  writeIndent(): void {
    const indent = Math.max(0, this.indent)
    if (!this.indention || this.column > indent || (this.column === indent && !this.whitespace)) this.putBreak()
    if (this.footIndent === indent) this.putBreak()
    if (this.column < indent) this.put(' '.repeat(indent - this.column))
    this.whitespace = true
    if (this.v2) this.indention = true
    this.footIndent = -1
  }

  /** Writes an indicator: after a space if one is needed, and whether it counts as white space or indentation. */
  writeIndicator(text: string, needSpace: boolean, isWhitespace: boolean, isIndention: boolean): void {
    if (needSpace && !this.whitespace) this.put(' ')
    this.put(text)
    this.whitespace = isWhitespace
    this.indention = this.indention && isIndention
  }

  writeWord(text: string): void {
    this.put(text)
    this.whitespace = false
    this.indention = false
  }

  writePlain(value: string, allowBreaks: boolean): void {
    if (!this.whitespace && (this.v2 || value !== '')) this.put(' ')
    this.#writeFolding(value, allowBreaks, false)
    if (this.v2 || value !== '') this.whitespace = false
    this.indention = false
  }

  writeSingleQuoted(value: string, allowBreaks: boolean): void {
    this.writeIndicator("'", true, false, false)
    this.#writeFolding(value, allowBreaks, true)
    this.writeIndicator("'", false, false, false)
  }

  /** Plain and single-quoted text: a break is written twice, a long line is broken at single spaces. */
  #writeFolding(value: string, allowBreaks: boolean, quoted: boolean): void {
    const written = quoted && value.includes("'") ? value.replaceAll("'", "''") : value
    if (!anyBreak.test(value)) {
      if (allowBreaks && this.column + written.length > this.bestWidth) this.#writeWords(value, quoted)
      else this.put(written)
      this.indention = false
      return
    }
    let spaces = false
    let breaks = false
    for (let i = 0; i < value.length; i++) {
      const c = value.charCodeAt(i)
      if (c === 0x20) {
        const inside = !quoted || (i > 0 && i < value.length - 1)
        const folds = allowBreaks && !spaces && this.column > this.bestWidth && inside
        if (folds && value.charCodeAt(i + 1) !== 0x20) this.writeIndent()
        else this.put(' ')
        spaces = true
      } else if (isBreak(c)) {
        if (!breaks && c === 0x0a) this.putBreak()
        this.#writeBreak(value.charAt(i))
        breaks = true
      } else {
        if (breaks) this.writeIndent()
        this.put(quoted && c === 0x27 ? "''" : value.charAt(i))
        this.indention = false
        spaces = false
        breaks = false
      }
    }
  }

  /** A text without breaks that does not fit its line: words, between which it is broken. */
  #writeWords(value: string, quoted: boolean): void {
    for (let from = 0; from < value.length; ) {
      const space = value.indexOf(' ', from)
      const end = space < 0 ? value.length : space
      const word = value.slice(from, end)
      this.put(quoted && word.includes("'") ? word.replaceAll("'", "''") : word)
      if (space < 0) return
      const next = value.charCodeAt(space + 1)
      const isSingle = next !== 0x20 && (space === 0 || value.charCodeAt(space - 1) !== 0x20)
      const isInside = !quoted || (space > 0 && space < value.length - 1)
      if (isSingle && isInside && this.column > this.bestWidth) {
        this.indention = this.indention && space === 0
        this.writeIndent()
      } else this.put(' ')
      from = space + 1
    }
  }

  #writeBreak(text: string): void {
    if (text === '\n') this.putBreak()
    else {
      this.out += text
      this.column = 0
    }
    this.indention = true
  }

  writeDoubleQuoted(value: string, allowBreaks: boolean): void {
    this.writeIndicator('"', true, false, false)
    if (unescaped.test(value) && this.column + value.length <= this.bestWidth) {
      this.put(`${value}"`)
      return
    }
    let spaces = false
    // go-yaml escapes every character of a text that begins with a byte-order mark.
    const escapeAll = value.charCodeAt(0) === 0xfeff
    for (let i = 0; i < value.length; i++) {
      const c = value.charCodeAt(i)
      if (c === 0x20 && !escapeAll) {
        const folds = allowBreaks && !spaces && this.column > this.bestWidth && i > 0 && i < value.length - 1
        if (folds) {
          this.writeIndent()
          if (value.charCodeAt(i + 1) === 0x20) this.put('\\')
        } else this.put(' ')
        spaces = true
        continue
      }
      spaces = false
      if (c !== 0x22 && c !== 0x5c && isPrintable(c) && !isBreak(c) && !escapeAll) this.put(value.charAt(i))
      else {
        const code = value.codePointAt(i)!
        this.put(escapeCharacter(code))
        if (code > 0xffff) i++
      }
    }
    this.writeIndicator('"', false, false, false)
  }

  /** The indentation and chomping indicators of a block scalar. */
  writeBlockHints(value: string): void {
    const first = value.charCodeAt(0)
    if (first === 0x20 || isBreak(first)) this.writeIndicator(String(this.bestIndent), false, false, false)
    const last = value.charCodeAt(value.length - 1)
    if (!isBreak(last)) this.writeIndicator('-', false, false, false)
    else if (value.length === 1 || isBreak(value.charCodeAt(value.length - 2))) {
      this.writeIndicator('+', false, false, false)
    }
  }

  /** The lines of a literal scalar, its header being written. */
  writeLiteralLines(value: string): void {
    this.indention = true
    this.whitespace = true
    if (!otherBreak.test(value)) {
      this.#writeLines(value)
      return
    }
    let breaks = true
    for (let i = 0; i < value.length; ) {
      if (isBreak(value.charCodeAt(i))) {
        this.#writeBreak(value.charAt(i++))
        breaks = true
        continue
      }
      if (breaks) this.writeIndent()
      let end = i + 1
      while (end < value.length && !isBreak(value.charCodeAt(end))) end++
      this.put(value.slice(i, end))
      this.indention = false
      breaks = false
      i = end
    }
  }

  /** Lines that only LF ends. */
  #writeLines(value: string): void {
    for (let from = 0; from < value.length; ) {
      const end = value.indexOf('\n', from)
      if (end !== from) {
        this.writeIndent()
        this.put(value.slice(from, end < 0 ? value.length : end))
        this.indention = false
      }
      if (end < 0) return
      this.putBreak()
      this.indention = true
      from = end + 1
    }
  }

  /** The lines of a folded scalar, its header being written. */
  writeFoldedLines(value: string): void {
    this.indention = true
    this.whitespace = true
    let breaks = true
    let leadingSpaces = true
    for (let i = 0; i < value.length; i++) {
      const c = value.charCodeAt(i)
      if (isBreak(c)) {
        if (!breaks && !leadingSpaces && c === 0x0a) {
          // libyaml looks at the breaks at the start of the text here, not at those that follow; kept for equal bytes.
          let k = 0
          while (isBreak(value.charCodeAt(k))) k++
          if (k < value.length && !isBlank(value.charCodeAt(k))) this.putBreak()
        }
        this.#writeBreak(value.charAt(i))
        breaks = true
        continue
      }
      if (breaks) {
        this.writeIndent()
        leadingSpaces = isBlank(c)
      }
      const next = value.charCodeAt(i + 1)
      if (!breaks && c === 0x20 && next !== 0x20 && this.column > this.bestWidth) this.writeIndent()
      else this.put(value.charAt(i))
      this.indention = false
      breaks = false
    }
  }
}

const anyBreak = /[\n\r\x85\u2028\u2029]/
const otherBreak = /[\r\x85\u2028\u2029]/

/** ASCII that needs no escape between double quotes. */
const unescaped = /^[ !#-[\]-~]*$/

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [0x00, '\\0'],
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x1b, '\\e'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x85, '\\N'],
  [0xa0, '\\_'],
  [0x2028, '\\L'],
  [0x2029, '\\P'],
])

function escapeCharacter(code: number): string {
  const short = shortEscapes.get(code)
  if (short !== undefined) return short
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
