import { stringify } from 'yaml'
import type { JsonObject } from '../../base/index.ts'

/** YAML for reading, in the order that manifests are written in: apiVersion, kind, metadata, the rest, status last. */
export function toYaml(object: JsonObject): string {
  const { apiVersion, kind, metadata, status, ...rest } = object
  const ordered: Record<string, unknown> = { apiVersion, kind, metadata: metadataFirst(metadata), ...rest }
  if (status !== undefined) ordered['status'] = status
  return stringify(ordered, { lineWidth: 0, aliasDuplicateObjects: false, keepUndefined: false })
}

function metadataFirst(metadata: unknown): unknown {
  if (typeof metadata !== 'object' || metadata === null) return metadata
  const { name, namespace, labels, annotations, ...rest } = metadata as Record<string, unknown>
  return { name, namespace, labels, annotations, ...rest }
}
