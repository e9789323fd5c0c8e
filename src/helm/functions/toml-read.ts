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
  parseFloat64,
  parseInteger,
  quote,
  toBytes,
  typeOf,
  withType,
} from '../../gotemplate/index.ts'
import type { GoTime } from './go-time.ts'
import { parseTime } from './time-parse.ts'
import { keyPath, TomlScanner } from './toml-scan.ts'

/** How deep values may nest. */
const maxNesting = 1_000

/**
 * Reads a TOML document as Helm's fromToml does: integers are int64, dates `makeTime`'s.
 * Source of the behaviour: BurntSushi/toml v1.6.0 parse.go.
 * @throws GoError in its words (`toml: line 1 (last key "a"): …`)
 */
export function readToml(text: string, makeTime: (time: GoTime) => GoValue): GoMap {
  return new Reader(text, makeTime).document()
}

class Reader {
  readonly #scan: TomlScanner
  readonly #makeTime: (time: GoTime) => GoValue
  readonly #root: GoMap = {}
  /** Tables that only came about as the parent of others; these may still be defined. */
  readonly #implicit = new Set<string>()
  #context: readonly string[] = []
  #key = ''
  #depth = 0

  constructor(text: string, makeTime: (time: GoTime) => GoValue) {
    this.#makeTime = makeTime
    this.#scan = new TomlScanner(text.replace(/^\ufeff/, ''), () => {
      if (this.#key === '') return keyPath(this.#context)
      return this.#context.length === 0 ? this.#key : `${keyPath(this.#context)}.${this.#key}`
    })
    if (toBytes(text.slice(0, 6)).subarray(0, 6).includes(0)) {
      throw new GoError(
        'toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8',
      )
    }
  }

  document(): GoMap {
    const scan = this.#scan
    for (;;) {
      scan.skipBlank()
      if (scan.done) return this.#root
      if (scan.take('[')) this.#header()
      else this.#assignment()
      scan.endOfLine()
    }
  }

  #header(): void {
    const isArray = this.#scan.take('[')
    const key = this.#scan.tableName(isArray)
    this.#open(key, isArray)
  }

  /** `a.b = value` in the table of the context. */
  #assignment(): void {
    const outer = this.#context
    const key = this.#scan.assignedKey()
    this.#key = key.at(-1)!
    for (const part of key.slice(0, -1)) {
      const path = [...this.#context, part]
      this.#implicit.add(keyPath(path))
      this.#open(path, false)
    }
    this.#set(this.#key, this.#value())
    this.#context = outer
    this.#key = ''
  }

  #fail(message: string): never {
    return this.#scan.fail(message)
  }

  /** Makes a table, or the next one of an array of tables, the context; parents come about as needed. */
  #open(key: readonly string[], isArray: boolean): void {
    let table = this.#root
    const path: string[] = []
    for (const part of key.slice(0, -1)) {
      path.push(part)
      if (!Object.hasOwn(table, part)) {
        this.#implicit.add(keyPath(path))
        mapSet(table, part, {})
      }
      table = this.#tableIn(table, part) ?? this.#fail(`Key '${keyPath(path)}' was already created as a hash.`)
    }
    this.#context = path
    const last = key.at(-1)!
    if (isArray) {
      const known = mapGet(table, last)
      if (known === undefined) mapSet(table, last, withType([{}], '[]map[string]interface {}'))
      else if (isList(known) && isTables(known)) known.push({})
      else this.#fail(`Key '${keyPath(key)}' was already created and cannot be used as an array.`)
    } else this.#set(last, {})
    this.#context = key
  }

  #tableIn(table: GoMap, key: string): GoMap | undefined {
    const found = mapGet(table, key)
    if (isMap(found)) return found
    const last = isList(found) && isTables(found) ? found.at(-1) : undefined
    return isMap(last) ? last : undefined
  }

  #set(key: string, value: GoValue): void {
    let table = this.#root
    const path: string[] = []
    for (const part of this.#context) {
      path.push(part)
      table = this.#tableIn(table, part) ?? this.#fail(`Key '${keyPath(path)}' has already been defined.`)
    }
    const whole = keyPath([...path, key])
    if (Object.hasOwn(table, key)) {
      if (!this.#implicit.delete(whole)) this.#fail(`Key '${whole}' has already been defined.`)
      return
    }
    mapSet(table, key, value)
  }

  #value(): GoValue {
    const scan = this.#scan
    scan.skipSpace()
    if (++this.#depth > maxNesting) this.#fail('values are nested too deeply')
    try {
      if (scan.take('[')) return this.#array()
      if (scan.take('{')) return this.#inlineTable()
      const text = scan.string()
      if (text !== undefined) return text
      const { kind, text: raw } = scan.scalar()
      if (kind === 'bool') return raw === 'true'
      if (kind === 'date') return this.#date(raw)
      return kind === 'float' ? this.#float(raw) : this.#integer(raw)
    } finally {
      this.#depth--
    }
  }

  #array(): GoList {
    const out: GoValue[] = []
    const scan = this.#scan
    for (;;) {
      scan.skipBlank()
      if (scan.peek() === ',') scan.failAfter('unexpected comma')
      if (scan.take(']')) return out
      out.push(this.#value())
      scan.skipBlank()
      if (scan.take(',')) continue
      if (scan.take(']')) return out
      scan.failAfter(`expected a comma (',') or array terminator (']'), but got ${shown(scan.peek())}`)
    }
  }

  #inlineTable(): GoMap {
    const out: GoMap = {}
    const scan = this.#scan
    const outer = { context: this.#context, key: this.#key }
    this.#context = [...this.#context, this.#key]
    const context = this.#context
    const defined = new Set<string>()
    for (;;) {
      scan.skipBlank()
      if (scan.peek() === ',') scan.failAfter('unexpected comma')
      if (scan.take('}')) break
      this.#key = ''
      const key = scan.assignedKey()
      this.#key = key.at(-1)!
      this.#context = [...context, ...key.slice(0, -1)]
      const value = this.#value()
      let table = out
      for (const part of key.slice(0, -1)) {
        if (!Object.hasOwn(table, part)) mapSet(table, part, {})
        const next = mapGet(table, part)
        table = isMap(next) ? next : this.#fail(`Key '${keyPath(this.#context)}' has already been defined.`)
      }
      const whole = keyPath(key)
      if (defined.has(whole) || Object.hasOwn(table, key.at(-1)!)) {
        this.#fail(`Key '${keyPath([...this.#context, this.#key])}' has already been defined.`)
      }
      defined.add(whole)
      mapSet(table, key.at(-1)!, value)
      this.#context = context
      scan.skipBlank()
      if (scan.take(',')) continue
      if (scan.take('}')) break
      scan.failAfter(`expected a comma or an inline table terminator '}', but got ${shown(scan.peek())} instead`)
    }
    this.#context = outer.context
    this.#key = outer.key
    return out
  }

  #integer(raw: string): GoValue {
    if (!underscoresFit(raw)) this.#fail(`Invalid integer ${quote(raw)}: underscores must be surrounded by digits`)
    if (hasLeadingZero(raw)) this.#fail(`Invalid integer ${quote(raw)}: cannot have leading zeroes`)
    const value = parseInteger(raw, 0)
    if (typeof value !== 'bigint') this.#fail(`${raw} is out of range for int64`)
    return makeInt(value, 'int64')
  }

  #float(raw: string): GoValue {
    const parts = raw.split(/[.eE]/).filter((part) => part !== '')
    if (!parts.every(underscoresFit)) {
      this.#fail(`Invalid float ${quote(raw)}: underscores must be surrounded by digits`)
    }
    if (hasLeadingZero(parts[0] ?? '')) this.#fail(`Invalid float ${quote(raw)}: cannot have leading zeroes`)
    if (/\.(?!\d)/.test(raw)) this.#fail(`Invalid float ${quote(raw)}: '.' must be followed by one or more digits`)
    if (/^[+-]?nan$/.test(raw)) return Number.NaN
    const plain = raw.replaceAll('_', '')
    const value = parseFloat64(plain)
    if (value === undefined) {
      if (/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(plain)) this.#fail(`${raw} is out of range for float64`)
      this.#fail(`Invalid float value: ${quote(raw)}`)
    }
    return value
  }

  #date(raw: string): GoValue {
    const text = raw.replaceAll('z', 'Z').replaceAll('t', 'T').replaceAll(' ', 'T')
    for (const { layout, local } of dateLayouts) {
      const time = parseTime(layout, text)
      if (typeof time === 'string') continue
      if (!/^(\d{4}-\d\d-\d\d(T\d\d:\d\d|$)|\d\d:\d\d)/.test(text)) break
      return this.#makeTime(local === undefined ? time : { ...time, zone: { name: local, offset: 0 } })
    }
    return this.#fail(`invalid datetime: ${quote(text)}`)
  }
}

const dateLayouts: readonly { readonly layout: string; readonly local?: string }[] = [
  { layout: '2006-01-02T15:04:05.999999999Z07:00' },
  { layout: '2006-01-02T15:04:05.999999999', local: 'datetime-local' },
  { layout: '2006-01-02', local: 'date-local' },
  { layout: '15:04:05.999999999', local: 'time-local' },
  { layout: '2006-01-02T15:04Z07:00' },
  { layout: '2006-01-02T15:04', local: 'datetime-local' },
  { layout: '15:04', local: 'time-local' },
]

function isTables(list: GoList): boolean {
  return list.length > 0 && list.every(isMap) && typeOf(list) === '[]map[string]interface {}'
}

function shown(char: string): string {
  return char === '' ? 'end of file' : `'${char}'`
}

function hasLeadingZero(text: string): boolean {
  return (text.length > 1 && /^0[^box]/.test(text)) || (text.length > 2 && /^[+-]0/.test(text))
}

function underscoresFit(text: string): boolean {
  return /^[+-]?(nan|inf)$/.test(text) || /^([^_]|(?<=[0-9a-fA-F])_(?=[0-9a-fA-FxXoO]))*$/.test(text)
}
