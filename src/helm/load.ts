import { compareStrings, getString, isObject, type JsonObject } from '../base/index.ts'
import { decodeBytes } from '../gotemplate/index.ts'
import { type Chart, type ChartFile, type ChartLock, type ChartMetadata, HelmError } from './chart.ts'
import { readDependencies, readMetadata, validateMetadata } from './metadata.ts'
import { decodeMetadata } from './metadata-json.ts'
import { readYamlText } from './read-yaml.ts'
import { readValues } from './values.ts'

/** Turns the bytes of a packed chart (.tgz) into its files, names without the leading folder. @throws HelmError */
export type Unpack = (archive: Uint8Array) => readonly ChartFile[]

/** How deep charts may be nested in charts; more is an archive bomb. */
const maxNesting = 32

/**
 * Loads a chart from its files (what `.helmignore` leaves of a folder, or all of an archive).
 * Source: Helm 4.1 pkg/chart/v2/loader/load.go.
 * @throws HelmError in Helm's words.
 */
export function loadChart(files: readonly ChartFile[], unpack: Unpack, nesting = 0): Chart {
  if (nesting > maxNesting) throw new HelmError('charts are nested too deeply')
  const byName = new Map(files.map((file) => [file.name, file]))
  const chartFile = byName.get('Chart.yaml')
  let metadata: ChartMetadata | undefined
  if (chartFile !== undefined) {
    metadata = readMetadata(prefixed('cannot load Chart.yaml: ', () => decodeMetadata(readYaml(chartFile))))
  }
  let values: Chart['values'] = {}
  const valuesFiles: ChartFile[] = []
  let schema: string | undefined
  let lock: ChartLock | undefined
  const templates: ChartFile[] = []
  const rest: ChartFile[] = []
  const packed = new Map<string, ChartFile[]>()
  for (const file of files) {
    const { name } = file
    if (name === 'Chart.yaml') continue
    if (name === 'Chart.lock') lock = prefixed('cannot load Chart.lock: ', () => readLock(file))
    else if (name === 'values.yaml') {
      values = prefixed('cannot load values.yaml: ', () => readValues(text(file)))
      valuesFiles.push(file)
    } else if (name === 'values.schema.json') schema = text(file)
    else if (name === 'requirements.yaml') {
      const decoded = prefixed('cannot load requirements.yaml: ', () => decodeMetadata(readYaml(file)))
      const dependencies = readDependencies(decoded)
      if (metadata !== undefined) metadata = { ...metadata, dependencies }
      if (metadata?.apiVersion === 'v1') rest.push(file)
    } else if (name === 'requirements.lock') {
      lock = prefixed('cannot load requirements.lock: ', () => readLock(file))
      if (metadata?.apiVersion === 'v1') rest.push(file)
    } else if (name.startsWith('templates/')) templates.push(file)
    else if (name.startsWith('charts/') && !name.endsWith('.prov')) {
      const inner = name.slice('charts/'.length)
      const folder = inner.split('/', 1)[0]!
      packed.set(folder, [...(packed.get(folder) ?? []), { name: inner, data: file.data }])
    } else rest.push(file)
  }
  if (metadata === undefined) throw new HelmError('Chart.yaml file is missing')
  validateMetadata(metadata)
  const chart: Chart = {
    ...{ metadata, values, valuesFiles, schema, templates },
    ...{ files: rest, dependencies: [], parent: undefined },
    ...(lock === undefined ? {} : { lock }),
  }
  for (const name of [...packed.keys()].sort(compareStrings)) {
    const dependency = loadDependency(name, packed.get(name)!, { chart, unpack, nesting })
    if (dependency !== undefined) {
      dependency.parent = chart
      chart.dependencies.push(dependency)
    }
  }
  return chart
}

function readLock(file: ChartFile): ChartLock {
  const json = readYaml(file)
  return {
    generated: getString(json, 'generated') ?? '0001-01-01T00:00:00Z',
    digest: getString(json, 'digest') ?? '',
    dependencies: readDependencies(decodeMetadata(json)),
  }
}

function loadDependency(
  name: string,
  files: readonly ChartFile[],
  context: { chart: Chart; unpack: Unpack; nesting: number },
): Chart | undefined {
  if (name.startsWith('_') || name.startsWith('.')) return undefined
  const parent = context.chart.metadata.name
  if (name.endsWith('.tgz') && files[0]!.name !== name) {
    throw new HelmError(`error unpacking subchart tar in ${parent}: expected ${name}, got ${files[0]!.name}`)
  }
  return prefixed(`error unpacking subchart ${name} in ${parent}: `, () => {
    if (name.endsWith('.tgz')) return loadChart(context.unpack(files[0]!.data), context.unpack, context.nesting + 1)
    const inner = files
      .filter((file) => file.name.includes('/'))
      .map((file) => ({ name: file.name.slice(file.name.indexOf('/') + 1), data: file.data }))
    return loadChart(inner, context.unpack, context.nesting + 1)
  })
}

function text(file: ChartFile): string {
  return decodeBytes(file.data).replace(/^\ufeff/, '')
}

function readYaml(file: ChartFile): JsonObject {
  const read = readYamlText(text(file))
  if ('error' in read) throw new HelmError(read.error)
  const { value } = read
  if (value === null) return {}
  if (isObject(value)) return value
  const kind = Array.isArray(value) ? 'array' : typeof value
  throw new HelmError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type v2.Metadata`,
  )
}

function prefixed<T>(prefix: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof HelmError) throw new HelmError(prefix + error.message)
    throw error
  }
}
