import type { ObjectRef, TextRange } from '../../base/index.ts'
import { valuesReferences } from '../../flux/index.ts'
import type { YamlNode } from '../../yaml/index.ts'
import { objectKey } from '../kinds.ts'
import { entriesOf, nodeAt, resolveAlias } from '../node.ts'
import type { Fleet, LocatedObject, SourceFile } from '../types.ts'
import { type FleetRelease, listReleases } from './list.ts'

/** A text of Helm values that HelmReleases take by `valuesFrom`: a file that a generator reads, or a block of a manifest. */
export interface ValuesText {
  /** Those that merge it into their values; at least one. */
  readonly releases: readonly FleetRelease[]
  /** The values as YAML, without the indentation of the block. */
  readonly text: string
  /** Spaces before each line of it in the file. */
  readonly indent: number
  /** Where an offset of the file stands in the text. */
  readonly offset: number
  /** A range of the text as one of the file. */
  toFile(range: TextRange): TextRange
}

/** The text of values at an offset of a file; `undefined` where there is none. */
export function valuesTextAt(fleet: Fleet, path: string, offset: number): ValuesText | undefined {
  const file = fleet.file(path)
  if (file === undefined) return undefined
  if (fleet.fileRole(path) === 'data') {
    const releases = releasesWith(fleet, (release, ref, key) => isMadeOf(fleet, path, { release, ref, key }))
    if (releases.length === 0) return undefined
    return { releases, text: file.text, indent: 0, offset, toFile: (range) => range }
  }
  for (const object of file.objects) {
    if (offset < object.range.start || offset > object.range.end) continue
    const found = dataKeys(object).flatMap(({ key, node }) => {
      const block = blockOf(file, node, offset)
      return block === undefined ? [] : [{ key, block }]
    })[0]
    if (found === undefined) continue
    const own = ownRefs(fleet, object)
    const releases = releasesWith(
      fleet,
      (_, ref, key) => key === found.key && own.some((each) => objectKey(each) === objectKey(ref)),
    )
    return releases.length === 0 ? undefined : { releases, ...found.block }
  }
  return undefined
}

type Test = (release: FleetRelease, ref: ObjectRef, key: string) => boolean

function releasesWith(fleet: Fleet, test: Test): FleetRelease[] {
  return listReleases(fleet).filter((release) =>
    valuesReferences(release.object).some(({ kind, name, namespace, valuesKey, targetPath }) => {
      return targetPath === '' && test(release, { apiVersion: 'v1', kind, name, namespace }, valuesKey)
    }),
  )
}

/** Whether a generator took a key of an object from a file. */
function isMadeOf(
  fleet: Fleet,
  path: string,
  { release, ref, key }: { readonly release: FleetRelease; readonly ref: ObjectRef; readonly key: string },
): boolean {
  if (release.cluster === '-') return false
  const owned = fleet.clusterObjects(release.cluster).get(objectKey(ref))
  const step = owned?.owners[0]?.rendered.originOf(['data', key])
  return step !== undefined && fleet.originLocation(step)?.path === path
}

function ownRefs(fleet: Fleet, object: LocatedObject): readonly ObjectRef[] {
  const effective = fleet.effective(object)
  return effective.length === 0 ? [object.ref] : effective.map(({ ref }) => ref)
}

/** The keys that hold plain text; `data` of a Secret is encoded. */
function dataKeys({ ref, root }: LocatedObject): { readonly key: string; readonly node: YamlNode }[] {
  const field = ref.kind === 'ConfigMap' ? 'data' : ref.kind === 'Secret' ? 'stringData' : undefined
  if (field === undefined) return []
  return entriesOf(resolveAlias(nodeAt(root, [field]))).flatMap(({ key, value }) =>
    key.kind === 'scalar' && value.kind === 'scalar' && value.style === 'literal'
      ? [{ key: key.value, node: value }]
      : [],
  )
}

/** The text of a block, also of lines that are being written at its end; `undefined` when the offset is not in it. */
function blockOf(file: SourceFile, node: YamlNode, offset: number): Omit<ValuesText, 'releases'> | undefined {
  const first = file.lines.positionAt(node.start).line + 1
  const at = file.lines.positionAt(offset)
  if (at.line < first) return undefined
  const lines = file.text.slice(file.lines.offsetAt({ line: first, character: 0 })).split('\n')
  const indent = indentOf(lines.find((line) => line.trim() !== '') ?? '')
  if (indent === 0) return undefined
  const length = lines.findIndex((line) => line.trim() !== '' && indentOf(line) < indent)
  const own = length < 0 ? lines : lines.slice(0, length)
  const line = at.line - first
  if (line >= own.length || at.character < indent) return undefined
  const inner = own.map((each) => each.slice(indent))
  const starts = [0]
  for (const each of inner) starts.push(starts.at(-1)! + each.length + 1)
  const outer = (position: number): number => {
    const row = Math.max(
      0,
      starts.findLastIndex((start) => start <= position),
    )
    return file.lines.offsetAt({ line: first + row, character: indent + position - starts[row]! })
  }
  return {
    text: inner.join('\n'),
    indent,
    offset: starts[line]! + at.character - indent,
    toFile: ({ start, end }) => ({ start: outer(start), end: outer(end) }),
  }
}

function indentOf(line: string): number {
  return line.length - line.replace(/^ +/, '').length
}
