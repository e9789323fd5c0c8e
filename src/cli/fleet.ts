import { resolve } from 'node:path'
import type { Problem } from '../base/index.ts'
import { createFleet, type Fleet } from '../fleet/index.ts'
import { nodeFileSystem } from '../host/index.ts'
import { isPending } from '../kustomize/index.ts'
import { createSchemaRegistry, type SchemaRegistry } from '../schema/index.ts'
import { CommandError, type Flag, type FlagValues, stringFlag, type Terminal } from './command.ts'
import { type BuildRemotes, buildRemotes, remoteFlag } from './remotes.ts'

/** Where the repository is, and what its builds may fetch. */
export const pathFlag: Readonly<Record<string, Flag>> = {
  path: { type: 'string', default: '.', about: 'the repository, or a folder of several' },
  ...remoteFlag,
}

/** A repository that is open for the time of a command. */
export interface OpenedFleet {
  readonly fleet: Fleet
  readonly registry: SchemaRegistry
  readonly remotes: BuildRemotes
  /** What a build gives when everything remote that it needs was fetched. */
  fetched<T extends { readonly problems: readonly Problem[] }>(build: () => T | undefined): Promise<T | undefined>
}

/**
 * Opens the repository that `--path` names, fetches the remote bases that it reaches if they are allowed, and closes it
 * after the work. @throws CommandError when there is no such folder.
 */
export async function withFleet<T>(
  terminal: Terminal,
  flags: FlagValues,
  work: (opened: OpenedFleet) => Promise<T>,
): Promise<T> {
  const given = resolve(terminal.cwd, stringFlag(flags, 'path') ?? '.')
  const root = nodeFileSystem.realPath(given)
  if (root === undefined || nodeFileSystem.stat(root)?.kind !== 'directory') {
    throw new CommandError(`--path: there is no folder ${given}`)
  }
  const registry = createSchemaRegistry()
  const remotes = buildRemotes(flags, { localRepositories: false })
  try {
    const fleet = createFleet({ fs: nodeFileSystem, root, registry, remotes: remotes.source })
    for (fleet.settle(); await remotes.store.settle(); fleet.refetched());
    const fetched: OpenedFleet['fetched'] = async (build) => {
      for (;;) {
        const result = build()
        if (result === undefined || !isPending(result)) return result
        await remotes.store.settle()
      }
    }
    return await work({ fleet, registry, remotes, fetched })
  } finally {
    remotes.dispose()
  }
}
