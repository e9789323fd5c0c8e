import { compareStrings } from '../../base/index.ts'
import {
  byteLength,
  byteSlice,
  formatValue,
  fromBytes,
  GoError,
  type GoInt,
  type GoMap,
  type GoValue,
  goFunction,
  kindOf,
  mapSet,
  quote,
  sprintf,
  toBytes,
  withType,
} from '../../gotemplate/index.ts'
import { camelcase, kebabcase, snakecase } from './cases.ts'
import { isSpace, lowerLetter, mapLetters, titleLetter, toLower, toUpper, upperLetter } from './letters.ts'
import { checkSize, type FunctionTable, joinTexts, maxText, repeatText, strslice, strval, toNumber } from './shared.ts'

/** sprig's string functions (strings.go, with the goutils functions that it wraps), random ones excepted. */
export function stringFunctions(): FunctionTable {
  return {
    abbrev: goFunction('int,string', (width: GoInt, text: string) => abbrev(toNumber(width), text)),
    abbrevboth: goFunction('int,int,string', (left: GoInt, right: GoInt, text: string) =>
      abbrevBoth(toNumber(left), toNumber(right), text),
    ),
    trunc: goFunction('int,string', (count: GoInt, text: string) => trunc(toNumber(count), text)),
    trim: goFunction('string', (text: string) => trimSpace(text)),
    upper: goFunction('string', toUpper),
    lower: goFunction('string', toLower),
    title: goFunction('string', title),
    untitle: goFunction('string', untitle),
    substr: goFunction('int,int,string', (start: GoInt, end: GoInt, text: string) =>
      substring(toNumber(start), toNumber(end), text),
    ),
    repeat: goFunction('int,string', (count: GoInt, text: string) => repeatText(text, toNumber(count))),
    trimall: goFunction('string,string', (cutset: string, text: string) => trimChars(text, cutset)),
    trimAll: goFunction('string,string', (cutset: string, text: string) => trimChars(text, cutset)),
    trimSuffix: goFunction('string,string', (suffix: string, text: string) =>
      suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text,
    ),
    trimPrefix: goFunction('string,string', (prefix: string, text: string) =>
      text.startsWith(prefix) ? text.slice(prefix.length) : text,
    ),
    nospace: goFunction('string', noSpace),
    initials: goFunction('string', initials),
    swapcase: goFunction('string', swapCase),
    snakecase: goFunction('string', snakecase),
    camelcase: goFunction('string', camelcase),
    kebabcase: goFunction('string', kebabcase),
    wrap: goFunction('int,string', (width: GoInt, text: string) =>
      wrap(text, toNumber(width), { separator: '\n', breakWords: false }),
    ),
    wrapWith: goFunction('int,string,string', (width: GoInt, separator: string, text: string) =>
      wrap(text, toNumber(width), { separator: separator || '\n', breakWords: true }),
    ),
    contains: goFunction('string,string', (part: string, text: string) => text.includes(part)),
    hasPrefix: goFunction('string,string', (part: string, text: string) => text.startsWith(part)),
    hasSuffix: goFunction('string,string', (part: string, text: string) => text.endsWith(part)),
    quote: goFunction('...any', (...values: GoValue[]) =>
      joinTexts(
        notNil(values).map((value) => quote(strval(value))),
        ' ',
      ),
    ),
    squote: goFunction('...any', (...values: GoValue[]) =>
      notNil(values)
        .map((value) => `'${formatValue(value)}'`)
        .join(' '),
    ),
    cat: goFunction('...any', (...values: GoValue[]) => joinTexts(notNil(values).map(formatValue), ' ')),
    indent: goFunction('int,string', (spaces: GoInt, text: string) => indent(toNumber(spaces), text)),
    nindent: goFunction('int,string', (spaces: GoInt, text: string) => `\n${indent(toNumber(spaces), text)}`),
    replace: goFunction('string,string,string', replaceAll),
    plural: goFunction('string,string,int', (one: string, many: string, count: GoInt) =>
      count.value === 1n ? one : many,
    ),
    toString: goFunction('any', strval),
    split: goFunction('string,string', (separator: string, text: string) => splitMap(splitText(text, separator))),
    splitn: goFunction('string,int,string', (separator: string, count: GoInt, text: string) =>
      splitMap(splitText(text, separator, toNumber(count))),
    ),
    splitList: goFunction('string,string', (separator: string, text: string) =>
      withType(splitText(text, separator), '[]string'),
    ),
    toStrings: goFunction('any', (value: GoValue) => withType(strslice(value), '[]string')),
    join: goFunction('string,any', (separator: string, value: GoValue) => joinTexts(strslice(value), separator)),
    sortAlpha: goFunction('any', (value: GoValue) =>
      withType(kindOf(value) === 'slice' ? strslice(value).sort(compareStrings) : [strval(value)], '[]string'),
    ),
    printf: goFunction('string,...any', (format: string, ...values: GoValue[]) => sprintf(format, values)),
  }
}

