import {
  GoError,
  type GoList,
  type GoMap,
  type GoValue,
  isList,
  isMap,
  makeInt,
  mapGet,
  mapSet,
  parseInteger,
  quote,
  typeOf,
} from '../gotemplate/index.ts'
import { HelmError } from './chart.ts'
import { decodeJson } from './functions/json.ts'

/** How the values of `--set…` flags are read. */
export type SetKind = 'typed' | 'string' | 'json' | 'file' | 'literal'

/** Helm's limits: list indexes and nested names. */
const maxIndex = 65_536
const maxDepth = 30

/**
 * Sets what a `--set`, `--set-string`, `--set-json`, `--set-file` or `--set-literal` flag says: `a.b[0].c=x,d={1,2}`.
 * Changes `values`. Source of the behaviour: Helm 4.1 pkg/strvals.
 * @throws HelmError in Helm's words.
 */
export function setValue(values: GoMap, text: string, kind: SetKind, readFile: (path: string) => string): void {
  const flag = kind === 'typed' ? '--set' : `--set-${kind}`
  if (kind === 'json' && text.trim().startsWith('{')) {
    setJsonObject(values, text, flag)
    return
  }
  try {
    new SetParser(text, kind, readFile).parse(values)
  } catch (error) {
    if (error instanceof HelmError && kind === 'file')
      throw new HelmError(`failed parsing ${flag} data: ${error.message}`)
    if (error instanceof GoError)
      throw new HelmError(`failed parsing ${flag} data${kind === 'json' ? ` ${text}` : `: ${error.message}`}`)
    throw error
  }
}

function setJsonObject(values: GoMap, text: string, flag: string): void {
  let parsed: GoValue
  try {
    parsed = decodeJson(text.trim())
  } catch (error) {
    if (error instanceof GoError) throw new HelmError(`failed parsing ${flag} data JSON: ${text}`)
    throw error
  }
  if (!isMap(parsed)) throw new HelmError(`failed parsing ${flag} data JSON: ${text}`)
  mergeInPlace(values, parsed)
}

function mergeInPlace(target: GoMap, source: GoMap): void {
  for (const key of Object.keys(source)) {
    const value = source[key]
    const own = mapGet(target, key)
    if (isMap(value) && isMap(own)) mergeInPlace(own, value)
    else mapSet(target, key, value)
  }
}

/** The text is used up. Helm's parser takes it for the end of its work wherever it stands, half-read keys included. */
const end = Symbol('end of text')
/** What went wrong, `end`, or nothing. Like Helm's parser this one sets what it can before it gives up. */
type Outcome = GoError | typeof end | undefined

class SetParser {
  readonly #chars: readonly string[]
  readonly #kind: SetKind
  readonly #readFile: (path: string) => string
  #at = 0

  constructor(text: string, kind: SetKind, readFile: (path: string) => string) {
    this.#chars = [...text]
    this.#kind = kind
    this.#readFile = readFile
  }

  parse(values: GoMap): void {
    let outcome: Outcome
    do outcome = this.#key(values, 0)
    while (outcome === undefined)
    if (outcome !== end) throw outcome
  }

  /** Reads up to one of the stops, a backslash escaping the next character (but in literals). */
  #until(stops: string): { text: string; stop: string | typeof end } {
    let text = ''
    while (this.#at < this.#chars.length) {
      const char = this.#chars[this.#at++]!
      if (stops.includes(char)) return { text, stop: char }
      if (char !== '\\' || this.#kind === 'literal') text += char
      else if (this.#at < this.#chars.length) text += this.#chars[this.#at++]
    }
    return { text, stop: end }
  }

  #key(into: GoMap, depth: number): Outcome {
    const { text: key, stop } = this.#until(this.#kind === 'literal' ? '=[.' : '=[,.')
    try {
      switch (stop) {
        case end:
          return key === '' ? end : new GoError(`key ${quote(key)} has no value`)
        case ',':
          setKey(into, key, '')
          return new GoError(`key ${quote(key)} has no value (cannot end with ,)`)
        case '=':
          return this.#assign((value) => setKey(into, key, value))
        case '[':
          return this.#indexed(into, key, depth)
      }
    } catch (error) {
      if (error instanceof ConversionError) return new GoError(`unable to parse key: ${error.message}`)
      throw error
    }
    if (depth + 1 > maxDepth) {
      return new GoError(`value name nested level is greater than maximum supported nested level of ${maxDepth}`)
    }
    const own = mapGet(into, key)
    if (own !== undefined && !isMap(own)) {
      return new GoError(`unable to parse key: ${new ConversionError(own, 'map[string]interface {}').message}`)
    }
    const inner = own ?? {}
    const outcome = this.#key(inner, depth + 1)
    const isEmpty = Object.keys(inner).length === 0
    if (outcome === undefined && isEmpty) return new GoError(`key map ${quote(key)} has no value`)
    if (!isEmpty) setKey(into, key, inner)
    return outcome
  }

