import type { Completion, LanguageContext } from './types.ts'

/** Names of variables behind `${`; `undefined` when the offset is not there. */
export function completeVariables(
  { fleet }: LanguageContext,
  path: string,
  text: string,
  offset: number,
): readonly Completion[] | undefined {
  const match = /(?<!\$)\$\{([A-Za-z0-9_]*)$/.exec(text.slice(Math.max(0, offset - 100), offset))
  if (match === null) return undefined
  const start = offset - match[1]!.length
  const rest = /^[A-Za-z0-9_]*\}?/.exec(text.slice(offset))![0]
  const closed = rest.endsWith('}')
  const range = { start, end: offset + rest.length - (closed ? 1 : 0) }
  const found = new Map<string, Completion>()
  for (const id of fleet.affectedBy(path)) {
    for (const [name, info] of fleet.variables(id)) {
      if (found.has(name)) continue
      const value = info.secret ? '***' : (info.value ?? 'unknown')
      found.set(name, {
        label: name,
        kind: 'variable',
        detail: `${value} · ${info.from}`,
        range,
        newText: closed ? name : `${name}}`,
        snippet: false,
        sortText: name,
        deprecated: false,
      })
    }
  }
  return [...found.values()].sort((a, b) => (a.label < b.label ? -1 : 1))
}
