import { decodeText } from '../base/index.ts'
import type { GoMap } from '../gotemplate/index.ts'
import { type Chart, crdFiles, HelmError, workingCopy } from './chart.ts'
import { checkDependencies, isCompatibleRange, processDependencies } from './dependencies.ts'
import { type RenderOptions, renderTemplates } from './engine.ts'
import { compileFileMatch } from './file-match.ts'
import { type HeadCache, type Hook, type Manifest, sortManifests, splitManifests } from './manifests.ts'
import { readTrace } from './origins/documents.ts'
import { RenderTracer } from './origins/tracer.ts'
import type { RenderTrace } from './origins/types.ts'
import { type OutputCache, OutputReuse } from './reuse.ts'
import { type SchemaCache, validateValues } from './schema/validate-values.ts'
import { coalesceValues } from './values.ts'

export interface TemplateOptions extends RenderOptions {
  readonly includeCrds?: boolean
  readonly skipSchemaValidation?: boolean
  /** Declared dependencies may be missing and charts be libraries, as for Helm's library; its commands refuse both. */
  readonly skipChartChecks?: boolean
  /** Compiled values.schema.json by text, kept between renders. */
  readonly schemas?: SchemaCache
  /** What was read of manifests, kept between renders. */
  readonly heads?: HeadCache
  /** What templates wrote, kept between renders. Objects of a cluster (`lookup`) and traces are not: they are rendered anew. */
  readonly outputs?: OutputCache
}

/** What a chart renders to. */
export interface RenderedChart {
  readonly manifests: readonly Manifest[]
  readonly hooks: readonly Hook[]
  /** CRDs of `crds/` folders, verbatim. */
  readonly crds: readonly { readonly path: string; readonly content: string }[]
  /** Text of NOTES.txt of the chart itself. */
  readonly notes: string
  /** The values that the chart saw, defaults included. */
  readonly values: GoMap
  /** Where the fields of manifests and hooks come from, when it was asked for. */
  readonly trace?: RenderTrace
}

/**
 * Renders a chart with the user's values, as `helm install --dry-run=client` does.
 * Source: Helm 4.1 pkg/action (install.go, action.go).
 * @throws HelmError in Helm's words; BudgetError when the templates use too much.
 */
export function renderChart(loaded: Chart, userValues: GoMap, options: TemplateOptions): RenderedChart {
  validateReleaseName(options.release.name)
  const { type } = loaded.metadata
  if (!options.skipChartChecks && type !== '' && type !== 'application') {
    throw new HelmError(`${type} charts are not installable`)
  }
  const chart = workingCopy(loaded)
  if (!options.skipChartChecks) checkDependencies(chart)
  try {
    processDependencies(chart, userValues)
  } catch (error) {
    if (error instanceof HelmError) throw new HelmError(`chart dependencies processing failed: ${error.message}`)
    throw error
  }
  const values = coalesceValues(chart, userValues)
  if (!options.skipSchemaValidation) validateValues(chart, values, options.schemas)
  const { kubeVersion } = options.capabilities
  const range = chart.metadata.kubeVersion
  if (range !== '' && !isCompatibleRange(range, kubeVersion.normalized)) {
    throw new HelmError(
      `chart requires kubeVersion: ${range} which is incompatible with Kubernetes ${kubeVersion.version}`,
    )
  }
  const tracer = options.trace ? new RenderTracer() : undefined
  const outputs = options.trace || options.lookup !== undefined ? undefined : options.outputs
  const reuse = outputs === undefined ? undefined : new OutputReuse(outputs, loaded)
  const files = renderTemplates(chart, values, options, tracer, reuse)
  const notesPath = `${chart.metadata.name}/templates/NOTES.txt`
  const notes = files.get(notesPath) ?? ''
  for (const path of [...files.keys()]) if (path.endsWith('NOTES.txt')) files.delete(path)
  const { hooks, manifests } = sortManifests(files, options.heads)
  const crds = crdFiles(chart).map(({ path, file }) => ({ path, content: decodeText(file.data) }))
  const rendered = { manifests, hooks, crds, notes, values }
  return tracer === undefined ? rendered : { ...rendered, trace: readTrace(tracer, chart) }
}

export interface TextOptions {
  readonly includeCrds?: boolean
  readonly noHooks?: boolean
  readonly skipTests?: boolean
  /** Only documents of templates that match these patterns, relative to the chart. */
  readonly showOnly?: readonly string[]
}

/** A document and the path that its `# Source` shows. */
export interface TemplateDocument {
  readonly path: string
  readonly content: string
}

/** What `helm template` prints: CRDs when asked for, manifests, hooks. */
export function templateDocuments(
  rendered: RenderedChart,
  { includeCrds = false, noHooks = false, skipTests = false }: Omit<TextOptions, 'showOnly'> = {},
): Readonly<Record<'crds' | 'manifests' | 'hooks', readonly TemplateDocument[]>> {
  return {
    crds: includeCrds ? rendered.crds : [],
    manifests: rendered.manifests,
    hooks: noHooks ? [] : rendered.hooks.filter((hook) => !(skipTests && hook.events.includes('test'))),
  }
}

/** The documents of `templateText`, parted. @throws HelmError for a pattern of `showOnly` that matches none */
export function selectedDocuments(rendered: RenderedChart, options: TextOptions = {}): readonly TemplateDocument[] {
  const { crds, manifests, hooks } = templateDocuments(rendered, options)
  const all = [...crds, ...manifests, ...hooks]
  if (!options.showOnly?.length) return all
  return options.showOnly.flatMap((pattern) => {
    const matches = compileFileMatch(pattern)
    const found = all.filter(({ path }) => matches?.test(path.slice(path.indexOf('/') + 1)) === true)
    if (found.length === 0) throw nothingShown(pattern)
    return found
  })
}

function nothingShown(pattern: string): HelmError {
  return new HelmError(`could not find template ${pattern} in chart`)
}

/** A document as `helm template` prints it. */
export function documentText({ path, content }: TemplateDocument): string {
  return `---\n# Source: ${path}\n${content}\n`
}

/** The text of `helm template`: CRDs when asked for, manifests, then hooks, each with its `# Source`. */
export function templateText(rendered: RenderedChart, options: TextOptions = {}): string {
  const { crds, manifests, hooks } = templateDocuments(rendered, options)
  const whole = `${[...crds, ...manifests].map(documentText).join('').trim()}\n${hooks.map(documentText).join('')}`
  return options.showOnly?.length ? onlyTemplates(whole, options.showOnly) : whole
}

/** The documents whose `# Source` matches one of the patterns, in the order of the patterns. @throws HelmError */
function onlyTemplates(text: string, patterns: readonly string[]): string {
  const documents = splitManifests(text)
  let out = ''
  for (const pattern of patterns) {
    const matches = compileFileMatch(pattern)
    const found = documents.filter((document) => {
      const source = /# Source: [^/\n]+\/(.+)/.exec(document)?.[1]
      return source !== undefined && matches?.test(source) === true
    })
    if (found.length === 0) throw nothingShown(pattern)
    for (const document of found) out += `---\n${document}\n`
  }
  return out
}

const releaseName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** @throws HelmError where a name is none that Helm takes for a release. */
export function validateReleaseName(name: string): void {
  if (name === '') throw new HelmError('release name check failed: no name provided')
  if (name.length <= 53 && releaseName.test(name)) return
  throw new HelmError(
    `release name check failed: release name ${JSON.stringify(name)}: invalid release name, must match regex ${releaseName.source} and the length must not be longer than 53`,
  )
}
