// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the language under test
/** Results recorded by running fluxcd/pkg kustomize 1.35 (`SubstituteVariables`) on the same object. */
import { expect, test } from 'vitest'
import { substituteObject } from '../../../src/flux/index.ts'
import { stringifyYaml } from '../../../src/yaml/index.ts'

function substitute(value: string, variable: string): string {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { value } }
  const outcome = substituteObject(object, { variables: new Map([['A', variable]]) })
  if ('error' in outcome) return outcome.error
  return /\n {2}value: (.*)\n/.exec(stringifyYaml(outcome.object ?? object))?.[1] ?? ''
}

test.each([
  ['9007199254740993', '9007199254740992'],
  ['123456789012345678', '123456789012345680'],
  ['1e16', '10000000000000000'],
  ['1e20', '1e+20'],
  ['18446744073709551615', '1.8446744073709552e+19'],
  ['1.5e300', '1.5e+300'],
])('a number in a substituted object is a 64-bit float: %s', (variable, expected) => {
  expect(substitute('${A}', variable)).toBe(expected)
})

test('half a character is no text', () => {
  expect(substitute('${A:0:1}', 'é')).toBe('envsubst error: YAMLToJSON: yaml: invalid trailing UTF-8 octet')
  expect(substitute('${A:0:2}', 'é')).toBe('é')
})

test('a number that is a key is a 32-bit float', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { '${A}': 'x' } }
  const key = (variable: string): string => {
    const outcome = substituteObject(object, { variables: new Map([['A', variable]]) })
    return 'object' in outcome ? Object.keys(outcome.object?.['data'] ?? {}).join() : outcome.error
  }
  expect(key('1.5e300')).toBe('.inf')
  expect(key('1e-300')).toBe('0')
})
