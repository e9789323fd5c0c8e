import { compareStrings } from '../base/index.ts'
import type { GoMap } from '../gotemplate/index.ts'

/** A file of a chart; the name is relative to the chart's folder, with `/`. */
export interface ChartFile {
  readonly name: string
  readonly data: Uint8Array
}

export interface ChartDependency {
  name: string
  readonly version: string
  readonly repository: string
  readonly condition: string
  readonly tags: readonly string[]
  enabled: boolean
  importValues: readonly unknown[]
  readonly alias: string
}

/** Chart.yaml. Source: Helm 4.1 pkg/chart/v2 (metadata.go, dependency.go). */
export interface ChartMetadata {
  name: string
  readonly home: string
  readonly sources: readonly string[]
  readonly version: string
  readonly description: string
  readonly keywords: readonly string[]
  readonly maintainers: readonly { readonly name: string; readonly email: string; readonly url: string }[]
  readonly icon: string
  readonly apiVersion: string
  readonly condition: string
  readonly tags: string
  readonly appVersion: string
  readonly deprecated: boolean
  readonly annotations: Readonly<Record<string, string>> | undefined
  readonly kubeVersion: string
  dependencies: ChartDependency[]
  readonly type: string
}

/** What a lock file says. Source: Helm 4.1 pkg/chart/v2/dependency.go. */
export interface ChartLock {
  /** RFC 3339; Go's zero time where the file does not say. */
  readonly generated: string
  readonly digest: string
  readonly dependencies: readonly ChartDependency[]
}

/**
 * A loaded chart. Loading gives one that is shared and never changed; `workingCopy` makes the one whose dependencies and
 * values a render works out.
 */
export interface Chart {
  readonly metadata: ChartMetadata
  values: GoMap
  /** The files that say the default values, a later one over an earlier one: `values.yaml`, or those of `valuesFiles`. */
  readonly valuesFiles?: readonly ChartFile[]
  /** Chart.lock or requirements.lock; absent where there is none. */
  readonly lock?: ChartLock
  /** Text of values.schema.json. */
  readonly schema: string | undefined
  readonly templates: readonly ChartFile[]
  readonly files: readonly ChartFile[]
  dependencies: Chart[]
  parent: Chart | undefined
}

/** A copy whose metadata's dependency list, dependencies and parent links can be changed. Values are shared. */
export function workingCopy(chart: Chart, parent?: Chart): Chart {
  const copy: Chart = { ...chart, metadata: copyMetadata(chart.metadata), parent, dependencies: [] }
  copy.dependencies = chart.dependencies.map((dependency) => workingCopy(dependency, copy))
  return copy
}

/** Metadata whose name and dependency list can be changed. */
export function copyMetadata(metadata: ChartMetadata): ChartMetadata {
  return { ...metadata, dependencies: metadata.dependencies.map((dependency) => ({ ...dependency })) }
}

/** `parent/charts/child`: the path under which templates are known. */
export function fullPath(chart: Chart): string {
  return chart.parent === undefined ? chart.metadata.name : `${fullPath(chart.parent)}/charts/${chart.metadata.name}`
}

/** The files below `crds/` of a chart and its dependencies, with the path that `# Source` shows. */
export function crdFiles(chart: Chart): { readonly path: string; readonly file: ChartFile }[] {
  const own = chart.files
    .filter((file) => file.name.startsWith('crds/') && /\.(yaml|yml|json)$/i.test(file.name))
    .sort((a, b) => compareStrings(a.name, b.name))
    .map((file) => ({ path: `${fullPath(chart)}/${file.name}`, file }))
  return [...own, ...chart.dependencies.flatMap(crdFiles)]
}

/** A failure in Helm's words. */
export class HelmError extends Error {
  override readonly name = 'HelmError'
}
