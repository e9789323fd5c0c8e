import type { Random } from './random.ts'

/**
 * Random template expressions for the Helm fuzz: every deterministic function with arguments of the right kind, and now
 * and then of a wrong one; printf directives, pipelines, control structures, malformed actions.
 */

type Kind =
  | 'any'
  | 'string'
  | 'int'
  | 'float'
  | 'bool'
  | 'list'
  | 'dict'
  | 'number'
  | 'layout'
  | 'date'
  | 'zone'
  | 'regex'
  | 'version'
  | 'range'
  | 'yaml'
  | 'json'
  | 'toml'
  | 'url'
  | 'template'
  | 'duration'
  | 'base64'
  | 'path'

/** The values file under which the expressions are evaluated. */
export const fuzzValues = `s: hello World
empty: ""
i: 42
neg: -7
big: 12345678
huge: 1e21
f: 2.5
small: 0.00001
t: true
no: false
nothing: null
list: [3, b, null, 1.5, true, "10", [x], {k: v}]
strings: [delta, alpha, "", Beta, "10", "9"]
numbers: [1, 2.5, -3, 1000000]
emptyList: []
dict: {a: 1, b: x, c: null, d: [1], e: {f: g, h: {i: deep}}, "10": ten, "9": nine, "ü": y}
one: {key: value}
emptyDict: {}
multi: |
  first line
    second: "x"

  # last
text: "tab\\there é日本 😀 <&>'\\"\\\\ end "
version: v1.27.3+k3s1
`

const strings = [
  '"abc"',
  '""',
  '"Hello, World"',
  '"foo_bar-baz Qux"',
  '"FooBarHTTPServer2"',
  '"héllo wörld"',
  '"日本語 text"',
  '"a,b,,c"',
  '"  padded\\t\\n"',
  '"line1\\nline2\\n\\nline4"',
  '"5"',
  '"-12.50"',
  '"0x1F"',
  '"1e3"',
  '"true"',
  '"null"',
  '"a\\\\b\\"c\'d`"',
  '"\\u2028<b>&amp;</b>"',
  '"😀 smile"',
  '`raw "text" \\n`',
  '(b64dec "/wBh")',
  '(substr 0 1 "é")',
  '.Values.s',
  '.Values.text',
  '.Values.multi',
  '.Values.empty',
  '.Release.Name',
  '.Chart.Name',
  '.Template.Name',
  '"$1-$2x"',
  '"one two  three   four five six seven eight nine ten eleven twelve"',
  '"key: value # no"',
  '"- item"',
  '"\\x00\\x7f\\u0085\\ufeff"',
  '"ǆ ß ﬁ İ ı Σς"',
] as const

