import { describe, expect, it } from 'vitest'
import {
  builtinFunctions,
  executeTemplate,
  type GoValue,
  makeInt,
  nilList,
  parseTemplate,
  TemplateExecError,
  TemplateParseError,
  typeOf,
  underlying,
  viewAs,
} from '../../../src/gotemplate/index.ts'

/** text/template with its predefined functions only; expectations written by hand after Go's documentation and source. */
function run(text: string, data: GoValue = {}): string {
  const functions = builtinFunctions()
  const isFunction = (name: string): boolean => functions.has(name) || ['and', 'or', 'call'].includes(name)
  try {
    const templates = new Map(parseTemplate('t', text, isFunction).map((each) => [each.name, each]))
    const budget = { steps: 100_000, output: 100_000, made: 1_000_000 }
    return executeTemplate({ templates, functions, missingKey: 'zero' }, 't', data, budget)
  } catch (error) {
    if (error instanceof TemplateParseError || error instanceof TemplateExecError) return error.message
    throw error
  }
}

describe('actions', () => {
  it.each([
    ['trims with markers and only with a blank beside them', 'a \n{{- 1 -}} \n b {{-1}}', 'a1b -1'],
    ['leaves comments out', 'a{{/* x */}}b {{- /* y */ -}} c', 'abc'],
    ['declares, assigns and scopes variables', '{{$x := 1}}{{if true}}{{$x = 2}}{{$x := 3}}{{end}}{{$x}}', '2'],
    ['chains else if', '{{if .a}}A{{else if .b}}B{{else}}C{{end}}', 'B'],
    ['chains else with', '{{with .a}}A{{else with .b}}{{.}}{{end}}', 'x'],
    ['ranges over maps by key', '{{range $k, $v := .m}}{{$k}}{{$v}} {{end}}', 'a1 b2 '],
    ['ranges over integers', '{{range 3}}{{.}}{{end}}', '012'],
    [
      'breaks and continues',
      '{{range $i, $e := .l}}{{if eq $e "y"}}{{continue}}{{end}}{{$e}}{{if eq $i 2}}{{break}}{{end}}{{end}}',
      'xz',
    ],
    ['takes else of an empty range', '{{range .none}}x{{else}}none{{end}}', 'none'],
    ['defines and calls', '{{define "d"}}<{{.}}>{{end}}{{template "d" 5}}{{block "e" 6}}[{{.}}]{{end}}', '<5>[6]'],
    ['prints a missing key', '{{.nope}}', '<no value>'],
    ['pipes into the last argument', '{{"b" | printf "%s-%s" "a"}}', 'a-b'],
    ['reads character and number constants', "{{'a'}} {{0x10}} {{1e3}} {{0b11}} {{1_000}}", '97 16 1000 3 1000'],
    ['reads fields of pipelines', '{{(index .l 0)}}{{(.m).a}}', 'x1'],
    ['has the outer dot again behind a loop that was left', '{{range .l}}{{.}}{{break}}{{end}}{{.b}}', 'xx'],
    ['has the outer dot in the else of with', '{{with .none}}{{else}}{{.b}}{{end}}', 'x'],
    ['assigns what range gives', '{{$i := 9}}{{$e := ""}}{{range $i, $e = .l}}{{end}}{{$i}}{{$e}}', '3w'],
    ['forgets variables with their turn', '{{$x := 0}}{{range .l}}{{$x}}{{$x := .}}{{end}}{{$x}}', '00000'],
    ['declares inside parentheses only where these run', '{{$x := 1}}{{if or true ($x := 5)}}{{$x}}{{end}}', '1'],
    ['declares inside parentheses', '{{$x := 1}}{{if or false ($x := 5)}}{{$x}}{{end}}{{$x}}', '51'],
    [
      'does not know a variable in its own declaration',
      '{{$x := 1}}{{if true}}{{$x := print $x 2}}{{$x}}{{end}}',
      '1 2',
    ],
  ])('%s', (_, text, expected) => {
    expect(run(text, { b: 'x', m: { b: 2, a: 1 }, l: ['x', 'y', 'z', 'w'] })).toBe(expected)
  })
})

describe('errors', () => {
  it.each([
    ['{{', 'template: t:1: unclosed action'],
    ['a\n{{ .x', 'template: t:2: unclosed action'],
    ['{{ if true }}', 'template: t:1: unexpected EOF'],
    ['{{ end }}', 'template: t:1: unexpected {{end}}'],
    ['{{ nope }}', 'template: t:1: function "nope" not defined'],
    ['{{ $x }}', 'template: t:1: undefined variable "$x"'],
    ['{{ "a }}', 'template: t:1: unterminated quoted string'],
    ['{{ (1 }}', 'template: t:1: unclosed left paren'],
    ['{{ 1 | 2 }}', 'template: t:1: non executable command in pipeline stage 2'],
    ['{{ break }}', 'template: t:1: {{break}} outside {{range}}'],
    ['{{/* x }}', 'template: t:1: unclosed comment'],
    ['{{ 99999999999999999999 }}', 'template: t:1: integer overflow: "99999999999999999999"'],
    ['{{ template "no" }}', 'template: t:1:12: executing "t" at <{{template "no"}}>: template "no" not defined'],
    ['{{ .s.x }}', 'template: t:1:5: executing "t" at <.s.x>: can\'t evaluate field x in type interface {}'],
    ['é{{ index .l 9 }}', 'template: t:1:5: executing "t" at <index .l 9>: error calling index: index out of range: 9'],
    ['{{ len 1 }}', 'template: t:1:3: executing "t" at <len 1>: error calling len: len of type int'],
    ['{{ nil }}', 'template: t:1:3: executing "t" at <nil>: nil is not a command'],
    [
      '{{ lt 1 "a" }}',
      'template: t:1:3: executing "t" at <lt 1 "a">: error calling lt: incompatible types for comparison',
    ],
    ['{{ printf 1 }}', 'template: t:1:10: executing "t" at <1>: expected string; found 1'],
  ])('%s', (text, expected) => {
    expect(run(text, { s: 'x', l: [1] })).toContain(expected)
  })
})

describe('values', () => {
  it('keeps integers in the width of their type', () => {
    expect(makeInt(300, 'uint8').value).toBe(44n)
    expect(makeInt(2n ** 63n, 'int64').value).toBe(-(2n ** 63n))
  })

  it('shows one map under two types', () => {
    const map = { a: 1 }
    const view = viewAs(map, 'common.Values')
    view['b'] = 2
    expect([typeOf(view), typeOf(map), map]).toEqual(['common.Values', 'map[string]interface {}', { a: 1, b: 2 }])
    expect(underlying(view)).toBe(map)
  })

  it('knows a nil slice from an empty one by its type alone', () => {
    expect(typeOf(nilList('[]string'))).toBe('[]string')
  })
})
