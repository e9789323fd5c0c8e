import { describe, expect, it } from 'vitest'
import {
  addQuantities,
  compareKubeVersions,
  compareQuantities,
  durationText,
  type Labels,
  matchesLabels,
  parseDuration,
  parseFieldSelector,
  parseJson,
  parseLabelSelector,
  parseQuantity,
  type Quantity,
  quantityText,
  scaledIntOrPercent,
  selectorText,
  stringifyJson,
} from '../../../src/kube/index.ts'

function quantity(text: string): Quantity {
  const parsed = parseQuantity(text)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

describe('quantities', () => {
  it.each([
    ['1024Mi', '1Gi'],
    ['1000m', '1'],
    ['0.5Gi', '512Mi'],
    ['1.5e3', '1500'],
    ['0.1n', '1n'],
    ['-1500m', '-1500m'],
  ])('%s is written %s', (text, canonical) => {
    const { text: _, ...bare } = quantity(text)
    expect(quantityText(bare)).toBe(canonical)
  })

  it('compares and adds amounts of different families exactly', () => {
    expect(compareQuantities(quantity('1Ki'), quantity('1024'))).toBe(0)
    expect(compareQuantities(quantity('0.1'), quantity('101m'))).toBe(-1)
    expect(quantityText(addQuantities(quantity('100m'), quantity('1Ki')))).toBe('1024100m')
  })

  it('tells bad numbers from bad suffixes', () => {
    expect(parseQuantity('')).toMatchObject({ error: expect.stringContaining('quantities must match') })
    expect(parseQuantity('1KiB')).toMatchObject({ error: expect.stringContaining('quantities must match') })
    expect(parseQuantity('1K')).toMatchObject({ error: "unable to parse quantity's suffix" })
    expect(parseQuantity('+Ei')).toMatchObject({ error: 'unable to parse numeric part of quantity' })
  })
})

describe('durations', () => {
  it.each([
    ['90m', '1h30m0s'],
    ['1.5ms', '1.5ms'],
    ['-1us', '-1\u00b5s'],
    ['0', '0s'],
  ])('%s is written %s', (text, canonical) => {
    const parsed = parseDuration(text)
    expect(parsed.ok && durationText(parsed.value)).toBe(canonical)
  })

  it('ends at 292 years', () => {
    expect(parseDuration('2562048h')).toMatchObject({ error: 'time: invalid duration "2562048h"' })
    expect(parseDuration('1d')).toMatchObject({ error: 'time: unknown unit "d" in duration "1d"' })
  })
})

describe('selectors', () => {
  const matches = (text: string, labels: Labels): boolean => {
    const selector = parseLabelSelector(text)
    if (!selector.ok) throw new Error(selector.error)
    return matchesLabels(selector.value, labels)
  }

  it('matches labels', () => {
    expect(matches('a in (x,y),!b', { a: 'x' })).toBe(true)
    expect(matches('a in (x,y),!b', { a: 'x', b: '' })).toBe(false)
    expect(matches('a!=x', {})).toBe(true)
    expect(matches('a>3', { a: '10' })).toBe(true)
    expect(matches('', { any: 'thing' })).toBe(true)
  })

  it('writes them in order', () => {
    const selector = parseLabelSelector('z, a notin (c,b), m==1')
    expect(selector.ok && selectorText(selector.value)).toBe('a notin (b,c),m==1,z')
  })

  it('reads escaped field values', () => {
    expect(parseFieldSelector('metadata.name=a\\,b,status.phase!=Running')).toEqual({
      ok: true,
      value: [
        { field: 'metadata.name', op: '=', value: 'a,b' },
        { field: 'status.phase', op: '!=', value: 'Running' },
      ],
    })
  })
})

describe('other values', () => {
  it('orders versions by stability first', () => {
    const versions = ['v1beta1', 'foo1', 'v10', 'v2', 'v11alpha2', 'v12alpha1', 'v11beta2', 'v1']
    expect(versions.sort((a, b) => compareKubeVersions(b, a))).toEqual([
      'v10',
      'v2',
      'v1',
      'v11beta2',
      'v1beta1',
      'v12alpha1',
      'v11alpha2',
      'foo1',
    ])
  })

  it('scales percents', () => {
    expect(scaledIntOrPercent('25%', 10, true)).toEqual({ ok: true, value: 3 })
    expect(scaledIntOrPercent('25%', 10, false)).toEqual({ ok: true, value: 2 })
    expect(scaledIntOrPercent(7, 10, false)).toEqual({ ok: true, value: 7 })
  })

  it('keeps integers that no double holds', () => {
    const text = '{"a":9007199254740993,"b":[1,1.5]}'
    expect(stringifyJson(parseJson(text))).toBe(text)
  })
})
