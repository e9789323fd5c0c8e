import type { JsonObject, JsonValue } from '../../base/index.ts'
import type { ResourceType } from '../resources/types.ts'

/** Readers of request bodies and patches; each throws an `Error` whose message is fit for the client. */
export interface Formats {
  json(text: string): JsonValue
  yaml(text: string): JsonValue
  /** YAML as sigs.k8s.io/yaml writes it. */
  toYaml(value: JsonValue): string
  /** Keys that YAML text gives twice, in go-yaml's words; empty for text that cannot be read. */
  yamlDuplicates(text: string): string[]
  /** The object in a `k8s\0` envelope; `hint` stands in for an envelope without a type. */
  protobuf(bytes: Uint8Array, hint?: { readonly apiVersion: string; readonly kind: string }): JsonObject
  /** RFC 6902. */
  jsonPatch(target: JsonValue, patch: JsonValue): JsonValue
  /** RFC 7386. */
  mergePatch(target: JsonValue, patch: JsonValue): JsonValue
  strategicPatch(type: ResourceType, target: JsonObject, patch: JsonObject): JsonObject
  /** What is left of a strategic patch once it was applied to a target. */
  consumedPatch(type: ResourceType, target: JsonObject, patch: JsonObject): JsonObject
}
