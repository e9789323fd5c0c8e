import type { JsonObject } from '../base/index.ts'
import { stringifyYaml } from '../yaml/index.ts'
import type { BuildScope } from './context.ts'
import { isFailure, located, withPrefix, wrapError } from './errors.ts'
import { type FieldSpec, makeFieldSpec, mergeFieldSpecs } from './field-spec.ts'
import { configMapGenerator } from './generators/config-map.ts'
import { mergeOptions } from './generators/data.ts'
import { helmChartGenerator } from './generators/helm-chart.ts'
import { secretGenerator } from './generators/secret.ts'
import type { GeneratorArgs, KustomizationFile, LabelArgs, PatchArgs, ReplacementArgs } from './kustomization.ts'
import { type BuildOrigin, builtinOrigin } from './origin.ts'
import type { Generator, Transformer } from './transformer.ts'
import type { TransformerConfig } from './transformer-config.ts'
import { annotationsTransformer } from './transformers/annotations.ts'
import { imagesTransformer } from './transformers/images.ts'
import { labelTransformer } from './transformers/labels.ts'
import { namespaceTransformer } from './transformers/namespace.ts'
import { patchTransformer } from './transformers/patches.ts'
import { json6902Transformer } from './transformers/patches-json6902.ts'
import { strategicMergeTransformer } from './transformers/patches-strategic-merge.ts'
import { prefixTransformer } from './transformers/prefix.ts'
import { replacementsTransformer } from './transformers/replacements.ts'
import { replicasTransformer } from './transformers/replicas.ts'
import { suffixTransformer } from './transformers/suffix.ts'
import type { OriginStep } from './types.ts'

/** What the built-ins of a kustomization file are configured with. */
export interface BuiltinInput {
  readonly scope: BuildScope
  readonly file: KustomizationFile
  readonly origin: BuildOrigin | undefined
  /** Namespace for charts, when the file sets none. */
  readonly helmNamespace: string
}

interface Configured<T> {
  readonly made: T
  readonly origin: BuildOrigin | undefined
}

/** The generators that the fields of a kustomization file ask for, in the order in which they run. */
export function configureGenerators(input: BuiltinInput): Configured<Generator>[] {
  const { scope, file } = input
  const { content } = file
  const out: Configured<Generator>[] = []
  const options = (args: GeneratorArgs): GeneratorArgs => {
    const merged = mergeOptions(args.options, content.generatorOptions)
    return merged === undefined ? args : { ...args, options: merged }
  }
  const add = (kind: string, field: string, i: number, make: (step: OriginStep) => Generator): void => {
    const step = stepOf(file, field, i)
    const made = located(
      () => file.locate(field, i),
      () => locatedGenerator(file, field, i, make(step)),
    )
    out.push({ made, origin: originOf(input, kind) })
  }
  content.configMapGenerator?.forEach((args, i) => {
    add('ConfigMapGenerator', 'configMapGenerator', i, (step) => configMapGenerator(scope, options(args), step))
  })
  content.secretGenerator?.forEach((args, i) => {
    add('SecretGenerator', 'secretGenerator', i, (step) => secretGenerator(scope, options(args), step))
  })
  content.helmCharts.forEach((chart, i) => {
    const namespace = chart.namespace || content.namespace || input.helmNamespace
    const args = { ...content.helmGlobals, ...chart, namespace }
    add('HelmChartInflationGenerator', 'helmCharts', i, (step) =>
      configured('HelmChartInflationGenerator', withoutEmpty(args), () => helmChartGenerator(scope, args, step)),
    )
  })
  return out
}

