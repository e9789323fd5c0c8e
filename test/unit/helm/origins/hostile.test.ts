import { describe, expect, test } from 'vitest'
import { BudgetError } from '../../../../src/gotemplate/index.ts'
import { makeChart, traced } from '../support.ts'

/** Charts that would make keeping or looking up origins endless. */
describe('hostile charts', () => {
  const origin = (files: Readonly<Record<string, string>>, path: readonly (string | number)[]) => {
    const { manifests, trace } = traced(makeChart(files))
    return trace!.document(manifests[0]!)!.of(path)
  }

  test('texts of very many lines that do not match', () => {
    const lines = '{{ define "x" }}{{ range until 20000 }}\n  a{{ . }}: {{ $.Values.v }}{{ end }}{{ end }}'
    const found = origin(
      {
        'templates/_h.tpl': lines,
        'templates/t.yaml': 'kind: A\ndata: {{ include "x" . | replace "a" "b" | replace ": " ": z" }}\n',
        'values.yaml': 'v: w\n',
      },
      ['data', 'b19999'],
    )
    expect(found?.template.line).toBe(2)
  })

  test('templates that ask each other', () => {
    const names = Array.from({ length: 12 }, (_, i) => i)
    const templates = names.map(
      (i) =>
        `{{ define "t${i}" }}${i === 0 ? '{{ .Values.v }}' : `{{ if include "t${i - 1}" . }}{{ include "t${i - 1}" . }}{{ end }}`}{{ end }}`,
    )
    const found = origin(
      {
        'templates/_h.tpl': templates.join('\n'),
        'templates/t.yaml': 'kind: A\nx: {{ include "t11" . }}\n',
        'values.yaml': 'v: w\n',
      },
      ['x'],
    )
    expect(found?.values.map(({ path }) => path)).toEqual([['v']])
    expect(found?.through).toHaveLength(12)
  })

  test('a list that grows, and values nested deeply', () => {
    const deep = `${'a: {'.repeat(90)}a: 1${'}'.repeat(90)}\n`
    const found = origin(
      {
        'templates/t.yaml':
          'kind: A\n{{ $l := list }}{{ range until 2000 }}{{ $l = append $l $.Values.v }}{{ end }}x: {{ len $l }}{{ last $l }}\n',
        'values.yaml': `v: w\n${deep}`,
      },
      ['x'],
    )
    expect(found?.values.map(({ path }) => path)).toEqual([['v']])
  })

  test('maps that hold themselves', () => {
    const found = origin(
      {
        'templates/t.yaml':
          'kind: A\n{{ $d := dict "v" .Values.v }}{{ $_ := set $d "self" $d }}x: {{ join "," (keys $d) }}\n',
        'values.yaml': 'v: w\n',
      },
      ['x'],
    )
    expect(found?.template.line).toBe(2)
  })

  test('an endless output ends by its budget', () => {
    const endless = { 'templates/t.yaml': '{{ range until 100000000 }}x{{ end }}' }
    expect(() => traced(makeChart(endless))).toThrow(BudgetError)
  })
})
