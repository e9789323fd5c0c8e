import type { Command } from './command.ts'

/** Commands by their first word, loaded only when one of them is called: starting is most of a short run. */
const groups: Readonly<Record<string, () => Promise<readonly Command[]>>> = {
  kustomize: async () => [(await import('./commands/kustomize-build.ts')).kustomizeBuildCommand],
  helm: async () => [(await import('./commands/helm-template.ts')).helmTemplateCommand],
  build: async () => [
    ...(await import('./commands/build.ts')).buildCommands,
    ...(await import('./commands/build-helm.ts')).buildHelmCommands,
  ],
  lint: async () => [(await import('./commands/lint.ts')).lintCommand],
  cluster: async () => (await import('./commands/cluster.ts')).clusterCommands,
  run: async () => [(await import('./commands/run.ts')).runCommand],
  lsp: async () => [(await import('./commands/lsp.ts')).lspCommand],
  get: async () => (await import('./commands/get.ts')).getCommands,
  reconcile: async () => (await import('./commands/reconcile.ts')).reconcileCommands,
  suspend: async () => (await import('./commands/suspend.ts')).suspendCommands,
  resume: async () => (await import('./commands/suspend.ts')).resumeCommands,
  export: async () => (await import('./commands/export.ts')).exportCommands,
  tree: async () => [(await import('./commands/tree.ts')).treeCommand],
}

/** The commands that begin with a word; all of them without one or with an unknown one. */
export async function loadCommands(word: string | undefined): Promise<readonly Command[]> {
  const group = word !== undefined && Object.hasOwn(groups, word) ? groups[word] : undefined
  if (group !== undefined) return group()
  const all = await Promise.all(Object.values(groups).map((load) => load()))
  return all.flat()
}
