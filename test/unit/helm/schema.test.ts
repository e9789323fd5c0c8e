import { describe, expect, it } from 'vitest'
import { template } from './support.ts'

/** What Helm 4.1.4 says of each schema and values; lines sorted, since Helm's own order changes from run to run. */
describe('values.schema.json', () => {
  it.each([
    [
      'names the types it wants',
      '{"properties":{"a":{"type":["string","null"]}}}',
      'a: 5',
      ["- at '/a': got number, want null or string"],
    ],
    ['takes whole floats for integers', '{"properties":{"a":{"type":"integer"}}}', 'a: 5.0', ['']],
    [
      'groups thousands in numbers',
      '{"properties":{"a":{"maximum":65535},"b":{"minimum":2000000}}}',
      'a: 70000\nb: 1.5',
      ["- at '/a': maximum: got 70,000, want 65,535", "- at '/b': minimum: got 1.5, want 2×10⁰⁶"],
    ],
    [
      'draft 4 has boolean exclusive limits',
      '{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"a":{"minimum":3,"exclusiveMinimum":true}}}',
      'a: 3',
      ["- at '/a': exclusiveMinimum: got 3, want 3"],
    ],
    [
      'compares decimals exactly',
      '{"properties":{"a":{"multipleOf":0.1},"b":{"multipleOf":0.1}}}',
      'a: 0.3\nb: 0.35',
      ["- at '/b': multipleOf: got 0.35, want 0.1"],
    ],
    [
      'lists enum values',
      '{"properties":{"a":{"enum":["x",1,null]}}}',
      'a: y',
      ["- at '/a': value must be one of 'x', 1, <nil>"],
    ],
    ['const', '{"properties":{"a":{"const":"it\'s"}}}', 'a: b', ["- at '/a': value must be 'it\\'s'"]],
    ['required properties', '{"required":["p","q"]}', 'p2: 1', ["- at '': missing properties 'p', 'q'"]],
    [
      'additional properties',
      '{"additionalProperties":false,"properties":{"a":true}}',
      'a: 1\nb: 2\nc: 3',
      ["- at '': additional properties 'b', 'c' not allowed"],
    ],
    [
      'property names',
      '{"properties":{"a":{"propertyNames":{"maxLength":1}}}}',
      'a: {xy: 1}',
      ["  - at '': maxLength: got 2, want 1", "- at '': invalid propertyName 'xy'"],
    ],
    [
      'dependencies',
      '{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a":["b"]}}',
      'a: 1',
      ["- at '': properties 'b' required, if 'a' exists"],
    ],
    [
      'dependent required',
      '{"dependentRequired":{"a":["b","c"]}}',
      'a: 1',
      ["- at '': properties 'b', 'c' required, if 'a' exists"],
    ],
    [
      'items and additional items',
      '{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"items":[{"type":"string"}],"additionalItems":false}}}',
      'a: [1, 2, 3]',
      ["- at '/a': last 2 additionalItem(s) not allowed", "- at '/a/0': got number, want string"],
    ],
    [
      'contains',
      '{"properties":{"a":{"contains":{"type":"string"},"minContains":2}}}',
      'a: [1, x]',
      [
        "  - at '/a/0': got number, want string",
        "- at '/a': min 2 items required to match contains schema, but matched 1 items at 1",
      ],
    ],
    [
      'equal items',
      '{"properties":{"a":{"uniqueItems":true}}}',
      'a: [{b: 1}, 2, {b: 1.0}]',
      ["- at '/a': items at 0 and 2 are equal"],
    ],
    [
      'anyOf with its reasons',
      '{"properties":{"a":{"anyOf":[{"type":"string"},{"type":"object","required":["x"]}]}}}',
      'a: {}',
      ["  - at '/a': got object, want string", "  - at '/a': missing property 'x'", "- at '/a': 'anyOf' failed"],
    ],
    [
      'oneOf with two matches',
      '{"properties":{"a":{"oneOf":[{"type":"number"},{"minimum":1}]}}}',
      'a: 2',
      ["- at '/a': 'oneOf' failed, subschemas 0, 1 matched"],
    ],
    [
      'oneOf with none',
      '{"properties":{"a":{"oneOf":[{"type":"string"},{"type":"boolean"}]}}}',
      'a: 2',
      [
        "  - at '/a': got number, want boolean",
        "  - at '/a': got number, want string",
        "- at '/a': 'oneOf' failed, none matched",
      ],
    ],
    ['not', '{"properties":{"a":{"not":{"type":"number"}}}}', 'a: 2', ["- at '/a': 'not' failed"]],
    [
      'if and then',
      '{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]}}',
      'a: 1',
      ["- at '': missing property 'b'"],
    ],
    [
      'a reference is not shown itself',
      '{"properties":{"a":{"$ref":"#/$defs/s"}},"$defs":{"s":{"type":"string"}}}',
      'a: 1',
      ["- at '/a': got number, want string"],
    ],
    [
      'a reference that fails twice is',
      '{"properties":{"a":{"$ref":"#/$defs/s"}},"$defs":{"s":{"minLength":5,"pattern":"^x"}}}',
      'a: b',
      [
        "  - at '/a': 'b' does not match pattern '^x'",
        "  - at '/a': minLength: got 1, want 5",
        "- at '/a': validation failed",
      ],
    ],
    [
      'before 2019 nothing counts beside a reference',
      '{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/s","maxLength":0}},"definitions":{"s":{"type":"string"}}}',
      'a: b',
      [''],
    ],
    [
      'a reference by anchor',
      '{"properties":{"a":{"$ref":"#s"}},"$defs":{"s":{"$anchor":"s","type":"string"}}}',
      'a: 1',
      ["- at '/a': got number, want string"],
    ],
    [
      'a reference to nothing',
      '{"properties":{"a":{"$ref":"#/nope"}}}',
      'a: 1',
      ['json-pointer in "file:///values.schema.json#/nope" not found'],
    ],
    [
      'a reference to a file',
      '{"properties":{"a":{"$ref":"other.json"}}}',
      'a: 1',
      ['failing loading "file:///other.json": open /other.json: no such file or directory'],
    ],
    [
      'a reference to itself',
      '{"properties":{"a":{"$ref":"#/properties/a"}}}',
      'a: 1',
      [
        '- at \'/a\': both /properties/a/$ref and /properties/a resolve to "file:///values.schema.json#/properties/a" causing reference cycle',
      ],
    ],
    [
      'unevaluated properties',
      '{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}',
      'a: 1\nb: 2',
      ["- at '/b': false schema"],
    ],
    [
      'formats up to draft 7',
      '{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"format":"ipv4"},"b":{"format":"email"}}}',
      'a: 1.2.3\nb: x',
      ["- at '/a': '1.2.3' is not valid ipv4: expected four decimals", "- at '/b': 'x' is not valid email: missing @"],
    ],
    [
      'formats since 2019 are notes',
      '{"$schema":"https://json-schema.org/draft/2019-09/schema","properties":{"a":{"format":"ipv4"}}}',
      'a: 1.2.3',
      [''],
    ],
    [
      'a schema that is none',
      '{"type":"nope"}',
      'a: 1',
      [
        "    - at '/type': got string, want array",
        "    - at '/type': value must be one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'",
        "  - at '/type': 'anyOf' failed",
        '"file:///values.schema.json#" is not valid against metaschema: jsonschema validation failed with \'https://json-schema.org/draft/2020-12/schema#\'',
        "- at '': 'allOf' failed",
      ],
    ],
    [
      'a pattern that is none',
      '{"properties":{"a":{"pattern":"["}}}',
      'a: 1',
      [
        "    - at '/properties/a/pattern': '[' is not valid regex: error parsing regexp: missing closing ]: `[`",
        "  - at '/properties/a': 'allOf' failed",
        '"file:///values.schema.json#" is not valid against metaschema: jsonschema validation failed with \'https://json-schema.org/draft/2020-12/schema#\'',
        "- at '': 'allOf' failed",
      ],
    ],
    ['text that is no JSON', '{"a"', 'a: 1', ['unexpected EOF']],
    ['text after the schema', '{} x', 'a: 1', ['invalid character after top-level value']],
    ['an empty file', '', 'a: 1', ['EOF']],
    [
      'a schema of another draft',
      '{"$schema":"urn:example","type":"array"}',
      'a: 1',
      ["- at '': got object, want array"],
    ],
  ])('%s', (_, schema, values, expected) => {
    expect(complaints(schema, values)).toEqual(expected)
  })

  it('never loads a schema over the network', () => {
    const schema = '{"properties": {"a": {"$ref": "https://example.com/x.json"}}}'
    expect(complaints(schema, 'a: 1').join()).toContain('failing loading "https://example.com/x.json"')
  })

  it('names each chart that refuses its values', () => {
    const schema = '{"properties": {"a": {"type": "string"}}}'
    const files = {
      'values.schema.json': schema,
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/values.schema.json': schema,
    }
    expect(() => template(files, 'a: 1\nsub: {a: 2}')).toThrow(
      "chart(s):\nt:\n- at '/a': got number, want string\nsub:\n- at '/a': got number, want string\n",
    )
  })
})

function complaints(schema: string, values: string): string[] {
  try {
    template({ 'values.schema.json': schema, 'templates/t.yaml': 'ok: true' }, values)
    return ['']
  } catch (error) {
    return (error as Error).message.trim().split('\n').slice(2).sort()
  }
}
