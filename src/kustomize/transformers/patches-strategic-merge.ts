import { applyToSelected } from '../apply-patch.ts'
import type { BuildScope } from '../context.ts'
import { fail, isFailure, namingFile } from '../errors.ts'
import { readResources } from '../factory.ts'
import type { Resource } from '../resource.ts'
import type { Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'

export interface StrategicMergeArgs {
  /** Paths, or patches themselves. */
  readonly paths: readonly string[]
  /** A patch's text. */
  readonly patches?: string
}

/** `patchesStrategicMerge` (PatchStrategicMergeTransformer): every patch has to find the one resource of its id. */
export function strategicMergeTransformer(
  scope: BuildScope,
  args: StrategicMergeArgs,
  step: (index: number) => OriginStep,
): Transformer {
  const inline = args.patches ?? ''
  if (args.paths.length === 0 && inline === '') fail('empty file path and empty patch content')
  const patches: Resource[] = []
  args.paths.forEach((path, i) => {
    patches.push(...readPathOrPatch(scope, path, step(i)))
  })
  if (inline !== '') patches.push(...readResources(inline, step(0), scope.schema))
  if (patches.length === 0) fail(`patch appears to be empty; files=[${args.paths.join(' ')}], Patch=${inline}`)
  return {
    transform(map) {
      for (const patch of patches) {
        const target = map.getById(patch.originalId())
        applyToSelected(map, new Set([target]), patch, scope.schema)
      }
    },
  }
}

/** For old times' sake the text is first taken for a patch, then for a path. */
function readPathOrPatch(scope: BuildScope, text: string, step: OriginStep): Resource[] {
  try {
    return readResources(text, step, scope.schema)
  } catch (error) {
    if (!isFailure(error)) throw error
  }
  return namingFile(text, () =>
    readResources(scope.loader.load(text), { step: step.step, path: scope.loader.absolute(text) }, scope.schema),
  )
}
