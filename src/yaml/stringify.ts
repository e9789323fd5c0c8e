import { encodeText, isObject, type JsonValue } from '../base/index.ts'
import { yamlFloat } from './build.ts'
import { emitNode } from './emit.ts'
import { allows, analyzeScalar, EmitSink } from './emit-sink.ts'
import { compareKeys } from './key-order.ts'
import type { YamlNode } from './node.ts'
import { GoFloat, GoInt, type GoValue } from './numbers.ts'
import { parseDocuments } from './parse.ts'
import { isSurelyText, resolveText, type YamlFlavour } from './resolve.ts'

export interface StringifyOptions {
  /** `v2` (default): `sigs.k8s.io/yaml.Marshal`. `v3`: `yaml.v3`'s encoder over Go values. */
  readonly flavour?: YamlFlavour
  /** v3 only: spaces a level, 2 by default (yaml.v3's own default is 4). */
  readonly indent?: number
  /** v3 only. Default `wide`, yaml.v3's own. */
  readonly sequenceIndent?: 'compact' | 'wide'
}

/**
 * Writes a JSON value as YAML byte for byte as Go does.
 *
 * `v2` is what `kubectl -o yaml`, kustomize's output and Helm's `toYaml` show: keys in natural order, sequences below
 * their key without indentation, strings that would read as something else in double quotes, strings of several lines as
 * `|` literals. Whole numbers are integers; `GoFloat` and `GoInt` say otherwise.
 * Sources: sigs.k8s.io/yaml yaml.go; yaml.v2 and yaml.v3 encode.go, emitterc.go, sorter.go.
 */
export function stringifyYaml(value: JsonValue | GoValue, options: StringifyOptions = {}): string {
  if (options.flavour === 'v3') {
    const indent = options.indent ?? 2
    return emitNode(goNode(value, false), { indent, sequenceIndent: options.sequenceIndent ?? 'wide' })
  }
  const writer = new V2Writer()
  writer.document(value)
  return writer.text
}

type Value = JsonValue | GoValue
type Entry = readonly [string, Value]

const base60Float = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const oldBool = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/

/** True when a string may stand unquoted: it reads back as a string, also for YAML 1.1 parsers. */
function readsAsString(text: string, flavour: YamlFlavour): boolean {
  const resolved = resolveText(text, '', flavour)
  if (typeof resolved === 'string' || resolved.tag !== '!!str') return false
  const c = text.charCodeAt(0)
  if ((c <= 0x39 && c >= 0x2b && text.includes(':') && base60Float.test(text)) || text === '') return false
  return flavour === 'v2' || !oldBool.test(text)
}

function scalarText(value: Exclude<Value, string | readonly unknown[]>): string {
  if (value instanceof GoInt) return String(value.int)
  if (value instanceof GoFloat) return yamlFloat(value.float)
  if (typeof value === 'number') return numberText(value)
  return String(value)
}

/** JSON has one kind of number; what has no fraction is an integer as long as it fits 64 bits. */
function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 64 && value >= -(2 ** 63)) return String(BigInt(value))
  return yamlFloat(value)
}

/** Entries, not names: reading fields of objects of so many shapes by their names costs more than making the pairs. */
function sortedEntries(value: object, v3: boolean): Entry[] {
  const entries = Object.entries(value) as Entry[]
  const compare = v3 ? compareV3 : compareV2
  // Most are in order; sorting would copy them to find out.
  for (let i = 1; i < entries.length; i++) if (compare(entries[i - 1]!, entries[i]!) > 0) return entries.sort(compare)
  return entries
}

function compareV2(a: Entry, b: Entry): number {
  return compareKeys(a[0], b[0], false)
}

function compareV3(a: Entry, b: Entry): number {
  return compareKeys(a[0], b[0], true)
}

