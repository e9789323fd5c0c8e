/** The shape of a Go type, as far as JSON decoding cares. `GoType` is its name in error messages. */
export type Shape =
  | { readonly is: 'string' | 'bool' | 'int' | 'any'; readonly goType: string; readonly keepZero?: true }
  | { readonly is: 'list'; readonly of: Shape; readonly goType: string }
  | { readonly is: 'map'; readonly of: Shape; readonly goType: string }
  | { readonly is: 'struct'; readonly fields: Readonly<Record<string, Shape>>; readonly goType: string }

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

function struct(goType: string, fields: Readonly<Record<string, Shape>>): Shape {
  return { is: 'struct', fields, goType }
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
  sourceValue: text,
  targets: listOf(
    struct('types.TargetSelector', {
      select: selector,
      reject: listOf(selector),
      fieldPaths: texts,
      options: fieldOptions,
    }),
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
  replicas: listOf(struct('types.Replica', { name: text, count: { is: 'int', goType: 'int64', keepZero: true } })),
  vars: listOf(
    struct('types.Var', {
      name: text,
      objref: struct('types.Target', { ...gvk, apiVersion: text, name: text, namespace: text }),
      fieldref: struct('types.FieldSelector', { fieldPath: text }),
    }),
  ),
  sortOptions: struct('types.SortOptions', {
    order: text,
    legacySortOptions: struct('types.LegacySortOptions', { orderFirst: texts, orderLast: texts }),
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
