import { toBytes } from './bytes.ts'
import { type Flags, pad } from './format-flags.ts'
import { quote } from './strconv.ts'

/** A text by a verb (fmt's fmtString); `undefined` where the verb is none for texts. */
export function formatString(text: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV ? quoted(text, flags) : pad(cut(text, flags), flags, true)
    case 's':
      return pad(cut(text, flags), flags, true)
    case 'q':
      return quoted(text, flags)
    case 'x':
    case 'X':
      return pad(hexBytes(text, verb, flags), flags, true)
  }
  return undefined
}

function quoted(text: string, flags: Flags): string {
  const short = cut(text, flags)
  if (flags.sharp && canBackquote(short)) return pad(`\`${short}\``, flags, true)
  return pad(quote(short, { ascii: flags.plus }), flags, true)
}

/** strconv.CanBackquote; a byte that is no UTF-8 is a lone surrogate here. */
function canBackquote(text: string): boolean {
  return !/[\x00-\x08\x0a-\x1f\x7f`\ufeff]/.test(text) && text.isWellFormed()
}

function cut(text: string, flags: Flags): string {
  if (flags.precision === undefined) return text
  return [...text].slice(0, flags.precision).join('')
}

function hexBytes(text: string, verb: string, flags: Flags): string {
  let bytes = toBytes(text)
  if (flags.precision !== undefined) bytes = bytes.subarray(0, flags.precision)
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
  const prefix = flags.sharp && digits.length > 0 ? '0x' : ''
  const joined = flags.space ? digits.map((each) => prefix + each).join(' ') : prefix + digits.join('')
  return verb === 'X' ? joined.toUpperCase() : joined
}
