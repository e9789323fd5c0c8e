import {
  decodeBase64,
  decodeText,
  type JsonObject,
  type JsonValue,
  LineMap,
  type Problem,
  type Result,
  setOwn,
} from '../base/index.ts'
import { goSyntax } from './go-syntax.ts'
import type { YamlNode } from './node.ts'
import { formatFloat, GoFloat, GoInt, type GoValue } from './numbers.ts'
import { followAlias } from './path.ts'
import { resolveText, type ScalarValue, type YamlFlavour } from './resolve.ts'

export interface DecodeOptions {
  /** Default `v2`: what kubectl, Helm and the controllers make of YAML. */
  readonly flavour?: YamlFlavour
  /** v2 only: duplicate keys are errors (v3 always says so). */
  readonly strict?: boolean
  /** `nodeToJson` leaves infinity and NaN as numbers, which JSON does not have, for a reader that makes text of them. */
  readonly infinite?: boolean
  /** For the location of problems. */
  readonly path?: string
  /** The file's text; with it, messages name lines as go-yaml's do. */
  readonly text?: string
}

/**
 * The JSON of a node, resolved as Go's YAML packages do: aliases and merge keys expanded, keys turned into strings,
 * integers beyond 2^53 as bigint.
 *
 * Problems: `yaml/duplicate-key`, `yaml/type` (a tag its value does not fit, a merge of something else than mappings),
 * `yaml/alias` (an anchor that contains itself, excessive aliasing), `yaml/unsupported-value` (infinity, NaN, a key that
 * is null or a collection). Sources: go-yaml decode.go, sigs.k8s.io/yaml yaml.go.
 */
export function nodeToJson(node: YamlNode, options: DecodeOptions = {}): Result<JsonValue> {
  const decoder = new Decoder<JsonValue>(options, (value, at) => {
    if (value instanceof GoInt) return value.int
    if (Number.isFinite(value.float) || options.infinite === true) return value.float
    decoder.report('yaml/unsupported-value', `json: unsupported value: ${formatFloat(value.float)}`, at)
    return null
  })
  return { value: decoder.decode(node), problems: decoder.problems }
}

/** As `nodeToJson`, but numbers are `GoInt` and `GoFloat`, so that `1` and `1.0` differ. */
export function nodeToGo(node: YamlNode, options: DecodeOptions = {}): Result<GoValue> {
  const decoder = new Decoder<GoValue>(options, (value) => value)
  return { value: decoder.decode(node), problems: decoder.problems }
}

/** What a scalar node stands for. A node whose tag does not fit its text counts as its text. */
export function resolveScalar(node: YamlNode, flavour: YamlFlavour = 'v2'): ScalarValue {
  const resolved = resolveText(node.value, decodingTag(node, flavour), flavour)
  return typeof resolved === 'string' ? node.value : resolved.value
}

/** The error text that Go's Unmarshal gives for the problems of decoding. */
export function unmarshalErrorText(problems: readonly Problem[]): string {
  const whole = problems.find((problem) => problem.message.startsWith('yaml: '))
  if (whole !== undefined) return whole.message
  return `yaml: unmarshal errors:\n${problems.map((problem) => `  ${problem.message}`).join('\n')}`
}

/** The tag that decides the value; `''` lets the text decide. */
function decodingTag(node: YamlNode, flavour: YamlFlavour): string {
  if (node.explicitTag === true) return node.tag
  if (node.style !== '') return '!!str'
  // A node made by code is what its tag says; yaml.v3 also goes by the tag, which it found from the text itself.
  if (node.start < 0) return node.tag === '!!merge' ? '' : node.tag
  return flavour === 'v3' && node.tag === '!!str' ? '!!str' : ''
}

/** yaml.v3's and yaml.v2's rule against alias bombs: how much of the decoding may come from aliases. */
function allowedAliasRatio(count: number): number {
  if (count <= 400_000) return 0.99
  if (count >= 4_000_000) return 0.1
  return 0.99 - 0.89 * ((count - 400_000) / 3_600_000)
}

class StopDecoding extends Error {}

class Decoder<T> {
  readonly problems: Problem[] = []
  readonly #options: DecodeOptions
  readonly #flavour: YamlFlavour
  readonly #number: (value: GoInt | GoFloat, at: YamlNode) => T
  readonly #open = new Set<YamlNode>()
  #lines: LineMap | undefined
  #count = 0
  #aliasCount = 0
  #aliasDepth = 0

