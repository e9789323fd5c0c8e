import { statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { getString, isObject } from '../../base/index.ts'
import { CrdOrigins } from '../../fleet/releases/index.ts'
import { layersOf, type RenderedChart, textLayer, type ValuesLayer, valueAtPath } from '../../helm/index.ts'
import { parseYaml } from '../../yaml/index.ts'
import type { Terminal } from '../command.ts'
import type { ValuesSource } from '../helm-values.ts'
import { type ExplainedObject, explainObjects, layerText, type ObjectOrigins, templateText } from './explain-fields.ts'

/** A document of the chart that is to be explained. */
interface ExplainedDocument extends ExplainedObject {
  readonly content: string
}

export interface TemplateExplanation {
  /** Rendered with `trace`. */
  readonly rendered: RenderedChart
  readonly documents: readonly { readonly path: string; readonly content: string }[]
  /** What the user gave values by, the lowest first. */
  readonly sources: readonly ValuesSource[]
  /** Folder of the chart, as the command line names it; `undefined` for an archive. */
  readonly folder: string | undefined
}

/**
 * Prints the objects of `helm template` with the origins of their fields (see `explainObjects`): template lines, and the
 * chart's values files, the user's files and the flags that set the values in them.
 */
export function explainTemplate(
  terminal: Terminal,
  { rendered, documents, sources, folder }: TemplateExplanation,
): void {
  const { trace, values, crds } = rendered
  if (trace === undefined) return
  const layers = [...trace.chartLayers, ...sources.map(layerOf)]
  const definitions = new CrdOrigins(crds)
  const isCrd = new Set(crds.map(({ path }) => path))
  const fileText = (path: string, rest: string): string => `${fileIn(terminal, folder, path) ?? path}${rest}`
  const origins: ObjectOrigins<ExplainedDocument> = {
    of: ({ path: template, content, object }, path) => ({
      origin: isCrd.has(template)
        ? definitions.of(template, object, path)
        : trace.document({ path: template, content })?.of(path),
    }),
    settings: (path) => layersOf(layers, path, valueAtPath(values, path)),
    placeText: (place) => fileText(place.path, templateText(place).slice(place.path.length)),
    settingText: (setting) => {
      const { chart, file } = setting.layer
      const label = chart === undefined || file === undefined ? undefined : `${chart}/${file}`
      return label === setting.layer.label
        ? fileText(label, layerText(setting).slice(label.length))
        : layerText(setting)
    },
  }
  explainObjects(terminal, origins, documents.flatMap(explained))
}

function explained({ path, content }: { readonly path: string; readonly content: string }): ExplainedDocument[] {
  return parseYaml(content, { flavour: 'v2' }).value.flatMap((object) => {
    if (!isObject(object) || !isObject(object['metadata'])) return []
    const { metadata, kind, apiVersion } = object
    const name = getString(metadata, 'name') ?? ''
    return [
      {
        path,
        content,
        object: { ...object, apiVersion: String(apiVersion), kind: String(kind), metadata: { ...metadata, name } },
      },
    ]
  })
}

function layerOf(source: ValuesSource): ValuesLayer {
  if ('text' in source) return textLayer(source.text, { kind: 'file', label: source.label, mount: [] })
  return { kind: 'flag', label: source.label, values: source.values, secret: false }
}

/** A file of the chart by its path on disk, where it has one: `web/templates/a.yaml` of `./charts/web`. */
function fileIn(terminal: Terminal, folder: string | undefined, path: string): string | undefined {
  if (folder === undefined) return undefined
  const file = resolve(terminal.cwd, folder, path.slice(path.indexOf('/') + 1))
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? relative(terminal.cwd, file) : undefined
}
