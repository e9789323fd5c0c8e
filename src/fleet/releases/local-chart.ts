import { decodeText, encodeText, type FileSystem, joinPath } from '../../base/index.ts'
import { type ChartTemplate, mergedValuesFiles } from '../../flux/index.ts'
import {
  type Chart,
  type ChartFile,
  HelmError,
  isIgnoredByHelm,
  loadChart,
  mergeMaps,
  parseHelmIgnore,
  readValuesDocument,
  type Unpack,
} from '../../helm/index.ts'
import { secureJoin } from '../artifact-root.ts'
import { type FetchDependency, withDependencies } from './chart-dependencies.ts'

/** A file tree that holds charts: the artifact of a source. */
export interface ChartTree {
  readonly fs: FileSystem
  /** Absolute directory of `fs`. */
  readonly root: string
  /** Revision of the artifact as its source names it; `undefined` when it is not known here. */
  readonly revision?: () => string | undefined
}

const maxFiles = 20_000
const maxSize = 100 << 20

/** A chart with every file that it was loaded from. */
export interface ChartWithFiles {
  readonly chart: Chart
  readonly files: readonly ChartFile[]
}

/**
 * The chart at a path of a tree, a folder or a packed one, with the dependencies that a folder lacks.
 * Source: source-controller 1.9 internal/helm/chart/builder_local.go.
 * @throws HelmError; ChartError of `fetch`.
 */
export async function loadLocalChart(
  tree: ChartTree,
  path: string,
  tools: { readonly unpack: Unpack; readonly fetch: FetchDependency },
): Promise<ChartWithFiles> {
  if (path === '') throw new HelmError('invalid chart reference: no path set for local chart reference')
  if (path.startsWith('/')) {
    throw new HelmError('invalid chart reference: local chart reference path is expected to be relative')
  }
  const { unpack, fetch } = tools
  const loaded = loadAt(tree, secureJoin(tree.root, path), unpack)
  if (loaded === undefined) throw new HelmError(`invalid chart reference: stat ${path}: no such file or directory`)
  if (!loaded.isFolder) return loaded
  return withDependencies(loaded, {
    local: (reference) => {
      const below = secureJoin('', joinPath(path, reference))
      return { path: `/${below}`, loaded: loadAt(tree, secureJoin(tree.root, below), unpack) }
    },
    fetch,
    unpack,
  })
}

/** The chart at an absolute path of a tree; `undefined` when there is nothing. @throws HelmError */
function loadAt(tree: ChartTree, at: string, unpack: Unpack): (ChartWithFiles & { isFolder: boolean }) | undefined {
  const stat = tree.fs.stat(at)
  if (stat === undefined) return undefined
  const isFolder = stat.kind !== 'file'
  const files = isFolder ? readFolder(tree.fs, at) : unpack(tree.fs.readFile(at) ?? new Uint8Array())
  return { chart: loadChart(files, unpack), files, isFolder }
}

/**
 * The chart in an artifact whose files are packed as they are, in one folder.
 * Source: helm-controller 1.6 internal/loader, Helm 4.2 pkg/chart/loader/archive.
 * @throws HelmError
 */
export function loadPackedTree({ fs, root }: ChartTree, unpack: Unpack): ChartWithFiles & { readonly base: string } {
  const files: ChartFile[] = []
  let base = ''
  for (const { name, data } of readTree(fs, root)) {
    const slash = name.indexOf('/')
    if (slash < 0) {
      throw new HelmError(`chart illegally contains content outside the base directory: ${JSON.stringify(name)}`)
    }
    if (name.startsWith('Chart.yaml/')) throw new HelmError('chart yaml not in base directory')
    const below = name.slice(slash + 1)
    if (below === 'Chart.yaml') base = name.slice(0, slash)
    files.push({ name: below, data })
  }
  if (files.length === 0) throw new HelmError('no files in chart archive')
  return { chart: loadChart(files, unpack), files, base }
}

/** The files of a chart folder, less what its `.helmignore` leaves out. @throws HelmError when there is too much. */
function readFolder(fs: FileSystem, root: string): ChartFile[] {
  const ignoreFile = fs.readFile(joinPath(root, '.helmignore'))
  const ignore = parseHelmIgnore(ignoreFile === undefined ? '' : decodeText(ignoreFile))
  return readTree(fs, root, (name, isDirectory) => isIgnoredByHelm(ignore, name, isDirectory))
}

function readTree(
  fs: FileSystem,
  root: string,
  isIgnored: (name: string, isDirectory: boolean) => boolean = () => false,
): ChartFile[] {
  const files: ChartFile[] = []
  let size = 0
  const visit = (folder: string, depth: number): void => {
    if (depth > 100) throw new HelmError('the folders of the chart are nested too deeply')
    for (const { name: entry } of fs.readDir(joinPath(root, folder)) ?? []) {
      const name = folder === '' ? entry : `${folder}/${entry}`
      const kind = fs.stat(joinPath(root, name))?.kind
      if (kind === undefined || isIgnored(name, kind === 'directory')) continue
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
export interface ValuesFiles {
  readonly read: (path: string) => { readonly text: string } | Pick<Chart, 'values' | 'valuesFiles'> | undefined
  /** What is said of a file that is not there. */
  readonly missing: (path: string) => string
}

/**
 * The chart with its default values replaced by the merge of `valuesFiles`.
 * @throws HelmError in source-controller's words.
 */
export function withValuesFiles(
  chart: Chart,
  template: Pick<ChartTemplate, 'valuesFiles' | 'ignoreMissingValuesFiles'>,
  { read, missing }: ValuesFiles,
): Chart {
  const merged = mergedValuesFiles(template)
  if (merged.length === 0) return chart
  let values: Chart['values'] = {}
  const valuesFiles: ChartFile[] = []
  for (const path of merged) {
    const file = read(path)
    if (file === undefined) {
      if (template.ignoreMissingValuesFiles) continue
      throw new HelmError(`values files merge error: ${missing(path)}`)
    }
    values = mergeMaps(values, 'values' in file ? file.values : readFile(path, file.text))
    valuesFiles.push(...('values' in file ? (file.valuesFiles ?? []) : [{ name: path, data: encodeText(file.text) }]))
  }
  if (chart.valuesFiles?.some(({ name }) => name === 'values.yaml') !== true) {
    throw new HelmError('values files merge error: failed to locate values file: values.yaml')
  }
  return { ...chart, values, valuesFiles }
}

function readFile(path: string, text: string): Chart['values'] {
  try {
    return readValuesDocument(text, 'map[string]interface {}')
  } catch (error) {
    if (!(error instanceof HelmError)) throw error
    throw new HelmError(`values files merge error: unmarshaling values from '${path}' failed: ${error.message}`)
  }
}
