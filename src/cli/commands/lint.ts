import type { Problem } from '../../base/index.ts'
import { createLinter, rules } from '../../lint/index.ts'
import { type Command, exitCodes, stringFlag, UsageError } from '../command.ts'
import { openFleet, pathFlag } from '../fleet.ts'
import { countSeverities, formatProblem, type PrintedPlace, placeOf, sortProblems } from '../problems.ts'

/** `lint`: every problem of a repository. Exit code 1 when there is an error. */
export const lintCommand: Command = {
  path: ['lint'],
  about: 'Check a repository: schemas, references, paths, builds, substitution',
  flags: {
    ...pathFlag,
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
    const { fleet, registry } = openFleet(terminal, flags)
    const found = createLinter(fleet, registry).lint()
    const problems = sortProblems([...found.values()].flat())
    const shown = format === 'text' && !flags['hints'] ? problems.filter((each) => each.severity !== 'hint') : problems
    terminal.stdout(print(shown, { cwd: terminal.cwd, root: fleet.root }))
    const counts = countSeverities(problems)
    if (format === 'text') {
      const files = fleet.files().length
      terminal.stderr(
        `${counts.error} errors, ${counts.warning} warnings, ${counts.info + counts.hint} notes in ${files} files\n`,
      )
    }
    return counts.error > 0 ? exitCodes.finding : exitCodes.fine
  },
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
