import type { GoValue } from '../../gotemplate/index.ts'

/** The longest text that is kept, and how much of all texts, in UTF-16 units. */
const longest = 8_192
const most = 1_048_576

/** Texts by texts, of which the oldest are forgotten all at once before they are much. */
class RecentTexts {
  readonly #known = new Map<string, string>()
  #size = 0

  get(key: string): string | undefined {
    return this.#known.get(key)
  }

  keep(key: string, text: string): void {
    const size = key.length + text.length
    if (size > 2 * longest) return
    if (this.#size + size > most) {
      this.#known.clear()
      this.#size = 0
    }
    this.#size += size
    // A copy, for the key may be a part of a text that is far larger and would be kept with it.
    this.#known.set(` ${key}`.slice(1), text)
  }
}

/**
 * Decoded YAML by its text. Charts pass lists and maps between templates as YAML, and ask for the same ones again and
 * again: of the texts that app-template reads in a render three quarters were read before. What is kept is the value's
 * JSON, since the engine makes a new value of that in less time than it takes to copy one.
 */
export class RecentYaml {
  readonly #decode: (text: string) => GoValue
  readonly #recent = new RecentTexts()

  constructor(decode: (text: string) => GoValue) {
    this.#decode = decode
  }

  /** The value of a text, which the caller may change. Errors are thrown as they are, and not kept. */
  decode(text: string): GoValue {
    const known = this.#recent.get(text)
    if (known !== undefined) return JSON.parse(known) as GoValue
    const value = this.#decode(text)
    if (text.length <= longest && isJson(value)) this.#recent.keep(text, JSON.stringify(value))
    return value
  }
}

/** The other way round: YAML by the JSON of what it says. */
export class WrittenYaml {
  readonly #write: (value: unknown) => string
  readonly #recent = new RecentTexts()

  constructor(write: (value: unknown) => string) {
    this.#write = write
  }

  /**
   * @param value lists, maps and scalars as JSON has them, or numbers of `src/yaml`
   * @param isPlain that there are none of those numbers in it is known
   */
  write(value: unknown, isPlain: boolean): string {
    if (typeof value !== 'object' || value === null || !(isPlain || isJson(value))) return this.#write(value)
    const json = JSON.stringify(value)
    const known = this.#recent.get(json)
    if (known !== undefined) return known
    const text = this.#write(value)
    this.#recent.keep(json, text)
    return text
  }
}

/** How many levels and values of a value are looked at; what has more is not kept. */
const mostLevels = 50
const mostValues = 1_000

/** True for a small value that JSON says as it is: without `-0`, and integers that are no numbers. */
function isJson(value: unknown): boolean {
  let left = mostValues
  const look = (each: unknown, level: number): boolean => {
    switch (typeof each) {
      case 'string':
      case 'boolean':
        return true
      case 'number':
        return Number.isFinite(each) && !Object.is(each, -0)
      case 'object':
        break
      default:
        return false
    }
    if (each === null) return true
    const isList = Array.isArray(each)
    if (level > mostLevels || (!isList && Object.getPrototypeOf(each) !== Object.prototype)) return false
    const inner: readonly unknown[] = isList ? each : Object.values(each)
    left -= inner.length
    if (left < 0) return false
    for (let i = 0; i < inner.length; i++) if (!look(inner[i], level + 1)) return false
    return true
  }
  return look(value, 0)
}
