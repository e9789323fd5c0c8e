/** The part of the door that rendering needs, without releases and clusters: for a process that starts for one render. */
export { makeCapabilities } from './capabilities.ts'
export { type Chart, type ChartFile, HelmError } from './chart.ts'
export { loadChart } from './load.ts'
export { renderNameTemplate } from './name-template.ts'
export { setValue } from './strvals.ts'
export {
  documentText,
  type RenderedChart,
  renderChart,
  selectedDocuments,
  type TextOptions,
  templateDocuments,
  templateText,
} from './template.ts'
export { mergeMaps, readValues } from './values.ts'
