import { MemoryFileSystem, type Problem, type TextRange } from '../../src/base/index.ts'
import { type ChangeSummary, createFleet, type Fleet, type FleetOptions } from '../../src/fleet/index.ts'
import {
  type Completion,
  codeActions,
  completion,
  definition,
  hover,
  type LanguageContext,
  type RenameResult,
  references,
  rename,
} from '../../src/language/index.ts'
import { createLinter, type Linter, type LintOptions } from '../../src/lint/index.ts'
import { createSchemaRegistry } from '../../src/schema/index.ts'
import { type Fixture, parseFixture } from './fixture.ts'

/** A fleet made of a fixture; its workspace is `/repo`. */
export interface Workbench extends Fixture {
  readonly fs: MemoryFileSystem
  readonly fleet: Fleet
  readonly linter: Linter
  readonly context: LanguageContext
}

export const root = '/repo'

/** Opens the files of a fixture as a workspace. */
export function openFixture(source: string, options: Partial<FleetOptions> = {}): Workbench {
  const fixture = parseFixture(source)
  const fs = new MemoryFileSystem([...fixture.files].map(([path, text]) => [`${root}/${path}`, text] as const))
  const registry = createSchemaRegistry()
  const fleet = createFleet({ fs, root, registry, ...options })
  const linter = createLinter(fleet, registry)
  return { ...fixture, fs, fleet, linter, context: { fleet, registry, linter } }
}

export interface DiagnosticOptions extends LintOptions {
  /** Only problems of these codes count (exact, or a prefix that ends with `/`). Default all but hints. */
  readonly only?: readonly string[]
  readonly hints?: boolean
}

/**
 * Every problem of the fixture must be annotated, and every annotation met. A problem over several lines is compared by
 * its first line; an annotation that ends with `…` gives the beginning of the message.
 */
export function checkDiagnostics(source: string, options: DiagnosticOptions = {}): Workbench {
  const bench = openFixture(source)
  const expected = bench.annotations.map((annotation) => ({
    place: showPlace(bench, annotation.path, annotation.range),
    text: annotation.text,
  }))
  const actual = [...bench.linter.lint(options)].flatMap(([path, problems]) =>
    problems
      .filter((problem) => isWanted(problem, options))
      .map((problem) => ({
        place: showPlace(bench, path, firstLine(bench, path, problem.location?.range)),
        text: `${problem.severity} ${problem.code}: ${problem.message}`,
      })),
  )
  const unexpected = actual.filter((one) => !expected.some((other) => isSame(one, other)))
  const unmet = expected.filter((one) => !actual.some((other) => isSame(other, one)))
  if (unexpected.length > 0 || unmet.length > 0) {
    const show = (list: readonly { place: string; text: string }[]): string =>
      list.map(({ place, text }) => `  ${place} ${text}`).join('\n') || '  none'
    throw new Error(`problems without annotation:\n${show(unexpected)}\nannotations without problem:\n${show(unmet)}`)
  }
  return bench
}

function isWanted(problem: Problem, options: DiagnosticOptions): boolean {
  if (options.only !== undefined) {
    return options.only.some((code) => (code.endsWith('/') ? problem.code.startsWith(code) : problem.code === code))
  }
  return options.hints === true || problem.severity !== 'hint'
}

function isSame(actual: { place: string; text: string }, expected: { place: string; text: string }): boolean {
  if (actual.place !== expected.place) return false
  return expected.text.endsWith('…')
    ? actual.text.startsWith(expected.text.slice(0, -1))
    : actual.text === expected.text
}

function firstLine(bench: Workbench, path: string, range: TextRange | undefined): TextRange {
  if (range === undefined) return { start: 0, end: 0 }
  const newline = bench.fleet.file(path)?.text.indexOf('\n', range.start) ?? -1
  return newline >= 0 && newline < range.end ? { start: range.start, end: newline } : range
}

function showPlace(bench: Workbench, path: string, range: TextRange): string {
  const lines = bench.fleet.file(path)?.lines
  if (lines === undefined) return `${path}:?`
  const { line, character } = lines.positionAt(range.start)
  return `${path}:${line + 1}:${character + 1}+${range.end - range.start}`
}

/** Applies the fix of the only fixable problem (of a code) and compares every file that `after` names. */
export function checkFix(
  before: string,
  after: string,
  options: { readonly code?: string; readonly title?: string } = {},
): void {
  const bench = openFixture(before)
  const fixes = [...bench.files.keys()].flatMap((path) =>
    codeActions(bench.context, path, { start: 0, end: bench.files.get(path)!.length }).filter(
      (action) => (options.code ?? action.code) === action.code && (options.title ?? action.title) === action.title,
    ),
  )
  const fix = fixes[0]
  if (fix === undefined) throw new Error(`no fix${options.code === undefined ? '' : ` for ${options.code}`}`)
  compareFiles(applyEdits(bench, fix.fix.edits), after)
}

