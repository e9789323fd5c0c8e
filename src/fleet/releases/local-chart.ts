import { decodeText, encodeText, type FileSystem, joinPath, relativePath } from '../../base/index.ts'
import { firstYamlDocument } from '../../flux/index.ts'
import {
  type Chart,
  type ChartFile,
  HelmError,
  isIgnoredByHelm,
  loadChart,
  mergeMaps,
  parseHelmIgnore,
  readValues,
  type Unpack,
} from '../../helm/index.ts'
import { secureJoin } from '../artifact-root.ts'

/** A file tree that holds charts: the artifact of a Git repository or bucket. */
export interface ChartTree {
  readonly fs: FileSystem
  /** Absolute directory of `fs`. */
  readonly root: string
}

/** Fetches a dependency that is not in `charts/`: its archive, and its version. */
export type FetchDependency = (repository: string, name: string, version: string) => Promise<ChartFile>

const maxFiles = 20_000
const maxSize = 100 << 20

/**
 * The chart at a path of a tree, a folder or a packed one, with the dependencies that a folder lacks fetched.
 * Source: source-controller 1.9 internal/helm/chart (builder_local.go, dependency_manager.go).
 * @throws HelmError; ChartError of `fetch`.
 */
export async function loadLocalChart(
  tree: ChartTree,
  path: string,
  tools: { readonly unpack: Unpack; readonly fetch: FetchDependency },
): Promise<{ readonly chart: Chart; readonly files: readonly ChartFile[] }> {
  const at = secureJoin(tree.root, path)
  const stat = tree.fs.stat(at)
  if (stat === undefined) throw new HelmError(`invalid chart reference: stat ${path}: no such file or directory`)
  const files = stat.kind === 'file' ? tools.unpack(tree.fs.readFile(at) ?? new Uint8Array()) : readFolder(tree.fs, at)
  if (stat.kind === 'file') return { chart: loadChart(files, tools.unpack), files }
  const chart = loadChart(files, tools.unpack)
  const present = new Set(chart.dependencies.map((dependency) => dependency.metadata.name))
  const added: ChartFile[] = []
  for (const { name, version, repository } of chart.metadata.dependencies) {
    if (present.has(name) || repository === '') continue
    if (repository.startsWith('file://')) added.push(...localDependency(tree, at, { name, repository }))
    else added.push(await tools.fetch(repository, name, version))
  }
  if (added.length === 0) return { chart, files }
  const all = [...files, ...added]
  return { chart: loadChart(all, tools.unpack), files: all }
}

function localDependency(
  { fs, root }: ChartTree,
  chart: string,
  { name, repository }: { readonly name: string; readonly repository: string },
): ChartFile[] {
  const path = joinPath(relativePath(root, chart), repository.slice('file://'.length))
  const at = secureJoin(root, path)
  if (fs.stat(at)?.kind !== 'directory') {
    throw new HelmError(
      `failed to add local dependency '${name}': no chart found at '${path}' (reference '${repository}')`,
    )
  }
  return readFolder(fs, at).map((file) => ({ name: `charts/${name}/${file.name}`, data: file.data }))
}

/** The files of a chart folder, less what its `.helmignore` leaves out. @throws HelmError when there is too much. */
function readFolder(fs: FileSystem, root: string): ChartFile[] {
  const ignoreFile = fs.readFile(joinPath(root, '.helmignore'))
  const ignore = parseHelmIgnore(ignoreFile === undefined ? '' : decodeText(ignoreFile))
  const files: ChartFile[] = []
  let size = 0
  const visit = (folder: string, depth: number): void => {
    if (depth > 100) throw new HelmError('the folders of the chart are nested too deeply')
    for (const { name: entry } of fs.readDir(joinPath(root, folder)) ?? []) {
      const name = folder === '' ? entry : `${folder}/${entry}`
      const kind = fs.stat(joinPath(root, name))?.kind
      if (kind === undefined || isIgnoredByHelm(ignore, name, kind === 'directory')) continue
      if (kind === 'directory') visit(name, depth + 1)
      const data = kind === 'file' ? fs.readFile(joinPath(root, name)) : undefined
      if (data === undefined) continue
      size += data.length
      if (size > maxSize || files.length >= maxFiles) {
        throw new HelmError(`the chart is larger than the maximum size ${maxSize}`)
      }
      files.push({ name, data: withoutMark(data) })
    }
  }
  visit('', 0)
  return files
}

function withoutMark(data: Uint8Array): Uint8Array {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data
}

/** Where `valuesFiles` are read from: the tree that a local chart is in, or the archive of a fetched one. */
export type ValuesFileReader = (
  path: string,
) => { readonly text: string } | Pick<Chart, 'values' | 'valuesFiles'> | undefined

/**
 * The chart with its default values replaced by the merge of `valuesFiles`.
 * @throws HelmError in source-controller's words.
 */
export function withValuesFiles(
  chart: Chart,
  template: { readonly valuesFiles: readonly string[]; readonly ignoreMissingValuesFiles: boolean },
  read: ValuesFileReader,
): Chart {
  if (template.valuesFiles.length === 0) return chart
  let values: Chart['values'] = {}
  const valuesFiles: ChartFile[] = []
  for (const path of template.valuesFiles) {
    const file = read(path)
    if (file === undefined) {
      if (template.ignoreMissingValuesFiles) continue
      throw new HelmError(`failed to merge chart values: no values file found at path '${path}'`)
    }
    values = mergeMaps(values, 'values' in file ? file.values : readFile(path, file.text))
    valuesFiles.push(...('values' in file ? (file.valuesFiles ?? []) : [{ name: path, data: encodeText(file.text) }]))
  }
  return { ...chart, values, valuesFiles }
}

function readFile(path: string, text: string): Chart['values'] {
  try {
    return readValues(firstYamlDocument(text))
  } catch (error) {
    if (!(error instanceof HelmError)) throw error
    throw new HelmError(`failed to merge chart values: unmarshaling values from '${path}' failed: ${error.message}`)
  }
}
