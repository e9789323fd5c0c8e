import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import {
  cleanPath,
  encodeText,
  getIn,
  getString,
  isObject,
  type JsonObject,
  type JsonValue,
  type ObjectRef,
} from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'

/** What becomes of the objects of a chart's `crds/` folder. */
export type CrdsPolicy = 'Skip' | 'Create' | 'CreateReplace'
/** What of a chart goes through the post-renderers. */
export type PostRenderStrategy = 'nohooks' | 'combined' | 'separate'

/** The parts of a HelmRelease that say what is released, and under which name. */
export interface ReleaseSpec {
  /** Helm's name of the release: shortened where it is too long. */
  readonly name: string
  /** Where the chart's objects go. */
  readonly namespace: string
  readonly storageNamespace: string
  readonly crds: { readonly install: CrdsPolicy; readonly upgrade: CrdsPolicy }
  readonly disableHooks: boolean
  readonly disableSchemaValidation: boolean
  /** Tests run after the release. */
  readonly tests: boolean
  readonly postRenderStrategy: PostRenderStrategy
  readonly values: JsonObject
}

/**
 * Reads a HelmRelease with the defaults of helm-controller 1.6 (api/v2/helmrelease_types.go, internal/action).
 * @param object as it is in the cluster; fields of a wrong type count as unset.
 */
export function readRelease(object: KubeObject): ReleaseSpec {
  const { spec } = object
  const name = object.metadata.name
  const own = getString(object, 'metadata', 'namespace') ?? 'default'
  const text = (...path: string[]): string => getString(spec, ...path) ?? ''
  const targetNamespace = text('targetNamespace')
  const releaseName = text('releaseName') || (targetNamespace === '' ? name : `${targetNamespace}-${name}`)
  const strategy = text('postRenderStrategy')
  const values = getIn(spec, ['values'])
  return {
    name: shortReleaseName(releaseName),
    namespace: targetNamespace || own,
    storageNamespace: text('storageNamespace') || own,
    crds: { install: crdsPolicy(text('install', 'crds')), upgrade: crdsPolicy(text('upgrade', 'crds')) },
    disableHooks: getIn(spec, ['install', 'disableHooks']) === true,
    disableSchemaValidation: getIn(spec, ['install', 'disableSchemaValidation']) === true,
    tests: getIn(spec, ['test', 'enable']) === true,
    postRenderStrategy: strategy === 'nohooks' || strategy === 'separate' ? strategy : 'combined',
    values: isObject(values) ? values : {},
  }
}

function crdsPolicy(text: string): CrdsPolicy {
  return text === 'Skip' || text === 'CreateReplace' ? text : 'Create'
}

/** Names over 53 characters: the first 40, a dash, 12 digits of the hash. Source: internal/release/name.go. */
export function shortReleaseName(name: string): string {
  const bytes = encodeText(name)
  if (bytes.length <= 53) return name
  const short = new TextDecoder().decode(bytes.subarray(0, 40))
  return `${short}-${bytesToHex(sha256(bytes)).slice(0, 12)}`
}

/** A chart by name in a source: what a HelmChart object says. */
export interface ChartTemplate {
  readonly chart: string
  /** Range; ignored for charts of Git repositories and buckets. */
  readonly version: string
  readonly sourceRef: ObjectRef
  readonly valuesFiles: readonly string[]
  readonly ignoreMissingValuesFiles: boolean
  readonly reconcileStrategy: 'ChartVersion' | 'Revision'
  /** `spec.verify`: who has to have signed the chart, for one of an OCI registry. */
  readonly verify?: JsonObject
  /** Of the HelmChart object, where a cluster told it. */
  readonly generation?: number
}

/** Where a HelmRelease has its chart from. */
export type ReleaseChart =
  | { readonly type: 'template'; readonly template: ChartTemplate }
  /** An OCIRepository, HelmChart or ExternalArtifact. */
  | { readonly type: 'reference'; readonly ref: ObjectRef }

const sourceVersion = 'source.toolkit.fluxcd.io/v1'

