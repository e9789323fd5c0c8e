import type { Command } from './command.ts'
import { clusterCommands } from './commands/cluster.ts'
import { exportCommands } from './commands/export.ts'
import { getCommands } from './commands/get.ts'
import { kustomizeBuildCommand } from './commands/kustomize-build.ts'
import { reconcileCommands } from './commands/reconcile.ts'
import { resumeCommands, suspendCommands } from './commands/suspend.ts'
import { treeCommand } from './commands/tree.ts'

/** Every command of the CLI. Names, flags and output of the flux CLI where it has the command. */
export const commands: readonly Command[] = [
  kustomizeBuildCommand,
  ...clusterCommands,
  ...getCommands,
  ...reconcileCommands,
  ...suspendCommands,
  ...resumeCommands,
  ...exportCommands,
  treeCommand,
]
