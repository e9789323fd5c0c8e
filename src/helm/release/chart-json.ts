import type { JsonObject, JsonValue } from '../../base/index.ts'
import { encodeText } from '../../base/index.ts'
import type { GoMap, GoValue } from '../../gotemplate/index.ts'
import {
  type Chart,
  type ChartDependency,
  type ChartFile,
  type ChartLock,
  type ChartMetadata,
  workingCopy,
} from '../chart.ts'
import { processDependencies } from '../dependencies.ts'
import { base64Encode } from '../functions/base-n.ts'
import { toJsonValue } from '../functions/json.ts'

/**
 * A chart as a release record holds it, after its dependencies were worked out with the user's values. Go keeps the
 * dependencies themselves in a private field, so they are not part of it.
 * Source: Helm 4.1 pkg/chart/v2 (chart.go, metadata.go, dependency.go), pkg/chart/common/file.go.
 */
export function chartToJson(loaded: Chart, userValues: GoMap): JsonObject {
  const chart = workingCopy(loaded)
  processDependencies(chart, userValues)
  return {
    metadata: metadataToJson(chart.metadata),
    lock: chart.lock === undefined ? null : lockToJson(chart.lock),
    templates: filesToJson(chart.templates),
    values: valuesToJson(chart.values),
    schema: chart.schema === undefined ? null : base64Encode(encodeText(chart.schema)),
    files: filesToJson(chart.files),
  }
}

function lockToJson({ generated, digest, dependencies }: ChartLock): JsonObject {
  return {
    generated,
    digest,
    dependencies: dependencies.length === 0 ? null : dependencies.map(dependencyToJson),
  }
}

/** Values as a release record holds them. */
export function valuesToJson(values: GoMap): JsonObject {
  return toJsonValue(values as GoValue) as JsonObject
}

/** No files are `null`: a slice that nothing was appended to. */
function filesToJson(files: readonly ChartFile[]): JsonValue {
  if (files.length === 0) return null
  return files.map(({ name, data }) => ({ name, data: base64Encode(data) }))
}

function metadataToJson(metadata: ChartMetadata): JsonObject {
  const { annotations, dependencies, maintainers, ...rest } = metadata
  return withoutEmpty({
    ...(rest as unknown as JsonObject),
    maintainers: maintainers.map((each) => withoutEmpty({ ...each })),
    annotations: { ...annotations },
    dependencies: dependencies.map(dependencyToJson),
  })
}

function dependencyToJson(dependency: ChartDependency): JsonObject {
  const { name, repository, importValues, tags, ...rest } = dependency
  return {
    name,
    repository,
    ...withoutEmpty({ ...rest, tags: [...tags], 'import-values': toJsonValue(importValues as GoValue[]) }),
  }
}

/** Go's `omitempty`: no empty text, list, map or false. */
function withoutEmpty(object: JsonObject): JsonObject {
  const isEmpty = (value: JsonValue): boolean =>
    value === '' || value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)))
}
