/** A chart of one template that wants too much. */
export interface HostileCase {
  readonly name: string
  readonly template: string
  readonly values?: string
}

/** What a render took, and its error; `''` when it ended well, as some do: they only must not take long. */
export interface Spent {
  readonly message: string
  /** Seconds of all threads. */
  readonly cpu: number
  /** MiB of the process so far. */
  readonly peak: number
}

/** A map of forty levels whose two keys hold the same map: small, but of 2^40 values for those that follow it. */
const graph = '{{ $d := dict "x" "y" }}{{ range 40 }}{{ $d = dict "a" $d "b" $d }}{{ end }}'

export const hostileCases: readonly HostileCase[] = Object.entries({
  'endless range': '{{ range 1000000000000 }}{{ end }}',
  'range in range': '{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}',
  'range body': '{{ range 1000000000 }}{{ $x := add . 1 }}{{ end }}',
  'repeat 1GB': '{{ repeat 1000000000 "x" }}',
  'repeat chain': '{{ $x := repeat 1000 "x" }}{{ $y := repeat 1000 $x }}{{ $z := repeat 1000 $y }}{{ $z }}',
  doubling: '{{ $x := repeat 10000 "x" }}{{ range 40 }}{{ $x = cat $x $x }}{{ end }}',
  'printf doubling': '{{ $x := "x" }}{{ range 40 }}{{ $x = printf "%s%s" $x $x }}{{ end }}',
  'print doubling': '{{ $x := "x" }}{{ range 40 }}{{ $x = print $x $x }}{{ end }}{{ len $x }}',
  'nested until': '{{ range until 1000 }}{{ $l := until 100000 }}{{ end }}',
  'until huge': '{{ until 1000000000 }}',
  'untilStep huge': '{{ untilStep 0 1000000000 1 }}',
  'seq huge': '{{ seq 1000000000 }}',
  'list of lists': '{{ $l := list }}{{ range 1000000 }}{{ $l = append $l (until 1000) }}{{ end }}',
  'append quad': '{{ $l := list }}{{ range 1000000 }}{{ $l = append $l . }}{{ end }}',
  'dict set': '{{ $d := dict }}{{ range 100000000 }}{{ $_ := set $d (toString .) . }}{{ end }}',
  'regexReplaceAll explode': '{{ regexReplaceAll "" (repeat 100000 "a") (repeat 10000 "b") }}',
  'regex big': '{{ regexMatch "(x{1000}){1000}" "x" }}',
  regexFindAll: '{{ range 100000 }}{{ $x := regexFindAll "a" (repeat 10000 "a") -1 }}{{ end }}',
  'regex nested': '{{ regexMatch "((a{0,100}){0,100}){0,100}" (repeat 100 "a") }}',
  'regex work': '{{ regexMatch "(a|aa|aaa|aaaa)+(b|c|d)+$" (repeat 10000000 "a") }}',
  'tpl recursion': '{{ $t := "{{ tpl .t . }}" }}{{ tpl $t (dict "t" $t "Template" .Template) }}',
  'tpl tree': '{{ $t := "{{ tpl .t . }}{{ tpl .t . }}" }}{{ tpl $t (dict "t" $t "Template" .Template) }}',
  'include tree':
    '{{ define "a" }}{{ if lt (len .) 1000 }}{{ include "a" (append . 1) }}{{ include "a" (append . 2) }}{{ end }}{{ end }}{{ include "a" (list) }}',
  'template tree':
    '{{ define "a" }}{{ if lt (len .) 40 }}{{ template "a" (append . 1) }}{{ template "a" (append . 2) }}{{ end }}{{ end }}{{ template "a" (list) }}',
  'template bomb':
    '{{ define "a0" }}xxxxxxxxxxxxxxxxxxxx{{ end }}' +
    Array.from(
      { length: 40 },
      (_, i) => `{{ define "a${i + 1}" }}{{ template "a${i}" }}{{ template "a${i}" }}{{ end }}`,
    ).join('') +
    '{{ template "a40" }}',
  'include bomb':
    '{{ define "a0" }}xxxxxxxxxxxxxxxxxxxx{{ end }}' +
    Array.from(
      { length: 40 },
      (_, i) => `{{ define "a${i + 1}" }}{{ include "a${i}" . }}{{ include "a${i}" . }}{{ end }}`,
    ).join('') +
    '{{ include "a40" . }}',
  'toYaml dag': `${graph}{{ toYaml $d }}`,
  'toJson dag': `${graph}{{ toJson $d }}`,
  'toToml dag': `${graph}{{ toToml $d }}`,
  'print dag': `${graph}{{ print $d }}`,
  'deepCopy dag': `${graph}{{ $e := deepCopy $d }}`,
  'deepEqual dag':
    '{{ $d := dict "x" "y" }}{{ $e := dict "x" "y" }}{{ range 40 }}{{ $d = dict "a" $d "b" $d }}{{ $e = dict "a" $e "b" $e }}{{ end }}{{ deepEqual $d $e }}',
  'merge dag':
    '{{ $d := dict "x" "y" }}{{ $e := dict "x" "y" }}{{ range 40 }}{{ $d = dict "a" $d "b" $d }}{{ $e = dict "a" $e "b" $e }}{{ end }}{{ $x := merge $d $e }}',
  'mustMerge deep': '{{ $d := dict "x" "y" }}{{ range 100000 }}{{ $d = dict "a" $d }}{{ end }}{{ toYaml $d }}',
  'fromYaml bomb':
    '{{ $s := "a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]" }}{{ toYaml (fromYaml $s) }}',
  'fromYaml big loop': '{{ $s := repeat 100000 "- a\\n" }}{{ range 10000 }}{{ $x := fromYamlArray $s }}{{ end }}',
  'fromJson big loop':
    '{{ $s := printf "[%s1]" (repeat 1000000 "1,") }}{{ range 10000 }}{{ $x := fromJsonArray $s }}{{ end }}',
  'fromJson deep': '{{ $s := repeat 1000000 "[" }}{{ fromJsonArray $s }}',
  'fromYaml deep': '{{ $s := repeat 1000000 "[" }}{{ fromYamlArray $s }}',
  'fromToml deep': '{{ $s := printf "a=%s" (repeat 1000000 "[") }}{{ fromToml $s }}',
  'sort loop': '{{ $l := until 100000 }}{{ range 10000 }}{{ $x := sortAlpha $l }}{{ end }}',
  'uniq quad': '{{ $l := until 100000 }}{{ $x := uniq $l }}',
  'without quad': '{{ $l := until 100000 }}{{ range 10000 }}{{ $x := without $l 5 }}{{ end }}',
  'has loop': '{{ $l := until 100000 }}{{ range 100000 }}{{ $x := has -1 $l }}{{ end }}',
  join: '{{ $l := until 100000 }}{{ range 100000 }}{{ $x := join "," $l }}{{ end }}',
  split: '{{ $s := repeat 1000000 "a," }}{{ range 10000 }}{{ $x := split "," $s }}{{ end }}',
  splitList: '{{ $s := repeat 10000000 "a," }}{{ $x := splitList "," $s }}{{ len $x }}',
  'b64enc chain': '{{ $x := repeat 1000000 "x" }}{{ range 100 }}{{ $x = b64enc $x }}{{ end }}',
  'quote chain': '{{ $x := repeat 100 "\\"" }}{{ range 100 }}{{ $x = quote $x }}{{ end }}',
  'toJson chain': '{{ $x := "\\"" }}{{ range 100 }}{{ $x = toJson $x }}{{ end }}',
  'nindent chain': '{{ $x := repeat 1000 "a\\n" }}{{ range 100000 }}{{ $x = nindent 1000 $x }}{{ end }}',
  wrap: '{{ $x := repeat 100000 "a " }}{{ range 10000 }}{{ $y := wrapWith 1 "\\n\\n\\n\\n\\n\\n" $x }}{{ end }}',
  'sha loop': '{{ range 1000000 }}{{ $x := sha256sum (repeat 10000 "x") }}{{ end }}',
  'bcrypt loop': '{{ range 1000 }}{{ $x := bcrypt "x" }}{{ end }}',
  'htpasswd loop': '{{ range 1000 }}{{ $x := htpasswd "x" "y" }}{{ end }}',
  'derivePassword loop': '{{ range 1000 }}{{ $x := derivePassword 1 "long" "p" "u" "s" }}{{ end }}',
  'genCA loop': '{{ range 1000 }}{{ $x := genCA "x" 365 }}{{ end }}',
  'randAlpha huge': '{{ randAlphaNum 1000000000 }}',
  'randBytes huge': '{{ randBytes 1000000000 }}',
  'uuid loop': '{{ range 100000000 }}{{ $x := uuidv4 }}{{ end }}',
  semver: '{{ semverCompare (repeat 100000 ">=1.0.0 ") "1.0.0" }}',
  'semver or': '{{ semverCompare (printf "%s>1" (repeat 100000 ">=1.0.0 || ")) "1.0.0" }}',
  date: '{{ dateModify (repeat 1000000 "1h") now }}',
  dateformat: '{{ $f := repeat 1000000 "2006" }}{{ range 1000 }}{{ $x := date $f now }}{{ end }}',
  'printf width': '{{ range 100000 }}{{ $x := printf "%1000000d" 1 }}{{ end }}',
  'printf star': '{{ printf "%*d" 1000000000 1 }}',
  'printf prec': '{{ printf "%.1000000000f" 1.0 }}',
  'printf many': '{{ $f := repeat 1000000 "%v" }}{{ printf $f 1 }}',
  'trunc abbrev': '{{ $x := repeat 10000000 "x" }}{{ range 1000000 }}{{ $y := trunc 9999999 $x }}{{ end }}',
  upper: '{{ $x := repeat 10000000 "x" }}{{ range 1000000 }}{{ $y := upper $x }}{{ end }}',
  'replace explode': '{{ $x := repeat 100000 "a" }}{{ replace "a" $x $x }}',
  'indent explode': '{{ indent 100000 (repeat 100000 "\\n") }}',
  'index str loop': '{{ $x := repeat 1000000 "é" }}{{ range 1000000 }}{{ $y := index $x 5 }}{{ end }}',
  'slice loop': '{{ $x := repeat 1000000 "é" }}{{ range 1000000 }}{{ $y := substr 5 10 $x }}{{ end }}',
  'len loop': '{{ $x := repeat 1000000 "é" }}{{ range 100000000 }}{{ $y := len $x }}{{ end }}',
  'contains loop': '{{ $x := repeat 1000000 "a" }}{{ range 10000000 }}{{ $y := contains "b" $x }}{{ end }}',
  'range string': '{{ $x := repeat 10000000 "a" }}{{ range $x }}{{ end }}',
  'mul bignum': '{{ $x := 10 }}{{ range 1000000 }}{{ $x = mul $x $x }}{{ end }}',
  mulf: '{{ range 100000000 }}{{ $x := mulf 1.5 2.5 }}{{ end }}',
  'permutations chunk': '{{ $l := until 100000 }}{{ range 10000 }}{{ $x := chunk 1 $l }}{{ end }}',
  '20000 parens': `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`,
  '20000 blocks': '{{ if true }}'.repeat(20_000) + '{{ end }}'.repeat(20_000),
  'pipe 100000': `{{ 1${' | toString'.repeat(100_000)} }}`,
  'big file 5MB of actions': '{{ 1 }}'.repeat(700_000),
  'output yaml deep': `a: ${'['.repeat(100000)}`,
  'output many docs': '{{ range 1000000 }}---\na: 1\n{{ end }}',
  'output many objs': '{{ range 200000 }}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a{{ . }}}\n{{ end }}',
  files: '{{ range 100000000 }}{{ $x := .Files.Get "values.yaml" }}{{ end }}',
  getHostByName: '{{ range 100000000 }}{{ $x := getHostByName "x" }}{{ end }}',
  urlParse: '{{ $u := repeat 1000000 "a" }}{{ range 10000 }}{{ $x := urlParse $u }}{{ end }}',
  'tpl parse loop': '{{ $t := repeat 100000 "{{ 1 }}" }}{{ range 1000 }}{{ $x := tpl $t $ }}{{ end }}',
  adler: '{{ $x := repeat 10000000 "x" }}{{ range 10000 }}{{ $y := adler32sum $x }}{{ end }}',
  camelcase: '{{ $x := repeat 1000000 "a_b" }}{{ range 100 }}{{ $y := camelcase $x }}{{ end }}',
  snakecase: '{{ $x := repeat 1000000 "aB" }}{{ range 100 }}{{ $y := snakecase $x }}{{ end }}',
  shuffle: '{{ $x := repeat 1000000 "aB" }}{{ range 100 }}{{ $y := shuffle $x }}{{ end }}',
  'initials/title': '{{ $x := repeat 1000000 "a b " }}{{ range 100 }}{{ $y := title $x }}{{ end }}',
}).map(([name, template]) => ({ name, template }))
