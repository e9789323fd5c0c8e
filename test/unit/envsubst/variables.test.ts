// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the language under test
import { describe, expect, test } from 'vitest'
import { parse, variables } from '../../../src/envsubst/index.ts'

describe('variables', () => {
  test('are found with their ranges, nested ones and behind escapes too', () => {
    const text = 'a: $${no} ${one}\nb: ${two:-x${three,,}}\nc: ${#four}${five/\\/a/b}'
    expect(
      variables(text).map(({ name, range, nameRange, hasDefault, form }) => [
        text.slice(range.start, range.end),
        text.slice(nameRange.start, nameRange.end) === name,
        hasDefault,
        form,
      ]),
    ).toEqual([
      ['${one}', true, false, ''],
      ['${two:-x${three,,}}', true, true, ':-'],
      ['${three,,}', true, false, ',,'],
      ['${#four}', true, false, '#'],
      ['${five/\\/a/b}', true, false, '/'],
    ])
  })

  test('before an error are still found', () => {
    expect(variables('${one} ${two:-').map(({ name }) => name)).toEqual(['one', 'two'])
  })
})

describe('parse', () => {
  test('gives what follows as the second node of a list', () => {
    const { value, problems } = parse('a${b}$$c')
    expect(problems).toEqual([])
    expect(value).toMatchObject({
      kind: 'list',
      nodes: [
        { kind: 'text', value: 'a' },
        {
          kind: 'list',
          nodes: [
            { kind: 'func', param: 'b', name: '' },
            { kind: 'text', value: '$c' },
          ],
        },
      ],
    })
  })
})
