import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { compareStrings } from '../../../../src/base/index.ts'
import { createInProcessTransport } from '../../../../src/devcluster/index.ts'
import { type DevCluster, startDevCluster } from '../../../../src/devcluster/server/index.ts'
import type { ReleaseContext } from '../../../../src/helm/index.ts'
import { nodeGzip, systemClock } from '../../../../src/host/index.ts'
import { createKubeClient, type KubeClient } from '../../../../src/kube/index.ts'

/** Where ../shared/tools/reference-binaries.sh puts helm 4.1; PATH comes first. */
const places = [...(process.env['PATH'] ?? '').split(delimiter), join(homedir(), '.cache/fluxkit-reference/bin')]

/** The real helm, where the machine has it. */
export const helmPath: string | undefined = places.map((place) => join(place, 'helm')).find((path) => existsSync(path))

/** A dev cluster on a socket, with the real helm and our own actions before it. */
export class HelmBench {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'fluxkit-release-'))
  readonly #cluster: DevCluster
  readonly client: KubeClient

  private constructor(cluster: DevCluster) {
    this.#cluster = cluster
    this.client = createKubeClient(createInProcessTransport(cluster.server), systemClock)
    writeFileSync(join(this.dir, 'kubeconfig'), cluster.kubeconfig, { mode: 0o600 })
  }

  static async start(): Promise<HelmBench> {
    return new HelmBench(await startDevCluster({ flux: false }))
  }

  async close(): Promise<void> {
    await this.#cluster.close()
    rmSync(this.dir, { recursive: true, force: true })
  }

  context(namespace: string, extra: Partial<ReleaseContext> = {}): ReleaseContext {
    return { client: this.client, clock: systemClock, gzip: nodeGzip, namespace, ...extra }
  }

  async namespace(name: string): Promise<void> {
    await this.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }

  /** Writes a chart for the real helm; the folder's name is `folder`. */
  write(folder: string, files: Readonly<Record<string, string>>): string {
    const root = join(this.dir, folder)
    rmSync(root, { recursive: true, force: true })
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    return root
  }

  /** Runs the real helm; resolves with what it prints, rejects with its error output. */
  helm(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, HOME: this.dir, KUBECONFIG: join(this.dir, 'kubeconfig') }
    return new Promise((resolve, reject) => {
      execFile(helmPath!, [...args], { env, cwd: this.dir, timeout: 60_000 }, (error, out, err) => {
        if (error === null) resolve(out)
        else reject(new Error(`helm ${args.join(' ')}: ${err}${out}`))
      })
    })
  }

  /** JSON that the real helm prints. */
  async helmJson<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.helm(...args, '-o', 'json')) as T
  }
}

const appChart = 'apiVersion: v2\nname: shop\nversion: 1.2.3\nappVersion: "4.5"\ndescription: A shop\n'

/** Files as a folder is walked, so that ours and the real helm see one order. */
export function sorted(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => compareStrings(a, b)))
}

/** A chart with a Deployment, a ConfigMap that keeps, hooks of every event, a test and notes. */
export const shop: Readonly<Record<string, string>> = sorted({
  'Chart.yaml': appChart,
  'values.yaml': 'replicas: 1\ncolour: red\nextra: true\n',
  'templates/NOTES.txt': 'Shop {{ .Release.Name }} is {{ .Values.colour }}.\n',
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: nginx }] }
`,
  'templates/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { colour: {{ .Values.colour | quote }} }
{{- if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: extra }
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: precious
  annotations: { helm.sh/resource-policy: keep }
`,
  'templates/hooks.yaml': `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    helm.sh/hook: pre-install,pre-upgrade,pre-rollback
    helm.sh/hook-weight: "5"
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  template:
    spec: { restartPolicy: Never, containers: [{ name: migrate, image: busybox }] }
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: before
  annotations: { helm.sh/hook: pre-install, helm.sh/hook-weight: "-5" }
`,
  'templates/test.yaml': `apiVersion: v1
kind: Pod
metadata:
  name: check
  annotations: { helm.sh/hook: test }
spec: { restartPolicy: Never, containers: [{ name: check, image: busybox }] }
`,
})