const pools: Record<Exclude<Kind, 'any' | 'string' | 'number'>, readonly string[]> = {
  int: [
    ...['0', '1', '-1', '2', '3', '7', '10', '100', '0x1f', "'a'", '1_000', '0b101', '0o17', '-5', '25'],
    ...['(int .Values.i)', '(len .Values.s)', '(int64 9)', '9223372036854775807', '-9223372036854775808', '65', '8984'],
  ],
  float: [
    ...[
      '0.0',
      '1.5',
      '-2.25',
      '1e3',
      '1e21',
      '1e-7',
      '0.1',
      '3.14159265',
      '.Values.f',
      '.Values.huge',
      '.Values.small',
    ],
    ...[
      '123456789.0',
      '0x1p-2',
      '1e100',
      '-0.0',
      '2.675',
      '.Values.i',
      '.Values.neg',
      '.Values.big',
      '0.000001',
      '100000.0',
    ],
  ],
  bool: ['true', 'false', '.Values.t', '.Values.no', '(empty "")'],
  list: [
    ...[
      '(list)',
      '(list 1 2 3)',
      '(list "b" "a" "c" "a")',
      '(list 1 "a" nil 2.5 true)',
      '.Values.list',
      '.Values.strings',
    ],
    ...['.Values.numbers', '.Values.emptyList', '(until 4)', '(splitList "," "x,y,z")', '(list (list 1 2) (list 3))'],
    ...['(list (dict "a" 1) (dict "a" 2))', '(untilStep 10 0 -3)', '(list "" nil 0 false)', '(tuple 1 1 1.0 "1")'],
    ...[
      '(regexFindAll "[a-z]" "xyz" -1)',
      '(.Files.Lines "a.txt")',
      '(.Files.GetBytes "a.txt")',
      '(chunk 2 (list 1 2 3))',
    ],
  ],
  dict: [
    ...[
      '(dict)',
      '(dict "a" 1 "b" "x")',
      '(dict "a" (dict "b" (dict "c" 5)))',
      '.Values.dict',
      '.Values.one',
      '.Values.emptyDict',
    ],
    ...[
      '(dict "z" nil "y" (list 1))',
      '(fromYaml "a: 1\\nb: [x, y]\\n")',
      '(fromJson "{\\"n\\":1.5,\\"s\\":\\"t\\"}")',
    ],
    ...[
      '(split "," "p,q")',
      '.Chart',
      '.Release',
      '.Values',
      '(urlParse "http://u:p@h:80/p?q=1#f")',
      '(dict 1 2 true 3)',
    ],
    ...[
      '(fromToml "a = 1\\nb = [1.5, \\"x\\"]\\n[c]\\nd = 1979-05-27T07:32:00Z\\n")',
      '(dict "odd")',
      '.Chart.Annotations',
    ],
    ...['(dict "quoted key" "a: b" "y" "n" "1" "0x1" "e" "" "nl" "a\\nb")', '.Subcharts', '.Capabilities.KubeVersion'],
  ],
  layout: [
    ...[
      '"2006-01-02"',
      '"2006-01-02T15:04:05Z07:00"',
      '"Mon Jan _2 15:04:05 2006"',
      '"02 Jan 06 15:04 MST"',
      '"3:04PM"',
    ],
    ...[
      '"Monday, 02-Jan-06 15:04:05 MST"',
      '"Mon, 02 Jan 2006 15:04:05 -0700"',
      '"Jan _2 15:04:05.000000"',
      '"__2 002"',
    ],
    ...[
      '"2006-01-02T15:04:05.999999999Z07:00"',
      '"January 1 06 03:4:5 pm"',
      '"15h04.000 .999 ,000 Z0700 Z07 -07 -07:00:00"',
    ],
    ...[
      '"Janx Monx 200 2006x _2006 01/2 1/_2"',
      '"20060102150405"',
      '"2/1/2006"',
      '"Z070000 Z07:00:00 -070000"',
      '""',
      '"é 04"',
    ],
  ],
  date: [
    ...[
      '(toDate "2006-01-02" "2024-02-29")',
      '(toDate "2006-01-02" "bad")',
      '(toDate "2006-01-02T15:04:05Z07:00" "2023-12-31T23:59:59+05:30")',
    ],
    ...[
      '(toDate "2006-01-02 15:04:05.000" "1999-07-04 03:02:01.987")',
      '(toDate "Jan 2 2006" "Mar 9 1969")',
      '0',
      '1700000000',
      '(int64 951782400)',
    ],
    ...[
      '(dateModify "-1.5h" (toDate "2006-01-02" "2020-03-01"))',
      '(toDate "02 Jan 06 15:04 MST" "05 Nov 21 10:00 CET")',
    ],
  ],
  zone: [
    '"UTC"',
    '"America/New_York"',
    '"Europe/Berlin"',
    '"Asia/Kolkata"',
    '"Nowhere/Land"',
    '""',
    '"Local"',
    '"EST"',
    '"Australia/Lord_Howe"',
  ],
  regex: [
    ...[
      '"[a-z]+"',
      '"^h"',
      '"(\\\\w+)\\\\s(\\\\w+)"',
      '"a*"',
      '""',
      '"[[:upper:]]"',
      '"\\\\d{1,3}"',
      '"(?i)HELLO"',
      '"(?P<n>l+)"',
      '"[^a-c]"',
    ],
    ...[
      '"\\\\bo"',
      '"(?m)^l.*$"',
      '"(?s).+"',
      '"\\\\p{Lu}"',
      '"[é-ü]"',
      '"x{2,1}"',
      '"("',
      '")"',
      '"*"',
      '"a**"',
      '"[z-a]"',
      '"\\\\8"',
      '"(?=x)"',
    ],
    ...[
      '"(?<y>o)"',
      '"a|b|"',
      '"(a)|(b)"',
      '"\\\\x{263a}|\\\\Q.*\\\\E"',
      '"l+?"',
      '"$"',
      '"\\\\z"',
      '"[\\\\w-]+@x"',
      '"(?U)a+"',
      '"(?z)"',
      '"a{1001}"',
      '"\\\\pN"',
      '"[[:foo:]]"',
      '"\\\\C"',
      '"[a"',
      '"(?P<n"',
      '"\\\\"',
    ],
  ],
  version: [
    ...[
      '"1.2.3"',
      '"v1.2"',
      '"1"',
      '"1.2.3-alpha.1+build.5"',
      '"bad"',
      '"01.2.3"',
      '"1.2.3-01"',
      '"v2.0.0-rc1"',
      '""',
      '.Values.version',
    ],
    ...[
      '.Capabilities.KubeVersion.Version',
      '"1.2.3.4"',
      '"18446744073709551616.0.0"',
      '"1.2-5"',
      '"V1.2.3"',
      '" 1.2.3"',
      '"1.2.3+a+b"',
    ],
  ],
  range: [
    ...[
      '">=1.2.0"',
      '"^1.2"',
      '"~1.2.3"',
      '"1.2.x"',
      '"*"',
      '"1.0 - 2.0"',
      '">1 <3 || =5"',
      '">= 1.20-0, < 2"',
      '"!=1.2.3"',
      '"=> 1"',
      '"bad range"',
      '""',
    ],
    ...[
      '"~> 1.2"',
      '"^0.0.3"',
      '"^0.2"',
      '"~1"',
      '">1.2.3-alpha.1"',
      '"<=v2"',
      '"X"',
      '"1.2.3-beta - 2"',
      '"=1.2.3+b"',
      '">=1.x"',
      '"^"',
      '"~0.x"',
      '">=1.2 ,"',
      '"|| 1"',
      '"= 1.2.3, "',
      '"> 01.2.3"',
    ],
  ],
  yaml: [
    ...[
      '"a: 1\\nb: [x, y]\\n"',
      '"- 1\\n- a: b\\n"',
      '"plain"',
      '"a: b: c"',
      '"{a: 1, a: 2}"',
      '"a: &x 1\\nb: *x"',
      '"x: |\\n  t\\n y"',
      '"\\ta: 1"',
    ],
    ...[
      '"a: 2001-01-01\\nb: 0o17\\nc: 017\\nd: 1_000\\ne: .5\\nf: +1\\ng: 0b11"',
      '"null"',
      '""',
      '"--- 1\\n---\\n2"',
      '"[a"',
      "\"k: 'it''s'\"",
      '"? [a]\\n: b"',
    ],
    ...[
      '"1: a\\ntrue: b\\n1.5: c\\nnull: d"',
      '"a: !!str 5\\nb: !!int \\"7\\"\\nc: !foo x"',
      '"a: .inf"',
      '"<<: {a: 1}\\nb: 2"',
      '.Values.multi',
      '(toYaml .Values.dict)',
      '"a: \\"\\\\x41\\\\u00e9\\""',
    ],
    ...[
      '"a: 9223372036854775808\\nb: -9223372036854775809\\nc: 18446744073709551616\\nd: 1e400"',
      '"a: yes\\nb: Off\\nc: y\\nd: ~"',
      '"*a"',
      '"- - a\\n  - b\\n-\\n  c: d"',
      '"@a"',
      '"a: %b"',
      '"a: b #c\\n#d"',
      '"%YAML 1.2\\n---\\na: 1"',
    ],
  ],
  json: [
    ...[
      '"{\\"a\\": 1}"',
      '"[1, \\"x\\", null]"',
      '"{"',
      '"1.50"',
      '"\\"s\\""',
      '""',
      '"{\\"a\\": 1e400}"',
      '"nul"',
      '"[1,]"',
      '"{\\"a\\":1,\\"a\\":2}"',
      '" true "',
      '"{} x"',
    ],
    ...[
      '"\\"\\\\ud83d\\\\ude00 \\\\ud800 \\\\q\\""',
      '"{a:1}"',
      '"{\\"a\\" 1}"',
      '"\\"\\u0001\\""',
      '"-"',
      '"01"',
      '"[1 2]"',
      '"12345678901234567890"',
      '(toJson .Values.dict)',
      '"[[[]]]"',
      '"1."',
      '"1e"',
      '"tru"',
      '"{\\"a\\":}"',
    ],
  ],
  toml: [
    ...[
      '"a = 1\\nb = \\"x\\"\\n"',
      '"[a.b]\\nc = [1, 2.5]\\n"',
      '"[[t]]\\nx = 1\\n[[t]]\\nx = 2\\n"',
      '"a = "',
      '"a = 1\\na = 2"',
      '"d = 1979-05-27T07:32:00Z"',
      '"d = 1979-05-27"',
      '"d = 07:32:00"',
    ],
    ...[
      '"a.b.c = true"',
      '"x = { y = 1, z = [] }"',
      "\"s = '''\\nraw'''\"",
      '"i = 0xff\\no = 0o17\\nb = 0b1\\nu = 1_000"',
      '"f = inf\\ng = nan\\nh = 1e3"',
      '"[a]\\n[a]"',
      '"= 1"',
      '"a = [1, \\"x\\""',
      '"a = \\"\\\\q\\""',
    ],
    ...[
      '"\\"q k\\" = 1"',
      '"a = 01"',
      '"a = 1.e5"',
      '"a = truex"',
      '"[a"',
      '"a"',
      '""',
      '"# only"',
      '"a = \\"x"',
      '"d = 1979-05-27 07:32:00.5-07:00"',
      '"d = 1979-05-27T07:32:00"',
      '"a = {b = 1,}"',
      '"a=[1,2,]"',
      '"a = 1__0"',
      '"a = _1"',
      '"a = 9223372036854775808"',
      '"a = +0xf"',
      '"a = \\"\\\\u00e9\\\\U0001F600\\""',
      '"[[a]]\\n[a]"',
      '"a = 1\\n[a]\\nb=1"',
      '"[a]\\nb=1\\n[a.b]\\nc=1"',
      '"a = 1979-13-01"',
    ],
  ],
  url: [
    ...[
      '"http://user:pw@example.com:8080/p/a?q=1&r=2#frag"',
      '"/just/path"',
      '"mailto:a@b.c"',
      '"//host/x"',
      '"http://[::1]:80/"',
      '"http://a b/"',
      '"%zz"',
      '":x"',
      '""',
      '"http://h:port/"',
      '"a:b/c"',
      '"http://h/%41%2f?x=%zz#%41 y"',
      '"1http://x"',
      '"HTTP://UP/é?é"',
      '"http://[::1"',
      '"http://u@h@i/"',
      '"?q"',
      '"#f"',
      '"http://h/a b"',
      '"file:///etc"',
      '"http://us%er@h/"',
      '"x://h/?"',
      '"http://h%41/"',
      '"a b:c"',
      '"*"',
    ],
  ],
  template: [
    ...[
      '"{{ .Values.s }}"',
      '"plain"',
      '"{{ .Values.nope.x }}"',
      '"{{ if }}"',
      '"{{ include \\"h\\" . }}"',
      '"{{ define \\"in\\" }}D{{ end }}{{ template \\"in\\" }}"',
      '"{{ tpl \\"{{ .Values.i }}\\" . }}"',
      '"{{ fail \\"inner\\" }}"',
      '"{{ nope }}"',
      '"{{ 1 | add 2 }} {{- \\" t\\" }}"',
      '"{{"',
      '"}}"',
      '"{{ .Values.nothing }}|{{ .nope }}"',
      '"{{ required \\"need\\" .Values.nothing }}"',
      '"{{ range .Values.numbers }}{{ . }},{{ end }}"',
      '"{{ template \\"none\\" }}"',
      '"{{ $x := 1 }}{{ $x }}"',
      '"{{ $ }}"',
    ],
  ],
  duration: [
    '"1h30m"',
    '"3661"',
    '"90s"',
    '"1.5h"',
    '"-2h"',
    '"bad"',
    '""',
    '"2400h"',
    '"1ms2us3ns"',
    '90',
    '3600.7',
    '(int64 59)',
    '"24h"',
    '"8760h"',
  ],
  base64: [
    '"aGVsbG8="',
    '"aGVsbG8"',
    '"!!"',
    '""',
    '"/+8="',
    '"_-8="',
    '"aGVs\\nbG8="',
    '"NBUQ===="',
    '"nbuq"',
    '"a==="',
    '"YQ==YQ=="',
  ],
  path: [
    '"/a/b/../c.tar.gz"',
    '"a//b/"',
    '"."',
    '""',
    '"/"',
    '"../x"',
    '"a.b"',
    '".hidden"',
    '"dir/"',
    '"/a/./b/"',
    '"a/../../b"',
    '"//"',
    '"é/ü.x"',
  ],
}

