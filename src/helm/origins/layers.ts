import { type GoValue, isMap } from '../../gotemplate/index.ts'
import { valueAtPath } from './chart-layers.ts'
import { scalarText } from './resolve.ts'
import type { ValuePath, ValueSetting, ValuesLayer } from './types.ts'

interface Found {
  readonly layer: ValuesLayer
  readonly path: ValuePath
  readonly value: GoValue
  /** The layer sets this path, and not one above it. */
  readonly isExact: boolean
}

/**
 * What the layers of a release say about a value, the lowest first, and which of them templates see.
 *
 * Maps are merged, everything else replaces what is below it, null takes it away; `global` of a parent wins over that of
 * a dependency. Source: Helm 4.1 pkg/chart/common/util/coalesce.go.
 *
 * @param layers the lowest first: `RenderTrace.chartLayers`, then the user's.
 * @param path from the top of the release's values.
 * @param effective what templates saw, where it is known: of layers whose order depends on more than their place.
 */
export function layersOf(layers: readonly ValuesLayer[], path: ValuePath, effective?: GoValue): ValueSetting[] {
  const found = variantsOf(path).flatMap((variant) => layers.flatMap((layer) => settingIn(layer, variant)))
  const winners = winnersOf(found, effective)
  return found.map((each) => {
    const { layer } = each
    const place = layer.locate?.(each.path)
    const hidden = layer.secret || layer.values === undefined
    return { layer, path: each.path, place, wins: winners.has(each), ...(hidden ? {} : { value: each.value }) }
  })
}

/** The paths at which a value can be set, the weakest first: `redis.global.a`, then `global.a`. */
function variantsOf(path: ValuePath): ValuePath[] {
  const at = path.indexOf('global')
  if (at <= 0) return [path]
  return Array.from({ length: at + 1 }, (_, i) => [...path.slice(0, at - i), ...path.slice(at)])
}

function settingIn(layer: ValuesLayer, path: ValuePath): Found[] {
  if (layer.values === undefined) return []
  let current: GoValue = layer.values
  for (const [i, step] of path.entries()) {
    const next = valueAtPath(current, [step])
    if (next === undefined) {
      // A scalar, list or null in the place of a map stands for all that would be in it.
      const replaces = i > 0 && !isMap(current)
      return replaces ? [{ layer, path: path.slice(0, i), value: current, isExact: false }] : []
    }
    current = next
  }
  return [{ layer, path, value: current, isExact: true }]
}

function winnersOf(found: readonly Found[], effective: GoValue): ReadonlySet<Found> {
  const winners = new Set<Found>()
  const wanted = scalarText(effective)
  const same = (each: Found): boolean => each.isExact && scalarText(each.value) === wanted
  if (wanted !== undefined) {
    const equal = found.findLast(same)
    if (equal !== undefined) return new Set([equal])
  }
  for (const each of found.toReversed()) {
    const isMerged = each.isExact && isMap(each.value)
    // What is no map is hidden by a map above it.
    if (isMerged || winners.size === 0) winners.add(each)
    if (!isMerged) break
  }
  return winners
}
