import type { Location, TextRange } from '../../base/index.ts'
import type { GoMap, GoValue } from '../../gotemplate/index.ts'

/** Steps to a value or to a field of a rendered object, outermost first; a number is the index in a list. */
export type ValuePath = readonly (string | number)[]

/** A place in a template file of a chart. */
export interface TemplatePlace {
  /** The file as `# Source` shows it: `web/charts/redis/templates/_helpers.tpl`. */
  readonly path: string
  /** The chart of the file: `web/charts/redis`; by alias where the dependency has one. */
  readonly chart: string
  /** The file in that chart: `templates/_helpers.tpl`. */
  readonly file: string
  /** The template: the file's own path, or the name of the `define`. */
  readonly template: string
  /** The action from `{{` to `}}`, or the piece of plain text; UTF-16 offsets into the file. */
  readonly range: TextRange
  /** One-based, of the start of the range. */
  readonly line: number
  /** One-based UTF-16 column. */
  readonly column: number
}

/** A value that a template read. */
export interface ValueRead {
  /**
   * From the top of the release's values: what a dependency reads as `.Values.port` is `['redis', 'port']`.
   * Of `.Values.global` the path as the reading chart sees it, with the dependency's name in front.
   */
  readonly path: ValuePath
  /** Where it was read: the innermost action. */
  readonly place: TemplatePlace
}

/** One of Helm's own objects that a template printed: `.Release.Name`, `.Chart.AppVersion`. */
export interface ObjectRead {
  /** `.Release.Name`, `.Capabilities.KubeVersion.Version`. */
  readonly text: string
  readonly place: TemplatePlace
}

/** Where a field of a rendered object comes from. */
export interface FieldOrigin {
  /** The line of the manifest's own template. */
  readonly template: TemplatePlace
  /** The templates that it called (`include`, `template`, `tpl`), innermost last: that one holds the field's text. */
  readonly through: readonly TemplatePlace[]
  /** The values whose text is in the field, the most telling one first: one that is the whole field, then parts. */
  readonly values: readonly ValueRead[]
  /** Helm's own objects whose text is in the field. */
  readonly objects: readonly ObjectRead[]
  /** Values that decided whether or how it was written (`if`, `with`, `range`, `default` of an unset one): not its text. */
  readonly conditions: readonly ValueRead[]
  /** The text went through functions that changed its lines, so that `through` and `values` are the likeliest match. */
  readonly guess: boolean
}

/** The origins of one document of a rendered file. */
export interface DocumentOrigins {
  /**
   * The origin of a field by its path in the rendered object; that of a map or list is the origin of its key.
   * @returns `undefined` where the template wrote no such field (a post-renderer or the controller did).
   */
  of(path: ValuePath): FieldOrigin | undefined
  /** What the template wrote at a path, as text: to see whether something changed it later. */
  textOf(path: ValuePath): string | undefined
}

/** A document of a rendered chart: a `Manifest` or `Hook` by its content, or an object by its kind and name. */
export type TracedDocument =
  | { readonly path: string; readonly content: string }
  | { readonly path: string; readonly object: { readonly kind: string; readonly metadata: { readonly name: string } } }

/** What a traced render knows; part of `RenderedChart` when `RenderOptions.trace` is set. */
export interface RenderTrace {
  /** Origins of a document; `undefined` for a document of no template (a CRD, or one that cannot be told apart). */
  document(document: TracedDocument): DocumentOrigins | undefined
  /**
   * The layers of values that the chart brings, the lowest first: dependencies' `values.yaml`, `import-values`, the
   * chart's own `values.yaml` or the files of `valuesFiles`. The user's layers come after them.
   */
  readonly chartLayers: readonly ValuesLayer[]
}

export type ValuesLayerKind = 'chart' | 'valuesFile' | 'import' | 'valuesFrom' | 'inline' | 'file' | 'flag'

/** One source of a release's values. Layers stand in a list, the lowest first; a later one wins. */
export interface ValuesLayer {
  readonly kind: ValuesLayerKind
  /** For people: `web/charts/redis/values.yaml`, `Secret apps/blog-token (values.yaml)`, `spec.values`, `--set`. */
  readonly label: string
  /** What it sets, from the top of the release's values; `undefined`: not known here (an encrypted Secret). */
  readonly values: GoMap | undefined
  /** Its values are from a Secret: they are named, never shown. */
  readonly secret: boolean
  /** The chart that it belongs to: `web/charts/redis`. */
  readonly chart?: string
  /** The file in that chart: `values.yaml`, `values-prod.yaml`. */
  readonly file?: string
  /** Where in `file` (or, for `location`, in the repository) the key of a path is written. */
  readonly locate?: (path: ValuePath) => LayerPlace | undefined
}

/** A place in the text of a layer. */
export interface LayerPlace {
  /** The key with its value; UTF-16 offsets. */
  readonly range: TextRange
  /** One-based. */
  readonly line: number
  readonly column: number
  /** The file of the repository, where it is in one; its range is the same place there. */
  readonly location?: Location
}

/** A layer that says something about a path. */
export interface ValueSetting {
  readonly layer: ValuesLayer
  /** The path that the layer sets: the one asked for, the same under a parent's `global`, or a map that holds it. */
  readonly path: ValuePath
  readonly place: LayerPlace | undefined
  /** What it sets; absent for a Secret and for what is not known. */
  readonly value?: GoValue
  /** The value that templates saw is this one. At most one of the settings of a scalar wins. */
  readonly wins: boolean
}

/** A place where a chart's templates read a value. */
export interface ValueUse {
  /** From the top of the values of the chart that was asked about; `*` stands for every element of a list or map. */
  readonly path: ValuePath
  /** Its range is the expression's. */
  readonly place: TemplatePlace
  /** The expression: `.Values.image.tag`, `$.Values.a`, `.tag` in a `with`. */
  readonly text: string
  /** `test`: in `if`, `with` or `range`; `pass`: handed to another template, or kept in a variable. */
  readonly how: 'print' | 'test' | 'pass'
}
