import { getIn, type JsonObject, type Location } from '../../base/index.ts'
import { composeValues, readRelease, type ValuesReference, valuesReferences } from '../../flux/index.ts'
import type { LayerPlace, ValuePath, ValuesLayer } from '../../helm/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { nodeAt, rangeAt } from '../node.ts'
import type { Fleet } from '../types.ts'
import { dataOf } from './data.ts'
import type { FleetRelease } from './list.ts'
import { textLayer } from './value-location.ts'
import { valuesOperations } from './values-operations.ts'

/**
 * The layers of values that a HelmRelease lays over its chart's, the lowest first: the entries of `spec.valuesFrom` in
 * their order, then `spec.values`. Each layer is what helm-controller reads of it alone.
 */
export function releaseLayers(fleet: Fleet, release: FleetRelease): ValuesLayer[] {
  const references = valuesReferences(release.object)
  return [...references.map((reference) => referenceLayer(fleet, release, reference)), inlineLayer(fleet, release)]
}

function inlineLayer(fleet: Fleet, release: FleetRelease): ValuesLayer {
  return {
    kind: 'inline',
    label: 'spec.values',
    values: valuesOperations.fromJson(readRelease(release.object).values),
    secret: false,
    locate: (path) => placed(fleet, release.locate(['spec', 'values', ...path])),
  }
}

function referenceLayer(fleet: Fleet, release: FleetRelease, reference: ValuesReference): ValuesLayer {
  const { kind, name, namespace, valuesKey, targetPath, index } = reference
  const { values, isUnknown } = valuesOf(fleet, release, index)
  const field = ['spec', 'valuesFrom', index]
  const text =
    targetPath === ''
      ? textLayer(fleet, release.cluster, { apiVersion: 'v1', kind, name, namespace }, valuesKey)
      : undefined
  return {
    kind: 'valuesFrom',
    label: `${kind} ${namespace}/${name} (${valuesKey})`,
    values: isUnknown && targetPath === '' ? undefined : values,
    secret: kind === 'Secret',
    locate: (path: ValuePath) => {
      if (text === undefined || nodeAt(text.root, path) === undefined) return placed(fleet, release.locate(field))
      return placed(fleet, text.locate(rangeAt(text.root, path)))
    },
  }
}

/** The values of one entry of `valuesFrom`, as if it were the only one. */
function valuesOf(
  fleet: Fleet,
  release: FleetRelease,
  index: number,
): { readonly values: ValuesLayer['values']; readonly isUnknown: boolean } {
  const entries = getIn(release.object, ['spec', 'valuesFrom'])
  const only = Array.isArray(entries) ? entries.slice(index, index + 1) : []
  const spec: JsonObject = { valuesFrom: only }
  const object: KubeObject = { ...release.object, spec }
  const { values, unknown } = composeValues(
    object,
    {},
    {
      operations: valuesOperations,
      find: ({ kind, name, namespace }) => dataOf(fleet, release.cluster, { apiVersion: 'v1', kind, name, namespace }),
    },
  )
  return { values, isUnknown: unknown.length > 0 }
}

/** A place of the workspace with its line. */
export function placed(fleet: Fleet, location: Location | undefined): LayerPlace | undefined {
  if (location?.range === undefined) return undefined
  const position = fleet.file(location.path)?.lines.positionAt(location.range.start)
  return {
    range: location.range,
    line: (position?.line ?? 0) + 1,
    column: (position?.character ?? 0) + 1,
    location,
  }
}
