import { isObject, type JsonValue, LineMap, type Location, type ObjectRef, type TextRange } from '../../base/index.ts'
import { readRelease, valuesReferences } from '../../flux/index.ts'
import { parseDocuments, type YamlNode } from '../../yaml/index.ts'
import { objectKey } from '../kinds.ts'
import { entryOf, type FieldPath, itemsOf, nodeAt, rangeAt, resolveAlias } from '../node.ts'
import type { Fleet, OwnedObject, SourceFile } from '../types.ts'
import type { FleetRelease } from './list.ts'

/**
 * Where the user gives a value of a release: in `spec.values`, or in a ConfigMap or Secret of `valuesFrom`, also where a
 * generator reads that from a file. The layer that has most of the path counts, of equal ones the last that Helm merges.
 * @param path steps into lists are digits.
 * @returns `undefined` when the value is the chart's own.
 */
export function valueLocation(fleet: Fleet, release: FleetRelease, path: readonly string[]): Location | undefined {
  return locateValue(fleet, release, { path, atLeast: 1 })
}

/** As `valueLocation`, but only where the whole path is given. */
export function setValueLocation(fleet: Fleet, release: FleetRelease, path: readonly string[]): Location | undefined {
  return locateValue(fleet, release, { path, atLeast: path.length })
}

function locateValue(
  fleet: Fleet,
  release: FleetRelease,
  { path, atLeast }: { readonly path: readonly string[]; readonly atLeast: number },
): Location | undefined {
  if (path.length === 0) return undefined
  const own = knownSteps(readRelease(release.object).values, path)
  let best = own.length
  let found = (): Location | undefined => release.locate(['spec', 'values', ...own])
  for (const reference of [...valuesReferences(release.object)].reverse()) {
    const { kind, name, namespace, valuesKey, targetPath, index } = reference
    if (targetPath !== '') {
      if (targetPath.split('.').join('\0') !== path.slice(0, targetPath.split('.').length).join('\0')) continue
      return release.locate(['spec', 'valuesFrom', index, 'targetPath'])
    }
    const layer = textLayer(fleet, release.cluster, { apiVersion: 'v1', kind, name, namespace }, valuesKey)
    const steps = layer === undefined ? [] : stepsInto(layer.root, path)
    if (layer === undefined || steps.length <= best) continue
    best = steps.length
    found = () => layer.locate(rangeAt(layer.root, steps))
  }
  return best < atLeast ? undefined : found()
}

/** The part of a path that a value has. */
function knownSteps(value: JsonValue, path: readonly string[]): FieldPath {
  const out: (string | number)[] = []
  let current: JsonValue | undefined = value
  for (const step of path) {
    if (Array.isArray(current) && /^\d+$/.test(step) && Number(step) < current.length) {
      out.push(Number(step))
      current = current[Number(step)]
    } else if (isObject(current) && Object.hasOwn(current, step)) {
      out.push(step)
      current = current[step]
    } else break
  }
  return out
}

/** The part of a path that a document has. */
function stepsInto(root: YamlNode, path: readonly string[]): FieldPath {
  const out: (string | number)[] = []
  let current: YamlNode | undefined = root
  for (const step of path) {
    const isList: boolean = resolveAlias(current)?.kind === 'sequence'
    const next: YamlNode | undefined = isList ? itemsOf(current)[Number(step)] : entryOf(current, step)?.value
    if (next === undefined) break
    out.push(isList ? Number(step) : step)
    current = next
  }
  return out
}

/** Values as text, and the way from a place in them to the file that has it. */
export interface TextLayer {
  readonly root: YamlNode
  locate(range: TextRange): Location | undefined
}

/** The values that a key of a ConfigMap or Secret holds, with the way from their text to the file that has it. */
export function textLayer(fleet: Fleet, cluster: string, ref: ObjectRef, key: string): TextLayer | undefined {
  const owned = cluster === '-' ? undefined : fleet.clusterObjects(cluster).get(objectKey(ref))
  return owned === undefined
    ? inlineLayer(fleet, ref, cluster, key)
    : (generatedLayer(fleet, owned, key) ?? inlineLayer(fleet, ref, cluster, key))
}

/** A file that a generator took in. */
function generatedLayer(fleet: Fleet, { owners }: OwnedObject, key: string): TextLayer | undefined {
  const step = owners[0]?.rendered.originOf(['data', key])
  const at = step === undefined ? undefined : fleet.originLocation(step)
  const file = at === undefined || fleet.fileRole(at.path) !== 'data' ? undefined : fleet.file(at.path)
  const root = file?.documents[0]?.root
  return file === undefined || root === undefined
    ? undefined
    : { root, locate: (range) => ({ path: file.path, range }) }
}

/** A text inside of a manifest. */
function inlineLayer(fleet: Fleet, ref: ObjectRef, cluster: string, key: string): TextLayer | undefined {
  const located = fleet.locate(ref, cluster === '-' ? undefined : cluster)
  const file = located === undefined ? undefined : fleet.file(located.path)
  const node = ['data', 'stringData'].map((field) => resolveAlias(nodeAt(located?.root, [field, key]))).find(Boolean)
  if (file === undefined || node?.kind !== 'scalar') return undefined
  const root = parseDocuments(node.value).documents[0]?.root
  if (root === undefined) return undefined
  return { root, locate: (range) => ({ path: file.path, range: outerRange(file, node, range) }) }
}

/** A range of the text of a block scalar as one of the file; of any other scalar all of it. */
function outerRange(file: SourceFile, node: YamlNode, range: TextRange): TextRange {
  if (node.style !== 'literal') return { start: node.start, end: node.end }
  const inner = new LineMap(node.value)
  const first = file.lines.positionAt(node.start).line + 1
  const indent = indentOf(file.text, file.lines.offsetAt({ line: first, character: 0 }))
  const outer = (offset: number): number => {
    const { line, character } = inner.positionAt(offset)
    return file.lines.offsetAt({ line: first + line, character: indent + character })
  }
  return { start: outer(range.start), end: outer(range.end) }
}

function indentOf(text: string, at: number): number {
  let count = 0
  while (text[at + count] === ' ') count++
  return count
}
