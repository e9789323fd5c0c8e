import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Disposable, isWithin, type ObjectRef } from '../../base/index.ts'
import type { LiveSource } from '../../engine/index.ts'
import type { Cluster, Fleet } from '../../fleet/index.ts'
import { nodeFileSystem } from '../../host/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { readClone } from './clone.ts'

const run = promisify(execFile)

export interface LiveSourceInput {
  readonly fleet: Fleet
  readonly cluster: Cluster
  /** Tells of absolute paths that have changed on the disk. */
  readonly onDiskChange: (listener: (paths: readonly string[]) => void) => Disposable
}

/**
 * The directories of a workspace that stand for the sources of a cluster, as the engine takes them: what is on the disk
 * now, less what Git ignores.
 */
export function liveSources(input: LiveSourceInput): readonly LiveSource[] {
  const { fleet, cluster } = input
  const directories = new Set([cluster.artifactRoot])
  for (const { cluster: owner, directory } of fleet.sources()) {
    if (owner === cluster.name && directory !== undefined) directories.add(directory)
  }
  return [...directories].map((directory) => liveSource(input, directory))
}

function liveSource({ fleet, cluster, onDiskChange }: LiveSourceInput, directory: string): LiveSource {
  const root = directory === '.' ? fleet.root : join(fleet.root, directory)
  return {
    root,
    fs: nodeFileSystem,
    matches: (_, source) => directoryOf(fleet, cluster, source) === directory,
    branch: () => readClone(nodeFileSystem, root).branch,
    ...(isClone(root) ? { paths: () => trackedFiles(root) } : {}),
    onChange: (callback) =>
      onDiskChange((paths) => {
        if (paths.some((path) => isWithin(root, path))) callback()
      }),
  }
}

/** The directory that the fleet found for a source; the entry's own source is the artifact root even without an address. */
function directoryOf(fleet: Fleet, cluster: Cluster, source: KubeObject): string | undefined {
  const isSame = ({ kind, name, namespace }: ObjectRef): boolean =>
    kind === source.kind && name === source.metadata.name && namespace === source.metadata['namespace']
  const entry = fleet.kustomization(cluster.kustomizations[0] ?? '')
  const sourceRef = (entry?.object['spec'] as { sourceRef?: { kind?: string; name?: string; namespace?: string } })
    ?.sourceRef
  const own = {
    apiVersion: '',
    kind: sourceRef?.kind ?? '',
    name: sourceRef?.name ?? '',
    namespace: sourceRef?.namespace ?? entry?.ref.namespace ?? '',
  }
  if (isSame(own)) return cluster.artifactRoot
  return fleet.sources().find((each) => each.cluster === cluster.name && isSame(each.ref))?.directory
}

function isClone(root: string): boolean {
  for (let dir = root; ; dir = dirname(dir)) {
    if (existsSync(join(dir, '.git'))) return true
    if (dirname(dir) === dir) return false
  }
}

/** What Git tracks or would track, relative to the root. Only reads; hooks and filters do not run for it. */
async function trackedFiles(root: string): Promise<readonly string[]> {
  const { stdout } = await run(
    'git',
    ['-C', root, '-c', 'core.fsmonitor=false', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { maxBuffer: 1 << 28 },
  )
  const paths = new Set(stdout.split('\0').filter((path) => path !== ''))
  return [...paths].filter((path) => existsSync(join(root, path)))
}
