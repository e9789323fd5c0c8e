/**
 * The second door of this module: what reading the files of charts needs, without the engine. The worker has the engine
 * in a bundle of its own, which is loaded when the first release is to be rendered.
 */
export { type ChartFile, HelmError } from './chart.ts'
export { isIgnoredByHelm, parseHelmIgnore } from './ignore.ts'
