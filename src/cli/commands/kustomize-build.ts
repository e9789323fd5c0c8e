import { resolve } from 'node:path'
import { nodeFileSystem } from '../../host/index.ts'
import { build } from '../../kustomize/index.ts'
import { type Command, CommandError, stringFlag, UsageError } from '../command.ts'
import { formatProblem } from '../problems.ts'

/** `kustomize build DIR`: standard output, exit code and failure as `kustomize build` has them. */
export const kustomizeBuildCommand: Command = {
  path: ['kustomize', 'build'],
  about: 'Build a kustomization target, byte for byte as kustomize 5.8 does',
  args: '[DIR]',
  flags: {
    'load-restrictor': {
      type: 'string',
      default: 'LoadRestrictionsRootOnly',
      about: 'LoadRestrictionsRootOnly or LoadRestrictionsNone',
    },
    reorder: { type: 'string', about: 'legacy or none' },
    'enable-managedby-label': { type: 'boolean', about: 'add app.kubernetes.io/managed-by' },
    output: { type: 'string', short: 'o', about: 'write to this file' },
    'enable-helm': { type: 'boolean', about: 'inflate helmCharts' },
    'enable-alpha-plugins': { type: 'boolean', about: 'accepted; exec and container plugins never run' },
  },
  async run(terminal, flags, args) {
    if (args.length > 1) throw new UsageError('specify one path to a kustomization directory')
    const restrictor = stringFlag(flags, 'load-restrictor')
    if (restrictor !== 'LoadRestrictionsRootOnly' && restrictor !== 'LoadRestrictionsNone') {
      throw new UsageError(
        `illegal flag value --load-restrictor ${restrictor}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]`,
      )
    }
    const reorder = stringFlag(flags, 'reorder')
    if (reorder !== undefined && reorder !== 'legacy' && reorder !== 'none') {
      throw new UsageError(`illegal flag value --reorder ${reorder}; legal values: [legacy none]`)
    }
    const result = build(resolve(terminal.cwd, args[0] ?? '.'), nodeFileSystem, {
      loadRestrictor: restrictor === 'LoadRestrictionsNone' ? 'none' : 'rootOnly',
      ...(reorder === undefined ? {} : { reorder }),
      managedByLabel: flags['enable-managedby-label'] === true,
    })
    const errors = result.problems.filter((problem) => problem.severity === 'error')
    for (const problem of result.problems) {
      if (problem.severity !== 'error') terminal.stderr(`# Warning: ${problem.message}\n`)
    }
    if (errors.length > 0) {
      throw new CommandError(errors.map((problem) => formatProblem(problem, terminal.cwd)).join('\n'), 1)
    }
    const output = stringFlag(flags, 'output')
    if (output === undefined) terminal.stdout(result.text())
    else await writeOutput(resolve(terminal.cwd, output), result.text())
    return 0
  },
}

async function writeOutput(path: string, text: string): Promise<void> {
  const { writeFile } = await import('node:fs/promises')
  try {
    await writeFile(path, text)
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${(error as Error).message}`)
  }
}
