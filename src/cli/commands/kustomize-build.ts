import { join, resolve } from 'node:path'
import { CancellationSource, CancelledError, isWithin } from '../../base/index.ts'
import { cacheDir, createChartSources, nodeFileSystem } from '../../host/index.ts'
import {
  buildFetching,
  type FetchStore,
  type HelmInflator,
  type KustomizeBuild,
  type KustomizeOptions,
  parseRepoUrl,
} from '../../kustomize/index.ts'
import {
  type Command,
  CommandError,
  type FlagValues,
  listFlag,
  stringFlag,
  type Terminal,
  UsageError,
} from '../command.ts'
import { formatProblem } from '../problems.ts'
import { buildRemotes, remoteFlag } from '../remotes.ts'

/** `kustomize build DIR`: standard output, exit code and failure as `kustomize build` has them. */
export const kustomizeBuildCommand: Command = {
  path: ['kustomize', 'build'],
  about: 'Build a kustomization target, byte for byte as kustomize 5.8 does',
  args: '[DIR|URL]',
  flags: {
    ...remoteFlag,
    'load-restrictor': {
      type: 'string',
      default: 'LoadRestrictionsRootOnly',
      about: 'LoadRestrictionsRootOnly or LoadRestrictionsNone',
    },
    reorder: { type: 'string', about: 'legacy or none' },
    'enable-managedby-label': { type: 'boolean', about: 'add app.kubernetes.io/managed-by' },
    output: { type: 'string', short: 'o', about: 'write to this file, or a file per resource into this folder' },
    'enable-helm': { type: 'boolean', about: 'inflate helmCharts' },
    'helm-command': { type: 'string', default: 'helm', about: 'accepted; charts are rendered by Fluxkit itself' },
    'helm-api-versions': { type: 'string', multiple: true, about: 'API versions for .Capabilities of charts' },
    'helm-kube-version': { type: 'string', about: 'Kubernetes version for .Capabilities of charts' },
    'helm-debug': { type: 'boolean', about: 'accepted' },
    'enable-alpha-plugins': { type: 'boolean', about: 'as --enable-helm; exec and container plugins never run' },
    'enable-exec': { type: 'boolean', about: 'accepted; exec plugins never run' },
    'as-current-user': { type: 'boolean', about: 'accepted; container plugins never run' },
    env: { type: 'string', short: 'e', multiple: true, about: 'accepted; container plugins never run' },
    mount: { type: 'string', multiple: true, about: 'accepted; container plugins never run' },
    network: { type: 'boolean', about: 'accepted; container plugins never run' },
    'network-name': { type: 'string', about: 'accepted; container plugins never run' },
    'stack-trace': { type: 'boolean', about: 'accepted' },
  },
  async run(terminal, flags, args) {
    if (args.length > 1) throw new UsageError('specify one path to kustomization.yaml')
    const options = readOptions(terminal, flags)
    const given = args[0] ?? '.'
    const isRemote = parseRepoUrl(given) !== undefined
    const stop = new CancellationSource()
    void terminal.interrupted.then(() => stop.cancel())
    const remotes = buildRemotes(flags, { ...(isRemote ? { target: given } : {}), localRepositories: true })
    const { store } = remotes
    try {
      const result = await buildFetching(isRemote ? given : resolve(terminal.cwd, given), nodeFileSystem, {
        ...options,
        store,
        remotes: remotes.source,
        cancellation: stop,
        ...(flags['enable-helm'] || flags['enable-alpha-plugins']
          ? { helm: await openHelm(terminal, flags, store) }
          : {}),
      })
      printNotices(terminal, flags, result)
      if (result.problems.length > 0) {
        throw new CommandError(result.problems.map((problem) => formatProblem(problem, terminal.cwd)).join('\n'), 1)
      }
      await write(terminal, flags, result)
      return 0
    } catch (error) {
      if (error instanceof CancelledError) throw new CommandError('interrupted')
      throw error
    } finally {
      remotes.dispose()
    }
  },
}

/** @throws UsageError for values that kustomize refuses. */
function readOptions(terminal: Terminal, flags: FlagValues): KustomizeOptions {
  const restrictor = stringFlag(flags, 'load-restrictor')
  if (!['LoadRestrictionsRootOnly', 'LoadRestrictionsNone', ''].includes(restrictor ?? '')) {
    throw new UsageError(
      `illegal flag value --load-restrictor ${restrictor}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]`,
    )
  }
  const reorder = stringFlag(flags, 'reorder')
  if (reorder !== undefined && reorder !== 'legacy' && reorder !== 'none') {
    throw new UsageError(`illegal flag value --reorder ${reorder}; legal values: [legacy none]`)
  }
  return {
    loadRestrictor: restrictor === 'LoadRestrictionsNone' ? 'none' : 'rootOnly',
    ...(reorder === undefined ? {} : { reorder }),
    managedByLabel:
      flags['enable-managedby-label'] === true || terminal.env['KUSTOMIZE_ENABLE_MANAGEDBY_LABEL'] === 'on',
  }
}

/** Loaded only here: the Helm engine is more than all the rest of this command. */
async function openHelm(terminal: Terminal, flags: FlagValues, store: FetchStore): Promise<HelmInflator> {
  const { createKustomizeHelm } = await import('../kustomize-helm.ts')
  return createKustomizeHelm({
    store,
    sources: () => createChartSources({ cacheDir: cacheDir(terminal.env) }),
    kubeVersion: stringFlag(flags, 'helm-kube-version') ?? '',
    apiVersions: listFlag(flags, 'helm-api-versions'),
  })
}

/** What kustomize writes to standard error: deprecated flags, then what the build came across. */
function printNotices(terminal: Terminal, flags: FlagValues, { notices }: KustomizeBuild): void {
  for (const [name, advice] of deprecatedFlags) {
    if (flags[name] !== undefined) terminal.stderr(`Flag --${name} has been deprecated, ${advice}\n`)
  }
  for (const { message, logged } of notices) terminal.stderr(`${logged ? `${logTime(new Date())} ` : ''}${message}\n`)
}

const deprecatedFlags = [
  [
    'enable-managedby-label',
    'The flag `enable-managedby-label` has been deprecated. Use the `managedByLabel` option in the `buildMetadata` field instead.',
  ],
  ['reorder', "use the new 'sortOptions' field in kustomization.yaml instead."],
] as const

/** The time as Go's logger writes it, local. */
function logTime(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${now.getFullYear()}/${two(now.getMonth() + 1)}/${two(now.getDate())}`
  return `${date} ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`
}

async function write(terminal: Terminal, flags: FlagValues, result: KustomizeBuild): Promise<void> {
  const output = stringFlag(flags, 'output') ?? ''
  if (output === '') {
    terminal.stdout(result.text())
    return
  }
  const path = resolve(terminal.cwd, output)
  if (nodeFileSystem.stat(path)?.kind !== 'directory') {
    await writeOutput(path, result.text())
    return
  }
  for (const { name, text } of result.files()) {
    const file = join(path, name)
    if (!isWithin(path, file)) throw new CommandError(`the name of an object leaves ${path}: ${name}`)
    await writeOutput(file, text)
  }
}

async function writeOutput(path: string, text: string): Promise<void> {
  const { writeFile } = await import('node:fs/promises')
  try {
    await writeFile(path, text)
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${(error as Error).message}`)
  }
}
