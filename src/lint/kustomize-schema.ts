import type { StructuralSchema } from '../schema/index.ts'

type Fields = Readonly<Record<string, StructuralSchema>>

const text = (description: string): StructuralSchema => ({ type: 'string', description })
const flag = (description: string): StructuralSchema => ({ type: 'boolean', description })
const integer = (description: string): StructuralSchema => ({ type: 'integer', description })
const texts = (description: string): StructuralSchema => ({ type: 'array', items: { type: 'string' }, description })
const textMap = (description: string): StructuralSchema => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
})
const struct = (properties: Fields, description = ''): StructuralSchema => ({
  type: 'object',
  properties,
  ...(description === '' ? {} : { description }),
})
const list = (items: StructuralSchema, description: string): StructuralSchema => ({ type: 'array', items, description })
const anything = (description: string): StructuralSchema => ({
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  description,
})

const gvk: Fields = {
  group: text('API group.'),
  version: text('API version.'),
  kind: text('Kind.'),
}

const selectorFields: Fields = {
  ...gvk,
  name: text('Name; a regular expression, anchored at both ends.'),
  namespace: text('Namespace; a regular expression, anchored at both ends.'),
  labelSelector: text('Label selector, as kubectl takes it.'),
  annotationSelector: text('Annotation selector, in the form of a label selector.'),
}

const selector = struct(selectorFields, 'Which objects are meant. Fields left out match anything.')

const patchFields: Fields = {
  patch: text('The patch itself: a partial object (strategic merge) or a list of JSON 6902 operations.'),
  path: text('File that holds the patch.'),
  target: selector,
  options: struct(
    {
      allowNameChange: flag('The patch may change the name.'),
      allowKindChange: flag('The patch may change the kind.'),
    },
    'What the patch may do beyond the usual.',
  ),
}

const fieldSpec = struct({
  ...gvk,
  path: text('Path of the field, with `/`.'),
  create: flag('Make the field where it is missing.'),
})

const generatorOptions = struct(
  {
    labels: textMap('Labels of the generated object.'),
    annotations: textMap('Annotations of the generated object.'),
    disableNameSuffixHash: flag('Leave the hash of the content off the name.'),
    immutable: flag('Mark the generated object as immutable.'),
  },
  'Options of generated objects.',
)

const generatorFields: Fields = {
  name: text('Name of the generated object, before the hash.'),
  namespace: text('Namespace of the generated object.'),
  behavior: {
    type: 'string',
    enum: ['create', 'replace', 'merge'],
    description: 'What to do when a base has generated an object of this name.',
  },
  files: texts('Files to take in, each as `name=path` or a path.'),
  literals: texts('Values, each as `name=value`.'),
  envs: texts('Files with a `name=value` on each line.'),
  env: text('Use `envs`.'),
  options: generatorOptions,
}

const fieldOptions = struct({
  delimiter: text('Splits the value into parts.'),
  index: integer('Which part is meant.'),
  encoding: text('`base64` for values of Secrets.'),
  create: flag('Make the field where it is missing.'),
})

const replacement = struct({
  path: text('File that holds the replacement.'),
  source: struct(
    {
      ...gvk,
      name: text('Name.'),
      namespace: text('Namespace.'),
      fieldPath: text('Path of the field, default `metadata.name`.'),
      options: fieldOptions,
    },
    'Where the value comes from.',
  ),
  sourceValue: text('The value itself, in place of a source.'),
  targets: list(
    struct({
      select: selector,
      reject: list(selector, 'Objects to leave out.'),
      fieldPaths: texts('Paths of the fields that get the value.'),
      options: fieldOptions,
    }),
    'Where the value goes.',
  ),
})

const helmChart = struct({
  name: text('Name of the chart.'),
  version: text('Version of the chart.'),
  repo: text('URL of the chart repository.'),
  releaseName: text('Name of the release.'),
  namespace: text('Namespace of the release.'),
  valuesFile: text('File with values.'),
  additionalValuesFiles: texts('Further files with values.'),
  valuesInline: anything('Values.'),
  valuesMerge: {
    type: 'string',
    enum: ['merge', 'override', 'replace'],
    description: 'How inline values and files are joined.',
  },
  includeCRDs: flag("Render the chart's `crds` directory too."),
  skipHooks: flag('Leave hooks out.'),
  skipTests: flag('Leave test hooks out.'),
  apiVersions: texts('API versions that the chart is told of.'),
  kubeVersion: text('Kubernetes version that the chart is told of.'),
  nameTemplate: text('Template of the release name.'),
  debug: flag('Debug output of helm.'),
  devel: flag('Take pre-releases too.'),
})

