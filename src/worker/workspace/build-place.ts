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
  const at = placeIn(place)
  const built = at === undefined ? undefined : rendered.objects.find(({ object }) => at.isOf(object))
  if (at === undefined || built === undefined) return null
  const { path } = at
  const step = built.originOf(path)?.step
  return {
    field: fieldText(path),
    ...(step === undefined ? {} : { origin: stepOf(folder, step, folder.fleet.fieldLocation(built, path)) }),
    steps: built.origins.map((origin) => stepOf(folder, origin.step, folder.fleet.originLocation(origin))),
  }
}

/** A place in a document of rendered manifests. */
export interface PlaceInDocument {
  readonly path: YamlPath
  /** True for the object that the document shows. */
  isOf(object: Built['object']): boolean
}

/** Which object a document shows, and which field of it is at the place; `undefined` where there is none. */
export function placeIn({ document, line, character }: BuildPlaceParams): PlaceInDocument | undefined {
  const root = parseDocuments(document).documents[0]?.root
  const key = root === undefined ? undefined : keyOf(nodeToJson(root).value)
  if (root === undefined || key === undefined) return undefined
  const offset = new LineMap(document).offsetAt({ line, character })
  return { path: pathAt(root, offset)?.path ?? [], isOf: (object) => keyOf(object) === key }
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
export function fieldText(path: YamlPath): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`
      return /^[\w-]+$/.test(step) ? `${i === 0 ? '' : '.'}${step}` : `["${step}"]`
    })
    .join('')
}
