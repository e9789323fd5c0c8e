import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeText } from '../../../src/base/index.ts'
import {
  type ChartFile,
  HelmError,
  isIgnoredByHelm,
  loadChart,
  makeCapabilities,
  parseHelmIgnore,
  type RenderedChart,
  readValues,
  renderChart,
  templateText,
} from '../../../src/helm/index.ts'
import { nodeTemplateCrypto } from '../../../src/host/index.ts'
import { readTarGz } from '../../support/tar.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

export interface HelmCase {
  readonly id: string
  readonly chart?: string
  readonly files?: Readonly<Record<string, string>>
  readonly values?: string
  readonly releaseName: string
  readonly namespace: string
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
  readonly includeCrds?: boolean
  readonly expected?: string
  readonly error?: string
  readonly errorUnordered?: boolean
  readonly errorPartial?: boolean
}

/** ../shared/conformance/helm: synthetic charts and real ones, bytes and error texts. */
export const suite: ConformanceSuite = {
  name: 'helm',
  corpus: 'conformance/helm',
  *run(corpusDir, filter) {
    for (const each of helmCases(corpusDir, filter)) yield check(each, corpusDir)
  },
}

/** Small charts of one template each, then real ones. */
export function* helmCases(corpusDir: string, filter: (id: string) => boolean): Generator<HelmCase> {
  const templates = join(corpusDir, 'templates')
  for (const file of readdirSync(templates).sort()) {
    for (const each of JSON.parse(readFileSync(join(templates, file), 'utf8')) as HelmCase[]) {
      if (filter(each.id)) yield each
    }
  }
  const cases = join(corpusDir, 'cases')
  for (const file of readdirSync(cases).sort()) {
    const id = file.replace(/\.json$/, '')
    if (filter(id)) yield JSON.parse(readFileSync(join(cases, file), 'utf8')) as HelmCase
  }
}

function check(each: HelmCase, corpusDir: string): CaseResult {
  const { text, error } = render(each, corpusDir)
  if (each.expected !== undefined) {
    if (text === each.expected) return { id: each.id, pass: true }
    return { id: each.id, pass: false, detail: error ?? firstDifference(each.expected, text ?? '') }
  }
  const wanted = each.error ?? ''
  const got = (error ?? '').trim()
  const pass = each.errorPartial
    ? got.includes(wanted)
    : each.errorUnordered
      ? sortLines(got) === sortLines(wanted)
      : got === wanted.trim()
  return { id: each.id, pass, detail: `want error: ${wanted}\ngot: ${error ?? text}` }
}

function render(each: HelmCase, corpusDir: string): { text?: string; error?: string } {
  try {
    const rendered = renderCase(each, corpusDir)
    return { text: templateText(rendered, { includeCrds: each.includeCrds === true }) }
  } catch (error) {
    if (error instanceof Error && error.name !== 'HelmError')
      return { error: `${error.name}: ${error.stack ?? error.message}` }
    return { error: (error as HelmError).message }
  }
}

/** @throws HelmError */
export function renderCase(each: HelmCase, corpusDir: string, trace = false): RenderedChart {
  const chart = loadChart(chartFiles(each, corpusDir), unpack)
  return renderChart(chart, wrapValues(each.values ?? ''), {
    release: { name: each.releaseName, namespace: each.namespace, revision: 1, isUpgrade: false },
    host: { crypto: nodeTemplateCrypto },
    capabilities: makeCapabilities(each.kubeVersion, each.apiVersions ?? []),
    trace,
  })
}

function wrapValues(text: string): ReturnType<typeof readValues> {
  try {
    return readValues(text)
  } catch (error) {
    if (error instanceof HelmError) throw new HelmError(`failed to parse VALUES: ${error.message}`)
    throw error
  }
}

function chartFiles(each: HelmCase, corpusDir: string): ChartFile[] {
  if (each.files !== undefined) {
    const ignore = parseHelmIgnore(each.files['.helmignore'] ?? '')
    const kept = Object.entries(each.files).filter(([name]) => !isIgnored(ignore, name))
    return kept.map(([name, content]) => ({ name, data: encodeText(content) }))
  }
  const path = join(corpusDir, 'charts', each.chart ?? '')
  if (!existsSync(path)) throw new HelmError(`no chart ${each.chart}`)
  return [...unpack(readFileSync(path))]
}

/** A file is left out with the folder that holds it. */
function isIgnored(rules: ReturnType<typeof parseHelmIgnore>, path: string): boolean {
  const parts = path.split('/')
  return parts.some((_, i) => isIgnoredByHelm(rules, parts.slice(0, i + 1).join('/'), i < parts.length - 1))
}

function unpack(archive: Uint8Array): ChartFile[] {
  return [...readTarGz(archive)].map(([path, data]) => ({ name: path.slice(path.indexOf('/') + 1), data }))
}

function sortLines(text: string): string {
  return text.split('\n').sort().join('\n')
}

function firstDifference(expected: string, got: string): string {
  const a = expected.split('\n')
  const b = got.split('\n')
  const at = a.findIndex((line, i) => line !== b[i])
  return `line ${at + 1}\nwant: ${a.slice(Math.max(0, at - 1), at + 3).join('\n      ')}\ngot:  ${b.slice(Math.max(0, at - 1), at + 3).join('\n      ')}`
}
