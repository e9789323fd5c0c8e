import { describe, expect, it } from 'vitest'
import { errorOf, evaluate } from './support.ts'

describe('strings', () => {
  it.each([
    ["'héllo'.charAt(1)", 'é'],
    ["'hello'.indexOf('l', 3)", 3n],
    ["'hello'.lastIndexOf('l')", 3n],
    ["'abc'.replace('', '-', 2)", '-a-bc'],
    ["'a,b,c'.split(',', 2).join('|')", 'a|b,c'],
    ["'hello'.substring(1, 3)", 'el'],
    ["'  x '.trim()", 'x'],
    ["'%s %d %.1f %x'.format(['a', 1, 2.25, 255])", 'a 1 2.3 ff'],
    ["'%s'.format([{'b': [1, 'x'], 'a': null}])", '{"a":null, "b":[1, "x"]}'],
    ["'%e'.format([1234.5])", '1.234500×10⁰³'],
    ["'%f'.format([1234567.0])", '1,234,567.000000'],
    ["'abcabc'.findAll('b.')[1]", 'bc'],
  ])('%s', (text, want) => {
    expect(evaluate(text)).toEqual(want)
  })

  it.each([
    ["'abc'.charAt(9)", 'index out of range: 9'],
    ["'abc'.substring(2, 1)", 'invalid substring range. start: 2, end: 1'],
    ["'%d'.format(['a'])", 'decimal clause can only be used on integers, was given string'],
    ["'abc'.find('(')", 'error parsing regexp: missing closing ): `(`'],
  ])('%s fails', (text, want) => {
    expect(errorOf(text)).toContain(want)
  })
})

describe('conversions', () => {
  it.each([
    ['string(1e21)', '1e+21'],
    ['string(123.5)', '123.5'],
    ["string(duration('90s'))", '90s'],
    ["string(timestamp('2020-01-02T03:04:05+02:00'))", '2020-01-02T03:04:05+02:00'],
    ['int(-1.9)', -1n],
    ["double('1.5')", 1.5],
    ["bool('True')", true],
    ["timestamp('2020-02-29T12:00:00Z').getDayOfYear()", 59n],
    ["timestamp('2020-02-29T12:00:00Z').getHours('America/New_York')", 7n],
    ["duration('1.5s').getMilliseconds()", 1500n],
  ])('%s', (text, want) => {
    expect(evaluate(text)).toEqual(want)
  })
})

describe('Kubernetes libraries', () => {
  it.each([
    ["quantity('1Ki').compareTo(quantity('1024')) == 0", true],
    ["quantity('9Ei').compareTo(quantity('9223372036854775807')) == 0", true],
    ["quantity('1.5').isInteger()", false],
    ["isQuantity('1 Mi')", false],
    ["string(ip('2001:0db8::0001'))", '2001:db8::1'],
    ["cidr('10.0.0.0/8').containsCIDR('10.0.0.0/7')", false],
    ["isIP('1.2.3.04')", false],
    ["semver('1.2.3-rc.1').isLessThan(semver('1.2.3'))", true],
    ["isSemver('v1.2')", false],
    ["isSemver('v1.2', true)", true],
    ["url('https://[::1]:80/a?b=1').getHostname()", '::1'],
    ["url('/x?a=1&a=2').getQuery()['a'].size()", 2n],
    ["format.dns1123Label().validate('a.b').value()[0]", 'must not contain dots'],
    ["format.named('nope').hasValue()", false],
    ['sets.equivalent([1, 2, 2], [2, 1])', true],
    ['[[1], [2, 3]].flatten().sum()', 6n],
    ["['b', 'a'].sort()[0]", 'a'],
    ['[3, 1].isSorted()', false],
  ])('%s', (text, want) => {
    expect(evaluate(text)).toEqual(want)
  })

  it.each([
    ["quantity('abc')", 'quantities must match the regular expression'],
    ["ip('::ffff:1.2.3.4')", 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
    ["semver('01.2.3')", 'Major number must not contain leading zeroes "01"'],
    ["url('nope')", 'parse "nope": invalid URI for request'],
    ['[].max() == 1', 'max called on empty list'],
  ])('%s fails', (text, want) => {
    expect(errorOf(text)).toContain(want)
  })
})
