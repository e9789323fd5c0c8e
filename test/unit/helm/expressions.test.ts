import { describe, expect, it } from 'vitest'
import { outcome } from './support.ts'

/** What Helm 4.1.4's own engine makes of each expression, or the last part of its error. */
describe('fmt verbs and flags', () => {
  it.each([
    ['printf "%v" (list 1 "a" nil 2.5)', '[1 a <nil> 2.5]'],
    ['printf "%s" (list nil)', '[<nil>]'],
    ['printf "%d" "hi"', '%!d(string=hi)'],
    ['printf "%!"', '%!!(MISSING)'],
    ['printf "%z" 3', '%!z(int=3)'],
    ['printf "%d"', '%!d(MISSING)'],
    ['printf "%d %d" 1', '1 %!d(MISSING)'],
    ['printf "x" 1', 'x%!(EXTRA int=1)'],
    ['printf "%06v|%6v|%-6v|" true 1.5 "a"', '00true|   1.5|a     |'],
    ['printf "%+d % d %x %X %o %O %b" 5 5 255 255 8 8 5', '+5  5 ff FF 10 0o10 101'],
    ['printf "%#x %#o %#q %#v" 255 8 "a" "b"', '0xff 010 `a` "b"'],
    ['printf "%e %g %.2f %G" 1234567.0 1234567.0 1.005 1e-7', '1.234567e+06 1.234567e+06 1.00 1E-07'],
    ['printf "%U %#U %c %q" 8984 8984 65 65', "U+2318 U+2318 '⌘' A 'A'"],
    ['printf "%*d|%-*d|" 5 1 5 1', '    1|1    |'],
    ['printf "%[2]v %[1]v" 1 2', '2 1'],
    ['printf "%.*z" 2 3', '%!z(int=03)'],
    ['printf "%*d" "x" 3', '%!(BADWIDTH)3'],
    ['printf "%.2s|%5.1s|" "héllo" "é"', 'hé|    é|'],
    ['printf "%x % x %X" "hi" "hi" "é"', '6869 68 69 C3A9'],
    ['printf "%t %t" true 1', 'true %!t(int=1)'],
    ['printf "%T %T %T %T" 1 1.0 "" nil', 'int float64 string <nil>'],
    ['printf "%v" 1e21', '1e+21'],
    ['print 1 2 "a" "b" 3', '1 2ab3'],
    ['println 1 "a"', '1 a\n'],
    ['printf "%q" "a\\x00\\u00e9\\t"', '"a\\x00é\\t"'],
    ['printf "%+q" "é"', '"\\u00e9"'],
    ['printf "%w" (list 1)', '%!w([]interface {}=[1])'],
    ['printf "%v %d" (dict "b" 1 "a" (list)) (dict "a" 1.5)', 'map[a:[] b:1] map[%!d(string=a):%!d(float64=1.5)]'],
  ])('%s', (expression, expected) => {
    expect(outcome(`{{ ${expression} }}`)).toBe(expected)
  })
})

describe('predefined functions', () => {
  it.each([
    ['len "héllo"', '6'],
    ['len nil', 'error calling len: reflect: call of reflect.Value.Type on zero Value'],
    ['len .Values.nothing', 'error calling len: len of nil pointer'],
    ['index (list 1 2) 5', 'error calling index: index out of range: 5'],
    ['index (dict "a" 1) "b"', ''],
    ['index "abc" 1', '98'],
    ['slice (list 1 2 3) 1 2', '[2]'],
    ['eq 1 1.0', 'error calling eq: incompatible types for comparison: int and float64'],
    ['eq 1 2 1', 'true'],
    ['eq nil nil', 'true'],
    ['eq (list) (list)', 'error calling eq: non-comparable type []: []interface {}'],
    ['lt "a" "b"', 'true'],
    ['lt 1 1.5', 'error calling lt: incompatible types for comparison: int and float64'],
    ['ge 2 2', 'true'],
    ['and 1 0 (fail "x")', '0'],
    ['or 0 "" 5', '5'],
    ['not (list)', 'true'],
    ['html "<a href=\'x\'>&"', '&lt;a href=&#39;x&#39;&gt;&amp;'],
    ['js "it\'s <b>"', "it\\'s \\u003Cb\\u003E"],
    ['urlquery "a b&c/é"', 'a+b%26c%2F%C3%A9'],
    ['call 3', 'error calling call: non-function 3 of type int'],
    ['call', 'wrong number of args for call: want at least 1 got 0'],
    ['"x" | call', 'error calling call: non-function x of type string'],
    ['call nil', 'error calling call: call of nil'],
  ])('%s', (expression, expected) => {
    expect(outcome(`{{ ${expression} }}`)).toBe(expected)
  })
})

