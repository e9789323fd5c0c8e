import type { JsonObject, Location } from '../base/index.ts'
import type { YamlNode } from '../yaml/index.ts'
import { parseConfig } from './config-yaml.ts'
import { decodeStruct, fieldName } from './decode.ts'
import { fail, KustomizeError, withPrefix } from './errors.ts'
import type { FieldSpec } from './field-spec.ts'
import type { Loader } from './loader.ts'
import { kustomizationShape } from './shapes.ts'

export type StringMap = Readonly<Record<string, string>>

/** Selects resources; every part is a regular expression that has to match the whole. */
export interface Selector {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
  readonly annotationSelector?: string
  readonly labelSelector?: string
}

export interface PatchOptions {
  readonly allowNameChange?: boolean
  readonly allowKindChange?: boolean
}

export interface PatchArgs {
  readonly path?: string
  readonly patch?: string
  readonly target?: Selector
  readonly options?: PatchOptions
}

export interface ImageArgs {
  readonly name?: string
  readonly newName?: string
  readonly tagSuffix?: string
  readonly newTag?: string
  readonly digest?: string
}

export interface ReplicaArgs {
  readonly name?: string
  readonly count?: number | bigint
}

export interface FieldOptions {
  readonly delimiter?: string
  readonly index?: number
  readonly create?: boolean
}

export interface SourceSelector {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
  readonly fieldPath?: string
  readonly options?: FieldOptions
}

export interface TargetSelector {
  readonly select?: Selector
  readonly reject?: readonly Selector[]
  readonly fieldPaths?: readonly string[]
  readonly options?: FieldOptions
}

export interface ReplacementArgs {
  readonly source?: SourceSelector
  readonly targets?: readonly TargetSelector[]
  readonly sourceValue?: string
  readonly path?: string
}

export interface GeneratorOptions {
  readonly labels?: StringMap
  readonly annotations?: StringMap
  readonly disableNameSuffixHash?: boolean
  readonly immutable?: boolean
}

export interface GeneratorArgs {
  readonly namespace?: string
  readonly name?: string
  readonly behavior?: string
  readonly literals?: readonly string[]
  readonly files?: readonly string[]
  readonly envs?: readonly string[]
  readonly env?: string
  readonly options?: GeneratorOptions
  /** Secrets only. */
  readonly type?: string
}

export interface HelmChartArgs {
  readonly chartHome?: string
  readonly name?: string
  readonly version?: string
  readonly repo?: string
  readonly releaseName?: string
  readonly namespace?: string
  readonly additionalValuesFiles?: readonly string[]
  readonly valuesFile?: string
  readonly valuesInline?: JsonObject
  readonly valuesMerge?: string
  readonly includeCRDs?: boolean
  readonly skipHooks?: boolean
  readonly apiVersions?: readonly string[]
  readonly kubeVersion?: string
  readonly nameTemplate?: string
  readonly skipTests?: boolean
  readonly devel?: boolean
}

interface OldHelmChartArgs {
  readonly chartName?: string
  readonly chartVersion?: string
  readonly chartRepoUrl?: string
  readonly chartHome?: string
  readonly values?: string
  readonly valuesLocal?: JsonObject
  readonly valuesMerge?: string
  readonly releaseName?: string
}

export interface VarArgs {
  readonly name?: string
  readonly objref?: {
    readonly apiVersion?: string
    readonly group?: string
    readonly version?: string
    readonly kind?: string
    readonly name?: string
    readonly namespace?: string
  }
  readonly fieldref?: { readonly fieldPath?: string }
}

export interface LabelArgs {
  readonly pairs?: StringMap
  readonly includeSelectors?: boolean
  readonly includeTemplates?: boolean
  readonly fields?: readonly Partial<FieldSpec>[]
}

export interface SortOptions {
  readonly order?: string
  readonly legacySortOptions?: { readonly orderFirst?: readonly string[]; readonly orderLast?: readonly string[] }
}

