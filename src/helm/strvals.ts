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
    while (this.#at < this.#chars.length) this.#key(values, 0)
  }

  /** Reads up to one of the stops, a backslash escaping the next character (but in literals). */
  #until(stops: string): { text: string; stop: string | undefined } {
    let text = ''
    while (this.#at < this.#chars.length) {
      const char = this.#chars[this.#at++]!
      if (stops.includes(char)) return { text, stop: char }
      if (char === '\\' && this.#kind !== 'literal' && this.#at < this.#chars.length) text += this.#chars[this.#at++]
      else text += char
    }
    return { text, stop: undefined }
  }

  #key(into: GoMap, depth: number): void {
    const { text: key, stop } = this.#until(this.#kind === 'literal' ? '=[.' : '=[,.')
    switch (stop) {
      case undefined:
        if (key !== '') throw new GoError(`key ${quote(key)} has no value`)
        return
      case ',':
        throw new GoError(`key ${quote(key)} has no value (cannot end with ,)`)
      case '=':
        if (key === '') this.#value()
        else mapSet(into, key, this.#value())
        return
      case '[': {
        const index = this.#index()
        const own = mapGet(into, key)
        if (own !== undefined && !isList(own))
          throw new GoError(`unable to parse key: interface conversion: interface {} is not []interface {}`)
        const list = isList(own) ? own : []
        this.#item(list, index, depth)
        if (key !== '') mapSet(into, key, list)
        return
      }
    }
    if (depth + 1 > maxDepth) {
      throw new GoError(`value name nested level is greater than maximum supported nested level of ${maxDepth}`)
    }
    const own = mapGet(into, key)
    if (own !== undefined && !isMap(own)) {
      throw new GoError('unable to parse key: interface conversion: interface {} is not map[string]interface {}')
    }
    const inner = isMap(own) ? own : {}
    this.#key(inner, depth + 1)
    if (Object.keys(inner).length === 0) throw new GoError(`key map ${quote(key)} has no value`)
    if (key !== '') mapSet(into, key, inner)
  }

  #index(): number {
    const { text } = this.#until(']')
    const index = parseInteger(text)
    if (typeof index !== 'bigint')
      throw new GoError(`error parsing index: strconv.Atoi: parsing ${quote(text)}: invalid syntax`)
    if (index < 0n) throw new GoError(`negative ${index} index not allowed`)
    if (index > maxIndex) throw new GoError(`index of ${index} is greater than maximum supported index of ${maxIndex}`)
    return Number(index)
  }

  #item(list: GoList, index: number, depth: number): void {
    const { text, stop } = this.#until('[.=')
    if (text !== '') throw new GoError(`unexpected data at end of array index: ${quote(text)}`)
    while (list.length <= index) list.push(null)
    if (stop === '=') list[index] = this.#value()
    else if (stop === '[') {
      const own = list[index]
      const inner = isList(own) ? own : []
      this.#item(inner, this.#index(), depth)
      list[index] = inner
    } else if (stop === '.') {
      const own = list[index]
      const inner = isMap(own) ? own : {}
      this.#key(inner, depth)
      list[index] = inner
    }
  }

  #value(): GoValue {
    if (this.#kind === 'json') return this.#json()
    if (this.#kind === 'literal') {
      const text = this.#chars.slice(this.#at).join('')
      this.#at = this.#chars.length
      return text
    }
    if (this.#chars[this.#at] === '{') {
      this.#at++
      return this.#list()
    }
    return this.#read(this.#until(',').text)
  }

  #list(): GoList {
    const list: GoValue[] = []
    for (;;) {
      const { text, stop } = this.#until(',}')
      if (stop === undefined) throw new GoError("list must terminate with '}'")
      if (stop === ',' || text !== '' || list.length > 0 || this.#kind === 'string') list.push(this.#read(text))
      else list.push(this.#read(''))
      if (stop === '}') {
        if (this.#chars[this.#at] === ',') this.#at++
        return list
      }
    }
  }

  /** The longest prefix that is a JSON value, then blanks and a comma. */
  #json(): GoValue {
    const rest = this.#chars.slice(this.#at)
    if (/^\s*(,|$)/.test(rest.join(''))) {
      this.#at += (/^\s*,?/.exec(rest.join(''))?.[0] ?? '').length
      return null
    }
    for (let end = rest.length; end > 0; end--) {
      if (end < rest.length && !/[\s,]/.test(rest[end]!)) continue
      try {
        const value = decodeJson(rest.slice(0, end).join(''))
        this.#at += end
        while (/[\s]/.test(this.#chars[this.#at] ?? '')) this.#at++
        if (this.#chars[this.#at] === ',') this.#at++
        return value
      } catch (error) {
        if (!(error instanceof GoError)) throw error
      }
    }
    throw new GoError('invalid JSON')
  }

  #read(text: string): GoValue {
    if (this.#kind === 'file') return this.#readFile(text)
    return this.#kind === 'string' ? text : typedValue(text)
  }
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
