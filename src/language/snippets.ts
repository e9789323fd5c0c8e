import type { CompletionPlace } from './completion.ts'
import type { Completion } from './types.ts'

interface Template {
  readonly label: string
  readonly detail: string
  readonly body: string
}

const templates: readonly Template[] = [
  {
    label: 'Flux Kustomization',
    detail: 'build a directory of a source and apply it',
    body: `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: \${1:apps}
  namespace: \${2:flux-system}
spec:
  interval: \${3:1h}
  retryInterval: 2m
  timeout: 5m
  sourceRef:
    kind: GitRepository
    name: \${4:flux-system}
  path: \${5:./apps}
  prune: true
  wait: true
`,
  },
  {
    label: 'Flux GitRepository',
    detail: 'a Git repository as a source',
    body: `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: \${1:apps}
  namespace: \${2:flux-system}
spec:
  interval: \${3:5m}
  url: \${4:https://github.com/org/repo}
  ref:
    branch: \${5:main}
`,
  },
  {
    label: 'Flux OCIRepository',
    detail: 'an OCI artifact as a source',
    body: `apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: \${1:podinfo}
  namespace: \${2:flux-system}
spec:
  interval: \${3:10m}
  url: \${4:oci://ghcr.io/stefanprodan/charts/podinfo}
  ref:
    semver: "\${5:*}"
`,
  },
  {
    label: 'Flux HelmRelease',
    detail: 'a release of a chart from an OCIRepository',
    body: `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: \${1:podinfo}
  namespace: \${2:default}
spec:
  interval: \${3:1h}
  chartRef:
    kind: OCIRepository
    name: \${4:podinfo}
  values: {}
`,
  },
  {
    label: 'kustomization.yaml',
    detail: 'a kustomization file',
    body: `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - $0
`,
  },
]

/** Whole objects, for a document in which nothing is written yet. */
export function snippets({ context, path, text, cursor }: CompletionPlace): Completion[] {
  const before = text.slice(cursor.document.start, cursor.start)
  const after = text.slice(cursor.end, cursor.document.end)
  if (before.trim() !== '' || after.trim() !== '') return []
  const isKustomizeFile = context.fleet.file(path)?.isKustomizeFile === true
  return templates
    .filter((template) => isKustomizeFile === (template.label === 'kustomization.yaml'))
    .map(({ label, detail, body }) => ({
      label,
      kind: 'snippet' as const,
      detail,
      range: { start: cursor.start, end: cursor.end },
      newText: body,
      snippet: true,
      sortText: `0${label}`,
      deprecated: false,
    }))
}
