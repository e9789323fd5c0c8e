/**
 * The dev cluster on a socket: HTTPS on 127.0.0.1 with a certificate and a token made at start, a kubeconfig file, and
 * the cluster's state on disk when asked for. The only part of the dev cluster that touches Node.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { Clock } from '../../base/index.ts'
import { ApiServer } from '../index.ts'
import { systemClock } from './clock.ts'
import { startHttps } from './https-server.ts'
import { kubeconfigText, writePrivately } from './kubeconfig.ts'
import { openState } from './state.ts'
import { makeCertificates } from './tls.ts'
import { callWebhook } from './webhooks.ts'

export interface DevClusterOptions {
  /** 0 or absent: any free port. */
  readonly port?: number
  /** Written (mode 0600, atomically) once the cluster answers; removed when it stops. */
  readonly kubeconfigFile?: string
  /** Keeps the state here: restored at the next start, even after SIGKILL. */
  readonly stateDir?: string
  /** Name of cluster, user and context in the kubeconfig; `fluxkit` when absent. */
  readonly clusterName?: string
  /** The Flux minor whose definitions are installed; false for none. */
  readonly flux?: string | false
  /** Serves the Flux API versions of earlier minors too, with deprecation warnings. */
  readonly oldVersions?: boolean
  /** False: nothing schedules, starts or completes Pods. */
  readonly workloads?: boolean
  readonly clock?: Clock
}

export interface DevCluster {
  readonly url: string
  readonly token: string
  readonly kubeconfig: string
  /** The server itself: snapshot, restore, reset, in-process transports. */
  readonly server: ApiServer
  /** Ends watches and connections, writes the state, removes the kubeconfig file. */
  close(): Promise<void>
}

/** Starts a dev cluster. Rejects when the port is taken or a file cannot be written. */
export async function startDevCluster(options: DevClusterOptions = {}): Promise<DevCluster> {
  const certificates = makeCertificates(['127.0.0.1', 'localhost', 'kubernetes.default.svc'])
  const token = randomBytes(32).toString('base64url')
  const server = new ApiServer({
    clock: options.clock ?? systemClock,
    random: cryptoRandom(),
    callWebhook,
    rootCertificate: certificates.ca,
    ...(options.flux === undefined ? {} : { flux: options.flux }),
    ...(options.oldVersions === undefined ? {} : { oldVersions: options.oldVersions }),
    ...(options.workloads === undefined ? {} : { workloads: options.workloads }),
  })
  const state = options.stateDir === undefined ? undefined : openState(options.stateDir, server)
  const https = await startHttps(server, { port: options.port ?? 0, token, certificates })
  const url = `https://127.0.0.1:${https.port}`
  const kubeconfig = kubeconfigText({ name: options.clusterName ?? 'fluxkit', url, ca: certificates.ca, token })
  if (options.kubeconfigFile !== undefined) writePrivately(options.kubeconfigFile, kubeconfig)
  return {
    url,
    token,
    kubeconfig,
    server,
    close: async () => {
      server.close()
      await https.close()
      state?.close()
      if (options.kubeconfigFile !== undefined) rmSync(options.kubeconfigFile, { force: true })
    },
  }
}

/** Unpredictable numbers in [0, 1), drawn in blocks. */
function cryptoRandom(): () => number {
  let block = randomBytes(4096)
  let at = 0
  return () => {
    if (at + 4 > block.length) {
      block = randomBytes(4096)
      at = 0
    }
    const value = block.readUInt32LE(at) / 2 ** 32
    at += 4
    return value
  }
}
