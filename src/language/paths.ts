import { cleanPath, dirname, getString, joinPath, type TextRange } from '../base/index.ts'
import {
  type Fleet,
  isFluxKustomization,
  kustomizePathLists,
  type LocatedObject,
  nodeAt,
  resolveAlias,
  type SourceFile,
  secureJoin,
} from '../fleet/index.ts'
import type { YamlNode } from '../yaml/index.ts'

/** A path written in a file, and the file or directory of the workspace that it leads to. */
export interface WrittenPath {
  readonly text: string
  readonly range: TextRange
  /** Relative to the workspace. */
  readonly target: string
}

const pathHolders: ReadonlySet<string> = new Set(['patches', 'patchesJson6902', 'replacements'])

/** The paths that a kustomization file or a Flux object names, in order of position. */
export function writtenPaths(fleet: Fleet, file: SourceFile): WrittenPath[] {
  const out: WrittenPath[] = []
  if (file.isKustomizeFile) {
    for (const { root } of file.documents) if (root !== undefined) collectKustomize(fleet, file, root, out)
  }
  for (const object of file.objects) if (isFluxKustomization(object.ref)) collectFlux(fleet, object, out)
  return out.sort((a, b) => a.range.start - b.range.start)
}

function collectKustomize(fleet: Fleet, file: SourceFile, root: YamlNode, out: WrittenPath[]): void {
  const dir = dirname(file.path)
  const add = (node: YamlNode | undefined, skip = 0): void => {
    const scalar = resolveAlias(node)
    if (scalar?.kind !== 'scalar' || scalar.style === 'literal' || scalar.style === 'folded') return
    const text = scalar.value.slice(skip)
    if (text === '' || text.includes('://') || text.includes('\n')) return
    const target = joinPath(dir === '.' ? '' : dir, text)
    if (target.startsWith('..') || !fleet.exists(target)) return
    out.push({ text, range: { start: scalar.start, end: scalar.end }, target })
  }
  for (let i = 0; i + 1 < root.content.length; i += 2) {
    const key = root.content[i]!.value
    const items = root.content[i + 1]!.content
    if (kustomizePathLists.includes(key)) for (const item of items) add(item)
    else if (pathHolders.has(key)) for (const item of items) add(nodeAt(item, ['path']))
    else if (key === 'configMapGenerator' || key === 'secretGenerator') {
      for (const item of items) {
        for (const files of [nodeAt(item, ['files']), nodeAt(item, ['envs'])]) {
          for (const node of files?.content ?? []) add(node, node.value.indexOf('=') + 1)
        }
      }
    }
  }
}

function collectFlux(fleet: Fleet, object: LocatedObject, out: WrittenPath[]): void {
  const node = resolveAlias(nodeAt(object.root, ['spec', 'path']))
  if (node?.kind !== 'scalar' || node.value.includes('${')) return
  const target = specDirectory(fleet, object)
  if (target !== undefined && fleet.exists(target)) {
    out.push({ text: node.value, range: { start: node.start, end: node.end }, target })
  }
}

/** The directory (relative to the workspace) that a written Flux Kustomization builds. */
function specDirectory(fleet: Fleet, object: LocatedObject): string | undefined {
  const ids = kustomizationIds(fleet, object)
  for (const id of ids) {
    const directory = fleet.kustomization(id)?.directory
    if (directory !== undefined) return directory
  }
  const path = getString(object.object, 'spec', 'path')
  if (
    ids.length > 0 ||
    path === undefined ||
    getString(object.object, 'spec', 'sourceRef', 'kind') === 'ExternalArtifact'
  )
    return undefined
  return secureJoin('', cleanPath(path))
}

/** Ids of the Kustomizations that a document declares, in every cluster. */
export function kustomizationIds(fleet: Fleet, object: LocatedObject): string[] {
  return fleet
    .effective(object)
    .filter((one) => isFluxKustomization(one.ref))
    .map((one) => `${one.cluster}/${one.ref.namespace ?? ''}/${one.ref.name}`)
    .filter((id) => fleet.kustomization(id) !== undefined)
}

/** The file to open for a directory: its kustomization file, else its first YAML file. */
export function directoryFile(fleet: Fleet, dir: string): string | undefined {
  for (const name of ['kustomization.yaml', 'kustomization.yml', 'Kustomization']) {
    const path = dir === '.' ? name : `${dir}/${name}`
    if (fleet.exists(path)) return path
  }
  const entries = fleet.fs.readDir(joinPath(fleet.root, dir)) ?? []
  const first = entries.find((entry) => entry.kind === 'file' && /\.ya?ml$/.test(entry.name))
  return first === undefined ? undefined : dir === '.' ? first.name : `${dir}/${first.name}`
}
