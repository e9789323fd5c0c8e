import { applyJson6902 } from '../apply-patch.ts'
import type { BuildScope } from '../context.ts'
import { fail } from '../errors.ts'
import { readJsonPatch } from '../json-patch.ts'
import type { Selector } from '../kustomization.ts'
import { selectResources } from '../selector.ts'
import type { Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'

export interface Json6902Args {
  readonly target?: Selector
  readonly path?: string
  readonly jsonOp?: string
}

/** An entry of `patchesJson6902` (PatchJson6902Transformer). */
export function json6902Transformer(scope: BuildScope, args: Json6902Args, step: OriginStep): Transformer {
  const { target } = args
  const path = args.path ?? ''
  let text = args.jsonOp ?? ''
  if (target === undefined) fail('runtime error: a patch without target')
  if ((target.name ?? '') === '') fail('must specify the target name')
  if (path === '' && text === '') fail('empty file path and empty jsonOp')
  if (path !== '') {
    if (text !== '') fail('must specify a file path or jsonOp, not both')
    text = scope.loader.loadText(path)
    if (text === '') fail(`patch file '${path}' empty seems to be empty`)
  }
  const { operations, json } = readJsonPatch(text, true)
  if (operations.length === 0) fail(`patch appears to be empty; file=${path}, JsonOp=${json}`)
  const from: OriginStep = path === '' ? step : { step: step.step, path: scope.loader.absolute(path) }
  return {
    transform(map) {
      for (const resource of selectResources(map.resources, target)) applyJson6902(resource, operations, from)
      map.changed()
    },
  }
}
