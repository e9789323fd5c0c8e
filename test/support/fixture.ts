import type { TextRange } from '../../src/base/index.ts'

/** One caret line: what is said about a range of the line above. */
export interface Annotation {
  readonly path: string
  readonly range: TextRange
  /** The text behind the carets: `error flux/path-not-found: message`, `target`, … */
  readonly text: string
}

/** A parsed fixture: clean files, cursor, and what is expected of them. */
export interface Fixture {
  readonly files: ReadonlyMap<string, string>
  readonly cursor: { readonly path: string; readonly offset: number } | undefined
  readonly selection: { readonly path: string; readonly range: TextRange } | undefined
  readonly annotations: readonly Annotation[]
}

interface Cursor {
  readonly path: string
  readonly offset: number
}

const fileLine = /^#- (\S+)\s*$/
const caretLine = /^(\s*#\s*)(\^+)\s*(.*)$/
const startLine = /^\s*#\s*<(~*)(-+)\s*(.*)$/

/**
 * Reads the fixture language (style.md, section 5): `#- path` starts a file, `$0` is the cursor (two make a selection,
 * `\$0` is the text `$0`), a line of `#`, spaces and carets says something about the line above, `# <---` about its
 * first columns. Ranges refer to the text without markers. Without a `#-` line the file is `test.yaml`.
 */
export function parseFixture(source: string): Fixture {
  const files = new Map<string, string>()
  const annotations: Annotation[] = []
  const cursors: Cursor[] = []
  let path = 'test.yaml'
  let text = ''
  let previous = 0
  const flush = (): void => {
    if (text !== '' || files.size > 0 || path !== 'test.yaml') files.set(path, text)
  }
  let started = false
  for (const line of trimEnds(source).split('\n')) {
    const file = fileLine.exec(line)
    if (file !== null) {
      if (started) flush()
      started = true
      path = file[1]!
      text = ''
      previous = 0
      continue
    }
    started = true
    const mark = annotationOf(line)
    if (mark !== undefined) {
      const range = { start: previous + mark.column, end: previous + mark.column + mark.length }
      annotations.push({ path, range, text: mark.text })
      continue
    }
    previous = text.length
    text += `${takeCursors(line, path, text.length, cursors)}\n`
  }
  flush()
  const [first, second] = cursors
  return {
    files,
    cursor: second ?? first,
    selection:
      first !== undefined && second !== undefined
        ? { path: first.path, range: { start: first.offset, end: second.offset } }
        : undefined,
    annotations,
  }
}

function annotationOf(line: string): { column: number; length: number; text: string } | undefined {
  const caret = caretLine.exec(line)
  if (caret !== null) return { column: caret[1]!.length, length: caret[2]!.length, text: caret[3]! }
  const start = startLine.exec(line)
  if (start !== null) return { column: start[1]!.length, length: start[2]!.length, text: start[3]! }
  return undefined
}

/** Removes `$0` marks of a line, noting where they were; `\$0` becomes `$0`. */
function takeCursors(line: string, path: string, base: number, cursors: Cursor[]): string {
  let out = ''
  for (let i = 0; i < line.length; ) {
    if (line.startsWith('\\$0', i)) {
      out += '$0'
      i += 3
    } else if (line.startsWith('$0', i)) {
      cursors.push({ path, offset: base + out.length })
      i += 2
    } else out += line[i++]
  }
  return out
}

/** Drops the newline after the opening quote and blanks before the closing one. */
function trimEnds(source: string): string {
  return source.replace(/^\n/, '').replace(/\n[ \t]*$/, '')
}