/** The transformers that the fields of a kustomization file ask for, in the order in which they run. */
export function configureTransformers(input: BuiltinInput, config: TransformerConfig): Configured<Transformer>[] {
  const out: Configured<Transformer>[] = []
  for (const { kind, field, list } of transformersOf(input, config)) {
    list.forEach((make, i) => {
      const index = list.length === 1 && make.whole === true ? undefined : i
      const where = (): ReturnType<KustomizationFile['locate']> => input.file.locate(field, index)
      const made = located(where, () => make.make(stepOf(input.file, field, index)))
      out.push({
        made: { transform: (map) => located(where, () => made.transform(map)) },
        origin: originOf(input, kind),
      })
    })
  }
  return out
}

interface Maker {
  readonly make: (step: OriginStep) => Transformer
  /** The field as a whole makes one transformer. */
  readonly whole?: boolean
}

interface MakerList {
  readonly kind: string
  readonly field: string
  readonly list: readonly Maker[]
}

/** In the order in which they run. */
function transformersOf(input: BuiltinInput, config: TransformerConfig): MakerList[] {
  return [...patchesAndNames(input, config), ...labelsAndAnnotations(input, config), ...fieldChanges(input, config)]
}

/** A transformer for the whole of a field, if the field is there. */
function one(wanted: boolean, make: Maker['make']): Maker[] {
  return wanted ? [{ make, whole: true }] : []
}

function patchesAndNames({ scope, file }: BuiltinInput, config: TransformerConfig): MakerList[] {
  const { content } = file
  const merges = content.patchesStrategicMerge ?? []
  return [
    {
      kind: 'PatchStrategicMergeTransformer',
      field: 'patchesStrategicMerge',
      list: one(merges.length > 0, () =>
        configured('PatchStrategicMergeTransformer', { paths: [...merges] }, () =>
          strategicMergeTransformer(scope, { paths: merges }, (i) => stepOf(file, 'patchesStrategicMerge', i)),
        ),
      ),
    },
    {
      kind: 'PatchTransformer',
      field: 'patches',
      list: (content.patches ?? []).map((args) => ({
        make: (step) =>
          configured('PatchTransformer', patchConfig(args), (shown) => patchTransformer({ scope, step, shown }, args)),
      })),
    },
    {
      kind: 'NamespaceTransformer',
      field: 'namespace',
      list: one(Boolean(content.namespace), (step) =>
        namespaceTransformer({ namespace: content.namespace!, fieldSpecs: config.namespace }, step),
      ),
    },
    {
      kind: 'PrefixTransformer',
      field: 'namePrefix',
      list: one(Boolean(content.namePrefix), (step) => prefixTransformer(content.namePrefix!, config.namePrefix, step)),
    },
    {
      kind: 'SuffixTransformer',
      field: 'nameSuffix',
      list: one(Boolean(content.nameSuffix), (step) => suffixTransformer(content.nameSuffix!, config.nameSuffix, step)),
    },
  ]
}

function labelsAndAnnotations({ file }: BuiltinInput, config: TransformerConfig): MakerList[] {
  const { content } = file
  return [
    {
      kind: 'LabelTransformer',
      field: 'labels',
      list: (content.labels ?? []).map((label) => ({
        make: (step) => labelTransformer(label.pairs ?? {}, labelSpecs(label, config), step),
      })),
    },
    {
      kind: 'LabelTransformer',
      field: 'commonLabels',
      list: one((content.labels ?? []).length > 0 || Object.keys(content.commonLabels ?? {}).length > 0, (step) =>
        labelTransformer(content.commonLabels ?? {}, config.commonLabels, step),
      ),
    },
    {
      kind: 'AnnotationsTransformer',
      field: 'commonAnnotations',
      list: one(Object.keys(content.commonAnnotations ?? {}).length > 0, (step) =>
        annotationsTransformer(content.commonAnnotations!, config.commonAnnotations, step),
      ),
    },
  ]
}

