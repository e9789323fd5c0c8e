import { decodeText, type JsonValue, LineMap } from '../../base/index.ts'
import type { Chart } from '../../helm/index.ts'
import { parseDocuments, type YamlNode } from '../../yaml/index.ts'
import type { LoadedChart } from './charts.ts'

/** A file of a chart, or of a chart in it, that says default values. */
export interface ChartValuesFile {
  /** As `# Source` shows it, from the name of the top chart: `web/charts/redis/values.yaml`. */
  readonly path: string
  /** Where its values stand among those of the top chart. */
  readonly mount: readonly string[]
  readonly text: string
  readonly lines: LineMap
  readonly root: YamlNode | undefined
}

/** What a chart says of its values, for people who write them. */
export interface ChartValues {
  readonly name: string
  readonly version: string
  /** The file that wins first. */
  readonly files: readonly ChartValuesFile[]
  /** `values.schema.json` of the chart and of those in it. */
  readonly schemas: readonly { readonly mount: readonly string[]; readonly schema: JsonValue }[]
}

/** Charts in charts deeper than this have nothing to say. */
const maxDepth = 8

/** Reads the defaults, comments and schemas of a chart. What is malformed is left out. */
export function readChartValues({ chart }: LoadedChart): ChartValues {
  const files: ChartValuesFile[] = []
  const schemas: { mount: readonly string[]; schema: JsonValue }[] = []
  const visit = (each: Chart, path: string, mount: readonly string[]): void => {
    for (const file of [...(each.valuesFiles ?? [])].reverse()) {
      const text = decodeText(file.data)
      const root = parseDocuments(text).documents[0]?.root
      files.push({ path: `${path}/${file.name}`, mount, text, lines: new LineMap(text), root })
    }
    const schema = each.schema === undefined ? undefined : readJson(each.schema)
    if (schema !== undefined) schemas.push({ mount, schema })
    if (mount.length >= maxDepth) return
    for (const inner of each.dependencies) {
      const { name } = inner.metadata
      const keys = each.metadata.dependencies.filter((entry) => entry.name === name).map(({ alias }) => alias || name)
      for (const key of keys.length === 0 ? [name] : keys) visit(inner, `${path}/charts/${name}`, [...mount, key])
    }
  }
  visit(chart, chart.metadata.name, [])
  return { name: chart.metadata.name, version: chart.metadata.version, files, schemas }
}

function readJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