function notNil(values: readonly GoValue[]): GoValue[] {
  return values.filter((value) => value !== null && value !== undefined)
}

/** Go's strings.TrimSpace: Unicode white space, which differs from JavaScript's by U+0085 and U+FEFF. */
export function trimSpace(text: string): string {
  if (!/[\u0085\ufeff]/.test(text)) return text.trim()
  return text.replace(/^[\t\n\v\f\r \u0085\p{Zs}\u2028\u2029]+|[\t\n\v\f\r \u0085\p{Zs}\u2028\u2029]+$/gu, '')
}

function trimChars(text: string, cutset: string): string {
  const cut = new Set(cutset)
  const chars = [...text]
  let start = 0
  let end = chars.length
  while (start < end && cut.has(chars[start]!)) start++
  while (end > start && cut.has(chars[end - 1]!)) end--
  return chars.slice(start, end).join('')
}

/** Counts bytes, as Go slices do; a negative count takes the end. */
function trunc(count: number, text: string): string {
  const size = byteLength(text)
  if (count < 0 && size + count > 0) return byteSlice(text, size + count, size)
  return count >= 0 && size > count ? byteSlice(text, 0, count) : text
}

function substring(start: number, end: number, text: string): string {
  const size = byteLength(text)
  const from = start < 0 ? 0 : start
  const to = start >= 0 && (end < 0 || end > size) ? size : end
  if (to > size || to < 0)
    throw new GoError(`runtime error: slice bounds out of range [:${to}]${to < 0 ? '' : ` with length ${size}`}`)
  if (from > to) throw new GoError(`runtime error: slice bounds out of range [${from}:${to}]`)
  return byteSlice(text, from, to)
}

function indent(spaces: number, text: string): string {
  const pad = repeatText(' ', spaces)
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  checkSize(text.length + lines * pad.length)
  return pad + text.replaceAll('\n', `\n${pad}`)
}

/** Go's strings.Replace(text, old, new, -1): an empty `old` matches between all characters. */
function replaceAll(old: string, fresh: string, text: string): string {
  if (old !== '') return joinTexts(text.split(old), fresh)
  checkSize(text.length * (fresh.length + 1))
  return fresh + [...text].map((char) => char + fresh).join('')
}

/** Go's strings.SplitN; an empty separator splits into characters. */
export function splitText(text: string, separator: string, limit = -1): string[] {
  if (limit === 0) return []
  if (separator === '' && text.length > maxText / 8) throw new RangeError(`a list of ${text.length} characters`)
  const parts = separator === '' ? [...text] : text.split(separator)
  if (limit < 0 || parts.length <= limit) return parts
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)]
}

function splitMap(parts: readonly string[]): GoMap {
  const out: GoMap = {}
  parts.forEach((part, i) => {
    mapSet(out, `_${i}`, part)
  })
  return withType(out, 'map[string]string')
}

/** Go's strings.Title: the first letter of each word; ASCII letters, digits and `_`, and any letter or digit, make words. */
function title(text: string): string {
  let previous = ' '
  return mapLetters(text, (char) => {
    const begins = isSeparator(previous)
    previous = char
    return begins ? titleLetter(char) : char
  })
}

