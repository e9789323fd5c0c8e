import { encodeText, isObject, type JsonValue } from '../base/index.ts'
import { yamlFloat } from './build.ts'
import { emitNode } from './emit.ts'
import { allows, analyzeScalar, EmitSink } from './emit-sink.ts'
import { compareKeys } from './key-order.ts'
import type { YamlNode } from './node.ts'
import { GoFloat, GoInt, type GoValue } from './numbers.ts'
import { parseDocuments } from './parse.ts'
import { resolveText, type YamlFlavour } from './resolve.ts'

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

function sortedEntries(value: object, v3: boolean): Entry[] {
  const names = Object.keys(value).sort(v3 ? compareV3 : compareV2)
  return names.map((name) => [name, (value as Record<string, Value>)[name]!])
}

function compareV2(a: string, b: string): number {
  return compareKeys(a, b, false)
}

function compareV3(a: string, b: string): number {
  return compareKeys(a, b, true)
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
/** What no other type begins with, in more than the five letters that words have. */
const surelyText = /^[A-Za-z_/$(].{5}/

/** True for most texts that stand unquoted; the others need a closer look. */
function isPlainText(text: string): boolean {
  if (!plainLine.test(text)) return false
  const last = text.charCodeAt(text.length - 1)
  if (last === 0x20 || last === 0x3a) return false
  if (text.includes(' ') && (text.includes(': ') || text.includes(' #'))) return false
  return surelyText.test(text) || readsAsString(text, 'v2')
}

/** yaml.v2's encoder and emitter for plain data: block style, no comments. */
class V2Writer {
  readonly #sink = new EmitSink({ v2: true, indent: 2, width: foldWidth })

  get text(): string {
    return this.#sink.out
  }

  document(value: Value): void {
    this.#value(value, false)
    this.#sink.writeIndent()
  }

  #value(value: Value, inMapping: boolean): void {
    if (typeof value === 'string') this.#string(value, false)
    else if (Array.isArray(value)) this.#sequence(value as Value[], inMapping)
    else if (isCollection(value)) this.#mapping(value)
    else {
      this.#indented(() => this.#sink.writePlain(scalarText(value as null), true))
    }
  }

  #indented(write: () => void): void {
    this.#increaseIndent(true, false)
    write()
    this.#sink.popIndent()
  }

  #increaseIndent(flow: boolean, indentless: boolean): void {
    const sink = this.#sink
    sink.indents.push(sink.indent)
    if (sink.indent < 0) sink.indent = flow ? sink.bestIndent : 0
    else if (!indentless) sink.indent += sink.bestIndent
  }

  #sequence(items: readonly Value[], inMapping: boolean): void {
    const sink = this.#sink
    if (items.length === 0) {
      sink.writeIndicator('[', true, true, false)
      sink.writeIndicator(']', false, false, false)
      return
    }
    this.#increaseIndent(false, inMapping && !sink.indention)
    for (const item of items) {
      sink.writeIndent()
      sink.writeIndicator('-', true, false, true)
      this.#value(item, false)
    }
    sink.popIndent()
  }

  #mapping(value: object): void {
    const sink = this.#sink
    const entries = sortedEntries(value, false)
    if (entries.length === 0) {
      sink.writeIndicator('{', true, true, false)
      sink.writeIndicator('}', false, false, false)
      return
    }
    this.#increaseIndent(false, false)
    for (const [key, item] of entries) {
      sink.writeIndent()
      if (key.length <= 42 && isPlainText(key)) sink.writeWord(`${key}:`)
      else if (isSimpleKey(key)) {
        this.#string(key, true)
        sink.writeIndicator(':', false, false, false)
      } else {
        sink.writeIndicator('?', true, false, true)
        this.#string(key, false)
        sink.writeIndent()
        sink.writeIndicator(':', true, false, true)
      }
      this.#value(item, true)
    }
    sink.popIndent()
  }

  #string(text: string, simpleKey: boolean): void {
    const sink = this.#sink
    if (isPlainText(text) && (sink.column + text.length <= foldWidth || simpleKey || !text.includes(' '))) {
      sink.writeWord(sink.whitespace ? text : ` ${text}`)
      return
    }
    const value = text.includes('\x85') ? foldNextLines(text) : text
    const analysis = analyzeScalar(value, true)
    const literal = value.includes('\n')
    this.#increaseIndent(true, false)
    if (literal && (analysis & allows.block) !== 0 && !simpleKey) {
      sink.writeIndicator('|', true, false, false)
      sink.writeBlockHints(value)
      sink.putBreak()
      sink.writeLiteralLines(value)
    } else if (literal || !readsAsString(value, 'v2')) sink.writeDoubleQuoted(value, !simpleKey)
    else if ((analysis & allows.blockPlain) !== 0) sink.writePlain(value, !simpleKey)
    else if ((analysis & allows.singleQuoted) !== 0) sink.writeSingleQuoted(value, !simpleKey)
    else sink.writeDoubleQuoted(value, !simpleKey)
    sink.popIndent()
  }
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
