import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { decodeBytes } from '../gotemplate/index.ts'
import { HelmError, mergeMaps, readValues, setValue } from '../helm/rendering.ts'
import { type Flag, type FlagValues, listFlag, type Terminal } from './command.ts'

/** The flags that give values to a chart. */
export const valuesFlags: Readonly<Record<string, Flag>> = {
  values: { type: 'string', short: 'f', multiple: true, about: 'values files or URLs, parted by commas' },
  set: { type: 'string', multiple: true, about: 'value on the command line: a.b=c' },
  'set-string': { type: 'string', multiple: true, about: 'the same, always as text' },
  'set-json': { type: 'string', multiple: true, about: 'the same, as JSON' },
  'set-file': { type: 'string', multiple: true, about: 'the same, from a file' },
  'set-literal': { type: 'string', multiple: true, about: 'the same, as literal text' },
}

/** Something on the command line that gave values: a file with its text, or what one flag says. */
export type ValuesSource = { readonly label: string } & (
  | { readonly text: string }
  | { readonly values: ReturnType<typeof readValues> }
)

/** Reads what a URL names; rejects with HelmError. */
export type FetchText = (url: string) => Promise<Uint8Array>

/**
 * Values files, then `--set-json`, `--set`, `--set-string`, `--set-file` and `--set-literal`, as Helm orders them. Rejects
 * with HelmError in Helm's words. Source: Helm 4.1 pkg/cli/values/options.go.
 * @param observe hears of each file and flag in that order, the lowest first. A flag is named by its key alone.
 */
export async function collectValues(
  terminal: Terminal,
  flags: FlagValues,
  fetchText: FetchText,
  observe?: (source: ValuesSource) => void,
): Promise<ReturnType<typeof readValues>> {
  let values: ReturnType<typeof readValues> = {}
  for (const file of commaList(listFlag(flags, 'values'))) {
    const text = decodeBytes(isUrl(file) ? await fetchText(file) : readInput(terminal, file))
    observe?.({ label: file, text })
    try {
      values = mergeMaps(values, readValues(text))
    } catch (error) {
      if (error instanceof HelmError) throw new HelmError(`failed to parse ${file}: ${error.message}`)
      throw error
    }
  }
  const read = new Map<string, string>()
  const readOnce = (path: string): string => {
    const text = read.get(path) ?? decodeBytes(readInput(terminal, path))
    read.set(path, text)
    return text
  }
  for (const kind of ['json', '', 'string', 'file', 'literal'] as const) {
    for (const entry of listFlag(flags, kind === '' ? 'set' : `set-${kind}`)) {
      const set = (target: typeof values): void =>
        setValue(target, entry, kind === '' ? 'typed' : kind, (path) => readOnce(path))
      set(values)
      if (observe === undefined) continue
      const alone: typeof values = {}
      set(alone)
      // One that sets several is not named by the first.
      const key = entry.includes(',') ? '' : /^[^={]*/.exec(entry)![0]
      observe({ label: `--set${kind === '' ? '' : `-${kind}`}${key === '' ? '' : ` ${key}`}`, values: alone })
    }
  }
  return values
}

/** Lists of flags that Helm reads as CSV, several values in one. */
export function commaList(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(','))
}

export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text)
}

function readInput(terminal: Terminal, file: string): Uint8Array {
  try {
    return file.trim() === '-' ? readFileSync(0) : readFileSync(resolve(terminal.cwd, file))
  } catch (error) {
    throw new HelmError(
      `open ${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file or directory' : (error as Error).message}`,
    )
  }
}