function isSeparator(char: string): boolean {
  if (char <= '\x7f') return !/\w/.test(char)
  return isSpace(char)
}

/** goutils.Uncapitalize: the first letter of each word that white space begins. */
function untitle(text: string): string {
  let begins = true
  return mapLetters(text, (char) => {
    if (isSpace(char)) {
      begins = true
      return char
    }
    const out = begins ? lowerLetter(char) : char
    begins = false
    return out
  })
}

/** goutils.DeleteWhiteSpace: where there is any, each byte of the rest becomes the character of that number. */
function noSpace(text: string): string {
  const bytes = toLatin(text)
  const kept = bytes.replace(/[\t-\r \x85\xa0]/g, '')
  return kept.length === bytes.length ? text : kept
}

/** goutils.Initials: the first byte of each word, as the character of that number; bytes 0x85 and 0xa0 are spaces. */
function initials(text: string): string {
  return toLatin(text)
    .split(/[\t-\r \u0085\u00a0]+/)
    .map((word) => word.slice(0, 1))
    .join('')
}

/** goutils.SwapCase: a lower-case letter after white space becomes title case. */
function swapCase(text: string): string {
  let afterSpace = true
  return mapLetters(text, (char) => {
    const isUpper = /[\p{Lu}\p{Lt}]/u.test(char)
    if (!isUpper && !/\p{Ll}/u.test(char)) {
      afterSpace = isSpace(char)
      return char
    }
    const out = isUpper ? lowerLetter(char) : afterSpace ? titleLetter(char) : upperLetter(char)
    afterSpace = false
    return out
  })
}

function abbrev(width: number, text: string): string {
  return width < 4 ? text : abbreviate(text, 0, width)
}

function abbrevBoth(left: number, right: number, text: string): string {
  return right < 4 || (left > 0 && right < 7) ? text : abbreviate(text, left, right)
}

/** goutils.AbbreviateFull; on its error sprig gives the empty text. */
function abbreviate(text: string, left: number, width: number): string {
  const size = byteLength(text)
  if (text === '' || width < 4) return ''
  if (size <= width) return text
  let offset = Math.min(left, size)
  if (size - offset < width - 3) offset = size - (width - 3)
  if (offset <= 4) return `${byteSlice(text, 0, width - 3)}...`
  if (width < 7) return ''
  if (offset + width - 3 < size) return `...${abbreviate(byteSlice(text, offset, size), 0, width - 3)}`
  return `...${byteSlice(text, size - (width - 3), size)}`
}

/** goutils.WrapCustom: breaks at spaces; words longer than the width are kept whole unless `breakWords`. */
function wrap(text: string, width: number, options: { separator: string; breakWords: boolean }): string {
  // Each byte as one character: widths count bytes.
  return fromLatin(wrapBytes(toLatin(text), width, { ...options, separator: toLatin(options.separator) }))
}

function toLatin(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Array.from(toBytes(text), (byte) => String.fromCharCode(byte)).join('')
}

function fromLatin(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : fromBytes(Uint8Array.from(text, (char) => char.charCodeAt(0)))
}

function wrapBytes(text: string, width: number, options: { separator: string; breakWords: boolean }): string {
  const limit = Math.max(width, 1)
  const size = text.length
  const out: string[] = []
  let offset = 0
  while (size - offset > limit) {
    if (text[offset] === ' ') {
      offset++
      continue
    }
    const at = text.lastIndexOf(' ', limit + offset)
    if (at >= offset) {
      out.push(text.slice(offset, at))
      offset = at + 1
    } else if (options.breakWords) {
      out.push(text.slice(offset, offset + limit))
      offset += limit
    } else {
      const next = text.indexOf(' ', offset + limit)
      out.push(text.slice(offset, next < 0 ? size : next))
      if (next < 0) return out.join(options.separator)
      offset = next + 1
    }
  }
  return [...out, text.slice(offset)].join(options.separator)
}
