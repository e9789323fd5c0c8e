/**
 * The second door of the fleet: rendering of its HelmReleases. Apart from the first, since it needs the Helm engine,
 * which the worker loads only when there is a release.
 */
export type { ChartValues, ChartValuesFile } from './chart-values.ts'
export type { ChartTools, LoadedChart } from './charts.ts'
export { CrdOrigins } from './crd-origins.ts'
export type { ChartTree } from './local-chart.ts'
export type { FieldSource, ReleaseOrigins } from './origins.ts'
export type { ReleaseProblem } from './problems.ts'
export { ReleaseRenderer, type ReleaseTools, type RenderedRelease } from './render.ts'
export { type ObjectFinding, type ReleaseState, ReleaseStore, type ReleaseStoreOptions } from './store.ts'
