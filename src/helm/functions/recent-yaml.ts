import type { GoValue } from '../../gotemplate/index.ts'
import { copyValue } from './dicts.ts'

/** The longest text that is kept, and how much of all texts, in UTF-16 units. */
const longest = 8_192
const most = 262_144

/**
 * Decoded YAML by its text. Charts pass lists and maps between templates as YAML, and ask for the same ones again and
 * again: of the texts that app-template reads in a render three quarters were read before.
 */
export class RecentYaml {
  readonly #decode: (text: string) => GoValue
  readonly #values = new Map<string, GoValue>()
  #size = 0

  constructor(decode: (text: string) => GoValue) {
    this.#decode = decode
  }

  /** The value of a text, as a copy that the caller may change. Errors are thrown as they are, and not kept. */
  decode(text: string): GoValue {
    // Behind an anchor's `&`, aliases make a large value of a small text.
    if (text.length > longest || text.includes('&')) return this.#decode(text)
    const known = this.#values.get(text)
    if (known !== undefined) return copyValue(known)
    const value = this.#decode(text)
    if (this.#size + text.length > most) {
      this.#values.clear()
      this.#size = 0
    }
    this.#size += text.length
    this.#values.set(text, value)
    return copyValue(value)
  }
}
