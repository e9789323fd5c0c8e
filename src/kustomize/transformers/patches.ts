import { decodeText, type Location } from '../../base/index.ts'
import { notes } from '../annotations.ts'
import { applyJson6902, applyKnowingIds, applyToSelected } from '../apply-patch.ts'
import type { BuildScope } from '../context.ts'
import { fail, isFailure, messageOf, withPrefix } from '../errors.ts'
import { readResources } from '../factory.ts'
import { goTrim } from '../go-trim.ts'
import { type JsonPatchOperation, readJsonPatch } from '../json-patch.ts'
import type { PatchArgs, Selector } from '../kustomization.ts'
import { idText } from '../resid.ts'
import type { ResMap } from '../resmap.ts'
import type { Resource } from '../resource.ts'
import { selectResources } from '../selector.ts'
import type { Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'

interface PatchInput {
  readonly scope: BuildScope
  readonly step: OriginStep
  /** The entry as YAML, for failures. */
  readonly shown: () => string
}

/** An entry of `patches`: a strategic merge or a JSON patch, inline or in a file (PatchTransformer). */
export function patchTransformer({ scope, step, shown }: PatchInput, args: PatchArgs): Transformer {
  const inline = goTrim(args.patch ?? '')
  const path = args.path ?? ''
  if (inline === '' && path === '') fail(`must specify one of patch and path in\n${shown()}`)
  if (inline !== '' && path !== '') fail(`patch and path can't be set at the same time\n${shown()}`)
  const source = inline === '' ? `[path: ${JSON.stringify(path)}]` : `[patch: ${JSON.stringify(inline)}]`
  const text =
    inline === ''
      ? withPrefix(`failed to get the patch file from path(${path})`, () => decodeText(scope.loader.load(path)))
      : inline
  const from: OriginStep = inline === '' ? { step: step.step, path: scope.loader.absolute(path) } : step
  const merges = attempt(() => readResources(text, from, scope.schema))
  const operations = attempt(() => readJsonPatch(text).operations)
  if (merges.failed && operations.failed) {
    fail(`unable to parse SM or JSON patch from ${source}`, {
      ...(merges.location === undefined ? {} : { location: merges.location }),
    })
  }
  const resources = merges.value ?? []
  if (resources.length > 0 && (operations.value ?? []).length > 0) {
    fail(`illegally qualifies as both an SM and JSON patch: ${source}`)
  }
  for (const patch of resources) {
    if (args.options?.allowNameChange === true) patch.enable(notes.allowNameChange)
    if (args.options?.allowKindChange === true) patch.enable(notes.allowKindChange)
  }
  if (!merges.failed) {
    return { transform: (map) => transformMerge({ map, patches: resources, target: args.target, source }, scope) }
  }
  const list = operations.value ?? []
  return { transform: (map) => transformJson({ map, target: args.target, source }, list, from) }
}

interface PatchRun {
  readonly map: ResMap
  readonly target: Selector | undefined
  readonly source: string
}

function transformMerge(run: PatchRun & { readonly patches: readonly Resource[] }, scope: BuildScope): void {
  const { map, patches, target, source } = run
  if (patches.length === 0) return
  if (target !== undefined) {
    if (patches.length > 1) {
      fail(
        `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${source}`,
      )
    }
    const selected = selectResources(map.resources, target)
    applyToSelected(map, new Set(selected), patches[0]!, scope.schema)
    return
  }
  for (const patch of patches) {
    const id = patch.originalId()
    const resource = withPrefix(`no resource matches strategic merge patch "${idText(id)}"`, () => map.getById(id))
    // The patch becomes part of the resource; kustomize configures each patch for one run.
    if (applyKnowingIds(resource, patch, scope.schema)) map.changed()
  }
}

function transformJson(run: PatchRun, operations: readonly JsonPatchOperation[], step: OriginStep): void {
  if (operations.length === 0) return
  if (run.target === undefined) fail(`must specify a target for JSON patch ${run.source}`)
  for (const resource of selectResources(run.map.resources, run.target)) {
    resource.storePreviousId()
    applyJson6902(resource, operations, step)
  }
  run.map.changed()
}

interface Attempt<T> {
  readonly failed: boolean
  readonly value?: T
  readonly location?: Location
  readonly message?: string
}

function attempt<T>(action: () => T): Attempt<T> {
  try {
    return { failed: false, value: action() }
  } catch (error) {
    if (!isFailure(error)) throw error
    const { location } = error.details
    return { failed: true, message: messageOf(error), ...(location === undefined ? {} : { location }) }
  }
}
