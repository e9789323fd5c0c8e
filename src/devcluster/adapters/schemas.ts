import { getIn, isObject, type JsonValue } from '../../base/index.ts'
import { createNormalizer, type KubeObject } from '../../kube/index.ts'
import {
  applyDefaults,
  coerceEmbeddedMetadata,
  createSchemaValidator,
  fieldErrorBody,
  fieldErrorText,
  prune,
  pruneNulls,
  type SchemaRegistry,
  type StructuralSchema,
} from '../../schema/index.ts'
import { type FieldError, invalidValue } from '../http/errors.ts'
import { writeJson } from '../http/json.ts'
import type { SchemaChecks } from '../operations/schema-checks.ts'
import type { ResourceType } from '../resources/types.ts'
import { goDecode } from './go-decode.ts'

/** The one kind that is never stored. */
const SCALE = 'io.k8s.api.autoscaling.v1.Scale'
const METADATA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/** Checks of objects: built-in kinds as Go decodes them, custom ones against their structural schema. */
export function createSchemaChecks(registry: SchemaRegistry): SchemaChecks {
  const validator = createSchemaValidator()
  // What Go's structs leave out when they are written (`args: []`, `labels: {}`) is not owned by anyone either.
  const normalizer = createNormalizer(registry)
  const schemaOf = (type: ResourceType): StructuralSchema | undefined =>
    type.custom?.schema as StructuralSchema | undefined
  return {
    decode: (type, draft, reader) => {
      if (type.custom === undefined) {
        const name = type.kind === 'Scale' ? SCALE : registry.typeName(type)
        if (name === undefined) return { error: undefined, unknown: [] }
        const decoded = goDecode(registry.definitions(), name, draft, reader)
        if (decoded.error === undefined) replaceWith(draft, normalizer.stored(draft))
        return decoded
      }
      const metadata = goDecode(registry.definitions(), METADATA, draft.metadata)
      const unknown = metadata.unknown.map((path) => `metadata.${path}`)
      const schema = schemaOf(type)
      if (schema === undefined || type.custom.preserveUnknown) return { error: metadata.error, unknown }
      const embedded = coerceEmbeddedMetadata(draft, schema, { dropInvalid: false })
      const broken = embedded.error === undefined ? undefined : fieldErrorText(embedded.error)
      const pruned = prune(draft, schema, true)
      return { error: metadata.error ?? broken, unknown: [...unknown, ...pruned, ...embedded.unknownFields] }
    },
    setDefaults: (type, draft) => {
      const schema = schemaOf(type)
      if (schema === undefined) return
      pruneNulls(draft, schema)
      applyDefaults(draft, schema)
    },
    validate: (type, object, old) => {
      const schema = schemaOf(type)
      if (schema === undefined) return []
      const { errors } = validator.validate(schema, object, old === undefined ? {} : { oldObject: old })
      const found = errors.map(
        (error): FieldError => ({
          reason: error.type,
          field: error.field,
          message: fieldErrorBody(error),
        }),
      )
      const counts = scaleErrors(type, object)
      if (counts.length === 0) return found
      // Rules are looked at after the counts.
      const left = found.findIndex((error) => error.message === RULES_LEFT)
      found.splice(left === -1 ? found.length : left, 0, ...counts)
      return found
    },
  }
}

const RULES_LEFT =
  'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

/** The replicas that the scale subresource reads and writes have to be counts. */
function scaleErrors(type: ResourceType, object: KubeObject): FieldError[] {
  const scale = type.custom?.scale
  if (scale === undefined) return []
  return [scale.specReplicasPath, scale.statusReplicasPath].flatMap((path) => {
    const value = getIn(object, path.split('.').slice(1))
    if (value === undefined || value === null) return []
    const of =
      typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)) ? undefined : goKind(value)
    if (of !== undefined) {
      return invalidValue(path, 0, `${path} accessor error: ${goText(value)} is of the type ${of}, expected int64`)
    }
    if (Number(value) < 0) return invalidValue(path, value, 'should be a non-negative integer')
    return Number(value) > 2147483647 ? invalidValue(path, value, 'should be less than or equal to 2147483647') : []
  })
}

function goKind(value: JsonValue): string {
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

function goText(value: JsonValue): string {
  return isObject(value) || Array.isArray(value) ? writeJson(value) : String(value)
}

/** Gives an object the content of another, in place: the caller goes on with the object that it has. */
function replaceWith(object: KubeObject, content: KubeObject): void {
  if (content === object) return
  for (const key of Object.keys(object)) delete object[key]
  Object.assign(object, content)
}
