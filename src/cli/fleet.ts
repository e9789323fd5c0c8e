import { resolve } from 'node:path'
import { createFleet, type Fleet } from '../fleet/index.ts'
import { nodeFileSystem } from '../host/index.ts'
import { createSchemaRegistry, type SchemaRegistry } from '../schema/index.ts'
import { CommandError, type Flag, type FlagValues, stringFlag, type Terminal } from './command.ts'

/** Where the repository is. */
export const pathFlag: Readonly<Record<string, Flag>> = {
  path: { type: 'string', default: '.', about: 'the repository, or a folder of several' },
}

/** Opens the repository that `--path` names. @throws CommandError when there is no such folder. */
export function openFleet(terminal: Terminal, flags: FlagValues): { fleet: Fleet; registry: SchemaRegistry } {
  const given = resolve(terminal.cwd, stringFlag(flags, 'path') ?? '.')
  const root = nodeFileSystem.realPath(given)
  if (root === undefined || nodeFileSystem.stat(root)?.kind !== 'directory') {
    throw new CommandError(`--path: there is no folder ${given}`)
  }
  const registry = createSchemaRegistry()
  return { fleet: createFleet({ fs: nodeFileSystem, root, registry }), registry }
}
