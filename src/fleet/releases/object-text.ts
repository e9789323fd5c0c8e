import type { JsonObject } from '../../base/index.ts'

/**
 * The JSON of objects without their status, remembered by object: stored objects never change, so that comparing the
 * inputs of a render with those of the last one costs a look-up each.
 */
export class ObjectTexts {
  readonly #texts = new WeakMap<JsonObject, string>()

  of(object: JsonObject): string {
    const known = this.#texts.get(object)
    if (known !== undefined) return known
    const { status: _status, ...rest } = object
    const text = JSON.stringify(rest, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
    this.#texts.set(object, text)
    return text
  }
}
