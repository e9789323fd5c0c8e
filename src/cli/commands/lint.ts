import { CancellationSource, CancelledError, type Problem } from '../../base/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import { ReleaseStore } from '../../fleet/releases/index.ts'
import { createLinter, createReleasedObjectCheck, rules } from '../../lint/index.ts'
import type { SchemaRegistry } from '../../schema/index.ts'
import {
  type Command,
  CommandError,
  exitCodes,
  type FlagValues,
  stringFlag,
  type Terminal,
  UsageError,
} from '../command.ts'
import { pathFlag, withFleet } from '../fleet.ts'
import { countSeverities, formatProblem, type PrintedPlace, placeOf, sortProblems } from '../problems.ts'
import { releaseFlags, releaseTools } from '../release-tools.ts'

/** `lint`: every problem of a repository. Exit code 1 when there is an error. */
export const lintCommand: Command = {
  path: ['lint'],
  about: 'Check a repository: schemas, references, paths, builds, substitution',
  flags: {
    ...pathFlag,
    ...releaseFlags,
    helm: { type: 'boolean', about: 'render the HelmReleases too: charts, values, templates and what they make' },
    format: { type: 'string', default: 'text', about: 'text, json, sarif or github' },
    hints: {
      type: 'boolean',
      about: 'in text, also print hints, such as kinds whose definition is not in the repository',
    },
  },
  async run(terminal, flags) {
    const format = stringFlag(flags, 'format') ?? 'text'
    const print = printers[format]
    if (print === undefined)
      throw new UsageError(`--format: "${format}" is none of ${Object.keys(printers).join(', ')}`)
    return withFleet(terminal, flags, ({ fleet, registry }) => lint(terminal, fleet, { flags, registry, print }))
  },
}

async function lint(
  terminal: Terminal,
  fleet: Fleet,
  {
    flags,
    registry,
    print,
  }: { readonly flags: FlagValues; readonly registry: SchemaRegistry; readonly print: Printer },
): Promise<number> {
  const releases = flags['helm'] ? await renderReleases(terminal, flags, fleet) : undefined
  const found = createLinter(fleet, registry, releases).lint()
  const problems = sortProblems([...found.values()].flat())
  const shown =
    print === printers['text'] && !flags['hints'] ? problems.filter((each) => each.severity !== 'hint') : problems
  terminal.stdout(print(shown, { cwd: terminal.cwd, root: fleet.root }))
  const counts = countSeverities(problems)
  if (print === printers['text']) {
    const files = fleet.files().length
    terminal.stderr(
      `${counts.error} errors, ${counts.warning} warnings, ${counts.info + counts.hint} notes in ${files} files\n`,
    )
  }
  return counts.error > 0 ? exitCodes.finding : exitCodes.fine
}

/**
 * Renders every release. Charts that cannot be had here are told once and are no finding: whether a lint succeeds must
 * not depend on the network.
 */
async function renderReleases(terminal: Terminal, flags: FlagValues, fleet: Fleet): Promise<ReleaseStore> {
  const stop = new CancellationSource()
  void terminal.interrupted.then(() => stop.cancel())
  const store = new ReleaseStore(fleet, releaseTools(terminal, flags, stop), {
    inspect: createReleasedObjectCheck(fleet.registry),
  })
  try {
    await store.prepare([...store.releases().values()])
    for (const release of store.stale()) await store.refresh(release)
  } catch (error) {
    if (error instanceof CancelledError) throw new CommandError('interrupted')
    throw error
  }
  const missing = [...store.releases().values()].filter(({ id }) => {
    return store.state(id)?.problems.some(({ doubt }) => doubt === 'unavailable' || doubt === 'transient') === true
  })
  if (missing.length > 0) {
    const names = missing.slice(0, 5).map(({ ref }) => ref.name)
    const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : ''
    terminal.stderr(
      `warning helm/chart: ${missing.length} HelmReleases were not rendered, since their charts cannot be had here: ${names.join(', ')}${more}\n`,
    )
  }
  return store
}

interface Where {
  readonly cwd: string
  readonly root: string
}

type Printer = (problems: readonly Problem[], where: Where) => string

const nowhere: PrintedPlace = { path: '.', line: 1, column: 1, endLine: 1, endColumn: 1 }

const printers: Readonly<Record<string, Printer>> = {
  text: (problems, { cwd, root }) => problems.map((problem) => `${formatProblem(problem, cwd, root)}\n`).join(''),
  json: (problems, { cwd, root }) =>
    `${JSON.stringify(
      problems.map((problem) => ({
        code: problem.code,
        severity: problem.severity,
        message: problem.message,
        ...(placeOf(problem, cwd, root) ?? {}),
        ...(problem.object === undefined ? {} : { object: problem.object }),
      })),
      null,
      2,
    )}\n`,
  sarif: sarif,
  github: (problems, { cwd, root }) =>
    problems
      .map((problem) => {
        const { path, line, column, endLine, endColumn } = placeOf(problem, cwd, root) ?? nowhere
        const level = problem.severity === 'error' ? 'error' : problem.severity === 'warning' ? 'warning' : 'notice'
        const place = `file=${property(path)},line=${line},col=${column},endLine=${endLine},endColumn=${endColumn}`
        return `::${level} ${place},title=${property(problem.code)}::${escapeData(problem.message)}\n`
      })
      .join(''),
}

/** SARIF 2.1.0, as code-scanning services read it. */
function sarif(problems: readonly Problem[], { cwd, root }: Where): string {
  const levels = { error: 'error', warning: 'warning', info: 'note', hint: 'note' } as const
  const run = {
    tool: {
      driver: {
        name: 'fluxkit',
        rules: rules.map((rule) => ({
          id: rule.code,
          shortDescription: { text: rule.code },
          help: { text: rule.doc, markdown: rule.doc },
        })),
      },
    },
    results: problems.map((problem) => {
      const { path, line, column, endLine, endColumn } = placeOf(problem, cwd, root) ?? nowhere
      return {
        ruleId: problem.code,
        level: levels[problem.severity],
        message: { text: problem.message },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/') },
              region: { startLine: line, startColumn: column, endLine, endColumn },
            },
          },
        ],
      }
    }),
  }
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }
  return `${JSON.stringify(log, null, 2)}\n`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