function fieldChanges({ scope, file }: BuiltinInput, config: TransformerConfig): MakerList[] {
  const { content } = file
  return [
    {
      kind: 'PatchJson6902Transformer',
      field: 'patchesJson6902',
      list: (content.patchesJson6902 ?? []).map(({ target, path = '', patch = '' }) => ({
        make: (step) => {
          const args = { ...(target === undefined ? {} : { target }), path, jsonOp: patch }
          return configured('PatchJson6902Transformer', patchConfig(args), () => json6902Transformer(scope, args, step))
        },
      })),
    },
    {
      kind: 'ReplicaCountTransformer',
      field: 'replicas',
      list: (content.replicas ?? []).map((args) => ({
        make: (step) => replicasTransformer(args, config.replicas, step),
      })),
    },
    {
      kind: 'ImageTagTransformer',
      field: 'images',
      list: content.images.map((args) => ({ make: (step) => imagesTransformer(args, config.images, step) })),
    },
    {
      kind: 'ReplacementTransformer',
      field: 'replacements',
      list: one((content.replacements ?? []).length > 0, () =>
        replacementsTransformer(scope, content.replacements!.map(withoutEmptyTargets), (i) =>
          stepOf(file, 'replacements', i),
        ),
      ),
    },
  ]
}

/** The field specs of an entry of `labels`. */
function labelSpecs(label: LabelArgs, config: TransformerConfig): readonly FieldSpec[] {
  const own = (label.fields ?? []).map(makeFieldSpec)
  const specs = withPrefix('failed to merge labels', () => mergeFieldSpecs(own, config.labels))
  if (label.includeSelectors === true) {
    return withPrefix('failed to merge labels', () => mergeFieldSpecs(specs, config.commonLabels))
  }
  const withTemplates =
    label.includeTemplates === true
      ? withPrefix('failed to merge template fieldSpec', () => mergeFieldSpecs(specs, config.templateLabels))
      : specs
  const metadata = makeFieldSpec({ path: 'metadata/labels', create: true })
  return withPrefix('failed to merge labels', () => mergeFieldSpecs(withTemplates, [metadata]))
}

function locatedGenerator(file: KustomizationFile, field: string, index: number, made: Generator): Generator {
  return {
    generate: () =>
      located(
        () => file.locate(field, index),
        () => made.generate(),
      ),
  }
}

/** Makes a built-in; a failure shows what upstream hands to it, as YAML (kusttarget.go, configureBuiltinPlugin). */
function configured<T>(kind: string, config: JsonObject, make: (shown: () => string) => T): T {
  const shown = (): string => stringifyYaml(config)
  try {
    return make(shown)
  } catch (error) {
    if (!isFailure(error)) throw error
    throw wrapError(error, `trouble configuring builtin ${kind} with config: \`\n${shown()}\``)
  }
}

/** The fields of a patch in a kustomization file; what is given but empty counts where Go has a pointer. */
function patchConfig({ target, options, ...texts }: PatchConfig): JsonObject {
  return {
    ...withoutEmpty(texts),
    ...(target === undefined ? {} : { target: withoutEmpty(target) }),
    ...(options === undefined ? {} : { options: withoutEmpty(options) }),
  }
}

interface PatchConfig extends PatchArgs {
  readonly jsonOp?: string
}

function withoutEmpty(fields: object): JsonObject {
  const isEmpty = (value: unknown): boolean => !value || (typeof value === 'object' && Object.keys(value).length === 0)
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value))) as JsonObject
}

/** On its way to the transformer an empty list is lost. */
function withoutEmptyTargets(args: ReplacementArgs): ReplacementArgs {
  if (args.targets === undefined || args.targets.length > 0) return args
  const { targets: _none, ...rest } = args
  return rest
}

function originOf(input: BuiltinInput, kind: string): BuildOrigin | undefined {
  return input.origin === undefined ? undefined : builtinOrigin(input.origin, input.file.name, kind)
}

function stepOf(file: KustomizationFile, field: string, index: number | undefined): OriginStep {
  const { path, range } = file.locate(field, index)
  return { step: field, path, ...(range === undefined ? {} : { range }) }
}
