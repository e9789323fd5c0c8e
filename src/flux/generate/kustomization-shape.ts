import type { JsonObject } from '../../base/index.ts'

/** The shape of a Go type, as far as JSON decoding cares. `goType` is its name in error messages. */
export type Shape = {
  readonly goType: string
  /** Written also when it is empty: a field without `omitempty`, or a pointer. */
  readonly keepZero?: true
  /** An item of a list that is null stays null: a pointer. */
  readonly nullable?: true
} & (
  | { readonly is: 'string' | 'bool' | 'int' | 'any' }
  | { readonly is: 'list' | 'map'; readonly of: Shape }
  | StructShape
)

export interface StructShape {
  readonly is: 'struct'
  readonly fields: Readonly<Record<string, Shape>>
  /** What fields are written as when they are absent: those without `omitempty`, and structs that are no pointers. */
  readonly always?: JsonObject
}

const text: Shape = { is: 'string', goType: 'string' }
const flag: Shape = { is: 'bool', goType: 'bool' }
const int: Shape = { is: 'int', goType: 'int' }
const any: Shape = { is: 'any', goType: 'interface {}' }
const texts = listOf(text)
const textMap = mapOf(text)

function listOf(of: Shape): Shape {
  return { is: 'list', of, goType: `[]${of.goType}` }
}

function mapOf(of: Shape): Shape {
  return { is: 'map', of, goType: `map[string]${of.goType}` }
}

function struct(goType: string, fields: Readonly<Record<string, Shape>>, always: JsonObject = {}): Shape {
  return { is: 'struct', fields, goType, always }
}

function kept(shape: Shape): Shape {
  return { ...shape, keepZero: true }
}

function pointer(shape: Shape): Shape {
  return { ...shape, nullable: true }
}

const gvk = { group: text, version: text, kind: text }
const resId = { ...gvk, name: text, namespace: text }
const selector = struct('types.Selector', { ...resId, annotationSelector: text, labelSelector: text })
const patch = struct('types.Patch', {
  path: text,
  patch: text,
  target: selector,
  options: struct('types.PatchArgs', { allowNameChange: flag, allowKindChange: flag }),
})
const image = struct('types.Image', { name: text, newName: text, tagSuffix: text, newTag: text, digest: text })
const fieldSpec = struct('types.FieldSpec', { ...gvk, path: text, create: flag })
const fieldOptions = struct('types.FieldOptions', { delimiter: text, index: int, encoding: text, create: flag })
const generatorOptions = struct('types.GeneratorOptions', {
  labels: textMap,
  annotations: textMap,
  disableNameSuffixHash: flag,
  immutable: flag,
})
const generator = {
  namespace: text,
  name: text,
  behavior: text,
  literals: texts,
  files: texts,
  envs: texts,
  env: text,
  options: generatorOptions,
}
const replacement = struct('types.ReplacementField', {
  path: text,
  source: struct('types.SourceSelector', { ...resId, fieldPath: text, options: fieldOptions }),
  sourceValue: kept(text),
  targets: listOf(
    pointer(
      struct(
        'types.TargetSelector',
        { select: selector, reject: listOf(pointer(selector)), fieldPaths: texts, options: fieldOptions },
        { select: null },
      ),
    ),
  ),
})
const helmChart = struct('types.HelmChart', {
  name: text,
  version: text,
  repo: text,
  releaseName: text,
  namespace: text,
  additionalValuesFiles: texts,
  valuesFile: text,
  valuesInline: mapOf(any),
  valuesMerge: text,
  includeCRDs: flag,
  skipHooks: flag,
  apiVersions: texts,
  kubeVersion: text,
  nameTemplate: text,
  skipTests: flag,
  debug: flag,
  devel: flag,
})
const helmChartArgs = struct('types.HelmChartArgs', {
  chartName: text,
  chartVersion: text,
  chartRepoUrl: text,
  chartHome: text,
  chartRepoName: text,
  helmBin: text,
  helmHome: text,
  values: text,
  valuesLocal: mapOf(any),
  valuesMerge: text,
  releaseName: text,
  releaseNamespace: text,
  extraArgs: texts,
})

/**
 * The fields of kustomize's `types.Kustomization` (api/types/kustomization.go, 5.8). Flux decodes the user's file into
 * that type and writes it out again, so whatever is not in this table is lost on the way.
 */
export const kustomizationShape: Shape = struct('types.Kustomization', {
  kind: text,
  apiVersion: text,
  metadata: struct('types.ObjectMeta', { name: text, namespace: text, labels: textMap, annotations: textMap }),
  openapi: textMap,
  namePrefix: text,
  nameSuffix: text,
  namespace: text,
  commonLabels: textMap,
  labels: listOf(
    struct('types.Label', {
      pairs: textMap,
      includeSelectors: flag,
      includeTemplates: flag,
      fields: listOf(fieldSpec),
    }),
  ),
  commonAnnotations: textMap,
  patchesStrategicMerge: texts,
  patchesJson6902: listOf(patch),
  patches: listOf(patch),
  images: listOf(image),
  imageTags: listOf(image),
  replacements: listOf(replacement),
  replicas: listOf(struct('types.Replica', { name: text, count: { is: 'int', goType: 'int64' } }, { count: 0 })),
  vars: listOf(
    struct(
      'types.Var',
      {
        name: text,
        objref: struct('types.Target', { ...gvk, apiVersion: text, name: text, namespace: text }, { name: '' }),
        fieldref: struct('types.FieldSelector', { fieldPath: text }),
      },
      { name: '', objref: { name: '' }, fieldref: {} },
    ),
  ),
  sortOptions: struct('types.SortOptions', {
    order: text,
    legacySortOptions: struct(
      'types.LegacySortOptions',
      { orderFirst: kept(texts), orderLast: kept(texts) },
      { orderFirst: null, orderLast: null },
    ),
  }),
  resources: texts,
  components: texts,
  crds: texts,
  bases: texts,
  configMapGenerator: listOf(struct('types.ConfigMapArgs', generator)),
  secretGenerator: listOf(struct('types.SecretArgs', { ...generator, type: text })),
  helmGlobals: struct('types.HelmGlobals', { chartHome: text, configHome: text }),
  helmCharts: listOf(helmChart),
  helmChartInflationGenerator: listOf(helmChartArgs),
  generatorOptions,
  configurations: texts,
  generators: texts,
  transformers: texts,
  validators: texts,
  buildMetadata: texts,
})