/** A kustomization file's content; old fields are already merged into the new ones. */
export interface Kustomization {
  readonly kind: string
  readonly apiVersion: string
  readonly openapi?: StringMap
  readonly namePrefix?: string
  readonly nameSuffix?: string
  readonly namespace?: string
  readonly commonLabels?: StringMap
  readonly labels?: readonly LabelArgs[]
  readonly commonAnnotations?: StringMap
  readonly patchesStrategicMerge?: readonly string[]
  readonly patchesJson6902?: readonly PatchArgs[]
  readonly patches?: readonly PatchArgs[]
  readonly images: readonly ImageArgs[]
  readonly replacements?: readonly ReplacementArgs[]
  readonly replicas?: readonly ReplicaArgs[]
  readonly vars?: readonly VarArgs[]
  readonly sortOptions?: SortOptions
  readonly resources: readonly string[]
  readonly components?: readonly string[]
  readonly crds?: readonly string[]
  readonly configMapGenerator?: readonly GeneratorArgs[]
  readonly secretGenerator?: readonly GeneratorArgs[]
  readonly helmGlobals?: { readonly chartHome?: string; readonly configHome?: string }
  readonly helmCharts: readonly HelmChartArgs[]
  readonly generatorOptions?: GeneratorOptions
  readonly configurations?: readonly string[]
  readonly generators?: readonly string[]
  readonly transformers?: readonly string[]
  readonly validators?: readonly string[]
  readonly buildMetadata?: readonly string[]
}

/** What `bases`, `imageTags` and the like add to a kustomization as decoded. */
interface RawKustomization extends Partial<Kustomization> {
  readonly bases?: readonly string[]
  readonly imageTags?: readonly ImageArgs[]
  readonly helmChartInflationGenerator?: readonly OldHelmChartArgs[]
}

/** A kustomization file, read. */
export interface KustomizationFile {
  /** Absolute path. */
  readonly path: string
  readonly name: string
  readonly content: Kustomization
  /** Where a field (and element) of the content is written. */
  locate(field: string, index?: number): Location
}

const deprecations = (
  [
    ['bases', 'resources'],
    ['commonLabels', 'labels'],
    ['imageTags', 'images'],
    ['patchesJson6902', 'patches'],
    ['patchesStrategicMerge', 'patches'],
    ['vars', 'replacements'],
  ] as const
).map(([field, successor]) => ({
  field,
  message: `# Warning: '${field}' is deprecated. Please use '${successor}' instead. ${field === 'vars' ? '[EXPERIMENTAL] ' : ''}Run 'kustomize edit fix' to update your Kustomization automatically.`,
}))

const kustomizationFileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** Reads the kustomization file of a directory; fails when there is none, more than one, or it is wrong. */
export function loadKustomization(loader: Loader): KustomizationFile {
  const found: string[] = []
  const texts: string[] = []
  for (const name of kustomizationFileNames) {
    if (!loader.has(name)) continue
    found.push(name)
    texts.push(loader.loadText(name))
  }
  if (found.length === 0) {
    fail(
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${loader.root}'`,
      { code: 'kustomize/no-kustomization' },
    )
  }
  if (found.length > 1) fail(`Found multiple kustomization files under: ${loader.root}\n`)
  const name = found[0]!
  const path = loader.absolute(name)
  const { root, value } = withPrefix('invalid Kustomization', () => parseConfig(texts[0]!, path))
  try {
    const raw = withPrefix('invalid Kustomization', () =>
      decodeStruct<RawKustomization>(value, kustomizationShape, { strict: true }),
    )
    for (const { field, message } of deprecations) {
      if (raw[field] !== undefined) loader.reader.notices.push({ message, logged: false })
    }
    const content = modernise(raw)
    enforce(raw, content, loader.root)
    return { path, name, content, locate: (field, index) => locate(path, root, field, index) }
  } catch (error) {
    throw locateFailure(error, path, root)
  }
}