describe('sprig strings', () => {
  it.each([
    ['trunc 3 "héllo"', 'hé'],
    ['trunc -3 "hello"', 'llo'],
    ['abbrev 5 "hello world"', 'he...'],
    ['abbrevboth 5 10 "1234 5678 9123"', '...5678...'],
    ['substr 0 3 "hello"', 'hel'],
    ['title "hello wörld foo-bar"', 'Hello Wörld Foo-Bar'],
    ['untitle "Hello World"', 'hello world'],
    ['camelcase "foo_bar-baz qux"', 'FooBarBazQux'],
    ['snakecase "FooBarBAZ"', 'foo_bar_baz'],
    ['kebabcase "FooBar baz"', 'foo-bar-baz'],
    ['swapcase "Hello World"', 'hELLO wORLD'],
    ['initials "First Try"', 'FT'],
    ['wrap 7 "héllo wörld ✓"', 'héllo\nwörld\n✓'],
    ['wrapWith 5 "-" "abcdefghij klm"', 'abcde-fghij-klm'],
    ['nospace " a b\\tc "', 'abc'],
    ['plural "one" "many" 2', 'many'],
    ['splitn "," 2 "a,b,c"', 'map[_0:a _1:b,c]'],
    ['split "$" "a$b"', 'map[_0:a _1:b]'],
    ['join "-" (list 1 nil "a")', '1-a'],
    ['sortAlpha (list "b" 1 "a")', '[1 a b]'],
    ['quote 1 nil "a"', '"1" "a"'],
    ['squote "a" 1', "'a' '1'"],
    ['cat "a" nil 1', 'a 1'],
    ['indent 2 "a\\n\\nb"', '  a\n  \n  b'],
    ['replace "" "-" "ab"', '-a-b-'],
    ['repeat -1 "a"', 'error calling repeat: strings: negative Repeat count'],
    ['trimAll "$-" "$-a-$"', 'a'],
    ['b64dec "not base64!"', 'illegal base64 data at input byte 3'],
    ['regexFindAll "a+" "bbb" -1 | toJson', 'null'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference to a group, as Go writes it
    ['regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W"', '-W-xxW-'],
    ['regexMatch "[" "a"', 'false'],
    [
      'regexFind "[" "a"',
      'error calling regexFind: regexp: Compile(`[`): error parsing regexp: missing closing ]: `[`',
    ],
    ['regexSplit "z+" "pizza" -1', '[pi a]'],
    ['adler32sum "abc"', '38600999'],
    ['b32enc "hi"', 'NBUQ===='],
  ])('%s', (expression, expected) => {
    expect(outcome(`{{ ${expression} }}`)).toBe(expected)
  })
})

describe('sprig numbers and lists', () => {
  it.each([
    ['add 1.9 "2"', '3'],
    ['div 7 0', 'error calling div: runtime error: integer divide by zero'],
    ['div -7 2', '-3'],
    ['mod -7 3', '-1'],
    ['round 2.675 2', '2.68'],
    ['round -2.5 0', '-3'],
    ['floor "3.7"', '3'],
    ['int "0x1F"', '31'],
    ['int "1_0"', '10'],
    ['int64 1e30', '-9223372036854775808'],
    ['toDecimal "777"', '511'],
    ['seq 5 1', '5 4 3 2 1'],
    ['seq 1 2 7', '1 3 5 7'],
    ['until 3', '[0 1 2]'],
    ['untilStep 3 0 -1', '[3 2 1]'],
    ['max 1 5 3', '5'],
    ['addf 0.1 0.2', '0.3'],
    ['divf 10 3', '3.3333333333333335'],
    ['atoi "9x"', '0'],
    ['first (list)', ''],
    ['last 5', 'error calling last: Cannot find last on type int'],
    ['slice (list 1 2 3) 1 2', '[2]'],
    ['without (list 1 2 1) 1', '[2]'],
    ['uniq (list 1 1.0 1)', '[1 1]'],
    ['compact (list 0 1 "" "a")', '[1 a]'],
    ['chunk 2 (list 1 2 3)', '[[1 2] [3]]'],
    ['concat (list) | toJson', 'null'],
    ['has 1 (list 1)', 'true'],
    ['dig "a" "b" "none" (dict "a" (dict "b" 1))', '1'],
    ['dig "a" 5 "none" (dict)', 'error calling dig: interface conversion: interface {} is int, not string'],
    [
      'dig "a" "x" .Values',
      'error calling dig: interface conversion: interface {} is common.Values, not map[string]interface {}',
    ],
    ['pluck "a" (dict "a" 1) (dict "b" 2)', '[1]'],
    ['merge (dict "a" 0 "b" 1) (dict "a" 5 "c" 2)', 'map[a:5 b:1 c:2]'],
    ['mergeOverwrite (dict "a" 1) (dict "a" "")', 'map[a:]'],
    ['deepEqual (list 1) (list 1)', 'true'],
    ['ternary "a" "b" 1', 'expected bool; found 1'],
    ['typeOf .Values', 'common.Values'],
    ['typeOf (set .Values "q" 1)', 'map[string]interface {}'],
    ['kindOf nil', 'invalid'],
    ['coalesce 0 "" nil "x"', 'x'],
    ['semverCompare ">=1.2-0" "1.2.0-rc.1"', 'true'],
    ['semverCompare "^1.x" "2.0.0"', 'false'],
    ['(semver "v1.2.3-a+b").Prerelease', 'a'],
  ])('%s', (expression, expected) => {
    expect(outcome(`{{ ${expression} }}`)).toBe(expected)
  })
})

describe('encodings', () => {
  it.each([
    ['toJson (dict "a" "<&>" "b" 1e21)', '{"a":"\\u003c\\u0026\\u003e","b":1e+21}'],
    ['toRawJson "<>"', '"<>"'],
    ['toPrettyJson (list 1 (dict))', '[\n  1,\n  {}\n]'],
    ['fromJson "{\\"a\\":"', 'map[Error:unexpected end of JSON input]'],
    ['fromJson "-"', "map[Error:invalid character ' ' in numeric literal]"],
    ['fromJson "[1]"', 'map[Error:json: cannot unmarshal array into Go value of type map[string]interface {}]'],
    ['fromJsonArray "{}"', '[json: cannot unmarshal object into Go value of type []interface {}]'],
    ['toYaml (dict "a" (list 1 "y" "1") "b" nil)', 'a:\n- 1\n- "y"\n- "1"\nb: null'],
    ['toYaml "a\\nb\\n"', '|\n  a\n  b'],
    [
      'fromYaml "a: 1\\nb: [x"',
      "map[Error:error converting YAML to JSON: yaml: line 2: did not find expected ',' or ']']",
    ],
    ['fromYamlArray "- 1\\n- x"', '[1 x]'],
    [
      'toToml (dict "a" 1 "b" (dict "c" (list (dict "d" 1.0))) "e f" "x\\n")',
      'a = 1\n"e f" = "x\\n"\n\n[b]\n\n  [[b.c]]\n    d = 1.0\n',
    ],
    ['toToml (list nil)', 'toml: cannot encode array with nil element'],
    ['toToml 5', '5'],
    ['fromToml "a = 1\\n[b.c]\\nd = [1, \\"x\\"]\\n"', 'map[a:1 b:map[c:map[d:[1 x]]]]'],
    ['fromToml "a = 1\\na = 2"', 'map[Error:toml: line 2 (last key "a"): Key \'a\' has already been defined.]'],
    ['fromToml "a = "', 'map[Error:toml: line 1 (last key "a"): unexpected EOF; expected value]'],
    ['fromToml "a = 01"', 'map[Error:toml: line 1 (last key "a"): Invalid integer "01": cannot have leading zeroes]'],
    ['fromToml "[a]\\n[a]"', "map[Error:toml: line 2: Key 'a' has already been defined.]"],
    [
      'fromToml "a = 1 b"',
      "map[Error:toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'b' instead]",
    ],
    ['fromToml "a = 07:32:00"', 'map[a:0000-01-01 07:32:00 +0000 time-local]'],
    ['(fromToml "a = 5").a | kindOf', 'int64'],
    ['.Capabilities.KubeVersion', 'v1.33.0'],
    ['print .Capabilities.KubeVersion', '{v1.33.0 v1.33.0 1 33}'],
    ['.Capabilities.KubeVersion | toJson', '{"Version":"v1.33.0","Major":"1","Minor":"33"}'],
    ['printf "%+v" .Capabilities.KubeVersion', '{Version:v1.33.0 normalizedVersion:v1.33.0 Major:1 Minor:33}'],
    ['.Values.AsMap | typeOf', 'map[string]interface {}'],
    ['.Values.Table "x"', 'error calling Table: "x" is not a table'],
    ['.Chart.Annotations | toJson', 'null'],
    ['.Files.Nope', '[]'],
    ['.Files.Get "a.txt"', 'hello\nworld\n'],
    ['.Files.GetBytes "conf/b.toml"', '[97 32 61 32 49 10]'],
    ['.Files.Lines "a.txt" | toJson', '["hello","world"]'],
    ['(.Files.Glob "**.toml").AsConfig', 'b.toml: |\n  a = 1'],
    ['date "2006-01-02T15:04:05Z07:00" (toDate "2006-01-02" "2024-03-05")', '2024-03-05T00:00:00Z'],
    ['duration "3661"', '1h1m1s'],
    ['durationRound "2h10m5s"', '2h'],
    [
      'mustToDate "2006-01-02" "bad"',
      'error calling mustToDate: parsing time "bad" as "2006-01-02": cannot parse "bad" as "2006"',
    ],
  ])('%s', (expression, expected) => {
    expect(outcome(`{{ ${expression} }}`)).toBe(expected)
  })
})
