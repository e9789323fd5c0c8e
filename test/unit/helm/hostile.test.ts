import { describe, expect, it } from 'vitest'
import { messageOf, template } from './support.ts'

/** Every one must end by itself, without a clock, within time and memory, and say which template it was. */
describe('hostile templates', () => {
  it.each([
    ['an endless range', '{{ range 1000000000000 }}{{ end }}', 'takes too many steps'],
    ['ranges in ranges', '{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}', 'takes too many steps'],
    ['a text of 1 GB', '{{ repeat 1000000000 "x" }}', 'a text of 1000000000 characters'],
    [
      'a text that doubles',
      '{{ $x := repeat 10000 "x" }}{{ range 40 }}{{ $x = cat $x $x }}{{ end }}',
      'cat takes too much',
    ],
    [
      'a list that doubles',
      '{{ $l := list 1 }}{{ range 60 }}{{ $l = concat $l $l }}{{ end }}',
      'concat takes too much',
    ],
    ['output without end', '{{ $x := repeat 1000000 "x" }}{{ range 100000 }}{{ $x }}{{ end }}', 'writes too much'],
    ['a replacement that explodes', '{{ $x := repeat 100000 "a" }}{{ replace "a" $x $x }}', 'replace takes too much'],
    ['an indent that explodes', '{{ indent 100000 (repeat 100000 "\\n") }}', 'indent takes too much'],
    ['a wide verb in a loop', '{{ range 100000 }}{{ $x := printf "%1000000d" 1 }}{{ end }}', 'makes too much text'],
    ['hashes in a loop', '{{ range 1000000 }}{{ $x := sha256sum (repeat 10000 "x") }}{{ end }}', 'too m'],
    [
      'an include of itself',
      '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
      'nested reference name: a',
    ],
    [
      'a template of itself',
      '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
      'exceeded maximum template depth',
    ],
    [
      'a tpl of itself',
      '{{ $t := "{{ tpl .t . }}" }}{{ tpl $t (dict "t" $t "Template" .Template) }}',
      't/templates/t.yaml',
    ],
    ['20000 parentheses', `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`, 'max expression depth exceeded'],
    ['20000 blocks', '{{ if true }}'.repeat(20_000) + '{{ end }}'.repeat(20_000), 'max block depth exceeded'],
    ['a dict in itself, copied', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepCopy $d }}', 'takes too many steps'],
    ['a dict in itself, merged', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ merge $d $d }}', 'takes too many steps'],
  ])('%s', (_, text, expected) => {
    const message = failure(() => template({ 'templates/t.yaml': text }))
    expect(message).toContain(expected)
    expect(message).toContain('t/templates/t.yaml')
  })

  it.each([
    ['a pattern that backtracks', 'a: {{ regexMatch "(a+)+$" (print (repeat 50000 "a") "b") }}', 'a: false'],
    ['a dict in itself as YAML', 'a: "{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toYaml $d }}"', 'a: ""'],
    [
      'keys of Object.prototype',
      'a: {{ .Values.constructor | default "none" }} {{ hasKey (dict) "toString" }}',
      'a: none false',
    ],
    ['a key __proto__', 'a: {{ (set (dict) "__proto__" "x") | toJson | quote }}', 'a: "{\\"__proto__\\":\\"x\\"}"'],
    [
      'values that look like objects of ours',
      'a: {{ dict "goType" "x" "field" 1 | toJson | squote }}',
      `a: '{"field":1,"goType":"x"}'`,
    ],
  ])('%s', (_, text, expected) => {
    expect(template({ 'templates/t.yaml': text })).toContain(expected)
  })

  it('refuses alias bombs and deep nesting in values', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map((pair) => [...pair])) {
      bomb.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(',')}]`)
    }
    expect(failure(() => template({}, bomb.join('\n')))).toContain('document contains excessive aliasing')
    expect(failure(() => template({}, `a: ${'['.repeat(20_000)}`))).toMatch(/exceeded max depth|did not find/)
  })
})

function failure(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return messageOf(error)
  }
  throw new Error('nothing was wrong')
}
