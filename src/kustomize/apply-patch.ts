import { isObject } from '../base/index.ts'
import type { YamlNode } from '../yaml/index.ts'
import { buildAnnotations, isInternalAnnotation, notes } from './annotations.ts'
import { fail } from './errors.ts'
import { fromJson, toJson } from './json.ts'
import { applyJsonPatch, type JsonPatchOperation } from './json-patch.ts'
import { mergePatch } from './merge.ts'
import type { SchemaFacts } from './openapi.ts'
import { apiVersionOfGvk, gvkOfNode, type ResId } from './resid.ts'
import type { ResMap } from './resmap.ts'
import type { Resource } from './resource.ts'
import { rangeInFile } from './source.ts'
import type { OriginStep } from './types.ts'

/** Applies a strategic merge patch, which is consumed. Kind and name only change if the patch may do that. */
function applyStrategicMerge(resource: Resource, patch: Resource, schema: SchemaFacts): void {
  const { name, namespace, kind } = resource
  const mayRename = patch.isEnabled(notes.allowNameChange)
  const mayChangeKind = patch.isEnabled(notes.allowKindChange)
  if (mayRename || mayChangeKind) resource.storePreviousId()
  const step = patchStep(patch)
  const result = mergePatch(patch.root, resource.root, schema, (node) => {
    resource.mark(node, stepOfNode(patch, node, step))
  })
  resource.addStep(step)
  if (result === undefined) resource.node = undefined
  if (resource.isEmpty) return
  if (!mayChangeKind) resource.setKind(kind)
  if (!mayRename) resource.setName(name)
  resource.setNamespace(namespace)
}

/** Applies a strategic merge patch to those of a map that are selected; resources that it deletes are dropped. */
export function applyToSelected(
  map: ResMap,
  selected: ReadonlySet<Resource>,
  patch: Resource,
  schema: SchemaFacts,
): void {
  let changed = false
  for (const resource of selected) {
    const copy = patch.copy()
    copyMetadata(copy, patch)
    const gvk = gvkOfNode(resource.node)
    copy.setKind(gvk.kind)
    copy.setApiVersion(apiVersionOfGvk(gvk))
    copy.setKind(patch.kind)
    if (applyKnowingIds(resource, copy, schema)) changed = true
  }
  if (changed) map.replaceAll(map.resources.filter((resource) => !resource.isEmpty))
}

/** Applies a strategic merge patch; true when the ids of the resource are others than before. */
export function applyKnowingIds(resource: Resource, patch: Resource, schema: SchemaFacts): boolean {
  const before = resource.id()
  const renames = patch.isEnabled(notes.allowNameChange) || patch.isEnabled(notes.allowKindChange)
  applyStrategicMerge(resource, patch, schema)
  return renames || resource.isEmpty || !sameNames(before, resource)
}

/** Applies a JSON patch. Notes of the build survive whatever it does to annotations. */
export function applyJson6902(resource: Resource, patch: readonly JsonPatchOperation[], step: OriginStep): void {
  const internal = [...resource.annotations()].filter(([key]) => isInternalAnnotation(key))
  const old = resource.root
  const result = applyJsonPatch(toJson(old), patch)
  if (result !== null && !isObject(result))
    fail('json: cannot unmarshal array into Go value of type map[string]interface {}')
  // What this patch leaves alone keeps the mark of what set it before.
  const mark = (node: YamlNode, before?: YamlNode): void => {
    const by = before === undefined ? step : resource.markOf(before)
    if (by !== undefined) resource.mark(node, by)
  }
  resource.node = fromJson(result ?? {}, { old, marshalled: true, mark })
  resource.addStep(step)
  const annotations = resource.annotations()
  for (const [key, value] of internal) annotations.set(key, value)
  resource.setAnnotations(annotations)
}

/** Resource.CopyMergeMetaDataFieldsFrom: labels and annotations are united, the receiver's win; names are taken over. */
export function copyMetadata(resource: Resource, from: Resource): void {
  resource.setLabels(new Map([...from.labels(), ...resource.labels()]))
  const own = resource.annotations()
  const theirs = from.annotations()
  const merged = new Map([...theirs, ...own])
  for (const key of buildAnnotations) {
    const value = theirs.get(key)
    if (value === undefined) merged.delete(key)
    else merged.set(key, value)
  }
  if (!own.has(notes.needsHash)) merged.delete(notes.needsHash)
  resource.setAnnotations(merged)
  resource.setName(from.name)
  resource.setNamespace(from.namespace)
  resource.refVarNames = from.refVarNames.slice()
}

function sameNames(before: ResId, resource: Resource): boolean {
  const after = resource.id()
  return (
    before.name === after.name &&
    before.namespace === after.namespace &&
    before.kind === after.kind &&
    before.version === after.version &&
    before.group === after.group
  )
}

/** The step that stands for a whole patch. */
function patchStep(patch: Resource): OriginStep {
  const { source } = patch
  const range = rangeInFile(source, patch.root)
  return { step: source.step, path: source.path, ...(range === undefined ? {} : { range }) }
}

function stepOfNode(patch: Resource, node: YamlNode, whole: OriginStep): OriginStep {
  if (patch.source.range !== undefined) return whole
  const range = rangeInFile(patch.source, node)
  return range === undefined ? whole : { step: whole.step, path: whole.path, range }
}
