import { positionAt, type ValuesText, valuesTextAt } from '../fleet/index.ts'
import type { ChartValues } from '../fleet/releases/index.ts'
import { parseDocuments } from '../yaml/index.ts'
import { cursorAt } from './cursor.ts'
import { completeChartValues, describeValue, valueTarget } from './release-values.ts'
import type { Completion, Definition, Hover, LanguageContext } from './types.ts'

/**
 * What the chart of a HelmRelease knows, inside the values that it takes from a ConfigMap or Secret, also where a
 * generator reads those from a file. `undefined` anywhere else, and where the chart is not known yet.
 */
export function completeValuesText(
  context: LanguageContext,
  path: string,
  offset: number,
): readonly Completion[] | undefined {
  const found = chartAt(context, path, offset)
  if (found === undefined) return undefined
  const { values, chart } = found
  const cursor = cursorAt(values.text, values.offset)
  if (cursor.inText) return []
  const items = completeChartValues({ text: values.text, offset: values.offset, cursor }, chart, cursor.parent)
  const margin = `\n${' '.repeat(values.indent)}`
  return items.map((item) => ({
    ...item,
    range: values.toFile(item.range),
    newText: item.newText.replaceAll('\n', margin),
  }))
}

/** The chart's default of the value, the comment above it and what its schema says. */
export function valuesTextHover(context: LanguageContext, path: string, offset: number): Hover | undefined {
  const place = placeIn(context, path, offset)
  const markdown = place === undefined ? undefined : describeValue(place.chart, place.steps)
  return place === undefined || markdown === undefined ? undefined : { markdown, range: place.range }
}

/** Where the chart writes its default of the value. */
export function valuesTextDefinition(context: LanguageContext, path: string, offset: number): Definition | undefined {
  const place = placeIn(context, path, offset)
  const target = place === undefined ? undefined : valueTarget(place.chart, place.release, place.steps)
  return place === undefined || target === undefined ? undefined : { from: place.range, target }
}

function placeIn(context: LanguageContext, path: string, offset: number) {
  const found = chartAt(context, path, offset)
  if (found === undefined) return undefined
  const { values, chart, release } = found
  const root = parseDocuments(values.text).documents[0]?.root
  const position = root === undefined ? undefined : positionAt(root, values.offset)
  if (position === undefined || position.path.length === 0) return undefined
  const { node } = position
  if (node.kind === 'mapping' || node.kind === 'sequence') return undefined
  return { chart, release, steps: position.path, range: values.toFile({ start: node.start, end: node.end }) }
}

interface ChartAt {
  readonly values: ValuesText
  readonly chart: ChartValues
  readonly release: ValuesText['releases'][number]['ref']
}

/** The first release of the text whose chart is known. */
function chartAt({ fleet, chartValues }: LanguageContext, path: string, offset: number): ChartAt | undefined {
  const values = chartValues === undefined ? undefined : valuesTextAt(fleet, path, offset)
  if (values === undefined) return undefined
  for (const { ref } of values.releases) {
    const chart = chartValues?.(ref)
    if (chart !== undefined) return { values, chart, release: ref }
  }
  return undefined
}
