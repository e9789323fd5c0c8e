import {
  type ClosableTransport,
  createTransport,
  defaultKubeconfigPaths,
  loadKubeconfig,
  systemClock,
} from '../host/index.ts'
import { createKubeClient, type KubeClient, KubeError, parseDuration } from '../kube/index.ts'
import { CommandError, type Flag, type FlagValues, stringFlag, type Terminal, UsageError } from './command.ts'

/** The flags by which every command that talks to a cluster finds it; names and meanings as the flux CLI's. */
export const clusterFlags: Readonly<Record<string, Flag>> = {
  kubeconfig: { type: 'string', about: 'path of the kubeconfig file' },
  context: { type: 'string', about: 'kubeconfig context to use' },
  namespace: { type: 'string', short: 'n', default: 'flux-system', about: 'namespace of the objects' },
  timeout: { type: 'string', default: '5m0s', about: 'how long to wait' },
}

/** An open connection to one cluster. */
export interface ClusterSession {
  readonly client: KubeClient
  readonly transport: ClosableTransport
  readonly context: string
  readonly namespace: string
  /** Milliseconds. */
  readonly timeout: number
}

/**
 * Opens the cluster that the flags (or the current context) select.
 * @throws CommandError when there is no such context, UsageError for a malformed `--timeout`.
 */
export async function openSession(terminal: Terminal, flags: FlagValues): Promise<ClusterSession> {
  const file = stringFlag(flags, 'kubeconfig')
  const kubeconfig = await loadKubeconfig(file === undefined ? defaultKubeconfigPaths(terminal.env) : [file])
  for (const problem of kubeconfig.problems) terminal.stderr(`${problem.message}\n`)
  const context = stringFlag(flags, 'context') ?? kubeconfig.currentContext
  if (context === undefined) {
    throw new CommandError(
      'no cluster is selected: give --context or --kubeconfig, or start one with "fluxkit cluster start"',
    )
  }
  const transport = openTransport(() => createTransport(kubeconfig, context, { allowExec: true }))
  return {
    client: createKubeClient(transport, systemClock),
    transport,
    context,
    namespace: stringFlag(flags, 'namespace') ?? 'flux-system',
    timeout: durationFlag(flags, 'timeout', '5m'),
  }
}

/** Runs work in a session and closes its sockets afterwards, so that the process can end. */
export async function withSession<T>(
  terminal: Terminal,
  flags: FlagValues,
  work: (session: ClusterSession) => Promise<T>,
): Promise<T> {
  const session = await openSession(terminal, flags)
  try {
    return await work(session)
  } finally {
    session.transport.dispose()
  }
}

/** A duration flag in milliseconds. @throws UsageError */
export function durationFlag(flags: FlagValues, name: string, fallback: string): number {
  const text = stringFlag(flags, name) ?? fallback
  const parsed = parseDuration(text)
  if (!parsed.ok) throw new UsageError(`--${name}: "${text}" is not a duration such as 30s or 5m`)
  return Number(parsed.value) / 1e6
}

function openTransport(open: () => ClosableTransport): ClosableTransport {
  try {
    return open()
  } catch (error) {
    if (error instanceof KubeError) throw new CommandError(error.message)
    throw error
  }
}
