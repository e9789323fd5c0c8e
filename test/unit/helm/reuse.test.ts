import { expect, it } from 'vitest'
import {
  type Chart,
  loadChart,
  makeCapabilities,
  OutputCache,
  readValues,
  renderChart,
  type TemplateOptions,
} from '../../../src/helm/index.ts'
import { nodeTemplateCrypto } from '../../../src/host/template-crypto.ts'

/** A chart, one values file after the other, and how many templates each of them makes run. */
interface Example {
  readonly about: string
  readonly templates: Readonly<Record<string, string>>
  readonly defaults?: string
  /** Files of a dependency `sub`. */
  readonly sub?: Readonly<Record<string, string>>
  readonly values: readonly string[]
  /** How many templates are run in each render. */
  readonly runs: readonly number[]
}

const examples: readonly Example[] = [
  {
    about: 'a template that read nothing that changed is not run again',
    templates: { 'a.yaml': 'a: {{ .Values.a }}', 'b.yaml': 'b: {{ .Values.b.c }}' },
    values: ['{a: 1, b: {c: 1}}', '{a: 2, b: {c: 1}}', '{a: 2, b: {c: 1}}', '{a: 2, b: {c: 2}}', '{a: 2, b: {}}'],
    runs: [2, 1, 0, 1, 1],
  },
  {
    about: 'reads through includes, variables, tpl and with count',
    templates: {
      '_h.tpl': '{{ define "h" }}{{ .Values.a }}{{ end }}',
      'a.yaml': 'a: {{ include "h" . }}',
      'b.yaml': '{{ $v := .Values }}b: {{ $v.b }}',
      'c.yaml': 'c: {{ tpl "{{ .Values.c }}" $ }}',
      'd.yaml': '{{ with .Values.d }}d: {{ . }}{{ end }}',
      'e.yaml': '{{ range dict "x" $ }}e: {{ .Values.e }}{{ end }}',
      'f.yaml': 'f: {{ get .Values "f" }} {{ hasKey .Values "g" }}',
    },
    values: ['{}', '{a: 1}', '{b: 1}', '{c: 1}', '{d: 1}', '{e: 1}', '{f: 1}', '{f: 1, g: null}', '{f: 1, g: 1}'],
    runs: [6, 1, 2, 2, 2, 2, 2, 1, 1],
  },
  {
    about: 'who reads all values, or their names, is run again after every change',
    templates: { 'a.yaml': '{{ toYaml .Values }}', 'b.yaml': 'b: {{ keys .Values }}', 'c.yaml': 'c: {{ $.Values.c }}' },
    values: ['{c: 1, d: 1}', '{c: 1, d: 2}', '{c: 1, e: 2}', '{e: 2, c: 1}'],
    runs: [3, 2, 2, 2],
  },
  {
    about: 'time and randomness are asked again',
    templates: { 'a.yaml': 'a: {{ now | date "2006" }}{{ .Values.a }}', 'b.yaml': 'b: {{ randAlpha 3 | len }}' },
    values: ['{a: 1}', '{a: 1}'],
    runs: [2, 2],
  },
  {
    about: 'nothing is taken once a template changes the values',
    templates: {
      'a.yaml': 'a: {{ .Values.map.x }}',
      'b.yaml': 'b: {{ .Values.b }}',
      'c.yaml': '{{ if .Values.change }}{{ $_ := set .Values.map "x" .Values.change }}{{ end }}c: 1',
    },
    values: ['{map: {x: 1}}', '{map: {x: 1}, change: 2}', '{map: {x: 1}, change: 3}', '{map: {x: 1}}', '{map: {x: 1}}'],
    runs: [3, 3, 3, 0, 0],
  },
  {
    about: 'a merge that changes what is below values is noticed',
    templates: {
      'a.yaml': 'a: {{ toYaml .Values.one | nindent 2 }}',
      'z.yaml': 'z: {{ merge (dict) .Values.one .Values.two | toJson }}',
    },
    values: ['{one: {m: {a: 1}}, two: {m: {b: 1}}}', '{one: {m: {a: 1}}, two: {m: {b: 2}}}'],
    runs: [2, 2],
  },
  {
    about: 'a map that is put into the scope is noticed',
    templates: { 'a.yaml': 'a: {{ .extra }}', 'z.yaml': '{{ $_ := set . "extra" .Values.z }}z: 1' },
    values: ['{z: 1}', '{z: 2}'],
    runs: [2, 2],
  },
  {
    about: 'a map of its own may be changed',
    templates: { 'a.yaml': '{{ $d := dict }}{{ $_ := set $d "x" .Values.a }}a: {{ $d.x }}', 'b.yaml': 'b: 1' },
    values: ['{a: 1, c: 1}', '{a: 1, c: 2}', '{a: 2, c: 2}'],
    runs: [2, 0, 1],
  },
  {
    about: 'dependencies have values of their own, and globals',
    templates: { 'a.yaml': 'a: {{ .Values.sub.s }} {{ .Subcharts.sub.Values.t }}' },
    defaults: 'sub: {s: 1, t: 1}',
    sub: { 's.yaml': 's: {{ .Values.s }}', 'g.yaml': 'g: {{ .Values.global.g }}' },
    values: ['{}', '{global: {g: 1}}', '{global: {g: 1}, sub: {t: 2}}', '{global: {g: 1}, sub: {s: 2}}', '{x: 1}'],
    runs: [3, 2, 1, 2, 3],
  },
]

