import { hexValue, isBlank, isBlankOrEnd, isBreakOrEnd, isDigit, isWord } from './chars.ts'
import { type ScanState, Token, tokenTypes } from './scan-state.ts'

/** Scans `&name` or `*name`. */
export function scanAnchor(s: ScanState, type: number): Token {
  const start = s.mark()
  s.skip()
  const from = s.pos
  while (isWord(s.text.charCodeAt(s.pos))) s.skip()
  const c = s.text.charCodeAt(s.pos)
  if (s.pos === from || !(isBlankOrEnd(c) || '?:,]}%@`'.includes(String.fromCharCode(c)))) {
    throw s.error('did not find expected alphabetic or numeric character', start.line)
  }
  const token = new Token(type, start, s.pos)
  token.value = s.text.slice(from, s.pos)
  return token
}

/** Scans a tag: `!<uri>`, `!suffix`, `!handle!suffix` or `!`. The token's value is the handle, `extra` the suffix. */
export function scanTag(s: ScanState): Token {
  const start = s.mark()
  let handle = ''
  let suffix = ''
  if (s.text.charCodeAt(s.pos + 1) === 0x3c) {
    s.skip()
    s.skip()
    suffix = scanTagUri(s, '', start.line)
    if (s.text.charCodeAt(s.pos) !== 0x3e) throw s.error("did not find the expected '>'", start.line)
    s.skip()
  } else {
    handle = scanTagHandle(s, false, start.line)
    if (handle.length > 1 && handle.endsWith('!')) suffix = scanTagUri(s, '', start.line)
    else {
      suffix = scanTagUri(s, handle, start.line)
      handle = '!'
      if (suffix === '') {
        handle = ''
        suffix = '!'
      }
    }
  }
  if (!isBlankOrEnd(s.text.charCodeAt(s.pos))) {
    throw s.error('did not find expected whitespace or line break', start.line)
  }
  const token = new Token(tokenTypes.tag, start, s.pos)
  token.value = handle
  token.extra = suffix
  return token
}

/** Scans `%YAML 1.1` or `%TAG !handle! prefix` with its line break. */
export function scanDirective(s: ScanState): Token {
  const start = s.mark()
  s.skip()
  const from = s.pos
  while (isWord(s.text.charCodeAt(s.pos))) s.skip()
  const name = s.text.slice(from, s.pos)
  if (name === '') throw s.error('could not find expected directive name', start.line)
  if (!isBlankOrEnd(s.text.charCodeAt(s.pos))) {
    throw s.error('found unexpected non-alphabetical character', start.line)
  }
  let value: string
  let extra: string
  if (name === 'YAML') {
    s.skipBlanks()
    value = scanVersionNumber(s, start.line)
    if (s.text.charCodeAt(s.pos) !== 0x2e) throw s.error("did not find expected digit or '.' character", start.line)
    s.skip()
    extra = scanVersionNumber(s, start.line)
  } else if (name === 'TAG') {
    s.skipBlanks()
    value = scanTagHandle(s, true, start.line)
    if (!isBlank(s.text.charCodeAt(s.pos))) throw s.error('did not find expected whitespace', start.line)
    s.skipBlanks()
    extra = scanTagUri(s, '', start.line)
    if (!isBlankOrEnd(s.text.charCodeAt(s.pos))) {
      throw s.error('did not find expected whitespace or line break', start.line)
    }
  } else throw s.error('found unknown directive name', start.line)
  const token = new Token(name === 'YAML' ? tokenTypes.versionDirective : tokenTypes.tagDirective, start, s.pos)
  token.value = value
  token.extra = extra
  s.skipBlanks()
  if (s.text.charCodeAt(s.pos) === 0x23) while (!isBreakOrEnd(s.text.charCodeAt(s.pos))) s.skip()
  if (!isBreakOrEnd(s.text.charCodeAt(s.pos))) {
    throw s.error('did not find expected comment or line break', start.line)
  }
  s.readBreak()
  return token
}

function scanVersionNumber(s: ScanState, contextLine: number): string {
  const from = s.pos
  while (isDigit(s.text.charCodeAt(s.pos))) {
    if (s.pos - from >= 2) throw s.error('found extremely long version number', contextLine)
    s.skip()
  }
  if (s.pos === from) throw s.error('did not find expected version number', contextLine)
  return s.text.slice(from, s.pos)
}

function scanTagHandle(s: ScanState, directive: boolean, contextLine: number): string {
  if (s.text.charCodeAt(s.pos) !== 0x21) throw s.error("did not find expected '!'", contextLine)
  const from = s.pos
  s.skip()
  while (isWord(s.text.charCodeAt(s.pos))) s.skip()
  if (s.text.charCodeAt(s.pos) === 0x21) s.skip()
  else if (directive && s.pos !== from + 1) throw s.error("did not find expected '!'", contextLine)
  return s.text.slice(from, s.pos)
}

const uriPunctuation = ";/?:@&=+$,.!~*'()[]"

/** Scans the rest of a tag; `head` is a part already read, whose leading `!` is dropped. */
function scanTagUri(s: ScanState, head: string, contextLine: number): string {
  let out = head.slice(1)
  let any = head !== ''
  for (;;) {
    const c = s.text.charCodeAt(s.pos)
    if (c === 0x25) out += scanUriEscapes(s, contextLine)
    else if (isWord(c) || (c !== 0 && uriPunctuation.includes(s.text.charAt(s.pos)))) {
      out += s.text.charAt(s.pos)
      s.skip()
    } else break
    any = true
  }
  if (!any) throw s.error('did not find expected tag URI', contextLine)
  return out
}

/** Decodes the `%XX` octets of one UTF-8 character. */
function scanUriEscapes(s: ScanState, contextLine: number): string {
  let remaining = -1
  let code = 0
  do {
    const high = hexValue(s.text.charCodeAt(s.pos + 1))
    const low = hexValue(s.text.charCodeAt(s.pos + 2))
    if (s.text.charCodeAt(s.pos) !== 0x25 || high < 0 || low < 0) {
      throw s.error('did not find URI escaped octet', contextLine)
    }
    const octet = high * 16 + low
    if (remaining < 0) {
      const width = octet < 0x80 ? 1 : octet >> 5 === 6 ? 2 : octet >> 4 === 14 ? 3 : octet >> 3 === 30 ? 4 : 0
      if (width === 0) throw s.error('found an incorrect leading UTF-8 octet', contextLine)
      remaining = width - 1
      code = width === 1 ? octet : octet & (0x7f >> width)
    } else {
      if ((octet & 0xc0) !== 0x80) throw s.error('found an incorrect trailing UTF-8 octet', contextLine)
      code = code * 64 + (octet & 0x3f)
      remaining--
    }
    s.skip()
    s.skip()
    s.skip()
  } while (remaining > 0)
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code)
}