/** `patches`, `labels` and so on of a `kustomization.yaml`; a Component has the same fields. */
const kustomizationFields: Fields = {
  apiVersion: text('`kustomize.config.k8s.io/v1beta1`, for a Component `kustomize.config.k8s.io/v1alpha1`.'),
  kind: {
    type: 'string',
    enum: ['Kustomization', 'Component'],
    description: '`Kustomization`, or `Component` for a reusable part.',
  },
  metadata: struct({
    name: text('Name.'),
    namespace: text('Namespace.'),
    labels: textMap('Labels.'),
    annotations: textMap('Annotations.'),
  }),
  resources: texts('Files and directories (with a kustomization file) to take in, in this order.'),
  components: texts('Directories of Components to apply, after the resources.'),
  bases: texts('Use `resources`.'),
  crds: texts('OpenAPI definitions of custom resources, to find references in them.'),
  namespace: text('Namespace that every namespaced object gets.'),
  namePrefix: text('Put before every name.'),
  nameSuffix: text('Put after every name, before the hash.'),
  commonLabels: textMap('Labels for every object, also in selectors. Use `labels` to leave selectors alone.'),
  commonAnnotations: textMap('Annotations for every object.'),
  labels: list(
    struct({
      pairs: textMap('The labels.'),
      includeSelectors: flag('Also in selectors and templates.'),
      includeTemplates: flag('Also in the templates of workloads.'),
      fields: list(fieldSpec, 'Further fields that hold labels.'),
    }),
    'Labels for every object.',
  ),
  patches: list(struct(patchFields), 'Patches, in this order: strategic merge or JSON 6902, inline or from a file.'),
  patchesStrategicMerge: texts('Use `patches`.'),
  patchesJson6902: list(struct(patchFields), 'Use `patches`.'),
  images: list(
    struct({
      name: text('Image as it is written, without tag.'),
      newName: text('What to call it.'),
      newTag: text('Tag to give it.'),
      tagSuffix: text('Put after the tag.'),
      digest: text('Digest to give it, in place of a tag.'),
    }),
    'Changes of image names, tags and digests.',
  ),
  imageTags: list(anything('An image.'), 'Use `images`.'),
  replicas: list(
    struct({ name: text('Name of the workload.'), count: integer('How many.') }),
    'Replicas of workloads by name.',
  ),
  replacements: list(replacement, 'Copies values from one field to others.'),
  vars: list(
    struct({
      name: text('Name, used as `$(NAME)`.'),
      objref: struct({ ...gvk, apiVersion: text('API version.'), name: text('Name.'), namespace: text('Namespace.') }),
      fieldref: struct({ fieldPath: text('Path of the field.') }),
    }),
    'Use `replacements`.',
  ),
  configMapGenerator: list(struct(generatorFields), 'ConfigMaps to make of files and literals.'),
  secretGenerator: list(
    struct({ ...generatorFields, type: text('Type of the Secret.') }),
    'Secrets to make of files and literals.',
  ),
  generatorOptions,
  generators: texts('Configurations of generators.'),
  transformers: texts('Configurations of transformers.'),
  validators: texts('Configurations of validators.'),
  configurations: texts('Files that say which fields hold names, labels, images and so on.'),
  openapi: struct(
    { path: text('File with an OpenAPI schema.'), version: text('Built-in version.') },
    'Schema for merges.',
  ),
  buildMetadata: {
    type: 'array',
    description: 'What to write into each object about its making.',
    items: { type: 'string', enum: ['managedByLabel', 'originAnnotations', 'transformerAnnotations'] },
  },
  sortOptions: struct(
    {
      order: { type: 'string', enum: ['legacy', 'fifo'], description: 'Order of the output.' },
      legacySortOptions: struct({ orderFirst: texts('Kinds to put first.'), orderLast: texts('Kinds to put last.') }),
    },
    'Order of the output.',
  ),
  helmCharts: list(helmChart, 'Charts to render. Flux refuses them: use a HelmRelease.'),
  helmGlobals: struct({ chartHome: text('Directory of charts.'), configHome: text("helm's configuration directory.") }),
  helmChartInflationGenerator: list(anything('A chart.'), 'Use `helmCharts`.'),
}

/** The schema of `kustomization.yaml` (kustomize 5.8, api/types/kustomization.go). */
export const kustomizeSchema: StructuralSchema = struct(kustomizationFields)

/** Fields that kustomize still reads but warns about, with what to use. */
export const deprecatedKustomizeFields: Readonly<Record<string, string>> = {
  bases: 'resources',
  commonLabels: 'labels',
  imageTags: 'images',
  patchesJson6902: 'patches',
  patchesStrategicMerge: 'patches',
  vars: 'replacements',
}
