import { describe, expect, it } from 'vitest'
import {
  checkRequirement,
  fieldErrorsText,
  fieldSelectorText,
  matchesLabels,
  parseDuration,
  parseElement,
  parseFieldSelector,
  parseGenericVersion,
  parseJson,
  parseLabelSelector,
  parseLabelsMap,
  parseQuantity,
  quantityNumber,
  scaledIntOrPercent,
  selectorFromObject,
} from '../../../src/kube/index.ts'

/** Every expectation here is what k8s.io/apimachinery 0.36.1 answered. */
describe('as apimachinery', () => {
  it.each([
    ['1.2', 1.2000000000000002],
    ['0.3', 0.30000000000000004],
    ['59m', 0.059000000000000004],
    ['.000001Ki', 0.0010240000000000002],
    ['1.025Ti', 1126999418470.4001],
    ['1000Pi', 1125899906842624100],
    ['12345678901234567890', 12345678901234570000],
    ['-00012.0e100', -1.2000000000000001e101],
  ])('the quantity %s is about %s', (text, number) => {
    const parsed = parseQuantity(text)
    expect(parsed.ok && quantityNumber(parsed.value)).toBe(number)
  })

  it('reads a NUL as the end of a selector, or of a word', () => {
    expect(parseLabelSelector('123\0')).toMatchObject({ value: { requirements: [{ key: '123', op: 'exists' }] } })
    expect(parseLabelSelector('fo\0: ba9r')).toMatchObject({
      error: "unable to parse requirement: found ':', expected: in, notin, =, ==, !=, gt, lt",
    })
  })

  it('leaves out terms without field and value', () => {
    const parsed = parseFieldSelector('=,z= ')
    expect(parsed.ok && fieldSelectorText(parsed.value)).toBe('z= ')
    expect(parseFieldSelector('!=')).toEqual({ ok: true, value: [] })
  })

  it('compares labels as 64-bit integers', () => {
    const bounded = parseLabelSelector('x>5')
    expect(bounded.ok && matchesLabels(bounded.value, { x: '99999999999999999999' })).toBe(false)
    const faults = checkRequirement({ key: 'x', op: 'gt', values: ['99999999999999999999'] })
    expect(fieldErrorsText(faults)).toBe(
      "values[0]: Invalid value: \"99999999999999999999\": for 'Gt', 'Lt' operators, the value must be an integer",
    )
  })

  it('stops at the first requirement of an object that is wrong', () => {
    const expressions = [
      { key: 'x', operator: 'NotIn' },
      { key: 'y', operator: 'In' },
    ]
    expect(selectorFromObject({ matchExpressions: expressions })).toMatchObject({
      error: "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
    })
  })

  it('names what is wrong in a list of labels', () => {
    const rule =
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    expect(parseLabelsMap('!nil =? 0')).toMatchObject({ error: `<nil>: Invalid value: "!nil": ${rule}` })
  })

  it('quotes what it could not read', () => {
    expect(scaledIntOrPercent('a"b%', 7, true)).toMatchObject({
      error: 'invalid value for IntOrString: invalid value "a\\"b%": strconv.Atoi: parsing "a\\"b": invalid syntax',
    })
    expect(parseGenericVersion('\n')).toMatchObject({ error: 'could not parse "\\n" as version' })
    expect(parseGenericVersion('123\r')).toMatchObject({ error: 'illegal version string "123\\r"' })
    expect(parseGenericVersion('1.18446744073709551616')).toMatchObject({
      error:
        'illegal non-numeric version component "18446744073709551616" in "1.18446744073709551616": strconv.ParseUint: parsing "18446744073709551616": value out of range',
    })
    expect(parseDuration('12345678901234567890')).toMatchObject({
      error: 'time: invalid duration "12345678901234567890"',
    })
  })
})

describe('deep nesting', () => {
  const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

  it('is refused before anything recursive meets it', () => {
    expect(() => parseJson(deep(100_000))).toThrow('exceeded max depth')
    expect(() => parseJson(deep(1001))).toThrow('exceeded max depth')
    expect(parseJson(deep(1000))).toEqual(JSON.parse(deep(1000)))
    expect(parseJson(`["${'['.repeat(5000)}", "\\"${'['.repeat(5000)}"]`)).toHaveLength(2)
    expect(parseElement(`v:${deep(100_000)}`).ok).toBe(false)
  })
})
