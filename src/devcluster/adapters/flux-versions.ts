import { isObject, type JsonObject, type JsonValue, jsonEqual, setOwn } from '../../base/index.ts'
import { type KubeObject, parseApiVersion } from '../../kube/index.ts'
import { stringifyYaml } from '../../yaml/index.ts'
import { writeJson } from '../http/json.ts'

/** What old versions of a Flux kind have in their spec that the current one has not. */
export interface OldFields {
  /** Members of spec that the conversion reads or writes; what they were is kept in an annotation. */
  readonly members: readonly string[]
  /** For the deprecation warning. */
  readonly advice: string
  /** The spec without the old fields; the same object when it has none of them. Does not change its argument. */
  readonly convert: (spec: JsonObject) => JsonObject
}

/** Remembers how an object was written in an old version, so that a client of that version reads what it wrote. */
const OLD_FIELDS_ANNOTATION = 'devcluster.fluxkit.dev/old-fields'

/**
 * Group/kind → fields that Flux 2.0 to 2.8 dropped (their definitions compared with those of 2.9). Kinds that are not
 * here have the same fields in all their versions.
 */
export const oldFields: ReadonlyMap<string, OldFields> = new Map([
  [
    'kustomize.toolkit.fluxcd.io/Kustomization',
    {
      members: ['validation', 'patches', 'patchesStrategicMerge', 'patchesJson6902'],
      advice: 'drop spec.validation; patchesStrategicMerge and patchesJson6902 become patches',
      convert: (spec) => withPatches(without(spec, 'validation')),
    },
  ],
  [
    'source.toolkit.fluxcd.io/GitRepository',
    {
      members: ['accessFrom', 'gitImplementation'],
      advice: 'drop spec.gitImplementation and spec.accessFrom',
      convert: (spec) => without(spec, 'accessFrom', 'gitImplementation'),
    },
  ],
  [
    'source.toolkit.fluxcd.io/Bucket',
    {
      members: ['accessFrom'],
      advice: 'drop spec.accessFrom',
      convert: (spec) => without(spec, 'accessFrom'),
    },
  ],
  [
    'source.toolkit.fluxcd.io/HelmChart',
    {
      members: ['accessFrom', 'valuesFile', 'valuesFiles'],
      advice: 'drop spec.accessFrom; valuesFile becomes valuesFiles',
      convert: (spec) => withValuesFiles(without(spec, 'accessFrom')),
    },
  ],
  [
    'helm.toolkit.fluxcd.io/HelmRelease',
    {
      members: ['chart', 'postRenderers'],
      advice: 'chart.spec.valuesFile becomes valuesFiles, old patches of postRenderers become patches',
      convert: releaseSpec,
    },
  ],
])

function without(spec: JsonObject, ...names: string[]): JsonObject {
  if (!names.some((name) => Object.hasOwn(spec, name))) return spec
  const out = { ...spec }
  for (const name of names) delete out[name]
  return out
}

/** Both old lists as entries of `patches`, where kustomize would have applied them: before it, and after it. */
function withPatches(owner: JsonObject): JsonObject {
  const { patchesStrategicMerge: merges, patchesJson6902: operations } = owner
  if (merges === undefined && operations === undefined) return owner
  const before = items(merges).map((patch): JsonValue => ({ patch: stringifyYaml(patch) }))
  const after = items(operations).map((item): JsonValue => {
    const { patch, ...rest } = isObject(item) ? item : {}
    return { ...rest, patch: stringifyYaml(patch ?? []) }
  })
  const out = without(owner, 'patchesStrategicMerge', 'patchesJson6902')
  const patches = [...before, ...items(owner['patches']), ...after]
  return patches.length === 0 ? out : { ...out, patches }
}

/** The single file came before the list. */
function withValuesFiles(owner: JsonObject): JsonObject {
  const { valuesFile } = owner
  if (valuesFile === undefined) return owner
  const out = without(owner, 'valuesFile')
  const files = [...(valuesFile === '' ? [] : [valuesFile]), ...items(owner['valuesFiles'])]
  return files.length === 0 ? out : { ...out, valuesFiles: files }
}

