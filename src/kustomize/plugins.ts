import { isObject, type JsonObject } from '../base/index.ts'
import { stringifyYaml } from '../yaml/index.ts'
import type { BuildScope } from './context.ts'
import { decodeStruct, type StructShape, type TypeShape } from './decode.ts'
import { fail, withPrefix } from './errors.ts'
import { type FieldSpec, makeFieldSpec } from './field-spec.ts'
import { configMapGenerator } from './generators/config-map.ts'
import { helmChartGenerator } from './generators/helm-chart.ts'
import { type IamPolicyArgs, iamPolicyGenerator, iamPolicyShape } from './generators/iam-policy.ts'
import { secretGenerator } from './generators/secret.ts'
import { toJson } from './json.ts'
import type {
  GeneratorArgs,
  HelmChartArgs,
  ImageArgs,
  PatchArgs,
  ReplacementArgs,
  ReplicaArgs,
  Selector,
  StringMap,
} from './kustomization.ts'
import { apiVersionOfGvk, gvkText, idText } from './resid.ts'
import type { Resource } from './resource.ts'
import * as shapes from './shapes.ts'
import { rangeInFile } from './source.ts'
import type { Generator, Transformer } from './transformer.ts'
import { annotationsTransformer } from './transformers/annotations.ts'
import { hashTransformer } from './transformers/hash.ts'
import { imagesTransformer } from './transformers/images.ts'
import { labelTransformer } from './transformers/labels.ts'
import { namespaceTransformer, type SubjectMode } from './transformers/namespace.ts'
import { patchTransformer } from './transformers/patches.ts'
import { json6902Transformer } from './transformers/patches-json6902.ts'
import { strategicMergeTransformer } from './transformers/patches-strategic-merge.ts'
import { prefixTransformer } from './transformers/prefix.ts'
import { replacementsTransformer } from './transformers/replacements.ts'
import { replicasTransformer } from './transformers/replicas.ts'
import { suffixTransformer } from './transformers/suffix.ts'
import { type ValueAddArgs, valueAddShape, valueAddTransformer } from './transformers/value-add.ts'
import type { OriginStep } from './types.ts'

/** A plugin's configuration, ready to be used. */
interface PluginConfig {
  readonly scope: BuildScope
  readonly value: JsonObject
  readonly step: OriginStep
}

/** Makes a transformer from a resource that configures one of the built-in ones (`transformers:`). */
export function loadTransformer(scope: BuildScope, config: Resource): Transformer {
  return configure(scope, config, { makers: transformers, others: generators, what: 'transformer' })
}

/** Makes a generator from a resource that configures one of the built-in ones (`generators:`). */
export function loadGenerator(scope: BuildScope, config: Resource): Generator {
  return configure(scope, config, { makers: generators, others: transformers, what: 'generator' })
}

type Makers<T> = Readonly<Record<string, (config: PluginConfig) => T>>

interface Wanted<T> {
  readonly makers: Makers<T>
  readonly others: Makers<unknown>
  readonly what: string
}

function configure<T>(scope: BuildScope, config: Resource, { makers, others, what }: Wanted<T>): T {
  const id = config.originalId()
  if (apiVersionOfGvk(config.id()) !== 'builtin') {
    fail(`external plugins disabled; unable to load external plugin '${id.kind}'`, {
      code: 'kustomize/external-plugin',
    })
  }
  const { kind } = config
  if (!Object.hasOwn(makers, kind)) {
    if (Object.hasOwn(others, kind)) fail(`plugin ${idText(id)} not a ${what}`)
    fail(`unable to load builtin ${gvkText(config.id())}`)
  }
  const value = toJson(config.root)
  const range = rangeInFile(config.source, config.root)
  const step: OriginStep = { step: kind, path: config.source.path, ...(range === undefined ? {} : { range }) }
  return withPrefix(`plugin ${idText(id)} fails configuration`, () =>
    makers[kind]!({ scope, value: isObject(value) ? value : {}, step }),
  )
}

const generators: Makers<Generator> = {
  ConfigMapGenerator: (config) =>
    configMapGenerator(config.scope, dataArgs(config, shapes.configMapArgsShape), config.step),
  SecretGenerator: (config) => secretGenerator(config.scope, dataArgs(config, shapes.secretArgsShape), config.step),
  IAMPolicyGenerator: (config) =>
    iamPolicyGenerator(config.scope, readEmbedded<IamPolicyArgs>(config, iamPolicyShape), config.step),
  HelmChartInflationGenerator: (config) =>
    helmChartGenerator(config.scope, readEmbedded<HelmChartArgs>(config, shapes.helmPluginShape), config.step),
}

