import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { HelmError } from '../helm/rendering.ts'
import { cacheDir, createChartSources, createNodeHttpClient } from '../host/index.ts'
import { ChartError, follow, shownUrl, type TlsOptions } from '../source/index.ts'
import { type FlagValues, stringFlag, type Terminal } from './command.ts'

/** Bytes of a values file of the web. */
const maxValues = 16 << 20
const maxArchive = 100 << 20
const timeout = 60_000

/** Fetches the chart of a URL, an OCI reference, or of a name in `--repo`. Rejects with HelmError. */
export async function fetchNamedChart(
  terminal: Terminal,
  flags: FlagValues,
  name: string,
): Promise<{ readonly bytes: Uint8Array; readonly url: string }> {
  const repo = stringFlag(flags, 'repo')
  const login = loginOf(flags)
  const tls = tlsOf(terminal, flags)
  const access = { ...login, ...(tls === undefined ? {} : { tls }) }
  const version = stringFlag(flags, 'version') ?? (flags['devel'] === true ? '>0.0.0-0' : '')
  return asHelm(async () => {
    if (repo === undefined && !name.startsWith('oci://')) {
      const response = await follow(createNodeHttpClient(), {
        ...{ url: name, headers: {}, maxSize: maxArchive, timeout },
        ...(tls === undefined ? {} : { tls }),
      })
      if (response.status !== 200) throw new ChartError(`failed to fetch ${shownUrl(name)} : ${response.status}`)
      return { bytes: response.body, url: name }
    }
    const { http, oci } = createChartSources({ cacheDir: cacheDir(terminal.env) })
    if (repo !== undefined) {
      const passCredentials = flags['pass-credentials'] === true
      const fetched = await http.fetch({ url: repo, passCredentials, ...access }, name, version)
      return { bytes: fetched.archive, url: fetched.url }
    }
    const slash = name.lastIndexOf('/')
    const [chart = '', tag = ''] = name.slice(slash + 1).split(':')
    const repository = { url: name.slice(0, slash), insecure: flags['plain-http'] === true, ...access }
    const fetched = await oci.fetchChart(repository, chart, version || tag)
    return { bytes: fetched.archive, url: fetched.url }
  })
}

/** Fetches a values file of the web. Rejects with HelmError. */
export async function fetchValues(url: string): Promise<Uint8Array> {
  return asHelm(async () => {
    const response = await follow(createNodeHttpClient(), { url, headers: {}, maxSize: maxValues, timeout })
    if (response.status === 200) return response.body
    throw new ChartError(`failed to fetch ${shownUrl(url)} : ${response.status}`)
  })
}

async function asHelm<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ChartError) throw new HelmError(error.message)
    throw error
  }
}

function loginOf(flags: FlagValues): { username?: string; password?: string } {
  const [username, password] = [stringFlag(flags, 'username'), stringFlag(flags, 'password')]
  return username === undefined || password === undefined ? {} : { username, password }
}

function tlsOf(terminal: Terminal, flags: FlagValues): TlsOptions | undefined {
  const read = (flag: string): string | undefined => {
    const path = stringFlag(flags, flag)
    return path === undefined ? undefined : readFileSync(resolve(terminal.cwd, path), 'utf8')
  }
  const [ca, cert, key] = [read('ca-file'), read('cert-file'), read('key-file')]
  const insecureSkipVerify = flags['insecure-skip-tls-verify'] === true
  if (ca === undefined && cert === undefined && key === undefined && !insecureSkipVerify) return undefined
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    insecureSkipVerify,
  }
}
