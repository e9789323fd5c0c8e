import type { Problem, TextRange } from '../base/index.ts'
import type { YamlDocument, YamlNode } from './node.ts'
import { type ParsedDocument, Parser } from './parser.ts'
import { readPlainDocuments } from './plain-documents.ts'
import type { YamlFlavour } from './resolve.ts'
import type { YamlError } from './scan-state.ts'

export interface ParseOptions {
  /** The file's path, for the location of problems. */
  readonly path?: string
  /**
   * Whose errors: yaml.v3 names the line where the construct began, yaml.v2 the line of the error. Comments are placed
   * as go-yaml places them only with v3, the default.
   */
  readonly flavour?: YamlFlavour
}

export interface ParseResult {
  readonly documents: YamlDocument[]
  readonly problems: Problem[]
}

/** How many times parsing goes on after an error in one text. */
const maxRecoveries = 256

/**
 * Parses YAML as go-yaml does: same nodes, comments and errors (`yaml: line 3: did not find expected key`). A text that
 * is broken still yields every document that is intact, and of a broken one what could be read: what came before the
 * error, and the top-level keys after it. Problems have the code `yaml/syntax` and a range.
 */
export function parseDocuments(text: string, options: ParseOptions = {}): ParseResult {
  return new DocumentReader(text, options).read()
}

class DocumentReader {
  readonly #source: string
  readonly #text: string
  readonly #options: ParseOptions
  readonly #documents: YamlDocument[] = []
  readonly #problems: Problem[] = []
  readonly #v2: boolean
  #recoveries = 0

  constructor(text: string, options: ParseOptions) {
    this.#source = text
    this.#text = `${text.length === 0 ? '\n' : text}\0\0\0\0`
    this.#options = options
    this.#v2 = options.flavour === 'v2'
  }

