import { expect, it } from 'vitest'
import {
  HeadCache,
  loadChart,
  makeCapabilities,
  readValues,
  renderChart,
  templateText,
} from '../../../src/helm/index.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

const chart = loadChart(
  Object.entries({
    'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'values.yaml': 'kind: ConfigMap\nhook: false\nbroken: ""\n',
    'templates/a.yaml': 'kind: {{ .Values.kind }}\nmetadata: {name: a}\n---\nkind: Secret\nmetadata: {name: b}\n',
    'templates/z.yaml':
      'kind: Namespace\nmetadata:\n  name: z\n{{ if .Values.hook }}  annotations: {helm.sh/hook: test}\n{{ end }}{{ .Values.broken }}',
  }).map(([name, text]) => ({ name, data: encode(text) })),
  () => [],
)

function render(values: string, kept: { heads?: HeadCache }): string {
  const rendered = renderChart(chart, readValues(values), {
    release: { name: 'r', namespace: 'n', revision: 1, isUpgrade: false },
    capabilities: makeCapabilities(undefined, []),
    ...kept,
  })
  return JSON.stringify([rendered.manifests, rendered.hooks, templateText(rendered)])
}

it('renders with what it kept as it renders without', () => {
  const kept = { cache: new WeakMap(), schemas: new Map(), heads: new HeadCache() }
  for (const values of ['', 'kind: Pod', 'hook: true', '', 'kind: Pod\nhook: true']) {
    expect(render(values, kept)).toBe(render(values, {}))
  }
})

it('keeps no head of a manifest that is broken', () => {
  const kept = { heads: new HeadCache() }
  for (let i = 0; i < 2; i++) {
    expect(() => render('broken: "x: [y"', kept)).toThrow('YAML parse error on c/templates/z.yaml')
  }
})

it('forgets heads when there are too many', () => {
  const heads = new HeadCache()
  const head = { head: { kind: 'Pod', name: '', apiVersion: '' }, annotations: {} }
  const texts = Array.from({ length: 10 }, (_, i) => `${i}${'x'.repeat(1_000_000)}`)
  for (const text of texts) heads.set(text, head)
  expect(texts.map((text) => heads.get(text) !== undefined)).toEqual([...Array(3).fill(false), ...Array(7).fill(true)])
})