/** Renames what is at the cursor and compares every file that `after` names. */
export function checkRename(before: string, newName: string, after: string): RenameResult {
  const bench = openFixture(before)
  const result = rename(bench.context, cursorOf(bench).path, cursorOf(bench).offset, newName)
  if (result.refused !== undefined) throw new Error(`refused: ${result.refused}`)
  compareFiles(applyEdits(bench, result.edits), after)
  return result
}

function applyEdits(
  bench: Workbench,
  edits: readonly { readonly path: string; readonly range: TextRange; readonly newText: string }[],
): Map<string, string> {
  const files = new Map(bench.files)
  for (const edit of [...edits].sort((a, b) => b.range.start - a.range.start || b.range.end - a.range.end)) {
    const text = files.get(edit.path) ?? ''
    files.set(edit.path, text.slice(0, edit.range.start) + edit.newText + text.slice(edit.range.end))
  }
  return files
}

function compareFiles(actual: ReadonlyMap<string, string>, after: string): void {
  for (const [path, text] of parseFixture(after).files) {
    if (actual.get(path) !== text) {
      throw new Error(`${path} differs\n--- expected\n${text}\n--- actual\n${actual.get(path) ?? '(no such file)'}`)
    }
  }
}

/** Replaces a text in a file, as an editor would, and compares the counters of the summary that are given. */
export function checkEdit(
  bench: Workbench,
  edit: { readonly path: string; readonly from: string; readonly to: string },
  expected: Partial<ChangeSummary>,
): ChangeSummary {
  bench.fleet.settle()
  const text = bench.fleet.file(edit.path)?.text
  if (text === undefined || !text.includes(edit.from)) throw new Error(`"${edit.from}" is not in ${edit.path}`)
  const summary = bench.fleet.update([{ path: edit.path, text: text.replace(edit.from, edit.to) }])
  for (const key of Object.keys(expected) as (keyof ChangeSummary)[]) {
    if (JSON.stringify(summary[key]) !== JSON.stringify(expected[key])) {
      throw new Error(`${key}: expected ${JSON.stringify(expected[key])}, got ${JSON.stringify(summary[key])}`)
    }
  }
  return summary
}

/** The labels offered at the cursor; all of the expected ones must be there, in this order, unless `exactly`. */
export function checkCompletion(
  source: string,
  expected: readonly string[],
  options: { readonly exactly?: boolean; readonly without?: readonly string[] } = {},
): readonly Completion[] {
  const bench = openFixture(source)
  const items = completion(bench.context, cursorOf(bench).path, cursorOf(bench).offset)
  const labels = items.map((item) => item.label)
  const found = options.exactly === true ? labels : labels.filter((label) => expected.includes(label))
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}\ngot ${JSON.stringify(labels)}`)
  }
  const wrong = labels.filter((label) => options.without?.includes(label))
  if (wrong.length > 0) throw new Error(`offered, but should not be: ${wrong.join(', ')}`)
  return items
}

/** The hover at the cursor must hold every given text; `undefined` means that there must be none. */
export function checkHover(source: string, ...expected: readonly string[]): void {
  const bench = openFixture(source)
  const found = hover(bench.context, cursorOf(bench).path, cursorOf(bench).offset)
  if (expected.length === 0) {
    if (found !== undefined) throw new Error(`expected no hover, got\n${found.markdown}`)
    return
  }
  for (const text of expected) {
    if (!found?.markdown.includes(text))
      throw new Error(`"${text}" is not in the hover:\n${found?.markdown ?? '(none)'}`)
  }
}

/** The definitions at the cursor must be the ranges annotated with `target`; a path in `files` stands for a whole file. */
export function checkDefinition(source: string, files: readonly string[] = []): void {
  const bench = openFixture(source)
  const found = definition(bench.context, cursorOf(bench).path, cursorOf(bench).offset)
  compareTargets(
    bench,
    found.map(({ target }) => target),
    files,
  )
}

/** The references of what is at the cursor must be the ranges annotated with `target`. */
export function checkReferences(source: string): void {
  const bench = openFixture(source)
  compareTargets(bench, references(bench.context, cursorOf(bench).path, cursorOf(bench).offset), [])
}

function compareTargets(
  bench: Workbench,
  found: readonly { readonly path: string; readonly range?: TextRange }[],
  files: readonly string[],
): void {
  const actual = found.map(({ path, range }) => (range === undefined ? path : showPlace(bench, path, range))).sort()
  const targets = bench.annotations.filter(({ text }) => text === 'target')
  const expected = [...files, ...targets.map(({ path, range }) => showPlace(bench, path, range))].sort()
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}\ngot ${JSON.stringify(actual)}`)
  }
}

function cursorOf(bench: Workbench): { readonly path: string; readonly offset: number } {
  if (bench.cursor === undefined) throw new Error('the fixture has no $0')
  return bench.cursor
}