  read(): ParseResult {
    const bad = controlCharacter(this.#source)
    const length = bad < 0 ? this.#text.length - 4 : bad
    const text = bad < 0 ? this.#text : `${this.#source.slice(0, bad)}\0\0\0\0`
    let from: { pos: number; line: number } | undefined = { pos: startOf(this.#source), line: 0 }
    if (bad < 0 && from.pos === 0) from = this.#readPlain(text, length)
    while (from !== undefined) from = this.#readStream(text, length, from)
    if (bad >= 0) this.#reportControlCharacter(bad)
    return { documents: this.#documents, problems: this.#problems }
  }

  /** Reads documents as long as they are plain; returns where to go on. */
  #readPlain(text: string, length: number): { pos: number; line: number } | undefined {
    const { documents, rest } = readPlainDocuments(text, length)
    for (const document of documents) this.#add(document, document.end, false)
    return rest
  }

  /** The text was read up to the character, so that what is said about its end there is not the user's doing. */
  #reportControlCharacter(at: number): void {
    const before = this.#problems.filter((problem) => problem.location!.range!.start < at)
    this.#problems.splice(0, this.#problems.length, ...before)
    const last = this.#documents.pop()
    if (last !== undefined) this.#documents.push({ ...last, broken: true })
    this.#problems.push(this.#problem('yaml: control characters are not allowed', { start: at, end: at + 1 }))
  }

  /** Reads documents until the end, or until one is broken; then returns where to go on. */
  #readStream(text: string, length: number, from: { pos: number; line: number }): typeof from | undefined {
    const parser = new Parser(text, length, { ...from, v2: this.#v2 })
    for (;;) {
      const parsed = parser.next()
      if (parsed === undefined) return undefined
      if (parsed.error === undefined) {
        this.#add(parsed, parsed.end, false)
        continue
      }
      this.#syntaxError(parsed.error)
      const boundary = nextDocument(text, length, { pos: Math.max(parsed.error.pos, parsed.start), floor: from.pos })
      const end = boundary ?? length
      const partial = this.#asFarAsPossible(text, length, parsed)
      this.#resume(text, end, partial)
      this.#add(partial, end, true)
      if (boundary === undefined || ++this.#recoveries > maxRecoveries) return undefined
      return { pos: boundary, line: lineAt(text, boundary) }
    }
  }

  /** Reading ahead costs the nodes just before the error; without it comments are less exact, but more is read. */
  #asFarAsPossible(text: string, length: number, broken: ParsedDocument): ParsedDocument {
    if (this.#v2 || broken.start < 0) return broken
    const from = { pos: broken.start, line: lineAt(text, broken.start), v2: true }
    const again = new Parser(text, length, from).next()
    return again?.error === undefined ? broken : again
  }

  /** Reads the top-level keys that follow an error, as far as the broken document is a mapping. */
  #resume(text: string, end: number, broken: ParsedDocument): void {
    const root = broken.node.content[0]
    if (root?.kind !== 'mapping' || root.style === 'flow') return
    const column = root.start - (text.lastIndexOf('\n', root.start) + 1)
    if (column !== 0) return
    let at = Math.max(lineStart(text, broken.error!.pos), (lastKey(root)?.end ?? root.start) + 1)
    while (this.#recoveries < maxRecoveries) {
      const next = nextTopLevelKey(text, at, end)
      if (next === undefined) return
      const part = new Parser(`${text.slice(0, end)}\0\0\0\0`, end, {
        pos: next,
        line: lineAt(text, next),
        v2: this.#v2,
      }).next()
      const more = part?.node.content[0]
      if (part === undefined) return
      if (more?.kind === 'mapping') {
        root.content.push(...more.content)
        root.end = Math.max(root.end, more.end)
      }
      if (part.error === undefined) return
      this.#recoveries++
      this.#syntaxError(part.error)
      at = Math.max(lineStart(text, part.error.pos), next + 1)
    }
  }

  #add(parsed: ParsedDocument, end: number, broken: boolean): void {
    const node = parsed.node
    const root = node.content[0]
    node.end = end
    this.#documents.push({
      root: root === undefined || isNothing(root) ? undefined : root,
      document: node,
      range: { start: Math.max(0, parsed.start), end: Math.min(end, this.#source.length) },
      broken,
    })
  }

  #syntaxError(error: YamlError): void {
    const start = Math.min(error.pos, this.#source.length)
    let end = start
    while (end < this.#source.length && this.#text.charCodeAt(end) !== 0x0a) end++
    this.#problems.push(this.#problem(errorText(error, this.#options.flavour ?? 'v3'), { start, end }))
  }

  #problem(message: string, range: TextRange): Problem {
    return { code: 'yaml/syntax', severity: 'error', message, location: { path: this.#options.path ?? '', range } }
  }
}

/** go-yaml's `fail`: which mark gives the line, and that only scanner errors count lines from one. */
function errorText(error: YamlError, flavour: YamlFlavour): string {
  const [first, second] =
    flavour === 'v3' ? [error.contextLine, error.problemLine] : [error.problemLine, error.contextLine]
  let line = first
  let counted = error.scanning
  if (line === 0) {
    line = second
    // yaml.v2 does not count up in this case.
    if (flavour === 'v2') counted = false
  }
  return line === 0 ? `yaml: ${error.message}` : `yaml: line ${counted ? line + 1 : line}: ${error.message}`
}

/** Offset of the first character that YAML does not allow, -1 when there is none. */
function controlCharacter(text: string): number {
  return text.search(/[^\t\n\r -~\x85\xa0-\ufffd]/)
}

function startOf(text: string): number {
  return text.charCodeAt(0) === 0xfeff ? 1 : 0
}

/** Offset of the next `---` line at or after `from.pos`, but behind `from.floor`. */
function nextDocument(text: string, length: number, from: { pos: number; floor: number }): number | undefined {
  const marker = /^---(?=[ \t\r\n\0]|$)/gm
  marker.lastIndex = text.lastIndexOf('\n', from.pos - 1) + 1
  for (let m = marker.exec(text); m !== null; m = marker.exec(text)) {
    if (m.index >= length) return undefined
    if (m.index > from.floor) return m.index
  }
  return undefined
}

/** Offset of the first line that begins at or after `from` with what looks like a key. */
function nextTopLevelKey(text: string, from: number, end: number): number | undefined {
  const key = /^[A-Za-z_"'][^\n]*?:(?=[ \t\r\n\0]|$)/gm
  key.lastIndex = from
  const m = key.exec(text)
  return m === null || m.index >= end ? undefined : m.index
}

function lineStart(text: string, pos: number): number {
  return text.lastIndexOf('\n', pos - 1) + 1
}

function lastKey(mapping: YamlNode): YamlNode | undefined {
  return mapping.content[mapping.content.length - 2]
}

function lineAt(text: string, pos: number): number {
  let line = 0
  for (let i = text.indexOf('\n'); i >= 0 && i < pos; i = text.indexOf('\n', i + 1)) line++
  return line
}

function isNothing(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.start === node.end && node.tag === '!!null' && node.anchor === ''
}
