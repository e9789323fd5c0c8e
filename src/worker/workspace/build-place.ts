import { isObject, LineMap } from '../../base/index.ts'
import { type Fleet, objectKey, type Rendered } from '../../fleet/index.ts'
import type { BuildOriginAnswer, BuildPlaceParams, BuildStep } from '../../protocol/index.ts'
import { nodeToJson, parseDocuments, pathAt, type YamlPath } from '../../yaml/index.ts'
import type { Folder } from './folder.ts'
import { refOfObject } from './refs.ts'

type Built = Rendered['objects'][number]

/**
 * Where the field under a place of a rendered document comes from. The object is found by its name, not by its position,
 * so that a text that is a keystroke behind still finds it.
 */
export function originAt(folder: Folder, rendered: Rendered, place: BuildPlaceParams): BuildOriginAnswer | null {
  const root = parseDocuments(place.document).documents[0]?.root
  if (root === undefined) return null
  const key = keyOf(nodeToJson(root).value)
  const built = rendered.objects.find(({ object }) => keyOf(object) === key)
  if (built === undefined) return null
  const offset = new LineMap(place.document).offsetAt({ line: place.line, character: place.character })
  const path = pathAt(root, offset)?.path ?? []
  const step = built.originOf(path)?.step
  return {
    field: fieldText(path),
    ...(step === undefined ? {} : { origin: stepOf(folder, step, folder.fleet.fieldLocation(built, path)) }),
    steps: built.origins.map((origin) => stepOf(folder, origin.step, folder.fleet.originLocation(origin))),
  }
}

function stepOf(folder: Folder, step: string, location: ReturnType<Fleet['originLocation']>): BuildStep {
  const place = folder.locate(location)
  return place === undefined ? { step } : { step, location: place }
}

function keyOf(value: unknown): string | undefined {
  if (!isObject(value) || !isObject(value['metadata'])) return undefined
  const { apiVersion, kind } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined
  return objectKey(refOfObject({ apiVersion, kind, metadata: value['metadata'] as Built['object']['metadata'] }))
}

/** A path as one writes it: `spec.containers[0].image`. */
function fieldText(path: YamlPath): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`
      return /^[\w-]+$/.test(step) ? `${i === 0 ? '' : '.'}${step}` : `["${step}"]`
    })
    .join('')
}
