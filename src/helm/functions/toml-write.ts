import {
  formatFloat,
  GoError,
  GoInt,
  type GoMap,
  type GoValue,
  isGoObject,
  isList,
  isMap,
  sortedKeys,
} from '../../gotemplate/index.ts'
import { formatTime } from './time-layout.ts'
import { isTime } from './time-object.ts'

/**
 * TOML as Helm's toToml writes it: plain keys before tables, tables indented under their parents.
 * Source of the behaviour: BurntSushi/toml v1.6.0 encode.go.
 * @throws GoError in its words
 */
export function writeToml(value: GoValue): string {
  if (value === undefined || value === null) throw new GoError('reflect: call of reflect.Value.Type on zero Value')
  const writer = new Writer()
  writer.encode([], value)
  return writer.text
}

type Kind = 'hash' | 'arrayOfHashes' | 'plain' | undefined

class Writer {
  text = ''

  encode(key: readonly string[], value: GoValue): void {
    if (value === undefined || value === null) return
    if (isMap(value)) this.#table(key, value)
    else if (isGoObject(value) && value.goKind === 'map') this.#table(key, mapOf(value))
    else if (isList(value) && kindOfToml(value) === 'arrayOfHashes') this.#arrayOfTables(key, value)
    else this.#keyValue(key, value, false)
  }

  #newline(): void {
    if (this.text !== '') this.text += '\n'
  }

  #table(key: readonly string[], table: GoMap): void {
    if (key.length === 1) this.#newline()
    if (key.length > 0) {
      this.text += `${indentOf(key)}[${key.map(keyText).join('.')}]`
      this.#newline()
    }
    this.#entries(key, table, false)
  }

  #arrayOfTables(key: readonly string[], tables: readonly GoValue[]): void {
    if (key.length === 0) throw new GoError('toml: top-level values must be Go maps or structs')
    for (const table of tables) {
      if (!isMap(table)) continue
      this.#newline()
      this.text += `${indentOf(key)}[[${key.map(keyText).join('.')}]]`
      this.#newline()
      this.#entries(key, table, false)
    }
  }

  #entries(key: readonly string[], table: GoMap, inline: boolean): void {
    const direct: string[] = []
    const tables: string[] = []
    for (const name of sortedKeys(table)) {
      const kind = kindOfToml(table[name])
      ;(kind === 'hash' || kind === 'arrayOfHashes' ? tables : direct).push(name)
    }
    const write = (names: readonly string[], trailing: boolean): void => {
      names.forEach((name, i) => {
        const value = table[name]
        if (value === undefined || value === null) return
        if (!inline) {
          this.encode([...key, name], value)
          return
        }
        this.#keyValue([name], value, true)
        if (trailing || i !== names.length - 1) this.text += ', '
      })
    }
    if (inline) this.text += '{'
    write(direct, tables.length > 0)
    write(tables, false)
    if (inline) this.text += '}'
  }

  #keyValue(key: readonly string[], value: GoValue, inline: boolean): void {
    if (key.length > 0) this.text += `${indentOf(key)}${keyText(key.at(-1)!)} = `
    this.#element(value)
    if (key.length > 0 && !inline) this.#newline()
  }

  #element(value: GoValue): void {
    if (typeof value === 'string') this.text += `"${escapeText(value)}"`
    else if (typeof value === 'boolean') this.text += String(value)
    else if (typeof value === 'number') this.text += floatText(value)
    else if (value instanceof GoInt) this.text += value.value.toString()
    else if (isList(value)) {
      this.text += '['
      value.forEach((each, i) => {
        if (i > 0) this.text += ', '
        this.#element(each)
      })
      this.text += ']'
    } else if (isMap(value)) this.#entries([], value, true)
    else if (isGoObject(value)) this.#object(value)
  }

  #object(value: GoValue): void {
    if (!isGoObject(value)) return
    const json = value.toJson?.()
    if (isTime(value)) this.text += formatTime(value.time, timeLayouts[value.time.zone.name] ?? zonedLayout)
    else if (value.goKind === 'slice' && value.entries !== undefined)
      this.#element(value.entries().map(([, each]) => each))
    else if (value.text !== undefined) this.text += `[${value.format().slice(1, -1).split(' ').join(', ')}]`
    else if (isMap(json)) this.#entries([], json, true)
    else this.text += `"${escapeText(typeof json === 'string' ? json : value.format())}"`
  }
}

function mapOf(value: GoValue): GoMap {
  const entries = isGoObject(value) ? (value.entries?.() ?? []) : []
  return Object.fromEntries(entries.map(([key, each]) => [String(key), each]))
}

/** What the value is to TOML; `undefined` for nil. */
function kindOfToml(value: GoValue): Kind {
  if (value === undefined || value === null) return undefined
  if (isMap(value) || (isGoObject(value) && value.goKind === 'map')) return 'hash'
  if (!isList(value) || value.length === 0) return 'plain'
  const kinds = value.map(kindOfToml)
  if (kinds.includes(undefined)) throw new GoError('toml: cannot encode array with nil element')
  return kinds.every((kind) => kind === 'hash') ? 'arrayOfHashes' : 'plain'
}

function indentOf(key: readonly string[]): string {
  return '  '.repeat(key.length - 1)
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : `"${escapeText(key)}"`
}

const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}

function escapeText(text: string): string {
  return text.replace(/["\\\x00-\x1f\x7f]/g, (char) => {
    return named[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  const text = formatFloat(value, 'g', -1)
  return /[e.]/.test(text) ? text : `${text}.0`
}

const zonedLayout = '2006-01-02T15:04:05.999999999Z07:00'

/** What fromToml read without a zone is written without one. */
const timeLayouts: Readonly<Record<string, string>> = {
  'datetime-local': '2006-01-02T15:04:05.999999999',
  'date-local': '2006-01-02',
  'time-local': '15:04:05.999999999',
}
