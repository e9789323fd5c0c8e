import { type Cancellation, CancelledError, type Clock, getString } from '../../base/index.ts'
import type { GoMap } from '../../gotemplate/index.ts'
import { apiVersionOf, errorFromResponse, type KubeClient, parseJson } from '../../kube/index.ts'
import { type Capabilities, parseKubeVersion } from '../capabilities.ts'
import { type Chart, HelmError } from '../chart.ts'
import type { RenderOptions } from '../engine.ts'
import { type RenderedChart, renderChart, validateReleaseName } from '../template.ts'
import type { ApplyContext } from './apply.ts'
import type { Gzip } from './codec.ts'
import { messageOf, ReleaseError, wrapError } from './errors.ts'
import type { HookLog } from './logs.ts'
import type { ReleaseRecord } from './record.ts'
import { ReleaseStorage } from './storage.ts'
import type { WaitContext } from './wait.ts'

/** Renders a chart; a caller's own may run post-renderers or find objects of the cluster. */
export type Render = (
  chart: Chart,
  values: GoMap,
  options: Pick<RenderOptions, 'release' | 'capabilities'>,
) => RenderedChart | Promise<RenderedChart>

/** Where releases are worked on, and with what. */
export interface ReleaseContext {
  readonly client: KubeClient
  readonly clock: Clock
  readonly gzip: Gzip
  /** The namespace of the release. */
  readonly namespace: string
  /** Where the Secrets are; the release's namespace when absent. */
  readonly storageNamespace?: string
  /** `helm` when absent. */
  readonly fieldManager?: string
  /** Ends an operation between two requests; it then fails as Helm's does when its context is cancelled. */
  readonly cancellation?: Cancellation
  readonly render?: Render
  /** Hears what hooks wrote whose `helm.sh/hook-output-log-policy` asks for it; nobody asks for logs when absent. */
  readonly onHookLog?: (log: HookLog) => void
}

/** What every operation that waits takes. */
export interface OperationOptions {
  /** Wait until the objects are current. */
  readonly wait?: boolean
  /** With `wait`: a Job is current only once it has completed. */
  readonly waitForJobs?: boolean
  /** Milliseconds for each wait; five minutes when absent. */
  readonly timeout?: number
  readonly disableHooks?: boolean
  /** Stored instead of `Install complete` and the like. */
  readonly description?: string
}

/** What operations that apply objects take besides. */
export interface ApplyingOptions extends OperationOptions {
  /** Take fields from other managers instead of failing. */
  readonly forceConflicts?: boolean
  /** How many revisions stay; 10 when absent, 0: all. */
  readonly maxHistory?: number
  /** Render and check against the cluster, and change nothing; the record comes back unstored (`--dry-run=server`). */
  readonly dryRun?: boolean
}

export function storageOf(context: ReleaseContext): ReleaseStorage {
  const { client, clock, gzip, namespace } = context
  return new ReleaseStorage({ client, clock, gzip, namespace: context.storageNamespace ?? namespace })
}

export function applyContext(context: ReleaseContext, forceConflicts = false): ApplyContext {
  const { client, cancellation } = context
  return { client, cancellation, forceConflicts, fieldManager: context.fieldManager ?? 'helm' }
}

export function waitContext(context: ReleaseContext, timeout: number = defaultTimeout): WaitContext {
  const { client, clock, cancellation } = context
  return { client, clock, cancellation, timeout }
}

/** `--timeout` of Helm's command line. */
const defaultTimeout = 300_000

/** `--history-max` of Helm's command line. */
export const defaultMaxHistory = 10

/** The time as records hold it. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString()
}

/** A cancelled operation's failure in Go's words, any other in its own. */
export function failureText(error: unknown): string {
  return error instanceof CancelledError ? 'context canceled' : messageOf(error)
}

/** @throws ReleaseError `InvalidName`, with words that each of Helm's operations puts differently */
export function requireName(name: string, prefix: string): void {
  try {
    validateReleaseName(name)
  } catch (error) {
    if (error instanceof HelmError) throw new ReleaseError('InvalidName', `${prefix}: ${name}`, { cause: error })
    throw error
  }
}

/** Undoing goes on after the operation was called off. */
export function withoutCancellation(context: ReleaseContext): ReleaseContext {
  const { cancellation: _, ...rest } = context
  return rest
}

/** What the cluster offers to templates. Source: Helm 4.1 pkg/action/action.go (`getCapabilities`, `GetVersionSet`). */
async function clusterCapabilities(client: KubeClient): Promise<Capabilities> {
  const answer = await client.transport.request({ method: 'GET', path: '/version' })
  if (answer.status !== 200) throw wrapError('could not get server version from Kubernetes', errorFromResponse(answer))
  const version = getString(parseJson(answer.body), 'gitVersion') ?? ''
  const apiVersions = new Set<string>()
  for (const resource of await client.resources()) {
    const apiVersion = apiVersionOf(resource)
    apiVersions.add(apiVersion).add(`${apiVersion}/${resource.kind}`)
  }
  return { kubeVersion: parseKubeVersion(version), apiVersions: [...apiVersions] }
}

/** A chart rendered against the cluster. */
export async function renderFor(
  context: ReleaseContext,
  input: { readonly chart: Chart; readonly values: GoMap; readonly release: RenderOptions['release'] },
): Promise<RenderedChart> {
  const render = context.render ?? renderChart
  const capabilities = await clusterCapabilities(context.client)
  return render(input.chart, input.values, { release: input.release, capabilities })
}

/** The manifest that a record keeps. Source: Helm 4.1 pkg/action/action.go (`renderResources`). */
export function manifestText(rendered: RenderedChart): string {
  return rendered.manifests.map(({ path, content }) => `---\n# Source: ${path}\n${content}\n`).join('')
}

/** The record of an operation that was only tried. */
export function dryRunOf(record: ReleaseRecord, description = 'Dry run complete'): ReleaseRecord {
  return { ...record, info: { ...record.info, description } }
}

/** A record that an operation changes step by step, each step stored. */
export class LiveRelease {
  readonly #storage: ReleaseStorage
  #record: ReleaseRecord

  constructor(storage: ReleaseStorage, record: ReleaseRecord) {
    this.#storage = storage
    this.#record = record
  }

  get record(): ReleaseRecord {
    return this.#record
  }

  set(record: ReleaseRecord): void {
    this.#record = record
  }

  async save(): Promise<void> {
    await this.#storage.update(this.#record)
  }

  /** Stores where failing to do so must not hide what happened before (Helm's `recordRelease`). */
  async trySave(): Promise<void> {
    await this.save().catch(() => undefined)
  }
}