function releaseSpec(spec: JsonObject): JsonObject {
  let out = spec
  const chart = spec['chart']
  if (isObject(chart) && isObject(chart['spec'])) {
    const inner = withValuesFiles(chart['spec'])
    if (inner !== chart['spec']) out = { ...out, chart: { ...chart, spec: inner } }
  }
  const renderers = spec['postRenderers']
  if (Array.isArray(renderers)) {
    const next = renderers.map((renderer) => {
      if (!isObject(renderer) || !isObject(renderer['kustomize'])) return renderer
      const kustomize = withPatches(renderer['kustomize'])
      return kustomize === renderer['kustomize'] ? renderer : { ...renderer, kustomize }
    })
    if (next.some((item, i) => item !== renderers[i])) out = { ...out, postRenderers: next }
  }
  return out
}

function items(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}

/**
 * A Flux object in another version of its kind; undefined where only apiVersion differs. Towards the current version old
 * fields are said in new ones; towards an old one they come back as they were written, unless the new ones have been
 * changed since. Never changes its argument.
 */
export function convertFlux(object: KubeObject, apiVersion: string): KubeObject | undefined {
  const { group, version } = parseApiVersion(apiVersion)
  if (!group.endsWith('.fluxcd.io')) return undefined
  const fields = oldFields.get(`${group}/${object.kind}`)
  if (fields === undefined) return undefined
  // The kinds of the table are stable today: v1 and v2, without alpha or beta.
  return /^v\d+$/.test(version) ? toCurrent(object, apiVersion, fields) : toOld(object, apiVersion, fields)
}

/**
 * Says old fields that stand in an object of the current version in new ones, in place: manifests whose apiVersion was
 * raised without more. Answers a warning, or undefined when there was nothing to do.
 */
export function moderniseFlux(object: KubeObject): string | undefined {
  const { group, version } = parseApiVersion(object.apiVersion)
  const fields = oldFields.get(`${group}/${object.kind}`)
  const { spec } = object
  if (fields === undefined || !isObject(spec) || !/^v\d+$/.test(version)) return undefined
  const next = fields.convert(spec)
  if (next === spec) return undefined
  object['spec'] = next
  return `${object.apiVersion} ${object.kind} is given fields of older versions, which Flux 2.9 refuses: ${fields.advice}`
}

function toCurrent(object: KubeObject, apiVersion: string, fields: OldFields): KubeObject {
  const { spec } = object
  if (!isObject(spec)) return { ...object, apiVersion }
  const next = fields.convert(spec)
  if (next === spec) return { ...object, apiVersion }
  const written = writeJson(pick(spec, fields.members))
  const annotations = { ...annotationsOf(object), [OLD_FIELDS_ANNOTATION]: written }
  return { ...object, apiVersion, metadata: { ...object.metadata, annotations }, spec: next }
}

function toOld(object: KubeObject, apiVersion: string, fields: OldFields): KubeObject {
  const { [OLD_FIELDS_ANNOTATION]: written, ...annotations } = annotationsOf(object)
  if (typeof written !== 'string') return { ...object, apiVersion }
  const { annotations: _all, ...rest } = object.metadata
  const metadata = {
    ...rest,
    name: object.metadata.name,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  }
  const spec = isObject(object['spec']) ? object['spec'] : {}
  const was = parsed(written)
  if (was === undefined || !jsonEqual(pick(fields.convert(was), fields.members), pick(spec, fields.members))) {
    return { ...object, apiVersion, metadata }
  }
  return {
    ...object,
    apiVersion,
    metadata,
    spec: { ...without(spec, ...fields.members), ...pick(was, fields.members) },
  }
}

function pick(spec: JsonObject, names: readonly string[]): JsonObject {
  const out: JsonObject = {}
  for (const name of names) if (Object.hasOwn(spec, name)) setOwn(out, name, spec[name]!)
  return out
}

function annotationsOf(object: KubeObject): JsonObject {
  return isObject(object.metadata['annotations']) ? object.metadata['annotations'] : {}
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