it.each(examples)('$about', ({ templates, defaults = '', sub, values, runs }) => {
  const chart = chartOf('top', templates, { 'values.yaml': defaults, ...filesBelow('charts/sub/', sub) })
  const outputs = new OutputCache()
  const count = [...Object.keys(templates), ...Object.keys(sub ?? {})].filter((name) => !name.startsWith('_')).length
  const counted = values.map((text) => {
    const before = outputs.taken
    expect(render(chart, text, { outputs })).toBe(render(chart, text))
    return count - (outputs.taken - before)
  })
  expect(counted).toEqual(runs)
})

it('takes nothing from another release, or for other capabilities', () => {
  const chart = chartOf('top', { 'a.yaml': 'a: {{ .Release.Name }} {{ .Capabilities.KubeVersion }}' })
  const outputs = new OutputCache()
  for (const options of [{}, { name: 'other' }, { kubeVersion: 'v1.30.0' }])
    expect(render(chart, '{}', { ...options, outputs })).toBe(render(chart, '{}', options))
  expect(outputs.taken).toBe(0)
  render(chart, '{}', { outputs })
  expect(outputs.taken).toBe(1)
})

it('charges the budget for what it takes', () => {
  const chart = chartOf('top', { 'a.yaml': 'a: {{ .Values.a }}', 'z.yaml': 'z: {{ range until 50 }}{{ . }}{{ end }}' })
  const outputs = new OutputCache()
  const budget = { steps: 5000, output: 120, made: 5000 }
  render(chart, '{a: 1}', { outputs, budget })
  const tooMuch = `{a: ${'x'.repeat(30)}}`
  expect(() => render(chart, tooMuch, { budget })).toThrow('a.yaml:1:6')
  expect(() => render(chart, tooMuch, { outputs, budget })).toThrow('a.yaml:1:6')
  expect(outputs.taken).toBe(1)
})

it('forgets renders when there are too many', () => {
  const chart = chartOf('top', { 'a.yaml': `a: ${'x'.repeat(1_000_000)}` })
  const outputs = new OutputCache()
  const names = Array.from({ length: 10 }, (_, i) => `r${i}`)
  for (const name of names) render(chart, '{}', { name, outputs })
  for (const name of ['r9', 'r0']) render(chart, '{}', { name, outputs })
  expect(outputs.taken).toBe(1)
})

function filesBelow(folder: string, templates: Readonly<Record<string, string>> | undefined): Record<string, string> {
  if (templates === undefined) return {}
  const named = Object.entries(templates).map(([name, text]) => [`${folder}templates/${name}`, text])
  return { [`${folder}Chart.yaml`]: chartYaml('sub'), ...Object.fromEntries(named) }
}

function chartYaml(name: string): string {
  return `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`
}

function chartOf(name: string, templates: Readonly<Record<string, string>>, more: Record<string, string> = {}): Chart {
  const files: Record<string, string> = { 'Chart.yaml': chartYaml(name), ...more }
  for (const [path, text] of Object.entries(templates)) files[`templates/${path}`] = text
  const encoder = new TextEncoder()
  const list = Object.entries(files).map(([path, text]) => ({ name: path, data: encoder.encode(text) }))
  return loadChart(list, () => [])
}

interface Given extends Pick<TemplateOptions, 'outputs' | 'budget'> {
  readonly name?: string
  readonly kubeVersion?: string
}

function render(chart: Chart, values: string, { name = 'r', kubeVersion, ...given }: Given = {}): string {
  const { manifests } = renderChart(chart, readValues(values), {
    release: { name, namespace: 'default', revision: 1, isUpgrade: false },
    capabilities: makeCapabilities(kubeVersion),
    host: { now: () => 0, crypto: nodeTemplateCrypto },
    ...given,
  })
  return manifests.map(({ path, content }) => `${path}\n${content}\n`).join('')
}
