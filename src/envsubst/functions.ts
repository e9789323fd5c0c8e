import { fromBytes, runeWidth, toBytes } from './bytes.ts'
import { matchPattern } from './match.ts'

/** Thrown where upstream's Go code would panic, or work would have no bound. */
export class SubstitutionError extends Error {}

/** Patterns are tried on every prefix of a value; beyond this many bytes that takes too long. */
const maxPatternValue = 20_000

/** Applies an operator to a variable's value. Values are UTF-8, and positions and lengths count bytes, as upstream. */
export function applyFunction(name: string, value: string, args: readonly string[]): string {
  switch (name) {
    case ',':
      return mapFirst(value, lower)
    case ',,':
      return mapAll(value, lower)
    case '^':
      return mapFirst(value, upper)
    case '^^':
      return mapAll(value, upper)
    case '#':
      return args.length === 0
        ? String(toBytes(value).length)
        : trim(value, args[0]!, { longest: false, suffix: false })
    case '##':
      return trim(value, args[0]!, { longest: true, suffix: false })
    case '%':
      return trim(value, args[0]!, { longest: false, suffix: true })
    case '%%':
      return trim(value, args[0]!, { longest: true, suffix: true })
    case ':':
      return substring(value, args)
    case '/#':
      return args.length === 2 && value.startsWith(args[0]!) ? args[1]! + value.slice(args[0]!.length) : value
    case '/%':
      return args.length === 2 && value.endsWith(args[0]!)
        ? value.slice(0, value.length - args[0]!.length) + args[1]!
        : value
    case '/':
      return replace(value, args, false)
    case '//':
      return replace(value, args, true)
    default:
      // The operators with a default, and a bare reference.
      return value === '' ? args.join('') : value
  }
}

/** Go maps each character to one; where full case mapping gives several, the character stays. */
function oneToOne(mapped: string, original: string): string {
  return mapped.length > 1 && mapped.codePointAt(0)! <= 0xffff ? original : mapped
}

function lower(letter: string): string {
  return letter === '\u0130' ? 'i' : oneToOne(letter.toLowerCase(), letter)
}

function upper(letter: string): string {
  return oneToOne(letter.toUpperCase(), letter)
}

function mapAll(value: string, map: (letter: string) => string): string {
  let out = ''
  for (const letter of value) out += map(letter)
  return out
}

function mapFirst(value: string, map: (letter: string) => string): string {
  if (value === '') return value
  const first = String.fromCodePoint(value.codePointAt(0)!)
  return map(first) + value.slice(first.length)
}

function replace(value: string, args: readonly string[], all: boolean): string {
  const [from, to = ''] = args
  if (from === undefined) return value
  // Go puts the replacement between characters, not between UTF-16 units.
  if (from === '' && all) return to + mapAll(value, (letter) => letter + to)
  return all ? value.replaceAll(from, () => to) : value.replace(from, () => to)
}

/** `strconv.Atoi`; `undefined` for anything but a decimal 64-bit integer. */
function atoi(text: string): number | undefined {
  if (!/^[-+]?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return value === BigInt.asIntN(64, value) ? Number(value) : undefined
}

function substring(value: string, args: readonly string[]): string {
  const bytes = toBytes(value)
  let position = atoi(args[0] ?? '')
  if (position === undefined) return value
  if (position < 0) position = Math.max(0, bytes.length + position)
  if (args.length === 1) return fromBytes(bytes.slice(position))
  const length = atoi(args[1]!)
  if (length === undefined) return value
  if (position + length >= bytes.length) return fromBytes(bytes.slice(position))
  if (length < 0) throw new SubstitutionError(`slice bounds out of range [${position}:${position + length}]`)
  return fromBytes(bytes.slice(position, position + length))
}

function trim(value: string, pattern: string, how: { longest: boolean; suffix: boolean }): string {
  let bytes = toBytes(value)
  let glob = toBytes(pattern)
  if (how.suffix) {
    bytes = reverseRunes(bytes)
    glob = reverseRunes(glob)
  }
  const cut = matchedPrefix(bytes, glob, how.longest)
  const rest = bytes.slice(cut)
  return fromBytes(how.suffix ? reverseRunes(rest) : rest)
}

/** Length of the longest or shortest prefix that a pattern matches; a malformed pattern matches none. */
function matchedPrefix(bytes: string, pattern: string, longest: boolean): number {
  if (!/[*?[\\]/.test(pattern)) return bytes.startsWith(pattern) ? pattern.length : 0
  if (bytes.length > maxPatternValue) throw new SubstitutionError('value is too long for a pattern')
  let found = 0
  for (let length = bytes.length; length > 0; length--) {
    const match = matchPattern(pattern, bytes.slice(0, length))
    if (match === undefined) return 0
    if (match && longest) return length
    if (match) found = length
  }
  return found
}

function reverseRunes(bytes: string): string {
  let out = ''
  for (let i = 0; i < bytes.length; ) {
    const width = runeWidth(bytes, i)
    // Go decodes to runes for this, which turns a stray byte into U+FFFD.
    const rune = width === 1 && bytes.charCodeAt(i) > 0x7f ? '\xef\xbf\xbd' : bytes.slice(i, i + width)
    out = rune + out
    i += width
  }
  return out
}
