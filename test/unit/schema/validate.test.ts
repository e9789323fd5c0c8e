import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../../src/base/index.ts'
import {
  applyDefaults,
  createSchemaValidator,
  fieldErrorText,
  type StructuralSchema,
  validate,
} from '../../../src/schema/index.ts'

function errors(schema: StructuralSchema, object: JsonValue, oldObject?: JsonValue): string[] {
  return validate(schema, object, oldObject === undefined ? {} : { oldObject }).errors.map(fieldErrorText)
}

const field = (schema: StructuralSchema): StructuralSchema => ({ type: 'object', properties: { f: schema } })

describe('OpenAPI validation, in the words of an API server', () => {
  it.each<[StructuralSchema, JsonValue, string[]]>([
    [{ type: 'integer', minimum: 1 }, 0, ['f: Invalid value: 0: f in body should be greater than or equal to 1']],
    [
      { type: 'number', maximum: 1.5, exclusiveMaximum: true },
      1.5,
      ['f: Invalid value: 1.5: f in body should be less than 1.5'],
    ],
    [{ type: 'integer', multipleOf: 3 }, 4, ['f: Invalid value: 4: f in body should be a multiple of 3']],
    [{ type: 'string', minLength: 2 }, 'é', ['f: Invalid value: "é": f in body should be at least 2 chars long']],
    [{ type: 'string', maxLength: 1 }, 'é', []],
    [{ type: 'string', pattern: '^a' }, 'b', ['f: Invalid value: "b": f in body should match \'^a\'']],
    [{ type: 'string', format: 'date-time' }, 'x', ['f: Invalid value: "x": f in body must be of type date-time: "x"']],
    [{ type: 'string', format: 'made-up' }, 'x', []],
    [
      { type: 'string', format: 'ipv4' },
      '1.2.3',
      ['f: Invalid value: "1.2.3": f in body must be of type ipv4: "1.2.3"'],
    ],
    [
      { type: 'array', maxItems: 1, items: { type: 'string' } },
      ['a', 'b'],
      ['f: Too many: 2: must have at most 1 item'],
    ],
    [{ type: 'array', minItems: 1 }, [], ['f: Invalid value: 0: f in body should have at least 1 items']],
    [
      { type: 'array', items: { type: 'integer' } },
      [1, 'x'],
      ['f[1]: Invalid value: "string": f[1] in body must be of type integer: "string"'],
    ],
    [{ type: 'object', minProperties: 1 }, {}, ['f: Invalid value: 0: f in body should have at least 1 properties']],
    [
      { type: 'object', additionalProperties: { type: 'string' } },
      { 'a.b': 1 },
      ['f.a.b: Invalid value: "integer": f.a.b in body must be of type string: "integer"'],
    ],
    [{ type: 'integer' }, 1.0, []],
    [{ type: 'boolean' }, 'true', ['f: Invalid value: "string": f in body must be of type boolean: "string"']],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', ['f: Unsupported value: "c": supported values: "a", "b"']],
    [
      { oneOf: [{ required: ['a'] }, { required: ['b'] }], type: 'object' },
      { a: 1, b: 2 },
      ['<nil>: Invalid value: "": "f" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
    [
      { not: { enum: ['x'] }, type: 'string' },
      'x',
      ['<nil>: Invalid value: "": "f" must not validate the schema (not)'],
    ],
    [{ type: 'integer', format: 'int64' }, 2n ** 63n - 1n, []],
  ])('case %#', (schema, value, want) => {
    expect(errors(field(schema), { f: value })).toEqual(want)
  })

  it('runs CEL rules only over objects that fit their schema', () => {
    const schema: StructuralSchema = {
      ...field({ type: 'string' }),
      required: ['f'],
      'x-kubernetes-validations': [{ rule: "self.f == 'a'", message: 'must be a' }],
    }
    expect(errors(schema, { f: 'b' })).toEqual(['<nil>: Invalid value: must be a'])
    expect(errors(schema, {})).toEqual([
      'f: Required value',
      '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ])
  })

  it('compares with the old object in transition rules, and only there', () => {
    const rule = { rule: 'self == oldSelf', message: 'is immutable', reason: 'FieldValueForbidden' }
    const schema = field({ type: 'string', 'x-kubernetes-validations': [rule] })
    expect(errors(schema, { f: 'b' })).toEqual([])
    expect(errors(schema, { f: 'b' }, { f: 'b' })).toEqual([])
    expect(errors(schema, { f: 'b' }, { f: 'a' })).toEqual(['f: Forbidden: is immutable'])
  })

  it('lets unchanged faults pass an update as warnings', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: { a: { type: 'string', minLength: 3 }, b: { type: 'string' } },
    }
    const result = validate(schema, { a: 'x', b: 'new' }, { oldObject: { a: 'x', b: 'old' } })
    expect(result.errors).toEqual([])
    expect(result.warnings.map((warning) => warning.field)).toEqual(['a'])
    expect(errors(schema, { a: 'y', b: 'new' }, { a: 'x', b: 'old' })).toHaveLength(1)
  })

  it('stops rules that cost too much', () => {
    const schema: StructuralSchema = {
      ...field({ type: 'array', items: { type: 'integer' } }),
      'x-kubernetes-validations': [{ rule: 'self.f.all(a, self.f.all(b, self.f.all(c, a + b + c >= 0)))' }],
    }
    const [error] = createSchemaValidator().validate(schema, { f: Array.from({ length: 300 }, (_, i) => i) }).errors
    expect(error?.detail).toContain('actual cost limit exceeded')
  })
})

describe('defaults', () => {
  it('fills in what is missing, level by level, and shares nothing with the schema', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: { a: { type: 'object', default: {}, properties: { b: { type: 'string', default: 'x' } } } },
    }
    const one = {}
    const two = {}
    applyDefaults(one, schema)
    applyDefaults(two, schema)
    expect(one).toEqual({ a: { b: 'x' } })
    expect(schema.properties?.['a']?.default).toEqual({})
  })
})