  #indexed(into: GoMap, key: string, depth: number): Outcome {
    const index = this.#index()
    if (typeof index !== 'number') return index
    const own = mapGet(into, key)
    if (own !== undefined && !isList(own)) throw new ConversionError(own, '[]interface {}')
    const list = own ?? []
    const outcome = this.#item(list, index, depth)
    setKey(into, key, list)
    return outcome
  }

  #index(): number | GoError | typeof end {
    const { text, stop } = this.#until(']')
    // An index that is not closed ends the work, as an end of the text does anywhere.
    if (stop === end) return end
    const index = parseInteger(text)
    if (typeof index === 'bigint') return Number(index)
    const reason = index === 'range' ? 'value out of range' : 'invalid syntax'
    return new GoError(`error parsing index: strconv.Atoi: parsing ${quote(text)}: ${reason}`)
  }

  /** Reads what follows an index. The list is changed in place; at an error items that it had are kept. */
  #item(list: GoList, index: number, depth: number): Outcome {
    if (index < 0) return new GoError(`negative ${index} index not allowed`)
    const { text, stop } = this.#until('[.=')
    if (text !== '') {
      const shown = Array.from(text, (char) => quote(char, { delimiter: "'" })).join(' ')
      return new GoError(`unexpected data at end of array index: [${shown}]`)
    }
    let wrong: Outcome
    const set = (value: GoValue): void => {
      wrong = setIndex(list, index, value)
    }
    if (stop === end) return end
    if (stop === '=') {
      const outcome = this.#assign(set)
      if (wrong !== undefined) return wrong
      // An item may be empty at the end of the text.
      return this.#kind !== 'json' && outcome === end ? undefined : outcome
    }
    if (stop === '[') {
      const next = this.#index()
      if (typeof next !== 'number') return next
      const own = list[index] ?? null
      if (own !== null && !isList(own)) throw new ConversionError(own, '[]interface {}')
      const inner = own === null ? [] : [...own]
      const outcome = this.#item(inner, next, depth)
      return outcome ?? setIndex(list, index, inner)
    }
    const own = list[index]
    const inner = isMap(own) ? own : {}
    if (index < list.length) list[index] = inner
    return this.#key(inner, depth) ?? setIndex(list, index, inner)
  }

  /** Reads the value after a `=` and hands it over. */
  #assign(set: (value: GoValue) => void): Outcome {
    if (this.#kind === 'json') return this.#json(set)
    if (this.#kind === 'literal') {
      set(this.#chars.slice(this.#at).join(''))
      this.#at = this.#chars.length
      return undefined
    }
    if (this.#at >= this.#chars.length) {
      set('')
      return end
    }
    if (this.#chars[this.#at] !== '{') {
      set(this.#read(this.#until(',').text))
      return undefined
    }
    this.#at++
    const list: GoValue[] = []
    for (;;) {
      const { text, stop } = this.#until(',}')
      if (stop === end) return new GoError("list must terminate with '}'")
      list.push(this.#read(text))
      if (stop === ',') continue
      if (this.#chars[this.#at] === ',') this.#at++
      set(list)
      return undefined
    }
  }

  /** One JSON value, then blanks and a comma; nothing at all is null. */
  #json(set: (value: GoValue) => void): Outcome {
    if (this.#skipBlanks()) {
      set(null)
      return undefined
    }
    const rest = this.#chars.slice(this.#at).join('')
    const text = rest.slice(0, jsonLength(rest))
    try {
      set(decodeJson(text))
    } catch (error) {
      if (error instanceof GoError) return error
      throw error
    }
    this.#at += [...text].length
    this.#skipBlanks()
    return undefined
  }

  /** @returns whether a comma or the end came after the blanks. */
  #skipBlanks(): boolean {
    while (this.#at < this.#chars.length) {
      const char = this.#chars[this.#at]!
      if (char !== ',' && !/\s/.test(char)) return false
      this.#at++
      if (char === ',') return true
    }
    return true
  }

  #read(text: string): GoValue {
    if (this.#kind === 'file') return this.#readFile(text)
    return this.#kind === 'string' ? text : typedValue(text)
  }
}

/** What Go says where a value is not of the type that the text takes it for. */
class ConversionError extends GoError {
  constructor(value: GoValue, wanted: string) {
    const held = value === null || value === undefined ? 'nil' : typeOf(value)
    super(`interface conversion: interface {} is ${held}, not ${wanted}`)
  }
}

/** An empty key is read but not set. */
function setKey(into: GoMap, key: string, value: GoValue): void {
  if (key !== '') mapSet(into, key, value)
}

function setIndex(list: GoList, index: number, value: GoValue): GoError | undefined {
  if (index > maxIndex) {
    return new GoError(`index of ${index} is greater than maximum supported index of ${maxIndex}`)
  }
  while (list.length <= index) list.push(null)
  list[index] = value
  return undefined
}

/** The length of the JSON value at the beginning of a text; all of it where it is none. */
function jsonLength(text: string): number {
  const start = /^[ \t\r\n]*/.exec(text)![0].length
  const first = text[start] ?? ''
  if (first === '{' || first === '[') return closingBracket(text, start)
  const scalar = /"(?:[^"\\]|\\.)*"|true|false|null|-?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d*)?/sy
  scalar.lastIndex = start
  return scalar.test(text) ? scalar.lastIndex : text.length
}

function closingBracket(text: string, start: number): number {
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs
  token.lastIndex = start
  let open = 0
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (/^[{[]/.test(match[0])) open++
    else if (/^[}\]]/.test(match[0])) open--
    if (open === 0) return token.lastIndex
  }
  return text.length
}

/** true, false, null and integers without leading zeros are read as such; anything else is text. */
function typedValue(text: string): GoValue {
  if (text.toLowerCase() === 'true') return true
  if (text.toLowerCase() === 'false') return false
  if (text.toLowerCase() === 'null') return null
  if (text === '0') return makeInt(0, 'int64')
  const number = text.startsWith('0') ? undefined : parseInteger(text)
  return typeof number === 'bigint' ? makeInt(number, 'int64') : text
}