  constructor(options: DecodeOptions, number: (value: GoInt | GoFloat, at: YamlNode) => T) {
    this.#options = options
    this.#flavour = options.flavour ?? 'v2'
    this.#number = number
  }

  decode(node: YamlNode): T {
    try {
      return this.#value(node)
    } catch (error) {
      if (!(error instanceof StopDecoding)) throw error
      return null as T
    }
  }

  report(code: string, message: string, at: YamlNode): void {
    const location = { path: this.#options.path ?? '', range: { start: at.start, end: at.end } }
    this.problems.push({ code, severity: 'error', message, ...(at.start < 0 ? {} : { location }) })
  }

  #stop(code: string, message: string, at: YamlNode): never {
    this.report(code, `yaml: ${message}`, at)
    throw new StopDecoding()
  }

  #line(node: YamlNode): string {
    const number = this.#lineNumber(node)
    return number === undefined ? '' : `line ${number}: `
  }

  #lineNumber(node: YamlNode): number | undefined {
    if (this.#options.text === undefined || node.start < 0) return undefined
    this.#lines ??= new LineMap(this.#options.text)
    return this.#lines.positionAt(node.start).line + 1
  }

  #tick(node: YamlNode): void {
    this.#count++
    if (this.#aliasDepth > 0) {
      this.#aliasCount++
      if (
        this.#aliasCount > 100 &&
        this.#count > 1000 &&
        this.#aliasCount / this.#count > allowedAliasRatio(this.#count)
      ) {
        this.#stop('yaml/alias', 'document contains excessive aliasing', node)
      }
    }
  }

  #value(node: YamlNode): T {
    this.#tick(node)
    switch (node.kind) {
      case 'scalar':
        return this.#scalar(node)
      case 'mapping': {
        const out: JsonObject = {}
        this.#mapping(node, out, undefined)
        return out as T
      }
      case 'sequence':
        return node.content.map((item) => this.#value(item)) as T
      case 'alias':
        return this.#alias(node, (target) => this.#value(target))
      case 'document':
        return node.content[0] === undefined ? (null as T) : this.#value(node.content[0])
    }
  }

  #alias<R>(node: YamlNode, use: (target: YamlNode) => R): R {
    const target = node.alias
    if (target === undefined) this.#stop('yaml/alias', `unknown anchor '${node.value}' referenced`, node)
    if (this.#open.has(node)) this.#stop('yaml/alias', `anchor '${node.value}' value contains itself`, node)
    this.#open.add(node)
    this.#aliasDepth++
    const out = use(target)
    this.#aliasDepth--
    this.#open.delete(node)
    return out
  }

  #scalar(node: YamlNode): T {
    const tag = decodingTag(node, this.#flavour)
    if (tag === '!!str') return node.value as T
    const resolved = resolveText(node.value, tag, this.#flavour)
    if (typeof resolved === 'string') this.#stop('yaml/type', resolved, node)
    if (resolved.tag === '!!binary') {
      const bytes = decodeBase64(node.value)
      if (bytes === undefined) this.#stop('yaml/type', '!!binary value contains invalid base64 data', node)
      return decodeText(bytes) as T
    }
    const value = resolved.value
    return value instanceof GoInt || value instanceof GoFloat ? this.#number(value, node) : (value as T)
  }

  /** Decodes entries into `out`. `taken` holds the keys that a merge must not set again (yaml.v3). */
  #mapping(node: YamlNode, out: JsonObject, taken: Set<string> | undefined): void {
    const v2 = this.#flavour === 'v2'
    if (!v2) this.#checkUnique(node)
    const content = node.content
    const seen = v2 && this.#options.strict === true ? new Map<string, YamlNode>() : undefined
    const unsupported = new Map<string, readonly Problem[]>()
    let merge: YamlNode | undefined
    for (let i = 0; i + 1 < content.length; i += 2) {
      const keyNode = content[i]!
      const valueNode = content[i + 1]!
      if (isMerge(keyNode, v2)) {
        if (v2) this.#merge(valueNode, out, undefined)
        else merge = valueNode
        continue
      }
      const key = this.#key(keyNode)
      if (key === undefined) continue
      if (taken?.has(key) === true) continue
      taken?.add(key)
      if (seen === undefined && v2 && Object.hasOwn(out, key)) this.#takeBack(unsupported.get(key))
      const known = this.problems.length
      const value = this.#value(valueNode)
      if (this.problems.length > known) unsupported.set(key, this.problems.slice(known))
      if (seen !== undefined && Object.hasOwn(out, key)) {
        const shown = goSyntax(resolveScalar(followAlias(keyNode), 'v2'), '')
        this.report('yaml/duplicate-key', `${this.#line(valueNode)}key ${shown} already set in map`, keyNode)
        continue
      }
      setOwn(out, key, value as JsonValue)
    }
    if (merge !== undefined) {
      const keys = taken ?? new Set(Object.keys(out))
      this.#merge(merge, out, keys)
    }
  }

  /** JSON is written from the finished map: a value that a later duplicate of its key replaces may be unsupported. */
  #takeBack(unsupported: readonly Problem[] | undefined): void {
    for (const problem of unsupported ?? []) {
      if (problem.code === 'yaml/unsupported-value') this.problems.splice(this.problems.indexOf(problem), 1)
    }
  }

  #checkUnique(node: YamlNode): void {
    const first = new Map<string, YamlNode>()
    for (let i = 0; i < node.content.length; i += 2) {
      const key = node.content[i]!
      const id = `${key.kind} ${key.value}`
      const before = first.get(id)
      if (before === undefined) first.set(id, key)
      else {
        const line = this.#lineNumber(before)
        const where = line === undefined ? '' : ` at line ${line}`
        const message = `${this.#line(key)}mapping key ${goSyntax(key.value, '')} already defined${where}`
        this.report('yaml/duplicate-key', message, key)
      }
    }
  }

  #merge(node: YamlNode, out: JsonObject, taken: Set<string> | undefined): void {
    this.#tick(node)
    const wrong = 'map merge requires map or sequence of maps as the value'
    if (node.kind === 'mapping') this.#mapping(node, out, taken)
    else if (node.kind === 'alias' && node.alias?.kind === 'mapping') {
      this.#alias(node, (target) => this.#mapping(target, out, taken))
    } else if (node.kind === 'sequence') {
      // In yaml.v2 a later mapping overwrites, so it goes backwards for the first to win.
      const items = taken === undefined ? [...node.content].reverse() : node.content
      for (const item of items) {
        if (item.kind === 'mapping') this.#mapping(item, out, taken)
        else if (item.kind === 'alias' && item.alias?.kind === 'mapping') {
          this.#alias(item, (target) => this.#mapping(target, out, taken))
        } else this.#stop('yaml/type', wrong, item)
      }
    } else this.#stop('yaml/type', wrong, node)
  }

  #key(node: YamlNode): string | undefined {
    this.#tick(node)
    if (node.kind === 'alias') return this.#alias(node, (target) => this.#key(target))
    if (node.kind !== 'scalar') {
      const shown = goSyntax(nodeToGo(node, this.#options).value, v2MapType(this.#flavour))
      this.#stop('yaml/unsupported-value', `invalid map key: ${shown}`, node)
    }
    const tag = decodingTag(node, this.#flavour)
    if (tag === '!!str' || this.#flavour === 'v3') return node.value
    const resolved = resolveText(node.value, tag, this.#flavour)
    if (typeof resolved === 'string') this.#stop('yaml/type', resolved, node)
    const value = resolved.value
    if (value === null) {
      this.report('yaml/unsupported-value', 'unsupported map key of type: %!s(<nil>), key: <nil>', node)
      return undefined
    }
    return keyText(value)
  }
}

/** The text of a key that is not a string, as sigs.k8s.io/yaml writes it. */
function keyText(value: string | boolean | GoInt | GoFloat): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (value instanceof GoInt) return String(value.int)
  const text = formatFloat(value.float, 32)
  return text === '+Inf' ? '.inf' : text === '-Inf' ? '-.inf' : text === 'NaN' ? '.nan' : text
}

function isMerge(node: YamlNode, v2: boolean): boolean {
  if (node.kind !== 'scalar' || node.value !== '<<') return false
  if (node.explicitTag === true) return node.tag === '!!merge'
  return node.style === '' && (v2 || node.tag === '' || node.tag === '!!merge')
}

function v2MapType(flavour: YamlFlavour): string {
  return `map[${flavour === 'v2' ? 'interface {}' : 'string'}]interface {}`
}
