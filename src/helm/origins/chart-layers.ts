import { decodeText, isObject, LineMap } from '../../base/index.ts'
import { type GoMap, type GoValue, isMap, mapSet } from '../../gotemplate/index.ts'
import { getKeyNode, nodeAt, parseDocuments, type YamlNode } from '../../yaml/index.ts'
import { type Chart, type ChartFile, fullPath, HelmError } from '../chart.ts'
import { readValues, tableAt } from '../values.ts'
import type { LayerPlace, ValuePath, ValuesLayer } from './types.ts'

/**
 * The layers of values that a chart brings, the lowest first: those of its dependencies, what it imports of them, its own
 * files. `chart` is a working copy with its dependencies worked out, so that aliases are their names.
 */
export function chartLayers(chart: Chart, mount: ValuePath = []): ValuesLayer[] {
  const below = chart.dependencies.flatMap((each) => chartLayers(each, [...mount, each.metadata.name]))
  const isReplaced = chart.valuesFiles?.[0]?.name !== 'values.yaml' || chart.valuesFiles.length > 1
  const own = (chart.valuesFiles ?? []).map((file) => fileLayer(chart, file, { mount, isReplaced }))
  return [...below, ...imports(chart, [...below, ...own], mount), ...own]
}

function fileLayer(
  chart: Chart,
  file: ChartFile,
  { mount, isReplaced }: { readonly mount: ValuePath; readonly isReplaced: boolean },
): ValuesLayer {
  const path = fullPath(chart)
  return textLayer(decodeText(file.data), {
    kind: isReplaced ? 'valuesFile' : 'chart',
    label: isReplaced ? `valuesFiles ${file.name}` : `${path}/${file.name}`,
    mount,
    chart: path,
    file: file.name,
  })
}

/**
 * A layer of a values file's text.
 * @param mount where its values stand in those of the release: `['redis']` for a dependency's.
 */
export function textLayer(
  text: string,
  { mount, ...named }: Pick<ValuesLayer, 'kind' | 'label' | 'chart' | 'file'> & { readonly mount: ValuePath },
): ValuesLayer {
  let values: GoMap | undefined
  let locate: ((path: ValuePath) => LayerPlace | undefined) | undefined
  return {
    ...named,
    secret: false,
    get values() {
      values ??= nested(mount, readable(text))
      return values
    },
    locate: (path) => {
      if (!mount.every((step, i) => path[i] === step)) return undefined
      locate ??= valuesLocator(text)
      return locate(path.slice(mount.length))
    },
  }
}

function readable(text: string): GoMap {
  try {
    return readValues(text)
  } catch (error) {
    if (error instanceof HelmError) return {}
    throw error
  }
}

/** What a chart imports of its dependencies (`import-values`). */
function imports(chart: Chart, below: readonly ValuesLayer[], mount: ValuePath): ValuesLayer[] {
  return chart.metadata.dependencies.flatMap((dependency) =>
    dependency.importValues.flatMap((entry): ValuesLayer[] => {
      if (!isObject(entry)) return []
      const { child, parent } = entry
      if (typeof child !== 'string' || typeof parent !== 'string') return []
      const table = tableAt(chart.values, `${dependency.name}.${child}`)
      if (table === undefined) return []
      const to = parent === '.' ? mount : [...mount, ...parent.split('.')]
      const from = [...mount, dependency.name, ...child.split('.')]
      return [
        {
          kind: 'import',
          label: `import-values of ${dependency.name} (${child})`,
          values: nested(to, table),
          secret: false,
          chart: fullPath(chart),
          locate: (path) => {
            const path_ = [...from, ...path.slice(to.length)]
            const found = below.findLast((layer) => layer.locate?.(path_) !== undefined)
            return found?.locate?.(path_)
          },
        },
      ]
    }),
  )
}

function nested(path: ValuePath, values: GoMap): GoMap {
  return path.reduceRight<GoMap>((inner, step) => {
    const out: GoMap = {}
    mapSet(out, String(step), inner)
    return out
  }, values)
}

/** Finds keys in the text of a values file; of several documents the last that has the key. */
export function valuesLocator(text: string): (path: ValuePath) => LayerPlace | undefined {
  const roots = parseDocuments(text, { flavour: 'v2' }).documents.flatMap(({ root }) =>
    root === undefined ? [] : [root],
  )
  const lines = new LineMap(text)
  return (path) => {
    const mark = roots.map((root) => markOf(root, path)).findLast((node) => node !== undefined)
    if (mark === undefined) return undefined
    const { line, character } = lines.positionAt(mark.start)
    return { range: { start: mark.start, end: mark.end }, line: line + 1, column: character + 1 }
  }
}

/** The key at a path, or the item of a list. */
function markOf(root: YamlNode, path: ValuePath): YamlNode | undefined {
  const last = path.at(-1)
  if (last === undefined) return root
  const holder = nodeAt(root, path.slice(0, -1))
  const mark = typeof last === 'string' ? getKeyNode(holder, last) : nodeAt(root, path)
  return mark === undefined || mark.start < 0 ? undefined : mark
}

/** The value at a path; `undefined` where there is none. */
export function valueAtPath(values: GoValue, path: ValuePath): GoValue {
  let current = values
  for (const step of path) {
    if (Array.isArray(current)) current = current[Number(step)]
    else if (isMap(current) && Object.hasOwn(current, step)) current = current[step]
    else return undefined
  }
  return current
}
