import { describe, expect, test } from 'vitest'
import { useOfValue, valuesUse } from '../../../../src/helm/index.ts'
import { makeChart } from '../support.ts'

/** Template lines; the comments below them mark what is read, `# ^^^ PATH HOW`, checked by hand. */
const templates: Readonly<Record<string, string>> = {
  'plain.yaml': `
a: {{ .Values.image.tag }}
#     ^^^^^^^^^^^^^^^^^ image.tag print
b: {{ $.Values.a | default .Values.b.c }}
#     ^^^^^^^^^^ a print
#                          ^^^^^^^^^^^ b.c print
{{ if and .Values.on (not .Values.off) }}
#         ^^^^^^^^^^ on test
#                         ^^^^^^^^^^^ off test
{{ end }}`,
  'scopes.yaml': `
{{ with .Values.ingress }}
#       ^^^^^^^^^^^^^^^ ingress test
host: {{ .host }}
#        ^^^^^ ingress.host print
top: {{ $.Values.top }}
#       ^^^^^^^^^^^^ top print
{{ range $i, $h := .hosts }}
#                  ^^^^^^ ingress.hosts test
- {{ .name }} {{ $h.port }} {{ $i }}
#    ^^^^^ ingress.hosts.*.name print
#                ^^^^^^^ ingress.hosts.*.port print
{{ else }}
none: {{ .none }}
#        ^^^^^ ingress.none print
{{ end }}{{ end }}
{{ $c := .Values.config }}
#        ^^^^^^^^^^^^^^ config pass
x: {{ $c.level }} {{ index $c "a.b" }}
#     ^^^^^^^^ config.level print
#                          ^^ config print
#                          ^^ config.a.b print
{{ include "t.named" (dict "image" .Values.image "root" $) }}
#                                  ^^^^^^^^^^^^^ image pass
{{ toYaml .Values.resources | indent 2 }}
#         ^^^^^^^^^^^^^^^^^ resources print`,
  '_h.tpl': `
{{ define "t.named" }}
{{ .image.repo }}:{{ .root.Values.version }}
#  ^^^^^^^^^^^ image.repo print
#                    ^^^^^^^^^^^^^^^^^^^^ version print
{{ end }}
{{ define "t.uncalled" }}
{{ .Values.lonely }}
#  ^^^^^^^^^^^^^^ lonely print
{{ end }}`,
}

describe('where templates read values', () => {
  const isMark = (line: string): boolean => /^#\s*\^+ /.test(line)
  const sources = Object.entries(templates).map(([name, text]) => {
    const lines = text.split('\n')
    return { name, marked: lines, source: lines.filter((line) => !isMark(line)).join('\n') }
  })
  const files = Object.fromEntries(sources.map(({ name, source }) => [`templates/${name}`, source]))
  const uses = valuesUse(makeChart(files))

  test.each(sources)('$name', ({ name, marked }) => {
    const wanted: string[] = []
    let line = 0
    for (const each of marked) {
      const mark = /^(#\s*)(\^+) (.*)$/.exec(each)
      if (mark === null) line++
      else wanted.push(`${line}:${mark[1]!.length + 1}+${mark[2]!.length} ${mark[3]}`)
    }
    const found = uses
      .filter(({ place }) => place.file === `templates/${name}`)
      .map(({ place, path, how }) => {
        const { start, end } = place.range
        return `${place.line}:${place.column}+${end - start} ${path.join('.')} ${how}`
      })
    expect(found.toSorted()).toEqual(wanted.toSorted())
  })

  test('dependencies read below their name or alias; a library reads what its caller sees', () => {
    const chart = makeChart({
      'Chart.yaml':
        'apiVersion: v2\nname: t\nversion: 0.1.0\ndependencies:\n- {name: redis, version: 1.0.0, alias: cache}\n- {name: redis, version: 1.0.0}\n- {name: lib, version: 1.0.0}\n',
      'charts/lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n',
      'charts/lib/templates/_l.tpl': '{{ define "lib.port" }}{{ .Values.port }}{{ end }}',
      'charts/redis/Chart.yaml': 'apiVersion: v2\nname: redis\nversion: 1.0.0\n',
      'charts/redis/templates/r.yaml': 'a: {{ .Values.host }}\nb: {{ include "lib.port" . }}\n',
    })
    expect(valuesUse(chart).map(({ path, place }) => `${place.path} ${path.join('.')}`)).toEqual([
      't/charts/lib/templates/_l.tpl lib.port',
      't/charts/redis/templates/r.yaml cache.host',
      't/charts/lib/templates/_l.tpl cache.port',
      't/charts/redis/templates/r.yaml redis.host',
      't/charts/lib/templates/_l.tpl redis.port',
    ])
  })

  test('a use of a value, or of what holds it', () => {
    const use = (text: string) => uses.find((each) => each.path.join('.') === text)!
    expect(useOfValue(use('image.tag'), ['image', 'tag'])).toBe('value')
    expect(useOfValue(use('resources'), ['resources', 'limits', 'cpu'])).toBe('part')
    expect(useOfValue(use('ingress'), ['ingress', 'host'])).toBeUndefined()
    expect(useOfValue(use('ingress.hosts.*.name'), ['ingress', 'hosts', 2, 'name'])).toBe('value')
    expect(useOfValue(use('image.tag'), ['image'])).toBeUndefined()
  })

  test('templates that do not parse are left out; recursion ends', () => {
    const chart = makeChart({
      'templates/broken.yaml': '{{ .Values.a ',
      'templates/loop.yaml':
        '{{ define "l" }}{{ include "l" (dict "x" .) }}{{ .Values.b }}{{ end }}{{ include "l" . }}',
    })
    expect(valuesUse(chart).map(({ path }) => path.join('.'))).toEqual(['b'])
  })
})
