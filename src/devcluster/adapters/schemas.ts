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
import type { FieldError } from '../http/errors.ts'
import type { SchemaChecks } from '../operations/schema-checks.ts'
import type { ResourceType } from '../resources/types.ts'
import { goDecode } from './go-decode.ts'

const METADATA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/** Checks of objects: built-in kinds as Go decodes them, custom ones against their structural schema. */
export function createSchemaChecks(registry: SchemaRegistry): SchemaChecks {
  const validator = createSchemaValidator()
  // What Go's structs leave out when they are written (`args: []`, `labels: {}`) is not owned by anyone either.
  const normalizer = createNormalizer(registry)
  const schemaOf = (type: ResourceType): StructuralSchema | undefined =>
    type.custom?.schema as StructuralSchema | undefined
  return {
    decode: (type, draft) => {
      if (type.custom === undefined) {
        const name = registry.typeName(type)
        if (name === undefined) return { error: undefined, unknown: [] }
        const decoded = goDecode(registry.definitions(), name, draft)
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
      return errors.map(
        (error): FieldError => ({
          reason: error.type as FieldError['reason'],
          field: error.field,
          message: fieldErrorBody(error),
        }),
      )
    },
  }
}

/** Gives an object the content of another, in place: the caller goes on with the object that it has. */
function replaceWith(object: KubeObject, content: KubeObject): void {
  if (content === object) return
  for (const key of Object.keys(object)) delete object[key]
  Object.assign(object, content)
}
