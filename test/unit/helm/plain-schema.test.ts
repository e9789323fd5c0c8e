import { describe, expect, test } from 'vitest'
import { SchemaCompiler } from '../../../src/helm/schema/compile.ts'
import { isPlainSchema } from '../../../src/helm/schema/plain-schema.ts'
import { findFaults } from '../../../src/helm/schema/validate.ts'
import { Random } from '../../fuzz/random.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const drafts = [
  [4, 'http://json-schema.org/draft-04/schema'],
  [6, 'http://json-schema.org/draft-06/schema'],
  [7, 'http://json-schema.org/draft-07/schema'],
  [2019, 'https://json-schema.org/draft/2019-09/schema'],
  [2020, 'https://json-schema.org/draft/2020-12/schema'],
] as const

const sample = (): Json => ({
  title: 'values',
  type: 'object',
  required: ['image'],
  properties: {
    image: { type: 'object', properties: { tag: { type: ['string', 'null'], pattern: '^v[0-9]+' } } },
    replicas: { type: 'integer', minimum: 0, maximum: 9, multipleOf: 1, default: 1 },
    hosts: { type: 'array', items: { $ref: '#/definitions/host' }, uniqueItems: true, minItems: 0, maxItems: 3 },
    level: { enum: ['a', 'b', null, 1], examples: ['a'] },
    labels: { patternProperties: { '^[a-z]+$': { type: 'string' } }, additionalProperties: false },
    either: { anyOf: [{ type: 'string', minLength: 1 }, { not: { type: 'number' } }] },
  },
  definitions: { host: { type: 'string', format: 'hostname', description: 'a name' } },
})
const odd: readonly Json[] = [
  ...[null, true, -1, 0.5, 1e300, '', 'string', '[', 'a b', '#', '#/definitions/host', [], ['string', 'string'], {}],
  ...[[1, 1], [true], [null, 'x'], { a: 1 }, { type: 'strange' }, { '(': {} }, [{}], 'http://json-schema.org/schema#'],
]
const keys = [
  ...['$ref', '$id', 'id', '$schema', 'type', 'enum', 'required', 'items', 'additionalProperties', 'exclusiveMinimum'],
  ...['dependencies', 'const', 'if', 'contains', 'propertyNames', 'examples', 'readOnly', '$defs', 'prefixItems'],
  ...['minContains', '$anchor', 'minLength', 'pattern', 'format', 'deprecated', 'x-other', 'unevaluatedItems', 'allOf'],
]

describe('a schema that counts as plain fits the metaschema', () => {
  test.each(drafts)('draft %s', (version, url) => {
    const metaschema = new SchemaCompiler(new Map(), () => {}, true).compile(url)
    expect(isPlainSchema(sample(), version)).toBe(true)
    const random = new Random(version)
    let plain = 0
    for (let i = 0; i < 3000; i++) {
      const schema = sample()
      const target = random.pick(objectsIn(schema))
      target[random.pick(random.chance(0.5) ? keys : [...Object.keys(target), 'type'])] = random.pick(odd)
      if (!isPlainSchema(schema, version)) continue
      plain++
      expect(findFaults(metaschema, schema), JSON.stringify(schema)).toEqual([])
    }
    expect(plain).toBeGreaterThan(300)
  })
})

function objectsIn(value: Json): { [key: string]: Json }[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn)
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}