/** The chart of a HelmRelease; `undefined` when it has neither `chart` nor `chartRef`, or both. */
export function chartOfRelease(object: KubeObject): ReleaseChart | undefined {
  const { spec } = object
  const own = getString(object, 'metadata', 'namespace') ?? 'default'
  const reference = getIn(spec, ['chartRef'])
  const template = getIn(spec, ['chart', 'spec'])
  if (isObject(reference) === isObject(template)) return undefined
  if (isObject(reference)) {
    const kind = getString(reference, 'kind') ?? ''
    const name = getString(reference, 'name') ?? ''
    const namespace = getString(reference, 'namespace') || own
    return { type: 'reference', ref: { apiVersion: sourceVersion, kind, name, namespace } }
  }
  return { type: 'template', template: readTemplate(template, getString(template, 'sourceRef', 'namespace') || own) }
}

/** The chart of a HelmChart object. */
export function chartOfHelmChart(object: KubeObject): ChartTemplate {
  const generation = getIn(object, ['metadata', 'generation'])
  const template = readTemplate(object['spec'], getString(object, 'metadata', 'namespace') ?? 'default')
  return typeof generation === 'number' ? { ...template, generation } : template
}

/**
 * The `valuesFiles` that replace the values of a chart: none when the chart's own are all that is asked for, which also
 * leaves its version alone. Source: source-controller 1.9 internal/helm/chart/builder.go (GetValuesFiles).
 */
export function mergedValuesFiles({ valuesFiles }: Pick<ChartTemplate, 'valuesFiles'>): readonly string[] {
  return valuesFiles.length === 1 && cleanPath(valuesFiles[0]!) === 'values.yaml' ? [] : valuesFiles
}

function readTemplate(spec: JsonValue | undefined, namespace: string): ChartTemplate {
  const files = getIn(spec, ['valuesFiles'])
  const verify = getIn(spec, ['verify'])
  return {
    chart: getString(spec, 'chart') ?? '',
    version: getString(spec, 'version') || '*',
    sourceRef: {
      apiVersion: sourceVersion,
      kind: getString(spec, 'sourceRef', 'kind') ?? '',
      name: getString(spec, 'sourceRef', 'name') ?? '',
      namespace,
    },
    valuesFiles: Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [],
    ignoreMissingValuesFiles: getIn(spec, ['ignoreMissingValuesFiles']) === true,
    reconcileStrategy: getString(spec, 'reconcileStrategy') === 'Revision' ? 'Revision' : 'ChartVersion',
    ...(isObject(verify) ? { verify } : {}),
  }
}

/**
 * The HelmChart object that helm-controller makes of a HelmRelease's template; `undefined` for one with `chartRef`.
 * Source: internal/reconcile/helmchart_template.go.
 */
export function helmChartOfRelease(object: KubeObject): KubeObject | undefined {
  const chart = chartOfRelease(object)
  if (chart?.type !== 'template') return undefined
  const { template } = chart
  const own = getString(object, 'metadata', 'namespace') ?? 'default'
  const given = getIn(object, ['spec', 'chart'])
  const spec: JsonObject = {
    chart: template.chart,
    version: template.version,
    sourceRef: { kind: template.sourceRef.kind, name: template.sourceRef.name },
    interval: getString(given, 'spec', 'interval') ?? getString(object, 'spec', 'interval') ?? '',
    reconcileStrategy: template.reconcileStrategy,
  }
  if (template.valuesFiles.length > 0) spec['valuesFiles'] = [...template.valuesFiles]
  if (template.ignoreMissingValuesFiles) spec['ignoreMissingValuesFiles'] = true
  if (template.verify !== undefined) spec['verify'] = template.verify
  const metadata: JsonObject & { name: string } = {
    name: `${own}-${object.metadata.name}`,
    namespace: template.sourceRef.namespace ?? own,
  }
  for (const field of ['labels', 'annotations']) {
    const value = getIn(given, ['metadata', field])
    if (isObject(value)) metadata[field] = value
  }
  return { apiVersion: sourceVersion, kind: 'HelmChart', metadata, spec }
}
