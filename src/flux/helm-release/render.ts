import {
  compareStrings,
  getIn,
  getString,
  hasErrors,
  isObject,
  type JsonObject,
  type Problem,
  setOwn,
} from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { parseDocuments } from '../text.ts'
import {
  type ChartDocument,
  chartFiles,
  originLabels,
  type PostRenderBuild,
  type PostRenderRun,
  postRender,
  type ReleaseDocument,
} from './post-render.ts'
import { readRelease } from './release.ts'

/** What a chart renders to: the shape of the Helm engine's result. */
export interface ChartOutput {
  readonly manifests: readonly (ChartDocument & { readonly kind: string })[]
  readonly hooks: readonly (ChartDocument & { readonly kind: string })[]
  readonly crds: readonly ChartDocument[]
}

/** An object as a HelmRelease puts it into the cluster. */
export interface ReleasedObject extends ReleaseDocument {
  readonly role: 'crd' | 'manifest' | 'hook'
}

export interface FinishOptions {
  readonly build: PostRenderBuild
  /** Hears of each run of kustomize. */
  readonly observe?: (run: PostRenderRun) => void
  /** Whether objects of a kind live in namespaces; `undefined` when nobody knows. */
  readonly isNamespaced: (apiVersion: string, kind: string) => boolean | undefined
  /** Helm's order of installation. */
  readonly compareKinds: (a: string, b: string) => number
}

/**
 * Makes of a rendered chart what the HelmRelease would install: definitions by its policy, then the manifests in Helm's
 * order, then the hooks (tests only where they are run), all post-rendered, with the release's namespace where
 * namespaced objects name none. Source: helm-controller 1.6 internal/action, Helm 4.2 pkg/action (renderResources).
 */
export function finishRelease(
  release: KubeObject,
  output: ChartOutput,
  { build, isNamespaced, compareKinds, observe }: FinishOptions,
): { readonly objects: readonly ReleasedObject[]; readonly problems: readonly Problem[] } {
  const spec = readRelease(release)
  const problems: Problem[] = []
  const isCombined = spec.postRenderStrategy === 'combined'
  const run = (documents: readonly ChartDocument[]): readonly ReleaseDocument[] => {
    const result = postRender(release, documents, { build, joining: isCombined ? 'as-written' : 'joined', observe })
    problems.push(...result.problems)
    return result.objects
  }
  let rendered: readonly ReleaseDocument[]
  if (isCombined) rendered = run([...output.manifests, ...output.hooks])
  else {
    const hooks = spec.postRenderStrategy === 'separate' ? run(output.hooks) : plainHooks(output, problems)
    rendered = [...run(output.manifests), ...hooks]
  }
  if (hasErrors(problems)) return { objects: [], problems }
  for (const { path, object } of rendered) {
    if (typeof object.apiVersion === 'string' && object.apiVersion !== '') continue
    const message = `unable to build kubernetes objects from release manifest: error validating "": error validating data: apiVersion not set (${object.kind} ${object.metadata.name}, ${path})`
    problems.push({ code: 'helm/render', severity: 'error', message })
  }
  if (hasErrors(problems)) return { objects: [], problems }
  const [hooks, manifests] = partition(rendered, ({ object }) => hookEvents(object) !== undefined)
  const crds = spec.crds.install === 'Skip' ? [] : definitions(release, output.crds, problems)
  const wanted = spec.disableHooks ? [] : hooks.filter(({ object }) => spec.tests || !isTest(object))
  const placed = (documents: readonly ReleaseDocument[], role: ReleasedObject['role']): ReleasedObject[] =>
    documents.map(({ path, object }) => ({ path, role, object: inNamespace(object, spec.namespace, isNamespaced) }))
  if (hasErrors(problems)) return { objects: [], problems }
  return {
    objects: [
      ...crds,
      ...placed(inOrder(manifests, compareKinds), 'manifest'),
      ...placed(inOrder(wanted, compareKinds), 'hook'),
    ],
    problems,
  }
}

/** Hooks that no post-renderer sees; the manifests of their file are joined behind them. */
function plainHooks({ hooks, manifests }: ChartOutput, problems: Problem[]): ReleaseDocument[] {
  const followed = new Set(manifests.map(({ path }) => path))
  return [...chartFiles(hooks, 'joined')].flatMap(([path, texts]) =>
    texts.flatMap((text, i) => {
      const isLast = i === texts.length - 1
      const { values, error } = parseDocuments(isLast && followed.has(path) ? `${text}\n` : text)
      if (error !== undefined) {
        problems.push({ code: 'helm/render', severity: 'error', message: `YAML parse error on ${path}: ${error}` })
      }
      return values.flatMap((object) => (isKubeObject(object) ? [{ path, object }] : []))
    }),
  )
}

/** The definitions of `crds/` with the labels of the release; other objects in there are left out, as by the controller. */
function definitions(release: KubeObject, crds: readonly ChartDocument[], problems: Problem[]): ReleasedObject[] {
  return crds.flatMap(({ path, content }) => {
    const { values, error } = parseDocuments(content)
    if (error !== undefined) {
      const message = `failed to apply CustomResourceDefinitions: failed to parse CustomResourceDefinitions from ${path}: ${error}`
      problems.push({ code: 'helm/crds', severity: 'error', message })
    }
    return values.flatMap((object): ReleasedObject[] => {
      if (!isKubeObject(object)) return []
      if (object.kind === 'CustomResourceDefinition' && object.apiVersion.startsWith('apiextensions.k8s.io/')) {
        const labels = getIn(object, ['metadata', 'labels'])
        const merged = { ...(isObject(labels) ? labels : {}), ...originLabels(release) }
        return [{ path, role: 'crd', object: { ...object, metadata: { ...object.metadata, labels: merged } } }]
      }
      const message = `ignoring non-CRD resources found in the chart's crds/ directory: ${object.kind}/${object.metadata.name} in ${path}`
      problems.push({ code: 'helm/crds', severity: 'warning', message })
      return []
    })
  })
}

function isKubeObject(value: unknown): value is KubeObject {
  return (
    isObject(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    isObject(value['metadata'])
  )
}

function hookEvents(object: KubeObject): string[] | undefined {
  const text = getString(object, 'metadata', 'annotations', 'helm.sh/hook')
  return text?.split(',').map((event) => event.trim().toLowerCase())
}

function isTest(object: KubeObject): boolean {
  return hookEvents(object)?.every((event) => event === 'test' || event === 'test-success') === true
}

/** Objects in Helm's order: by kind, then by template; those of one template as they come. */
function inOrder(objects: readonly ReleaseDocument[], compareKinds: FinishOptions['compareKinds']): ReleaseDocument[] {
  return objects.toSorted((a, b) => compareKinds(a.object.kind, b.object.kind) || compareStrings(a.path, b.path))
}

function inNamespace(object: KubeObject, namespace: string, isNamespaced: FinishOptions['isNamespaced']): KubeObject {
  if (getString(object, 'metadata', 'namespace')) return object
  if (isNamespaced(object.apiVersion, object.kind) !== true) return object
  const metadata: JsonObject & { name: string } = { ...object.metadata }
  setOwn(metadata, 'namespace', namespace)
  return { ...object, metadata }
}

function partition<T>(list: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = []
  const no: T[] = []
  for (const item of list) (test(item) ? yes : no).push(item)
  return [yes, no]
}
