/**
 * Helm 4.1: charts, values, templates, hooks. Invariants: no I/O (files come from the caller), every render within a
 * budget, errors in Helm's words as `HelmError`.
 */
export {
  type Capabilities,
  defaultKubeVersion,
  helmVersion,
  makeCapabilities,
  parseKubeVersion,
} from './capabilities.ts'
export { type Chart, type ChartFile, type ChartMetadata, HelmError } from './chart.ts'
export type { RenderOptions, TemplateCache } from './engine.ts'
export type { CertificateRequest, TemplateCrypto } from './functions/crypto.ts'
export { type HelmIgnoreRule, isIgnoredByHelm, parseHelmIgnore } from './ignore.ts'
export { loadChart, type Unpack } from './load.ts'
export { type Hook, type Manifest, splitManifests } from './manifests.ts'
export type { SchemaCache } from './schema/validate-values.ts'
export { type SetKind, setValue } from './strvals.ts'
export { type RenderedChart, renderChart, type TemplateOptions, templateText } from './template.ts'
export { mergeMaps, readValues } from './values.ts'
