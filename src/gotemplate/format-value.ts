import { type Flags, pad } from './format-flags.ts'
import { formatInt, formatNumber } from './format-number.ts'
import { formatString } from './format-string.ts'
import {
  GoInt,
  type GoValue,
  isGoFunction,
  isGoObject,
  isList,
  isMap,
  isNilList,
  isNilMap,
  mapGet,
  sortedKeys,
  typeOf,
} from './value.ts'

/** How deep values are printed. */
const maxDepth = 100

/** How many values inside one another are printed at once; more is hostile. */
const maxValues = 4_000_000

/**
 * A value by a verb, as fmt's printArg has it.
 * @throws RangeError for what would print without end
 */
export function formatVerb(value: GoValue, verb: string, given: Flags): string {
  const flags = typeof value === 'object' && value !== null ? { ...given, left: { values: maxValues } } : given
  if (value === undefined || value === null) {
    return verb === 'T' || verb === 'v' ? pad('<nil>', flags, true) : `%!${verb}(<nil>)`
  }
  if (verb === 'T') return textOf(typeOf(value), 's', flags)
  if (verb === 'p') return badVerb(verb, value, flags)
  if (verb !== 'v' && verb !== 'w') return formatKnown(value, verb, flags, 0)
  // Under %v and %w these flags ask for Go syntax and field names, and say nothing about numbers.
  const { sharp, plus } = flags
  const general = sharp || plus ? { ...flags, sharp: false, sharpV: sharp, plus: false, plusV: plus } : flags
  return verb === 'w' ? badVerb(verb, value, general) : formatKnown(value, verb, general, 0)
}

function textOf(text: string, verb: string, flags: Flags): string {
  return formatString(text, verb, flags) ?? badVerb(verb, text, flags)
}

function formatKnown(value: GoValue, verb: string, flags: Flags, depth: number): string {
  if (depth > maxDepth) return '...'
  if (flags.left !== undefined && --flags.left.values < 0) throw new RangeError('a text of that many values')
  if (typeof value === 'boolean')
    return verb === 't' || verb === 'v' ? pad(String(value), flags, true) : badVerb(verb, value, flags)
  if (typeof value === 'number') return formatNumber(value, verb, flags) ?? badVerb(verb, value, flags)
  if (typeof value === 'string') return textOf(value, verb, flags)
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
      return textOf(value.format(), verb === 'v' ? 's' : verb, flags)
    }
  }
  if (value.text !== undefined && 'sxXq'.includes(verb)) return textOf(value.text(), verb, flags)
  // Whole files are printed where a template prints all that it sees.
  if (value.text !== undefined && verb === 'v' && isPlain(flags)) return value.format()
  const entries = value.entries?.()
  if (entries === undefined) return badVerb(verb, value, flags)
  const items = entries.map(([key, item]) => {
    const shown = formatKnown(item, verb, flags, depth + 1)
    return value.goKind === 'map' ? `${formatKnown(key, verb, flags, depth + 1)}:${shown}` : shown
  })
  return value.goKind === 'map' ? `map[${items.join(' ')}]` : `[${items.join(' ')}]`
}

function isPlain({ width, precision, sharpV, plus, space }: Flags): boolean {
  return width === undefined && precision === undefined && !sharpV && !plus && !space
}

function formatCollection(value: GoValue, verb: string, flags: Flags, depth: number): string {
  const golang = flags.sharpV
  if (isList(value)) {
    const type = typeOf(value)
    if (golang && isNilList(value)) return `${type}(nil)`
    const items = value.map((item) => formatKnown(item, verb, flags, depth + 1))
    return golang ? `${type}{${items.join(', ')}}` : `[${items.join(' ')}]`
  }
  if (!isMap(value)) return ''
  if (golang && isNilMap(value)) return `${typeOf(value)}(nil)`
  const items = sortedKeys(value).map((key) => {
    return `${formatKnown(key, verb, flags, depth + 1)}:${formatKnown(mapGet(value, key), verb, flags, depth + 1)}`
  })
  return golang ? `${typeOf(value)}{${items.join(', ')}}` : `map[${items.join(' ')}]`
}

/** What a verb that does not fit prints: the value by %v, with the flags that were given. */
function badVerb(verb: string, value: GoValue, flags: Flags): string {
  return `%!${verb}(${typeOf(value)}=${formatKnown(value, 'v', { ...flags, erroring: true }, 0)})`
}
