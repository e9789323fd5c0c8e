import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Chart, type ChartFile, HelmError, loadChart } from '../helm/rendering.ts'
import { readChartFiles, unpackChart } from '../host/charts.ts'
import { type FlagValues, stringFlag, type Terminal } from './command.ts'

/**
 * Finds the chart that the command line names: a folder, an archive, or what `--repo`, a URL or an OCI reference leads to.
 * The function it gives loads the chart, and throws HelmError.
 * Rejects with HelmError in Helm's words. Source: Helm 4.1 pkg/action/install.go LocateChart, pkg/chart/loader/load.go.
 */
export async function locateChart(terminal: Terminal, flags: FlagValues, given: string): Promise<() => Chart> {
  const name = given.trim()
  const path = resolve(terminal.cwd, name)
  const stat = stringFlag(flags, 'repo') === undefined ? statSync(path, { throwIfNoEntry: false }) : undefined
  if (stat?.isDirectory()) return () => folder(path)
  if (stat !== undefined) return () => archive(readFileSync(path), path)
  if (stringFlag(flags, 'repo') !== undefined || /^(?:oci|https?):\/\//.test(name)) {
    const { fetchNamedChart } = await import('./helm-remote.ts')
    const fetched = await fetchNamedChart(terminal, flags, name)
    return () => archive(fetched.bytes, fetched.url)
  }
  if (name.startsWith('/') || name.startsWith('.')) throw new HelmError(`path ${JSON.stringify(name)} not found`)
  const slash = name.indexOf('/')
  if (slash < 0) {
    throw new HelmError(`non-absolute URLs should be in form of repo_name/path_to_chart, got: ${name}`)
  }
  throw new HelmError(`repo ${name.slice(0, slash)} not found`)
}

/** The folder that `locateChart` loads the chart from; `undefined` when it loads an archive. */
export function chartFolder(terminal: Terminal, flags: FlagValues, given: string): string | undefined {
  const path = resolve(terminal.cwd, given.trim())
  if (stringFlag(flags, 'repo') !== undefined) return undefined
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : undefined
}

function folder(path: string): Chart {
  const manifest = `${path}/Chart.yaml`
  if (statSync(manifest, { throwIfNoEntry: false }) === undefined) {
    throw new HelmError(`unable to detect chart at ${manifest}: open ${manifest}: no such file or directory`)
  }
  return loadVersioned(readChartFiles(path))
}

function archive(bytes: Uint8Array, path: string): Chart {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    throw new HelmError(
      /\.ya?ml$/.test(path)
        ? `file '${path}' seems to be a YAML file, but expected a gzipped archive`
        : `file '${path}' does not appear to be a gzipped archive; got '${contentType(bytes)}'`,
    )
  }
  const files = unpacked(bytes)
  if (files.some(({ name }) => name === 'Chart.yaml')) return loadVersioned(files)
  throw new HelmError('unable to detect chart version, no Chart.yaml found')
}

function unpacked(bytes: Uint8Array): readonly ChartFile[] {
  try {
    return unpackChart(bytes)
  } catch (error) {
    // Helm's command does not say what is wrong with it; here the reason follows.
    if (error instanceof HelmError) throw new HelmError(`unable to load chart archive: ${error.message}`)
    throw error
  }
}

/** Which of Helm's loaders the chart is for; the one of version 3 has no way into a release. */
function loadVersioned(files: readonly ChartFile[]): Chart {
  const chart = loadChart(files, unpackChart)
  const { apiVersion } = chart.metadata
  if (apiVersion === 'v3') throw new HelmError('invalid chart apiVersion')
  if (apiVersion !== 'v1' && apiVersion !== 'v2') throw new HelmError('unsupported chart version')
  return chart
}

/** Go's content sniffing of the first 512 bytes, shorter ones padded with zeros, as far as archives get mixed up. */
function contentType(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 8))
  if (start.startsWith('PK\x03\x04')) return 'application/zip'
  if (start.startsWith('%PDF-')) return 'application/pdf'
  if (start.startsWith('Rar!\x1a\x07')) return 'application/x-rar-compressed'
  const head = bytes.subarray(0, 512)
  const isText = bytes.length >= 512 && head.every((byte) => byte > 0x1a || [9, 10, 12, 13].includes(byte))
  return isText ? 'text/plain; charset=utf-8' : 'application/octet-stream'
}
