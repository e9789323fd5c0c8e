/** The part of the door that rendering a chart from disk needs: for a process that starts for nothing else. */
export { readChartFiles, unpackChart } from './chart-files.ts'
export { nodeTemplateCrypto } from './template-crypto.ts'
