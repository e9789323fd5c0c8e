// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the language under test
/** Results recorded by running fluxcd/pkg envsubst on the same input. */
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../../src/envsubst/index.ts'

const vars: Readonly<Record<string, string>> = {
  name: 'podinfo',
  file: 'path/to/app.tar.gz',
  empty: '',
  accent: 'éàü',
  dollar: '${name}',
}
const lookup = (name: string): string | undefined => vars[name]

describe('evaluate', () => {
  test.each([
    ['${name}-${empty}x', 'podinfo-x'],
    ['${absent}', ''],
    ['$name $ $1 {}', '$name $ $1 {}'],
    ['$${name} $$', '${name} $'],
    ['${absent:-a-${name}-b}', 'a-podinfo-b'],
    ['${empty:=${absent:-x}}', 'x'],
    ['${name=y}', 'podinfo'],
    ['${name:+set}', 'podinfo'],
    ['${absent:?no}', 'no'],
    ['${#file} ${#accent}', '18 6'],
    ['${file#*/} ${file##*/}', 'to/app.tar.gz app.tar.gz'],
    ['${file%.*} ${file%%.*}', 'path/to/app.tar path/to/app'],
    ['${name#[p-q]?}', 'dinfo'],
    ['${name#[}', 'podinfo'],
    ['${file/a/A} ${file//a/A}', 'pAth/to/app.tar.gz pAth/to/App.tAr.gz'],
    ['${file/\\/to/} ${file//\\//_}', 'path/app.tar.gz path_to_app.tar.gz'],
    ['${name/#pod/x} ${name/%info/y}', 'xinfo pody'],
    ['${name^} ${name^^} ${accent^^}', 'Podinfo PODINFO ÉÀÜ'],
    ['${name:3} ${name:1:2} ${name:-2}', 'info od podinfo'],
    ['${name:9} ${name:2:99} ${name:x}', ' dinfo podinfo'],
    ['${accent:2:2}', 'à'],
    ['${name:9223372036854775807} ${name:9223372036854775808}', ' podinfo'],
    ['${name/o/$&}', 'p$&dinfo'],
    ['${dollar}', '${name}'],
  ])('%s', (text, expected) => {
    expect(evaluate(text, lookup)).toEqual({ value: expected, problems: [] })
  })

  test.each([
    ['${}', 'unable to parse variable name', 0],
    ['a ${name', 'missing closing brace', 2],
    ['${name-x}', 'missing closing brace', 0],
    ['${name:}', 'unable to parse substitution within function', 0],
    ['${name:-x', 'unable to parse substitution within function', 0],
    ['${name:é}', 'bad substitution', 0],
    ['${name/x}', 'bad substitution', 0],
    ['${#}', 'bad substitution', 0],
    ['${name^', 'bad substitution', 0],
    ['${name:1:}', 'unable to parse substitution within function', 0],
  ])('%s is refused', (text, message, start) => {
    const { value, problems } = evaluate(text, lookup)
    expect(value).toBe(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]!.code).toBe('envsubst/syntax')
    expect(problems[0]!.message).toBe(message)
    expect(problems[0]!.location!.range!.start).toBe(start)
  })

  test('strict mode names every variable that is not set, and where', () => {
    const text = 'a: ${one}\nb: ${two:-x}\nc: ${name:-${three^^}}\n'
    const { value, problems } = evaluate(text, lookup, { strict: true })
    expect(value).toBe('')
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'envsubst/not-set variable not set (strict mode): "one"',
      'envsubst/not-set variable not set (strict mode): "three"',
    ])
    expect(problems.map(({ location }) => text.slice(location!.range!.start, location!.range!.end))).toEqual([
      '${one}',
      '${three^^}',
    ])
  })

  test('a negative length, which makes upstream panic, is an error', () => {
    expect(evaluate('${name:1:-3}', lookup).problems[0]?.code).toBe('envsubst/limit')
  })

  test('work is bounded', () => {
    const long = 'x'.repeat(1_000_000)
    expect(evaluate('${v}'.repeat(1000), () => long).problems[0]?.code).toBe('envsubst/limit')
    expect(evaluate('${v#*a*b*c?}', () => long).problems[0]?.code).toBe('envsubst/limit')
    expect(evaluate(`${'${v:-'.repeat(10_000)}`, () => '').problems[0]?.code).toBe('envsubst/syntax')
    expect(evaluate('${v}'.repeat(50_000), () => 'y').value).toHaveLength(50_000)
  })
})
