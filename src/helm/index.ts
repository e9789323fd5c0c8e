/**
 * Helm 4.1: charts, values, templates, hooks, releases. Invariants: no I/O (files and clients come from the caller),
 * every render within a budget, errors in Helm's words as `HelmError` and `ReleaseError`.
 */
export {
  type Capabilities,
  defaultKubeVersion,
  helmVersion,
  makeCapabilities,
  parseKubeVersion,
} from './capabilities.ts'
export { type Chart, type ChartDependency, type ChartFile, type ChartMetadata, HelmError } from './chart.ts'
export type { RenderOptions, TemplateCache } from './engine.ts'
export type { CertificateRequest, TemplateCrypto } from './functions/crypto.ts'
export { type HelmIgnoreRule, isIgnoredByHelm, parseHelmIgnore } from './ignore.ts'
export { loadChart, type Unpack } from './load.ts'
export { compareKinds, HeadCache, type Hook, type Manifest, splitManifests } from './manifests.ts'
export { renderNameTemplate } from './name-template.ts'
export { textLayer, valueAtPath, valuesLocator } from './origins/chart-layers.ts'
export { layersOf } from './origins/layers.ts'
export { chartOf } from './origins/places.ts'
export type * from './origins/types.ts'
export { useOfValue, valuesUse } from './origins/uses.ts'
export type { Gzip } from './release/codec.ts'
export type { ApplyingOptions, OperationOptions, ReleaseContext, Render } from './release/context.ts'
export { ReleaseError, type ReleaseErrorReason } from './release/errors.ts'
export { type InstallOptions, install } from './release/install.ts'
export type { HookLog, TestLog } from './release/logs.ts'
export type { ReleaseHook, ReleaseInfo, ReleaseRecord, ReleaseStatus } from './release/record.ts'
export { type RollbackOptions, rollback } from './release/rollback.ts'
export { ReleaseStorage, type StorageOptions } from './release/storage.ts'
export { type TestOptions, testRelease } from './release/test-release.ts'
export { type Uninstalled, type UninstallOptions, uninstall } from './release/uninstall.ts'
export { type UpgradeOptions, upgrade } from './release/upgrade.ts'
export { OutputCache } from './reuse.ts'
export { type SchemaCache, type ValueFault, ValuesSchemaError } from './schema/validate-values.ts'
export { type SetKind, setValue } from './strvals.ts'
export { type RenderedChart, renderChart, type TemplateOptions, templateText } from './template.ts'
export { mergeMaps, readValues, readValuesDocument } from './values.ts'
