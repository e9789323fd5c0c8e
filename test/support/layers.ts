/** Which module of `src` may import which (itself is always allowed). The one source of the layer rules. */
export const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  yaml: ['base'],
  gotemplate: ['base'],
  envsubst: ['base'],
  cel: ['base'],
  protocol: ['base'],
  schema: ['base', 'yaml', 'cel'],
  kube: ['base', 'yaml', 'schema'],
  kustomize: ['base', 'yaml', 'schema', 'kube'],
  helm: ['base', 'yaml', 'gotemplate', 'schema', 'kube'],
  source: ['base', 'yaml'],
  flux: ['base', 'yaml', 'schema', 'kube', 'envsubst', 'cel'],
  fleet: ['base', 'yaml', 'schema', 'kube', 'envsubst', 'cel', 'kustomize', 'gotemplate', 'helm', 'source', 'flux'],
  devcluster: ['base', 'yaml', 'schema', 'kube', 'cel'],
  engine: ['base', 'yaml', 'schema', 'kube', 'cel', 'envsubst', 'kustomize', 'helm', 'source', 'flux'],
  lint: ['base', 'yaml', 'schema', 'kube', 'flux', 'fleet'],
  language: ['base', 'yaml', 'schema', 'kube', 'flux', 'fleet', 'lint'],
  host: ['base', 'yaml', 'kube', 'kustomize', 'source', 'helm', 'engine'],
  worker: [
    ...['base', 'yaml', 'gotemplate', 'envsubst', 'cel', 'schema', 'kube', 'kustomize', 'helm', 'source', 'flux'],
    ...['fleet', 'devcluster', 'engine', 'lint', 'language', 'host', 'protocol'],
  ],
  cli: [
    ...['base', 'yaml', 'gotemplate', 'envsubst', 'cel', 'schema', 'kube', 'kustomize', 'helm', 'source', 'flux'],
    ...['fleet', 'devcluster', 'engine', 'lint', 'language', 'host', 'worker'],
  ],
  extension: ['base', 'protocol'],
  webview: ['protocol', 'base'],
}

/** Where `node:*` may be imported: folders below the repository's root. */
export const nodeAllowed: readonly string[] = [
  'src/host/',
  'src/worker/',
  'src/cli/',
  'src/extension/',
  'src/devcluster/server/',
]

/** Second doors: files that other modules may import besides a module's `index.ts`. */
export const extraDoors: readonly string[] = [
  'src/devcluster/server/index.ts',
  'src/fleet/releases/index.ts',
  'src/helm/light.ts',
  'src/helm/rendering.ts',
  'src/host/cache-dir.ts',
  'src/host/charts.ts',
  'src/host/later-optimisation.ts',
]
