import { type JsonObject, jsonFault } from '../../base/index.ts'
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicPatch,
  consumedPatch,
  createProtobufDecoder,
  type Outcome,
  parseJson,
  patchSchemaFor,
} from '../../kube/index.ts'
import type { SchemaRegistry } from '../../schema/index.ts'
import { parseYaml, stringifyYaml } from '../../yaml/index.ts'
import type { Formats } from '../handlers/formats.ts'
import { versionOf } from '../resources/types.ts'

/** The readers of bodies and patches. */
export function createFormats(schemas: SchemaRegistry): Formats {
  const protobuf = createProtobufDecoder()
  return {
    json: (text) => {
      try {
        return parseJson(text)
      } catch (error) {
        // In the words of Go's decoder, which clients show.
        throw error instanceof SyntaxError ? new Error(jsonFault(text)) : error
      }
    },
    toYaml: (value) => stringifyYaml(value),
    yaml: (text) => {
      const { value, problems } = parseYaml(text)
      const wrong = problems.find((problem) => problem.severity === 'error')
      if (wrong !== undefined) throw new Error(wrong.message)
      if (value.length > 1) throw new Error('the body holds more than one YAML document')
      return value[0] ?? null
    },
    yamlDuplicates: (text) =>
      parseYaml(text, { strict: true })
        .problems.filter((problem) => problem.code === 'yaml/duplicate-key')
        .map((problem) => problem.message),
    protobuf: (bytes, hint) => valueOrThrow(protobuf.decode(bytes, hint)),
    jsonPatch: (target, patch) => valueOrThrow(applyJsonPatch(target, patch)),
    mergePatch: applyMergePatch,
    strategicPatch: (type, target, patch) => {
      const schema = patchSchemaFor(schemas, { apiVersion: versionOf(type), kind: type.kind })
      return schema === undefined
        ? (applyMergePatch(target, patch) as JsonObject)
        : valueOrThrow(applyStrategicPatch(target, patch, schema))
    },
    consumedPatch: (type, target, patch) => {
      const schema = patchSchemaFor(schemas, { apiVersion: versionOf(type), kind: type.kind })
      return schema === undefined ? patch : consumedPatch(target, patch, schema)
    },
  }
}

function valueOrThrow<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error)
  return outcome.value
}
