import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { KubeConfig } from '@kubernetes/client-node'
import type { Problem } from '../base/index.ts'

/** A context of the merged kubeconfig: enough to list it, without contacting anything. */
export interface KubeContext {
  readonly name: string
  readonly cluster: string
  readonly server: string
  readonly user: string
  readonly namespace: string | undefined
  readonly current: boolean
  /** True when credentials come from a program that the kubeconfig names; it runs only after the user allowed it. */
  readonly usesExec: boolean
}

/** The merged kubeconfig files. */
export interface Kubeconfig {
  readonly contexts: readonly KubeContext[]
  readonly currentContext: string | undefined
  readonly problems: readonly Problem[]
  /** A configuration of its own with that context as the current one: sessions must not share the mutable selection. */
  forContext(name: string): KubeConfig
}

/** The files that kubectl would read: `KUBECONFIG`, else `~/.kube/config`. */
export function defaultKubeconfigPaths(env: NodeJS.ProcessEnv = process.env): string[] {
  const listed = env['KUBECONFIG']?.split(delimiter).filter((path) => path !== '') ?? []
  return listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')]
}

/**
 * Reads and merges kubeconfig files as kubectl does: the first file to name a context, cluster, user or current-context
 * wins. A file that is missing is skipped; one that cannot be read becomes a problem, and the others still count.
 */
export async function loadKubeconfig(paths: readonly string[] = defaultKubeconfigPaths()): Promise<Kubeconfig> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const merged = new KubeConfig()
  merged.loadFromOptions({ clusters: [], users: [], contexts: [] })
  const problems: Problem[] = []
  for (const path of paths) {
    if (!existsSync(path)) continue
    const one = new KubeConfig()
    try {
      one.loadFromFile(path, { onInvalidEntry: 'filter' })
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
      problems.push({
        code: 'kube/kubeconfig',
        severity: 'error',
        message: `cannot read kubeconfig ${path}: ${reason}`,
        location: { path },
      })
      continue
    }
    merged.clusters = mergeByName(merged.clusters, one.clusters)
    merged.users = mergeByName(merged.users, one.users)
    merged.contexts = mergeByName(merged.contexts, one.contexts)
    if (!merged.currentContext && one.currentContext) merged.currentContext = one.currentContext
  }
  return describe(merged, problems, KubeConfig)
}

/** A kubeconfig that is not in a file: the one that a dev cluster of this process hands out. */
export async function parseKubeconfig(text: string): Promise<Kubeconfig> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  config.loadFromString(text)
  return describe(config, [], KubeConfig)
}

function describe(merged: KubeConfig, problems: readonly Problem[], Config: typeof KubeConfig): Kubeconfig {
  return {
    contexts: merged.contexts.map((context) => {
      const user = merged.users.find((each) => each.name === context.user)
      return {
        name: context.name,
        cluster: context.cluster,
        server: merged.clusters.find((each) => each.name === context.cluster)?.server ?? '',
        user: context.user,
        namespace: context.namespace,
        current: context.name === merged.currentContext,
        usesExec: user?.exec !== undefined || user?.authProvider?.config?.['cmd-path'] !== undefined,
      }
    }),
    currentContext: merged.currentContext || undefined,
    problems,
    forContext(name) {
      const own = new Config()
      own.loadFromOptions({
        clusters: merged.clusters,
        users: merged.users,
        contexts: merged.contexts,
        currentContext: name,
      })
      return own
    },
  }
}

function mergeByName<T extends { readonly name: string }>(first: T[], second: T[]): T[] {
  const known = new Set(first.map((each) => each.name))
  return [...first, ...second.filter((each) => !known.has(each.name))]
}