/** Kustomization.FixKustomization: old fields move to their successors. */
function modernise(raw: RawKustomization): Kustomization {
  const kind = raw.kind || 'Kustomization'
  const { bases = [], imageTags = [], helmChartInflationGenerator = [], ...rest } = raw
  const fixEnv = (args: GeneratorArgs): GeneratorArgs =>
    args.env === undefined || args.env === '' ? args : { ...args, envs: [...(args.envs ?? []), args.env] }
  const chartHome = helmChartInflationGenerator.findLast((chart) => (chart.chartHome ?? '') !== '')?.chartHome
  const configMaps = raw.configMapGenerator?.map(fixEnv)
  const secrets = raw.secretGenerator?.map(fixEnv)
  return {
    ...rest,
    kind,
    apiVersion: raw.apiVersion || (kind === 'Component' ? componentVersion : kustomizationVersion),
    resources: [...(raw.resources ?? []), ...bases],
    images: [...(raw.images ?? []), ...imageTags],
    helmCharts: [...(raw.helmCharts ?? []), ...helmChartInflationGenerator.map(modernChart)],
    ...(raw.helmGlobals === undefined && chartHome !== undefined ? { helmGlobals: { chartHome } } : {}),
    ...(configMaps === undefined ? {} : { configMapGenerator: configMaps }),
    ...(secrets === undefined ? {} : { secretGenerator: secrets }),
  }
}

function modernChart(old: OldHelmChartArgs): HelmChartArgs {
  return {
    name: old.chartName ?? '',
    version: old.chartVersion ?? '',
    repo: old.chartRepoUrl ?? '',
    valuesFile: old.values ?? '',
    ...(old.valuesLocal === undefined ? {} : { valuesInline: old.valuesLocal }),
    valuesMerge: old.valuesMerge ?? '',
    releaseName: old.releaseName ?? '',
  }
}

const kustomizationVersion = 'kustomize.config.k8s.io/v1beta1'
const componentVersion = 'kustomize.config.k8s.io/v1alpha1'

/** Kustomization.CheckEmpty and EnforceFields. */
function enforce(raw: RawKustomization, content: Kustomization, directory: string): void {
  const { kind: _kind, apiVersion: _version, ...rest } = raw
  if (Object.entries(rest).every(([name, value]) => isZero(name, value))) fail('kustomization.yaml is empty')
  const errors: string[] = []
  if (content.kind !== 'Kustomization' && content.kind !== 'Component') {
    errors.push('kind should be Kustomization or Component')
  }
  const wanted = content.kind === 'Component' ? componentVersion : kustomizationVersion
  if (content.apiVersion !== wanted) errors.push(`apiVersion for ${content.kind} should be ${wanted}`)
  if (errors.length > 0) fail(`Failed to read kustomization file under ${directory}:\n${errors.join('\n')}`)
}

/** True for what leaves no trace in Go's struct: the emptiness check compares with a zero value. */
function isZero(name: string, value: unknown): boolean {
  if (value === '') return true
  // Appending an empty list to nothing leaves nothing.
  const appended = ['bases', 'imageTags', 'helmChartInflationGenerator']
  return appended.includes(name) && Array.isArray(value) && value.length === 0
}

function locate(path: string, root: YamlNode | undefined, field: string, index: number | undefined): Location {
  if (root?.kind !== 'mapping') return { path }
  for (let i = 0; i + 1 < root.content.length; i += 2) {
    const key = root.content[i]!
    const value = root.content[i + 1]!
    if (fieldName(kustomizationShape, key.value) !== field) continue
    const item = index === undefined ? undefined : value.content[index]
    const node = item ?? (index === undefined ? key : value)
    return { path, range: { start: node.start, end: item === undefined ? value.end : item.end } }
  }
  return { path }
}

/** Finds the field that a message of the decoder names. */
function locateFailure(error: unknown, path: string, root: YamlNode | undefined): unknown {
  if (!(error instanceof KustomizeError) || error.details.location !== undefined) return error
  const unknown = /unknown field "([^"]*)"/.exec(error.message)?.[1]
  const typed = /struct field \w+\.([A-Za-z0-9]+)/.exec(error.message)?.[1]
  let location: Location = { path }
  if (root?.kind === 'mapping') {
    for (let i = 0; i + 1 < root.content.length; i += 2) {
      const key = root.content[i]!
      if (key.value !== unknown && (typed === undefined || fieldName(kustomizationShape, key.value) !== typed)) continue
      location = { path, range: { start: key.start, end: key.end } }
    }
  }
  return new KustomizeError(error.message, { ...error.details, location })
}
