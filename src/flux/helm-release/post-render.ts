import {
  type FileSystem,
  getIn,
  getString,
  hasErrors,
  isObject,
  type JsonObject,
  type JsonValue,
  MemoryFileSystem,
  type Problem,
  type TextRange,
} from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { fluxGroups } from '../kinds/kind.ts'
import { toYaml } from '../text.ts'

/** A document of a rendered chart and the template that it comes from. */
export interface ChartDocument {
  /** As `# Source` shows it: `podinfo/templates/service.yaml`. */
  readonly path: string
  readonly content: string
  /** White space that follows it in its file; a line break when nothing is said. */
  readonly tail?: string
}

/** An object of a release and the template that it comes from. */
export interface ReleaseDocument {
  readonly path: string
  readonly object: KubeObject
}

/** kustomize's `build`, injected; the shape of `KustomizeBuildFunction` with the sort order of the command line. */
export type PostRenderBuild = (
  dir: string,
  fs: FileSystem,
  options: { readonly loadRestrictor: 'none'; readonly reorder: 'legacy' | 'none' },
) => {
  readonly objects: readonly {
    readonly object: KubeObject
    readonly origins: readonly { readonly path: string }[]
    originOf?(path: readonly (string | number)[]): FieldChange | undefined
  }[]
  readonly problems: readonly Problem[]
}

/** What set a field in a run of kustomize: a file of the run, and the place of the entry in it. */
export interface FieldChange {
  readonly path: string
  readonly range?: TextRange
}

/** A run of kustomize that was done. */
export interface PostRenderRun {
  /** Index in `spec.postRenderers`; `undefined` for a run of the metadata alone. */
  readonly renderer: number | undefined
  /** Text of the kustomization, the entries of `patches` and `images` in the order of the HelmRelease. */
  readonly text: string
  readonly objects: ReturnType<PostRenderBuild>['objects']
}

/** One run of kustomize over all documents. */
interface Step {
  readonly renderer: number | undefined
  readonly kustomization: JsonObject
  readonly reorder: 'legacy' | 'none'
}

const root = '/release'

/**
 * Sends documents through the post-renderers of a HelmRelease: its `postRenderers` in order, then `commonMetadata`, then
 * the labels that name the HelmRelease, which every release has. Documents that no template made (split from a List)
 * have an empty path. Source: helm-controller 1.6 internal/postrender.
 * @param joining `joined` where `postRenderStrategy` parts manifests and hooks before they are rendered.
 * @param observe hears of each run, for who wants to know what changed a field.
 * @returns the objects in kustomize's order; with an error, its problems.
 */
export function postRender(
  release: KubeObject,
  documents: readonly ChartDocument[],
  {
    build,
    joining,
    observe,
  }: {
    readonly build: PostRenderBuild
    readonly joining: Joining
    readonly observe?: ((run: PostRenderRun) => void) | undefined
  },
): { readonly objects: readonly ReleaseDocument[]; readonly problems: readonly Problem[] } {
  let files = chartFiles(documents, joining)
  let objects: ReleaseDocument[] = []
  const problems: Problem[] = []
  for (const { kustomization, reorder, renderer } of stepsOf(release)) {
    const paths = [...files.keys()]
    if (paths.length === 0) return { objects: [], problems }
    const names = paths.map((_, i) => `${i}.yaml`)
    const text = toYaml({ ...kustomization, resources: names })
    const fs = new MemoryFileSystem([
      [`${root}/kustomization.yaml`, text],
      ...paths.map((path, i): readonly [string, string] => [`${root}/${names[i]}`, files.get(path)!.join('---\n')]),
    ])
    const result = build(root, fs, { loadRestrictor: 'none', reorder })
    observe?.({ renderer, text, objects: result.objects })
    for (const problem of result.problems) problems.push(explained(problem, paths, renderer === undefined))
    if (hasErrors(result.problems)) return { objects: [], problems }
    objects = result.objects.map(({ object, origins }) => {
      const index = /^\/release\/(\d+)\.yaml$/.exec(origins[0]?.path ?? '')?.[1]
      return { path: index === undefined ? '' : paths[Number(index)]!, object }
    })
    files = chartFiles(
      objects.map(({ path, object }) => ({ path, content: toYaml(object), tail: '' })),
      'as-written',
    )
  }
  return { objects, problems }
}

/**
 * The problem in Helm's words, with the names of the templates in place of those of our files. Where only metadata is
 * set, upstream reads the objects without a kustomization, whose words are taken away.
 */
