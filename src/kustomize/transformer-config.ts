import { compareStrings } from '../base/index.ts'
import { parseConfig } from './config-yaml.ts'
import defaults from './data/field-specs.json' with { type: 'json' }
import { decodeStruct } from './decode.ts'
import { withPrefix } from './errors.ts'
import { type FieldSpec, makeFieldSpec, mergeFieldSpecs } from './field-spec.ts'
import type { Loader } from './loader.ts'
import { type Gvk, gvkSortText, kindOrder, sameGvk } from './resid.ts'
import { transformerConfigShape } from './shapes.ts'

/** A kind whose name may change, and the places that refer to it. */
export interface NameBackReference extends Gvk {
  readonly fieldSpecs: readonly FieldSpec[]
}

/** Where the built-in transformers act (api/internal/plugins/builtinconfig). */
export interface TransformerConfig {
  readonly namePrefix: readonly FieldSpec[]
  readonly nameSuffix: readonly FieldSpec[]
  readonly namespace: readonly FieldSpec[]
  readonly commonLabels: readonly FieldSpec[]
  readonly labels: readonly FieldSpec[]
  readonly templateLabels: readonly FieldSpec[]
  readonly commonAnnotations: readonly FieldSpec[]
  readonly varReference: readonly FieldSpec[]
  readonly images: readonly FieldSpec[]
  readonly replicas: readonly FieldSpec[]
  readonly nameReference: readonly NameBackReference[]
}

type SpecLists = Omit<TransformerConfig, 'nameReference'>
const listNames = [
  'namePrefix',
  'nameSuffix',
  'namespace',
  'commonLabels',
  'labels',
  'templateLabels',
  'commonAnnotations',
  'varReference',
  'images',
  'replicas',
] as const satisfies readonly (keyof SpecLists)[]

interface RawConfig extends Partial<Record<keyof SpecLists, readonly Partial<FieldSpec>[]>> {
  readonly nameReference?: readonly (Partial<Gvk> & { readonly fieldSpecs?: readonly Partial<FieldSpec>[] })[]
}

const order = kindOrder()

export const emptyConfig: TransformerConfig = normalise({})

/** The field specs that kustomize has built in. */
const defaultConfig: TransformerConfig = sorted(normalise(defaults as RawConfig))
const mergedDefaults: TransformerConfig = combine(emptyConfig, defaultConfig)
/** The references of a build that has no configuration of its own. */
export const builtinReferences: readonly NameBackReference[] = mergedDefaults.nameReference

/** The built-in field specs, and those of the files that `configurations` names. */
export function loadTransformerConfig(loader: Loader, paths: readonly string[]): TransformerConfig {
  let extra = emptyConfig
  for (const path of paths) {
    const { value } = parseConfig(loader.loadText(path), loader.absolute(path), true)
    const raw = decodeStruct<RawConfig>(value, transformerConfigShape, { strict: true, coerce: true })
    extra = mergeConfigs(extra, sorted(normalise(raw)))
  }
  return paths.length === 0 ? defaultConfig : mergeConfigs(defaultConfig, extra)
}

/** Adds the field specs of another configuration; the result is sorted by kind. */
export function mergeConfigs(config: TransformerConfig, more: TransformerConfig): TransformerConfig {
  if (more === emptyConfig || more === config) return config
  // Nearly every kustomization adds the built-in specs to nothing, or to themselves.
  if (more === defaultConfig && config === emptyConfig) return mergedDefaults
  if (more === defaultConfig && config === mergedDefaults) return config
  if (more === mergedDefaults && config === emptyConfig) return more
  return combine(config, more)
}

function combine(config: TransformerConfig, more: TransformerConfig): TransformerConfig {
  const out = {} as Record<keyof SpecLists, readonly FieldSpec[]>
  for (const name of listNames) {
    const label = name === 'namespace' ? 'NameSpace' : `${name[0]!.toUpperCase()}${name.slice(1)}`
    out[name] = withPrefix(`failed to merge ${label} fieldSpec`, () => mergeFieldSpecs(config[name], more[name]))
  }
  const nameReference = withPrefix('failed to merge NameReference fieldSpec', () =>
    mergeBackReferences(config.nameReference, more.nameReference),
  )
  return sorted({ ...out, nameReference })
}

function mergeBackReferences(
  list: readonly NameBackReference[],
  more: readonly NameBackReference[],
): readonly NameBackReference[] {
  const out = list.slice()
  for (const other of more) {
    let found = false
    out.forEach((reference, i) => {
      if (!sameGvk(reference, other)) return
      found = true
      out[i] = { ...reference, fieldSpecs: mergeFieldSpecs(reference.fieldSpecs, other.fieldSpecs) }
    })
    if (!found) out.push(other)
  }
  return out
}

function normalise(raw: RawConfig): TransformerConfig {
  const out = {} as Record<keyof SpecLists, readonly FieldSpec[]>
  for (const name of listNames) out[name] = (raw[name] ?? []).map(makeFieldSpec)
  const nameReference = (raw.nameReference ?? []).map((reference) => ({
    group: reference.group ?? '',
    version: reference.version ?? '',
    kind: reference.kind ?? '',
    fieldSpecs: (reference.fieldSpecs ?? []).map(makeFieldSpec),
  }))
  return { ...out, nameReference }
}

function byKind(a: Gvk, b: Gvk): number {
  return (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0) || compareStrings(gvkSortText(a), gvkSortText(b))
}

function sorted(config: TransformerConfig): TransformerConfig {
  const out = {} as Record<keyof SpecLists, readonly FieldSpec[]>
  for (const name of listNames) out[name] = config[name].toSorted(byKind)
  return { ...out, nameReference: config.nameReference.toSorted(byKind) }
}
