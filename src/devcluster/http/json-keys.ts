/** A member of an object in JSON text. */
export interface JsonKey {
  /** `spec.list[0].name`; made only when asked for. */
  readonly path: () => string
  /** True when the object had a member of that name before. */
  readonly again: boolean
}

interface Level {
  /** Members so far; undefined for an array. */
  readonly names: Set<string> | undefined
  name: string
  index: number
}

/**
 * Tells of every member of every object in JSON text, in the order of the text. The text must be valid JSON; nothing is
 * built, and nesting costs no stack.
 */
export function visitJsonKeys(text: string, visit: (key: JsonKey) => void): void {
  const levels: Level[] = []
  const path = (): string => pathOf(levels)
  let level: Level | undefined
  let expectsKey = false
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = stringEnd(text, at)
        if (expectsKey && level?.names !== undefined) {
          level.name = keyText(text, at, end)
          visit({ path, again: level.names.has(level.name) })
          level.names.add(level.name)
          expectsKey = false
        }
        at = end
        break
      }
      case 0x7b:
        level = { names: new Set(), name: '', index: 0 }
        levels.push(level)
        expectsKey = true
        break
      case 0x5b:
        level = { names: undefined, name: '', index: 0 }
        levels.push(level)
        expectsKey = false
        break
      case 0x7d:
      case 0x5d:
        levels.pop()
        level = levels.at(-1)
        expectsKey = false
        break
      case 0x2c:
        if (level?.names !== undefined) expectsKey = true
        else if (level !== undefined) level.index++
        break
      default:
    }
  }
}

/** The paths of members that their object has already, in the order of the text. */
export function duplicateKeys(text: string): string[] {
  const found: string[] = []
  visitJsonKeys(text, (key) => {
    if (key.again) found.push(key.path())
  })
  return [...new Set(found)]
}

/** The index of the quote that ends the string that starts at `start`. */
function stringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return at
  }
  return text.length
}

function keyText(text: string, start: number, end: number): string {
  const plain = text.slice(start + 1, end)
  return plain.includes('\\') ? (JSON.parse(text.slice(start, end + 1)) as string) : plain
}

function pathOf(levels: readonly Level[]): string {
  let out = ''
  for (const level of levels) {
    if (level.names === undefined) out += `[${level.index}]`
    else out += out === '' ? level.name : `.${level.name}`
  }
  return out
}