function explained(problem: Problem, paths: readonly string[], isPlain: boolean): Problem {
  const accumulated = isPlain ? accumulation.exec(problem.message) : null
  const said = accumulated === null ? problem.message : `${accumulated[2]} (${accumulated[1]})`
  const message = said
    .replace(/(?:\/release\/)?\b(\d+)\.yaml\b/g, (whole, index: string) => paths[Number(index)] ?? whole)
    .replaceAll("'/release'", 'the rendered chart')
  return {
    code: 'helm/post-render',
    severity: problem.severity,
    message: problem.severity === 'error' ? `error while running post render on files: ${message}` : message,
  }
}

/** The file that a kustomization could not take, and why. */
const accumulation =
  /^accumulating resources: accumulation err='accumulating resources from '([^']*)': (?:merging resources from '[^']*': )?(.*)': must build at directory: '[^']*': file is not directory$/s

/** How the documents of a file come together: as the file had them, or each followed by an empty line and a mark. */
export type Joining = 'as-written' | 'joined'

/**
 * The documents by their files, in order. The white space behind each is what texts at their ends (`|`, `|+`) have or
 * lack as line breaks: where Helm sorts documents before the post-renderer, it joins them with a line break more.
 */
export function chartFiles(
  documents: readonly ChartDocument[],
  joining: Joining,
): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, string[]>()
  // As written, the one without a line break is the last of its file, whatever its kind.
  const isCut = ({ tail = '\n' }: ChartDocument): boolean => !tail.includes('\n')
  const ordered = joining === 'joined' ? documents : documents.toSorted((a, b) => Number(isCut(a)) - Number(isCut(b)))
  for (const { path, content, tail = '\n' } of ordered) {
    const texts = out.get(path)
    if (texts === undefined) out.set(path, [content + tail])
    else {
      if (joining === 'joined') texts[texts.length - 1] += '\n'
      texts.push(content + tail)
    }
  }
  return out
}

function stepsOf(release: KubeObject): Step[] {
  const base = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' }
  const steps: Step[] = []
  const renderers = getIn(release, ['spec', 'postRenderers'])
  for (const [index, renderer] of (Array.isArray(renderers) ? renderers : []).entries()) {
    const kustomize = getIn(renderer, ['kustomize'])
    if (!isObject(kustomize)) continue
    const patches = listOf(kustomize['patches']).map(readPatch)
    const images = listOf(kustomize['images']).map((image) => pick(image, ['name', 'newName', 'newTag', 'digest']))
    steps.push({
      renderer: index,
      kustomization: {
        ...base,
        ...(patches.length === 0 ? {} : { patches }),
        ...(images.length === 0 ? {} : { images }),
      },
      reorder: 'none',
    })
  }
  const transformers = metadataTransformers(release)
  const last = steps.pop() ?? { renderer: undefined, kustomization: base, reorder: 'none' }
  steps.push({ ...last, kustomization: { ...last.kustomization, transformers } })
  return steps
}

function readPatch(patch: JsonValue): JsonObject {
  const target = getIn(patch, ['target'])
  const fields = ['group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector']
  return {
    patch: getString(patch, 'patch') ?? '',
    ...(isObject(target) ? { target: pick(target, fields) } : {}),
  }
}

/** Labels and annotations as inline transformers, which touch the objects' own metadata only. */
function metadataTransformers(release: KubeObject): string[] {
  const common = getIn(release, ['spec', 'commonMetadata'])
  const labels = getIn(common, ['labels'])
  const annotations = getIn(common, ['annotations'])
  const out: string[] = []
  if (isObject(labels)) out.push(transformer('common', 'labels', labels))
  if (isObject(annotations)) out.push(transformer('common', 'annotations', annotations))
  out.push(transformer('origin', 'labels', originLabels(release)))
  return out
}

function transformer(name: string, field: 'labels' | 'annotations', values: JsonObject): string {
  return toYaml({
    apiVersion: 'builtin',
    kind: field === 'labels' ? 'LabelTransformer' : 'AnnotationsTransformer',
    metadata: { name },
    [field]: values,
    fieldSpecs: [{ path: `metadata/${field}`, create: true }],
  })
}

/** The labels by which the objects of a release lead back to its HelmRelease. */
export function originLabels(release: KubeObject): Record<string, string> {
  return {
    [`${fluxGroups.helm}/name`]: release.metadata.name,
    [`${fluxGroups.helm}/namespace`]: getString(release, 'metadata', 'namespace') ?? 'default',
  }
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}

function pick(value: JsonValue, fields: readonly string[]): JsonObject {
  const out: JsonObject = {}
  for (const field of fields) {
    const text = getString(value, field)
    if (text !== undefined && text !== '') out[field] = text
  }
  return out
}