/** Functions with the kinds of their arguments; `*` after a kind: none or more of it. */
const signatures = `
and any any* ; or any any* ; not any ; len any ; len list ; index list int ; index dict string ; index any any ; index string int
slice list int int ; slice list int ; slice string int int ; print any* ; println any* ; html any* ; js any* ; urlquery any*
eq any any ; eq any any any ; ne any any ; lt any any ; le number number ; gt string string ; ge int int ; eq int number ; eq string string
abbrev int string ; abbrevboth int int string ; trunc int string ; trim string ; upper string ; lower string ; title string
untitle string ; substr int int string ; repeat int string ; trimall string string ; trimAll string string ; trimSuffix string string
trimPrefix string string ; nospace string ; initials string ; swapcase string ; snakecase string ; camelcase string ; kebabcase string
wrap int string ; wrapWith int string string ; contains string string ; hasPrefix string string ; hasSuffix string string ; quote any*
squote any* ; cat any* ; indent int string ; nindent int string ; replace string string string ; plural string string int
toString any ; split string string ; splitn string int string ; splitList string string ; toStrings any ; join string any ; sortAlpha any ; join string list
sortAlpha list ; atoi string ; int64 any ; int any ; float64 any ; toDecimal any ; int string ; float64 string ; add1 any ; add any* ; sub any any ; div any any ; mod any any ; mul any any*
add number number ; sub number number ; div number number ; mod number number ; mul number number ; add1f number ; addf number* ; subf number number
mulf number number ; divf number number ; max number number* ; min number number* ; maxf number number* ; minf number number* ; ceil number
floor number ; round number int ; round number int float ; ceil any ; biggest number number ; list any* ; append list any ; push list any ; mustAppend any any
prepend list any ; mustPrepend any any ; first list ; mustFirst any ; last list ; mustLast any ; rest list ; mustRest any ; initial list ; mustInitial any ; reverse list
mustReverse any ; compact list ; mustCompact any ; uniq list ; mustUniq any ; without list any any* ; mustWithout any any ; has any list ; mustHas any any ; mustSlice any int int
chunk int list ; mustChunk int any ; concat list list* ; concat any any ; until int ; untilStep int int int ; seq int ; seq int int ; seq int int int
dict string any string any ; dict any* ; get dict string ; set dict string any ; unset dict string ; hasKey dict string ; pluck string dict dict*
keys .one ; pick dict string string* ; omit dict string* ; merge dict dict dict* ; mustMerge dict dict ; mergeOverwrite dict dict dict* ; mustMergeOverwrite dict dict
deepCopy any ; mustDeepCopy any ; dig string any dict ; dig string string any dict ; dig any* ; default any any ; empty any ; coalesce any* ; all any* ; any any*
ternary any any bool ; typeOf any ; typeIs string any ; typeIsLike string any ; kindOf any ; kindIs string any ; deepEqual any any ; deepEqual list list ; deepEqual dict dict
toToml dict ; toToml any ; fromToml toml ; fromToml string ; b64enc string ; b64dec base64 ; b32enc string ; b32dec base64 ; sha1sum string ; sha256sum string
sha512sum string ; adler32sum string ; toJson any ; mustToJson any ; toPrettyJson any ; mustToPrettyJson any ; toRawJson any ; mustToRawJson any ; fromJson json
mustFromJson json ; fromJsonArray json ; fromJson string ; toYaml any ; toYaml dict ; toYaml list ; toYaml string ; mustToYaml any ; toYamlPretty any ; toYamlPretty dict ; toYamlPretty string ; fromYaml yaml ; fromYamlArray yaml
fromYaml string ; base path ; dir path ; clean path ; ext path ; isAbs path ; osBase path ; osDir path ; osClean path ; osExt path ; osIsAbs path ; urlParse url
urlJoin dict ; urlJoin (urlParse url) ; regexMatch regex string ; mustRegexMatch regex string ; regexFindAll regex string int ; mustRegexFindAll regex string int ; regexFind regex string
mustRegexFind regex string ; regexReplaceAll regex string string ; mustRegexReplaceAll regex string string ; regexReplaceAllLiteral regex string string ; mustRegexReplaceAllLiteral regex string string
regexSplit regex string int ; mustRegexSplit regex string int ; regexQuoteMeta string ; semver version ; semverCompare range version
date layout date ; dateInZone layout date zone ; date_in_zone layout date zone ; dateModify duration date ; mustDateModify duration date ; htmlDate date ; htmlDateInZone date zone ; toDate layout string
mustToDate layout string ; unixEpoch date ; duration duration ; durationRound duration ; tpl template . ; include "h" any ; include "nope" any ; include "deep" . ; required string any ; fail string
lookup string string string string ; typeOf (index list int) ; toString (float64 string) ; derivePassword 1 "long" string string string
.Files.Get string ; .Files.Glob string ; .Files.Lines string ; .Values.Table string ; .Values.PathValue string ; .Values.Encode any ; .Capabilities.APIVersions.Has string ; .Files.AsConfig ; .Files.AsSecrets ; call any any* ; hello ; getHostByName string
`
  .split(/[;\n]/)
  .map((one) => one.trim())
  .filter((one) => one !== '')

