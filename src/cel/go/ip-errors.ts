import { goQuote } from './text.ts'

/** Why netip.ParseAddr refuses a text, in its words. */
export function ipError(text: string): string {
  return `ParseAddr(${goQuote(text)}): ${reason(text)}`
}

function reason(text: string): string {
  for (const char of text) {
    if (char === '.') return reason4(text)
    if (char === ':') return reason6(text)
    if (char === '%') return 'missing IPv6 address'
  }
  return 'unable to parse IP'
}

function at(message: string, rest: string): string {
  return `${message} (at ${goQuote(rest)})`
}

function reason4(text: string): string {
  let fields = 0
  let digits = 0
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char >= '0' && char <= '9') {
      if (digits === 1 && value === 0) return 'IPv4 field has octet with leading zero'
      value = value * 10 + Number(char)
      digits++
      if (value > 255) return 'IPv4 field has value >255'
    } else if (char === '.') {
      if (i === 0 || i === text.length - 1 || text[i - 1] === '.') {
        return at('IPv4 field must have at least one digit', text.slice(i))
      }
      if (fields === 3) return 'IPv4 address too long'
      fields++
      digits = 0
      value = 0
    } else return at('unexpected character', text.slice(i))
  }
  return 'IPv4 address too short'
}

function reason6(text: string): string {
  let rest = text
  let ellipsis = rest.startsWith('::')
  if (ellipsis) rest = rest.slice(2)
  let groups = 0
  while (groups < 8) {
    const digits = /^[0-9a-fA-F]*/.exec(rest)![0]
    if (digits.length > 4) return at('each group must have 4 or less digits', rest)
    if (digits === '') return at('each colon-separated field must have at least one digit', rest)
    groups++
    rest = rest.slice(digits.length)
    if (rest === '') break
    if (!rest.startsWith(':')) return at('unexpected character, want colon', rest)
    if (rest === ':') return at('colon must be followed by more characters', rest)
    rest = rest.slice(1)
    if (rest.startsWith(':')) {
      if (ellipsis) return at('multiple :: in address', rest)
      ellipsis = true
      rest = rest.slice(1)
      if (rest === '') break
    }
  }
  if (rest !== '') return at('trailing garbage after address', rest)
  return ellipsis ? 'the :: must expand to at least one field of zeros' : 'address string too short'
}

/** Why netip.ParsePrefix refuses a text, in its words. */
export function prefixError(text: string): string {
  const start = `netip.ParsePrefix(${goQuote(text)}): `
  const slash = text.lastIndexOf('/')
  if (slash < 0) return `${start}no '/'`
  const address = text.slice(0, slash)
  const bits = text.slice(slash + 1)
  if (address.includes('%')) return `${start}IPv6 zones cannot be present in a prefix`
  const known = /^[\d.]+$/.test(address) ? /^\d+(\.\d+){3}$/.test(address) : address.includes(':')
  if (!known) return start + ipError(address)
  if (!/^(0|[1-9]\d{0,2})$/.test(bits)) return `${start}bad bits after slash: ${goQuote(bits)}`
  return `${start}prefix length out of range`
}
