import { isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import { parseJson } from '../../kube/index.ts'
import type { SchemaRegistry } from '../../schema/index.ts'
import { parseYaml } from '../../yaml/index.ts'
import type { Formats } from '../handlers/formats.ts'

/** The readers of bodies and patches. */
export function createFormats(_schemas: SchemaRegistry): Formats {
  return {
    json: parseJson,
    yaml: (text) => {
      const { value, problems } = parseYaml(text)
      const wrong = problems.find((problem) => problem.severity === 'error')
      if (wrong !== undefined) throw new Error(wrong.message)
      if (value.length > 1) throw new Error('the body holds more than one YAML document')
      return value[0] ?? null
    },
    protobuf: () => {
      throw new Error('protobuf is not read yet')
    },
    jsonPatch: () => {
      throw new Error('JSON patches are not read yet')
    },
    mergePatch: (target, patch) => merge(target, patch),
    strategicPatch: (_type, target, patch) => merge(target, patch) as JsonObject,
  }
}

function merge(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch
  const out: JsonObject = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key]
    else setOwn(out, key, merge(Object.hasOwn(out, key) ? out[key] : undefined, value))
  }
  return out
}
