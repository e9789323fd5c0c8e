import { toBytes } from './bytes.ts'
import { type Flags, pad } from './format-flags.ts'
import { formatInt, formatNumber } from './format-number.ts'
import { isPrint, quote } from './strconv.ts'
import { GoInt, type GoValue, isGoFunction, isGoObject, isList, isMap, mapGet, sortedKeys, typeOf } from './value.ts'

/** How deep values are printed. */
const maxDepth = 100

/** A value by a verb, as fmt's printArg has it. */
export function formatVerb(value: GoValue, verb: string, flags: Flags): string {
  if (value === undefined || value === null) {
    return verb === 'T' || verb === 'v' ? pad('<nil>', flags, true) : `%!${verb}(<nil>)`
  }
  if (verb === 'T') return formatString(typeOf(value), 's', flags)
  if (verb === 'p' || verb === 'w') return badVerb(verb, value, flags)
  if (verb !== 'v' || !(flags.sharp || flags.plus)) return formatKnown(value, verb, flags, 0)
  // Under %v these flags ask for Go syntax and field names, and say nothing about numbers.
  const { sharp, plus } = flags
  return formatKnown(value, verb, { ...flags, sharp: false, sharpV: sharp, plus: false, plusV: plus }, 0)
}

function formatKnown(value: GoValue, verb: string, flags: Flags, depth: number): string {
  if (depth > maxDepth) return '...'
  if (typeof value === 'boolean')
    return verb === 't' || verb === 'v' ? pad(String(value), flags, true) : badVerb(verb, value, flags)
  if (typeof value === 'number') return formatNumber(value, verb, flags) ?? badVerb(verb, value, flags)
  if (typeof value === 'string') return formatString(value, verb, flags)
  if (value instanceof GoInt) return formatInt(value, verb, flags) ?? badVerb(verb, value, flags)
  if (value === undefined || value === null) {
    // Inside a list or map: neither the verb nor the width matters.
    return flags.sharpV ? 'interface {}(nil)' : '<nil>'
  }
  if (isGoFunction(value)) return verb === 'v' ? '0x0' : badVerb(verb, value, flags)
  if (isGoObject(value)) return formatObject(value, verb, flags, depth)
  return formatCollection(value, verb, flags, depth)
}

function formatObject(value: GoValue, verb: string, flags: Flags, depth: number): string {
  if (!isGoObject(value)) return ''
  if (value.fields !== undefined) {
    const golang = flags.sharpV
    const names = flags.plusV || flags.sharpV
    const shown = value.fields.map(
      ([name, each]) => `${names ? `${name}:` : ''}${formatKnown(each, verb, flags, depth + 1)}`,
    )
    const open = `${value.goKind === 'ptr' ? '&' : ''}${golang ? value.goType.replace('*', '') : ''}`
    return `${open}{${shown.join(golang ? ', ' : ' ')}}`
  }
  if (['v', 's', 'q', 'x', 'X'].includes(verb)) {
    if (value.entries === undefined || value.goKind === 'struct' || value.goKind === 'ptr') {
      return formatString(value.format(), verb === 'v' ? 's' : verb, flags)
    }
  }
  const entries = value.entries?.()
  if (entries === undefined) return badVerb(verb, value, flags)
  const items = entries.map(([key, item]) => {
    const shown = formatKnown(item, verb, flags, depth + 1)
    return value.goKind === 'map' ? `${formatKnown(key, verb, flags, depth + 1)}:${shown}` : shown
  })
  return value.goKind === 'map' ? `map[${items.join(' ')}]` : `[${items.join(' ')}]`
}

function formatCollection(value: GoValue, verb: string, flags: Flags, depth: number): string {
  const golang = flags.sharpV
  if (isList(value)) {
    const type = typeOf(value)
    const items = value.map((item) => formatKnown(item, verb, flags, depth + 1))
    return golang ? `${type}{${items.join(', ')}}` : `[${items.join(' ')}]`
  }
  if (!isMap(value)) return ''
  const items = sortedKeys(value).map((key) => {
    return `${formatKnown(key, verb, flags, depth + 1)}:${formatKnown(mapGet(value, key), verb, flags, depth + 1)}`
  })
  return golang ? `${typeOf(value)}{${items.join(', ')}}` : `map[${items.join(' ')}]`
}

/** What a verb that does not fit prints: the value by %v, with the flags that were given. */
function badVerb(verb: string, value: GoValue, flags: Flags): string {
  return `%!${verb}(${typeOf(value)}=${formatKnown(value, 'v', flags, 0)})`
}

function formatString(text: string, verb: string, flags: Flags): string {
  switch (verb) {
    case 'v':
      return flags.sharpV ? pad(quote(text), flags, true) : pad(cut(text, flags), flags, true)
    case 's':
      return pad(cut(text, flags), flags, true)
    case 'q': {
      const short = cut(text, flags)
      if (flags.sharp && !short.includes('`') && [...short].every((char) => isPrint(char) || char === '\t')) {
        return pad(`\`${short}\``, flags, true)
      }
      return pad(quote(short, { ascii: flags.plus }), flags, true)
    }
    case 'x':
    case 'X':
      return pad(hexBytes(text, verb, flags), flags, true)
  }
  return badVerb(verb, text, flags)
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
