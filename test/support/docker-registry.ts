import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256Digest } from '../../src/source/index.ts'
import { answers, ended, freePort } from './server.ts'

/** Debian's `docker-registry`, where it is installed; tests say that they were skipped where it is not. */
export const hasDockerRegistry: boolean = spawnSync('docker-registry', ['--version']).status === 0

export interface RunningRegistry {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  stop(): Promise<void>
}

/** The registry's user: `ann`, password `secret`. */
export const registryLogin = { username: 'ann', password: 'secret' } as const
const htpasswd = 'ann:$2y$05$G87fvRkrih0Rid4ACxn21ePDriIXbmum0zBUMcGs.a4vOUfjumPcC\n'

/** Starts a registry of its own on loopback, with its data below a folder. */
export async function startDockerRegistry(
  home: string,
  options: { readonly login: boolean },
): Promise<RunningRegistry> {
  const port = await freePort()
  mkdirSync(join(home, 'data'), { recursive: true })
  writeFileSync(join(home, 'htpasswd'), htpasswd)
  const auth = options.login ? `auth:\n  htpasswd:\n    realm: test\n    path: ${join(home, 'htpasswd')}\n` : ''
  const config = `version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: ${join(home, 'data')}\nhttp:\n  addr: 127.0.0.1:${port}\n${auth}`
  writeFileSync(join(home, 'config.yml'), config)
  const child = spawn('docker-registry', ['serve', join(home, 'config.yml')], { stdio: 'ignore' })
  const host = `127.0.0.1:${port}`
  await answers(`http://${host}/v2/`, child)
  return {
    host,
    stop: () => ended(child),
  }
}

/** Pushes a chart as `helm push` does, with the registry's user. */
export async function pushChart(host: string, repository: string, tag: string, chart: Uint8Array): Promise<void> {
  const config = new TextEncoder().encode('{"name":"web","apiVersion":"v2"}')
  for (const blob of [config, chart]) {
    const started = await send(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
    const location = new URL(started.headers.get('location') ?? '', `http://${host}`)
    location.searchParams.set('digest', sha256Digest(blob))
    await send(location.href, { method: 'PUT', body: new Uint8Array(blob) })
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.cncf.helm.config.v1+json',
      digest: sha256Digest(config),
      size: config.length,
    },
    layers: [
      {
        mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
        digest: sha256Digest(chart),
        size: chart.length,
      },
    ],
  }
  await send(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': manifest.mediaType },
    body: JSON.stringify(manifest),
  })
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const { username, password } = registryLogin
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const response = await fetch(url, { ...init, headers: { ...init.headers, authorization } })
  if (!response.ok) throw new Error(`${init.method} ${url}: ${response.status} ${await response.text()}`)
  await response.arrayBuffer()
  return response
}