/** With a large number these take memory or time without end in Helm. */
const unbounded = /\b(until|untilStep|seq|repeat|n?indent|range|round|atoi|toDecimal|int64|int|mul|chunk|mustChunk)\b/
const large = /9223372036|1700000000|951782400|1e21|huge|1e100|123456789|2147483|18446744/

const printfVerbs = [...'vTtbcdoOqxXUeEfFgGsz!'] as const

/** Makes expressions and templates around them. */
export class ExpressionFuzz {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** The text of a template that the real one renders within its memory. */
  template(): string {
    for (;;) {
      const text = this.#template()
      if (!unbounded.test(text) || !large.test(text)) return text
    }
  }

  #template(): string {
    const random = this.#random
    const roll = random.below(100)
    if (roll < 62) return `{{ ${this.#call(2)} }}`
    if (roll < 72) return `{{ ${this.#printf()} }}`
    if (roll < 82) return `{{ ${this.#pipeline()} }}`
    if (roll < 94) return this.#control()
    return this.#mangled()
  }

  #pipeline(): string {
    const parts = [this.#value('any', 2)]
    const count = 1 + this.#random.below(3)
    for (let i = 0; i < count; i++) {
      // The last argument comes from the pipe.
      const [name, ...kinds] = this.#signature()
      parts.push([name, ...kinds.slice(0, -1).map((kind) => this.#arg(kind, 1))].join(' '))
    }
    return parts.join(' | ')
  }

  #signature(): string[] {
    const words = this.#random.pick(signatures).match(/\([^)]*\)|\S+/g)!
    return words.flatMap((word, i) => {
      if (i === 0 || !word.endsWith('*')) return [word]
      return Array.from({ length: this.#random.below(3) }, () => word.slice(0, -1))
    })
  }

  #call(depth: number): string {
    const [name, ...kinds] = this.#signature()
    const args = kinds.map((kind) => this.#arg(kind, depth - 1))
    // Wrong numbers of arguments are errors of their own.
    if (this.#random.chance(0.02)) args.pop()
    if (this.#random.chance(0.02)) args.push(this.#value('any', 0))
    return [name, ...args].join(' ')
  }

  #arg(kind: string, depth: number): string {
    if (kind === '.one') return '.Values.one'
    if (/^["(\d.]/.test(kind)) {
      return kind.replace(/\b(list|int|url|string)\b/g, (word) => this.#value(word as Kind, 0))
    }
    return this.#random.chance(0.04) ? this.#value('any', depth) : this.#value(kind as Kind, depth)
  }

  #value(kind: Kind, depth: number): string {
    const random = this.#random
    if (depth > 0 && random.chance(0.3)) return `(${this.#call(depth)})`
    switch (kind) {
      case 'any':
        return this.#any(depth)
      case 'number':
        return this.#value(random.chance(0.5) ? 'int' : random.chance(0.7) ? 'float' : 'string', 0)
      case 'string':
        return random.pick(strings)
      case 'regex':
      case 'yaml':
      case 'json':
      case 'toml':
      case 'url':
      case 'template':
      case 'version':
      case 'range':
        return random.chance(0.15) ? this.#mutate(random.pick(pools[kind])) : random.pick(pools[kind])
      default:
        return random.pick(pools[kind])
    }
  }

  /** One character of a literal left out, doubled or replaced. */
  #mutate(literal: string): string {
    const random = this.#random
    if (!/^".*"$/s.test(literal) || literal.length < 4) return literal
    const at = 1 + random.below(literal.length - 2)
    if (literal[at] === '\\' || literal[at - 1] === '\\' || literal[at] === '"') return literal
    const fresh = random.pick(['', literal[at]!.repeat(2), ...".:-_[]{}()*+?|^$ax01 ,='#&%@!~<>"])
    return literal.slice(0, at) + fresh + literal.slice(at + 1)
  }

  #any(depth: number): string {
    const random = this.#random
    const kinds = ['string', 'int', 'float', 'bool', 'list', 'dict', 'date', 'yaml'] as const
    const roll = random.below(20)
    if (roll === 0) return 'nil'
    if (roll === 1) return '.Values.nothing'
    if (roll === 2) return '.Values.missing'
    if (roll === 3)
      return random.pick([
        '.',
        '$',
        '.Files',
        '.Capabilities',
        '.Capabilities.APIVersions.Has',
        '(semver "1.2.3-a")',
        '(semver "1.2.3").Major',
        '(index "abc" 1)',
        '(toDate "2006-01-02" "2024-02-29").Month',
        '.Values.dict.e.h',
        '(index .Values.list 7)',
        '.Values.missing.deeper',
        '(.Values.missing).deeper',
        '.Values.s.x',
        '.Values.list.x',
        '.Chart.Nope',
        '.Template.BasePath',
        '.Capabilities.HelmVersion',
        '(toDate "2006-01-02" "2024-02-29").Weekday',
      ])
    return this.#value(random.pick(kinds), depth)
  }

  #printf(): string {
    const random = this.#random
    let format = ''
    const args: string[] = []
    const count = 1 + random.below(3)
    for (let i = 0; i < count; i++) {
      format += random.pick(['', '|', 'a', ' ', '%%'])
      format += '%'
      while (random.chance(0.35)) format += random.pick(['+', '-', '#', ' ', '0'])
      if (random.chance(0.05)) format += `[${random.pick(['1', '2', '0', '9', 'x', '', '1'])}]`
      if (random.chance(0.3)) format += random.chance(0.1) ? '*' : random.pick(['1', '5', '8', '12', '20'])
      if (random.chance(0.25)) format += random.chance(0.1) ? '.*' : `.${random.pick(['', '0', '1', '3', '8', '20'])}`
      if (random.chance(0.02)) continue
      format += random.pick(printfVerbs)
      args.push(this.#value(random.pick(['any', 'any', 'int', 'float', 'string', 'bool', 'list', 'dict'] as const), 1))
    }
    if (random.chance(0.05)) args.pop()
    if (random.chance(0.05)) args.push('7')
    return `printf "${format}" ${args.join(' ')}`
  }

  #control(): string {
    const random = this.#random
    const a = this.#value('any', 1)
    const b = this.#value('any', 1)
    const l = this.#value(random.pick(['list', 'dict', 'int', 'any', 'string'] as const), 0)
    return random.pick([
      `{{ if ${a} }}yes{{ else }}no{{ end }}`,
      `{{ if ${a} }}1{{ else if ${b} }}2{{ else }}3{{ end }}`,
      `{{ with ${a} }}[{{ . }}]{{ else }}none{{ end }}`,
      `{{ with ${a} }}[{{ . }}]{{ else with ${b} }}({{ . }}){{ end }}`,
      `{{ with $x := ${a} }}{{ $x }}{{ end }}{{ $x }}`,
      `{{ range ${l} }}<{{ . }}>{{ else }}none{{ end }}`,
      `{{ range $i, $e := ${l} }}{{ $i }}={{ $e }};{{ end }}`,
      `{{ range $e := ${l} }}{{ if eq (toString $e) "b" }}{{ continue }}{{ end }}{{ $e }},{{ end }}`,
      `{{ range $i, $e := ${l} }}{{ if eq $i 2 }}{{ break }}{{ end }}{{ $e }},{{ end }}`,
      `{{ $x := ${a} }}{{ if ${b} }}{{ $x = ${b} }}{{ end }}{{ $x }}`,
      `{{ $x := ${a} }}{{ range ${l} }}{{ $x = . }}{{ end }}{{ $x }}`,
      `{{ $i := 0 }}{{ range $i, $_ = ${l} }}{{ end }}{{ $i }}`,
      `{{ range ${l} }}{{ .x }}{{ end }}`,
      `{{ range $k, $v := ${l} }}{{ $v.a }}{{ end }}`,
      `{{ with ${a} }}{{ .b.c }}{{ end }}`,
      `{{ (${a}).x }}`,
      `{{ $x := ${a} }}{{ $x.b }}`,
      `{{ $x := ${a} }}{{ $x.b.c }}`,
      `{{ define "z" }}{{ .a }}{{ . }}{{ end }}{{ template "z" ${a} }}`,
      `{{ block "zz" ${a} }}{{ . }}{{ end }}`,
      `a {{- ${a} -}} b`,
      `a\n  {{- /* c */ -}}\n b {{ ${a} -}}\n`,
      `{{ ${a} }}{{ ${b} }}`,
      `{{ (${this.#value('date', 0)}).${random.pick(['Year', 'Unix', 'String', 'YearDay', 'Location', 'UTC', 'IsZero', 'Nanosecond', 'Hour', 'Weekday', 'Month', 'Format "Mon 2"', 'AddDate 0 1 1', 'Nope', 'Date', 'Zone', 'UnixNano', 'Clock'])} }}`,
      `{{ (semver ${this.#value('version', 0)}).${random.pick(['Major', 'Minor', 'Patch', 'Prerelease', 'Metadata', 'Original', 'String', 'Compare (semver "1.2.0")', 'IncPatch', 'IncMinor', 'SetPrerelease "x"', 'Nope', 'LessThan nil', 'Equal 3'])} }}`,
    ])
  }

  #mangled(): string {
    const random = this.#random
    const base = random.chance(0.5) ? `{{ ${this.#call(1)} }}` : this.#control()
    const at = random.below(base.length)
    switch (random.below(4)) {
      case 0:
        return base.slice(0, at) + base.slice(at + 1)
      case 1:
        return base.slice(0, at)
      case 2:
        return (
          base.slice(0, at) +
          random.pick([
            '{{',
            '}}',
            '(',
            ')',
            '|',
            '"',
            "'",
            '`',
            '.',
            '$',
            ':=',
            '=',
            ',',
            ' ',
            '\n',
            '-',
            '{{end}}',
            '{{else}}',
            '/*',
            '#',
            '0x',
            '@',
            '{{-',
            '\\',
          ]) +
          base.slice(at)
        )
      default:
        return base.replace(
          random.pick(['end', 'else', 'if', 'range', ' ', '(', ')', '.']),
          random.pick(['', ' ', 'end', 'x', '..', '$']),
        )
    }
  }
}

/** The template of an expression; its bytes come out in base64, so that none is lost. */
export function expressionFiles(text: string, name: string): Record<string, string> {
  return {
    [`templates/${name}.yaml`]: `{{ define "${name}" }}${text}{{ end }}v: {{ include "${name}" . | b64enc | quote }}\n`,
  }
}

/** What the expressions find in their chart. */
export const sharedFiles: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: fuzz\nversion: 1.2.3\nappVersion: "4.5"\nannotations:\n  a: b\n',
  'values.yaml': fuzzValues,
  'a.txt': 'first\nsecond\n',
  'conf/b.toml': 'a = 1\n',
  'conf/c.yaml': 'x: y\n',
  'templates/_helpers.tpl':
    '{{ define "h" }}h:{{ . }}{{ end }}{{ define "deep" }}{{ include "h" .Values.dict }}{{ end }}{{ define "bad" }}{{ .Values.nope.deeper }}{{ end }}',
}
