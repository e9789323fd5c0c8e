import type { StructShape, TypeShape } from './decode.ts'

/** The structs of api/types (v0.21.1) as kustomization files and plugin configurations spell them. */
const strings = { list: 'string' } as const
const stringMap = { map: 'string' } as const

function struct(name: string, fields: Record<string, TypeShape>, embedded?: Record<string, TypeShape>): StructShape {
  if (embedded === undefined) return { struct: name, fields }
  return { struct: name, fields: { ...embedded, ...fields }, embedded: Object.keys(embedded) }
}

function list(shape: TypeShape): TypeShape {
  return { list: shape }
}

const gvkFields = { group: 'string', version: 'string', kind: 'string' } as const
const resIdFields = { ...gvkFields, name: 'string', namespace: 'string' } as const

export const fieldSpecShape: StructShape = struct('FieldSpec', { path: 'string', create: 'bool' }, gvkFields)
export const selectorShape: StructShape = struct(
  'Selector',
  { annotationSelector: 'string', labelSelector: 'string' },
  resIdFields,
)
export const patchOptionsShape: StructShape = struct('PatchArgs', { allowNameChange: 'bool', allowKindChange: 'bool' })
const patchShape = struct('Patch', {
  path: 'string',
  patch: 'string',
  target: selectorShape,
  options: patchOptionsShape,
})
export const imageShape: StructShape = struct('Image', {
  name: 'string',
  newName: 'string',
  tagSuffix: 'string',
  newTag: 'string',
  digest: 'string',
})
export const replicaShape: StructShape = struct('Replica', { name: 'string', count: 'int' })
const fieldOptionsShape = struct('FieldOptions', {
  delimiter: 'string',
  index: 'int',
  encoding: 'string',
  create: 'bool',
})
const replacementFields = {
  source: struct('SourceSelector', { fieldPath: 'string', options: fieldOptionsShape }, resIdFields),
  targets: list(
    struct('TargetSelector', {
      select: selectorShape,
      reject: list(selectorShape),
      fieldPaths: strings,
      options: fieldOptionsShape,
    }),
  ),
  sourceValue: 'string',
} as const
export const replacementShape: StructShape = struct('Replacement', replacementFields)
export const replacementFieldShape: StructShape = struct('ReplacementField', { path: 'string' }, replacementFields)
const generatorOptionsShape: StructShape = struct('GeneratorOptions', {
  labels: stringMap,
  annotations: stringMap,
  disableNameSuffixHash: 'bool',
  immutable: 'bool',
})
const generatorFields = {
  namespace: 'string',
  name: 'string',
  behavior: 'string',
  literals: strings,
  files: strings,
  envs: strings,
  env: 'string',
  options: generatorOptionsShape,
} as const
export const configMapArgsShape: StructShape = struct('ConfigMapArgs', generatorFields)
export const secretArgsShape: StructShape = struct('SecretArgs', { ...generatorFields, type: 'string' })
export const objectMetaShape: StructShape = struct('ObjectMeta', {
  name: 'string',
  namespace: 'string',
  labels: stringMap,
  annotations: stringMap,
})
const helmGlobalsFields = { chartHome: 'string', configHome: 'string' } as const
const helmChartFields = {
  name: 'string',
  version: 'string',
  repo: 'string',
  releaseName: 'string',
  namespace: 'string',
  additionalValuesFiles: strings,
  valuesFile: 'string',
  valuesInline: { map: 'any' },
  valuesMerge: 'string',
  includeCRDs: 'bool',
  skipHooks: 'bool',
  apiVersions: strings,
  kubeVersion: 'string',
  nameTemplate: 'string',
  skipTests: 'bool',
  debug: 'bool',
  devel: 'bool',
} as const
export const helmPluginShape: StructShape = struct('HelmChart', { ...helmGlobalsFields, ...helmChartFields })
const helmChartArgsShape = struct('HelmChartArgs', {
  chartName: 'string',
  chartVersion: 'string',
  chartRepoUrl: 'string',
  chartHome: 'string',
  chartRepoName: 'string',
  helmBin: 'string',
  helmHome: 'string',
  values: 'string',
  valuesLocal: { map: 'any' },
  valuesMerge: 'string',
  releaseName: 'string',
  releaseNamespace: 'string',
  extraArgs: strings,
})
const varShape = struct('Var', {
  name: 'string',
  objref: struct('Target', { apiVersion: 'string', ...resIdFields }),
  fieldref: struct('FieldSelector', { fieldPath: 'string' }),
})
const sortOptionsShape: StructShape = struct('SortOptions', {
  order: 'string',
  legacySortOptions: struct('LegacySortOptions', { orderFirst: strings, orderLast: strings }),
})
const labelShape = struct('Label', {
  pairs: stringMap,
  includeSelectors: 'bool',
  includeTemplates: 'bool',
  fields: list(fieldSpecShape),
})
export const kustomizationShape: StructShape = struct('Kustomization', {
  kind: 'string',
  apiVersion: 'string',
  metadata: objectMetaShape,
  openapi: stringMap,
  namePrefix: 'string',
  nameSuffix: 'string',
  namespace: 'string',
  commonLabels: stringMap,
  labels: list(labelShape),
  commonAnnotations: stringMap,
  patchesStrategicMerge: strings,
  patchesJson6902: list(patchShape),
  patches: list(patchShape),
  images: list(imageShape),
  imageTags: list(imageShape),
  replacements: list(replacementFieldShape),
  replicas: list(replicaShape),
  vars: list(varShape),
  sortOptions: sortOptionsShape,
  resources: strings,
  components: strings,
  crds: strings,
  bases: strings,
  configMapGenerator: list(configMapArgsShape),
  secretGenerator: list(secretArgsShape),
  helmGlobals: struct('HelmGlobals', helmGlobalsFields),
  helmCharts: list(struct('HelmChart', helmChartFields)),
  helmChartInflationGenerator: list(helmChartArgsShape),
  generatorOptions: generatorOptionsShape,
  configurations: strings,
  generators: strings,
  transformers: strings,
  validators: strings,
  buildMetadata: strings,
})
const backReferenceShape = struct('NameBackReferences', { fieldSpecs: list(fieldSpecShape) }, gvkFields)
const specs = list(fieldSpecShape)
export const transformerConfigShape: StructShape = struct('TransformerConfig', {
  namePrefix: specs,
  nameSuffix: specs,
  namespace: specs,
  commonLabels: specs,
  labels: specs,
  templateLabels: specs,
  commonAnnotations: specs,
  nameReference: list(backReferenceShape),
  varReference: specs,
  images: specs,
  replicas: specs,
})