/** The nodes that yaml.v3 would make of Go values. */
function goNode(value: Value, key: boolean): YamlNode {
  const node: YamlNode = {
    kind: 'scalar',
    tag: '',
    value: '',
    style: '',
    anchor: '',
    content: [],
    headComment: '',
    lineComment: '',
    footComment: '',
    start: -1,
    end: -1,
  }
  if (typeof value === 'string') {
    node.value = value
    if (value.includes('\n')) node.style = 'literal'
    else if (!readsAsString(value, 'v3')) node.style = 'double'
    if (node.style !== '') node.tag = '!!str'
  } else if (Array.isArray(value)) {
    node.kind = 'sequence'
    for (const item of value as Value[]) node.content.push(goNode(item, false))
  } else if (isCollection(value)) {
    node.kind = 'mapping'
    for (const [name, item] of sortedEntries(value, true)) node.content.push(goNode(name, true), goNode(item, key))
  } else node.value = scalarText(value as null)
  return node
}

function isCollection(value: Value): value is { [key: string]: JsonValue } {
  return isObject(value) && !(value instanceof GoInt) && !(value instanceof GoFloat)
}

/** The line length beyond which yaml.v2 folds. */
const foldWidth = 80

/** One line of ASCII that does not begin with an indicator. */
const plainLine = /^[\w/$(][ -~]*$/

/** True for most texts that stand unquoted; the others need a closer look. */
function isPlainText(text: string): boolean {
  if (!plainLine.test(text)) return false
  const last = text.charCodeAt(text.length - 1)
  if (last === 0x20 || last === 0x3a) return false
  if (text.includes(' ') && (text.includes(': ') || text.includes(' #'))) return false
  return isSurelyText(text) || readsAsString(text, 'v2')
}

/**
 * yaml.v2's encoder and emitter for plain data: block style, no comments. Where lines begin follows from the structure
 * alone, so it is written down here; only texts that are quoted, folded or literal go through the emitter's state.
 */
class V2Writer {
  readonly #sink = new EmitSink({ v2: true, indent: 2, width: foldWidth })
  /** True when the next line has begun already: a literal ended with its own line break. */
  #onNewLine = true

  get text(): string {
    return this.#sink.out
  }

  document(value: Value): void {
    this.#value(value, -1, 0, false)
    if (!this.#onNewLine) this.#sink.out += '\n'
  }

  /**
   * Writes what belongs on (or below) a line of so many columns, in a collection of this indentation; -1, 0: the root.
   * `ofKey`: behind `key:`, where a sequence is not indented and a mapping begins on the next line.
   */
  #value(value: Value, indent: number, column: number, ofKey: boolean): void {
    if (typeof value === 'string') this.#string(value, indent, column)
    else if (Array.isArray(value)) this.#sequence(value as Value[], ofKey ? indent : inside(indent), column, ofKey)
    else if (isCollection(value)) this.#mapping(value, inside(indent), column, ofKey)
    else this.#word(scalarText(value as null), column)
  }

  /** Writes a text that needs nothing, behind what the line has already. */
  #word(text: string, column: number): void {
    this.#sink.out += column === 0 ? text : ` ${text}`
    this.#onNewLine = false
  }

  /** Begins a line, or goes on with the one that has a dash before its first item. */
  #begin(indent: number, inline: boolean, column: number): void {
    const { out } = this.#sink
    if (inline) this.#sink.out = column === 0 ? out : `${out} `
    else this.#sink.out = out + (this.#onNewLine ? spaces(indent) : newLine(indent))
    this.#onNewLine = false
  }

  #sequence(items: readonly Value[], indent: number, column: number, ofKey: boolean): void {
    if (items.length === 0) {
      this.#word('[]', column)
      return
    }
    for (let i = 0; i < items.length; i++) {
      this.#begin(indent, i === 0 && !ofKey, column)
      this.#sink.out += '-'
      this.#value(items[i]!, indent, indent + 1, false)
    }
  }

  #mapping(value: object, indent: number, column: number, ofKey: boolean): void {
    const entries = sortedEntries(value, false)
    if (entries.length === 0) {
      this.#word('{}', column)
      return
    }
    for (let i = 0; i < entries.length; i++) {
      const [name, item] = entries[i]!
      this.#begin(indent, i === 0 && !ofKey, column)
      if (name.length <= 42 && isPlainText(name)) {
        this.#sink.out += `${name}:`
        this.#value(item, indent, indent + name.length + 1, true)
      } else if (isSimpleKey(name)) {
        this.#quoted(name, { indent, column: indent, simpleKey: true })
        this.#sink.out += ':'
        this.#value(item, indent, this.#sink.column + 1, true)
      } else {
        this.#sink.out += '?'
        this.#string(name, indent, indent + 1)
        this.#begin(indent, false, column)
        this.#sink.out += ':'
        this.#value(item, indent, indent + 1, false)
      }
    }
  }

  #string(text: string, indent: number, column: number): void {
    if (!isPlainText(text)) this.#quoted(text, { indent, column, simpleKey: false })
    else if (column + text.length <= foldWidth || !text.includes(' ')) this.#word(text, column)
    else {
      this.#enter({ indent, column, simpleKey: false })
      this.#sink.writePlain(text, true)
      this.#onNewLine = false
    }
  }

  /** Writes a text in the style that it needs, from the emitter's state behind `key:`, a dash or, for a key, nothing. */
  #quoted(text: string, at: TextPlace): void {
    this.#enter(at)
    const sink = this.#sink
    const { simpleKey } = at
    const value = text.includes('\x85') ? foldNextLines(text) : text
    const literal = value.includes('\n')
    const analysis = literal || readsAsString(value, 'v2') ? analyzeScalar(value, true) : 0
    if (literal && (analysis & allows.block) !== 0 && !simpleKey) {
      sink.writeIndicator('|', true, false, false)
      sink.writeBlockHints(value)
      sink.putBreak()
      sink.writeLiteralLines(value)
    } else if (literal) sink.writeDoubleQuoted(value, !simpleKey)
    else if ((analysis & allows.blockPlain) !== 0) sink.writePlain(value, !simpleKey)
    else if ((analysis & allows.singleQuoted) !== 0) sink.writeSingleQuoted(value, !simpleKey)
    else sink.writeDoubleQuoted(value, !simpleKey)
    this.#onNewLine = sink.indention && sink.column === 0
  }

  /** Puts the emitter where a text is to be written. */
  #enter({ indent, column, simpleKey }: TextPlace): void {
    const sink = this.#sink
    sink.indent = indent < 0 ? sink.bestIndent : indent + sink.bestIndent
    sink.column = column
    sink.whitespace = column === 0 || simpleKey
    sink.indention = false
  }
}

/** Where a text is written: in a collection of this indentation, on a line that has so many columns. */
interface TextPlace {
  readonly indent: number
  readonly column: number
  readonly simpleKey: boolean
}

/** The indentation of a collection inside one of this indentation. */
function inside(indent: number): number {
  return indent < 0 ? 0 : indent + 2
}

/** Line breaks with the indentations that manifests have. */
const newLines: readonly string[] = Array.from({ length: 32 }, (_, i) => `\n${' '.repeat(i)}`)

function newLine(indent: number): string {
  return newLines[indent] ?? `\n${spaces(indent)}`
}

function spaces(indent: number): string {
  return ' '.repeat(indent)
}

/** sigs.k8s.io/yaml reads its own JSON as YAML, in which NEL is a line break that folds to a space. */
function foldNextLines(text: string): string {
  const json = JSON.stringify(text).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`)
  return parseDocuments(json).documents[0]?.root?.value ?? text
}

function isSimpleKey(key: string): boolean {
  if (/[\n\r\x85\u2028\u2029]/.test(key)) return false
  return key.length <= 42 || encodeText(key).length <= 128
}