const transformers: Makers<Transformer> = {
  AnnotationsTransformer: (config) => {
    const args = read<{ annotations?: StringMap }>(config, { annotations: { map: 'string' } })
    return annotationsTransformer(args.annotations ?? {}, specsOf(config) ?? [], config.step)
  },
  HashTransformer: ({ scope, step }) => hashTransformer(step.path, scope.hashes),
  ImageTagTransformer: (config) => {
    const args = read<{ imageTag?: ImageArgs }>(config, { imageTag: shapes.imageShape })
    return imagesTransformer(args.imageTag ?? {}, specsOf(config) ?? [], config.step)
  },
  LabelTransformer: (config) => {
    const args = read<{ labels?: StringMap }>(config, { labels: { map: 'string' } })
    return labelTransformer(args.labels ?? {}, specsOf(config) ?? [], config.step)
  },
  NamespaceTransformer: namespaceOf,
  PatchJson6902Transformer: (config) => {
    const fields = { target: shapes.selectorShape, path: 'string', jsonOp: 'string' } as const
    return json6902Transformer(
      config.scope,
      read<{ target?: Selector; path?: string; jsonOp?: string }>(config, fields),
      config.step,
    )
  },
  PatchStrategicMergeTransformer: (config) => {
    const args = read<{ paths?: string[]; patches?: string }>(config, { paths: { list: 'string' }, patches: 'string' })
    const { paths = [], patches = '' } = args
    return strategicMergeTransformer(config.scope, { paths, patches }, () => config.step)
  },
  PatchTransformer: (config) => {
    const fields = {
      path: 'string',
      patch: 'string',
      target: shapes.selectorShape,
      options: shapes.patchOptionsShape,
    } as const
    const shown = (): string => stringifyYaml(config.value)
    return patchTransformer({ scope: config.scope, step: config.step, shown }, read<PatchArgs>(config, fields))
  },
  PrefixSuffixTransformer: (config) => {
    const { prefix = '', suffix = '' } = affixesOf(config)
    const specs = requiredSpecs(config)
    const both = [prefixTransformer(prefix, specs, config.step), suffixTransformer(suffix, specs, config.step)]
    return {
      transform(map) {
        for (const transformer of both) transformer.transform(map)
      },
    }
  },
  PrefixTransformer: (config) => prefixTransformer(affixesOf(config).prefix ?? '', requiredSpecs(config), config.step),
  SuffixTransformer: (config) => suffixTransformer(affixesOf(config).suffix ?? '', requiredSpecs(config), config.step),
  ReplacementTransformer: (config) => {
    const fields = { replacements: { list: shapes.replacementFieldShape } } as const
    const args = read<{ replacements?: ReplacementArgs[] }>(config, fields)
    return replacementsTransformer(config.scope, args.replacements ?? [], () => config.step)
  },
  ReplicaCountTransformer: (config) => {
    const args = read<{ replica?: ReplicaArgs }>(config, { replica: shapes.replicaShape })
    return replicasTransformer(args.replica ?? {}, specsOf(config) ?? [], config.step)
  },
  ValueAddTransformer: (config) =>
    valueAddTransformer(config.scope, read<ValueAddArgs>(config, valueAddShape.fields), config.step),
}

function namespaceOf(config: PluginConfig): Transformer {
  const args = read<{ metadata?: { namespace?: string }; unsetOnly?: boolean; setRoleBindingSubjects?: string }>(
    config,
    {
      metadata: shapes.objectMetaShape,
      unsetOnly: 'bool',
      setRoleBindingSubjects: 'string',
    },
  )
  const mode = args.setRoleBindingSubjects || 'defaultOnly'
  if (mode !== 'defaultOnly' && mode !== 'none' && mode !== 'allServiceAccounts') {
    fail(
      `invalid value "${mode}" for setRoleBindingSubjects: must be one of "defaultOnly", "none" or "allServiceAccounts"`,
    )
  }
  const subjects: SubjectMode = mode
  return namespaceTransformer(
    {
      namespace: args.metadata?.namespace ?? '',
      fieldSpecs: specsOf(config) ?? [],
      unsetOnly: args.unsetOnly === true,
      subjects,
    },
    config.step,
  )
}

/** The arguments of a ConfigMap or Secret; their names may also be the configuration's own. */
function dataArgs(config: PluginConfig, shape: StructShape): GeneratorArgs {
  const { metadata } = read<{ metadata?: { name?: string; namespace?: string } }>(config, {
    metadata: shapes.objectMetaShape,
  })
  const args = readEmbedded<GeneratorArgs>(config, shape)
  const name = args.name || metadata?.name || ''
  const namespace = args.namespace || metadata?.namespace || ''
  return { ...args, name, namespace }
}

function affixesOf(config: PluginConfig): { prefix?: string; suffix?: string } {
  return read(config, { prefix: 'string', suffix: 'string' })
}

function specsOf(config: PluginConfig): readonly FieldSpec[] | undefined {
  const fields = { fieldSpecs: { list: shapes.fieldSpecShape } } as const
  return read<{ fieldSpecs?: Partial<FieldSpec>[] }>(config, fields).fieldSpecs?.map(makeFieldSpec)
}

function requiredSpecs(config: PluginConfig): readonly FieldSpec[] {
  return specsOf(config) ?? fail('fieldSpecs is not expected to be nil')
}

function read<T>(config: PluginConfig, fields: Readonly<Record<string, TypeShape>>): T {
  return decodeStruct<T>(config.value, { struct: 'Plugin', fields }, { coerce: true })
}

/** The fields of a struct that the plugin embeds. */
function readEmbedded<T>(config: PluginConfig, shape: StructShape): T {
  return decodeStruct<T>(config.value, shape)
}
