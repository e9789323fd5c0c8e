import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { packChart } from './chart-archive.ts'

/** Versions of the fixture's chart that the repository has. */
const versions = ['1.2.3', '1.3.0-rc.1']

export interface ChartFixture {
  /** URL of the chart repository. */
  readonly url: string
  /** Every request's path. */
  readonly asked: string[]
  dispose(): void
}

/**
 * Copies the cases of a fixture of charts into a folder: each with the chart below the folder that its file `charts`
 * names, changed by what lies in its `chart`; and serves the chart as a repository on loopback, written for `<repo>`.
 */
export async function openChartFixture(fixture: string, into: string): Promise<ChartFixture> {
  const asked: string[] = []
  const archives = new Map(versions.map((version) => [`/kit-${version}.tgz`, packFixture(fixture, version)]))
  const entries = versions.map((version) => `  - {name: kit, version: ${version}, urls: [kit-${version}.tgz]}\n`)
  const index = `apiVersion: v1\nentries:\n  kit:\n${entries.join('')}`
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const body = url === '/index.yaml' ? index : archives.get(url)
    if (body === undefined) response.writeHead(404)
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  cpSync(join(fixture, 'cases'), into, { recursive: true })
  for (const name of readdirSync(into)) prepareCase(join(into, name), { fixture, url })
  return { url, asked, dispose: () => server.close() }
}

function prepareCase(dir: string, { fixture, url }: { readonly fixture: string; readonly url: string }): void {
  const file = join(dir, 'kustomization.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('<repo>', url))
  const place = join(dir, 'charts')
  if (!existsSync(place)) return
  const charts = readFileSync(place, 'utf8').trim()
  rmSync(place)
  mkdirSync(dirname(join(dir, charts, 'kit')), { recursive: true })
  cpSync(join(fixture, 'chart'), join(dir, charts, 'kit'), { recursive: true })
  if (existsSync(join(dir, 'chart'))) cpSync(join(dir, 'chart'), join(dir, charts, 'kit'), { recursive: true })
}

/** The fixture's chart, packed in a version. */
export function packFixture(fixture: string, version: string): Uint8Array {
  const dir = join(fixture, 'chart')
  const files: Record<string, string> = {}
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!statSync(join(dir, name)).isFile()) continue
    const text = readFileSync(join(dir, name), 'utf8')
    files[name] = name === 'Chart.yaml' ? text.replace(/^version: .*$/m, `version: ${version}`) : text
  }
  return packChart('kit', files)
}
