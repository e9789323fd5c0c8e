import { getIn, getString, isObject, type JsonObject, type JsonValue, rfc3339 } from '../../base/index.ts'
import { fluxFinalizer, parseDuration, variableData } from '../../flux/index.ts'
import type { KubeClient, KubeObject } from '../../kube/index.ts'
import { selectArtifactFiles } from '../../source/index.ts'
import type { GitCheckout, GitRequest, LiveSource } from '../ports.ts'
import { type Artifact, artifactStatusOf, makeArtifact } from '../runtime/artifact-store.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ReconcileResult } from '../runtime/controller.ts'
import { ManagedObject } from '../runtime/managed-object.ts'
import { type TreeFile, treeRevision } from '../runtime/tree-hash.ts'
import { fetchIncludes, type IncludedArtifact, mergeIncludes } from './include.ts'
import { snapshotTree } from './snapshot.ts'
import { markProgress, type SourceOutcome, summarizeSource } from './summarize.ts'

const controllerName = 'source-controller'
const group = 'source.toolkit.fluxcd.io'

/** A failure with the condition and reason that it is shown under. */
class SourceFailure extends Error {
  override readonly name = 'SourceFailure'
  readonly condition: string
  readonly reason: string
  readonly kind: 'failed' | 'waiting' | 'stalled'

  constructor(condition: string, reason: string, message: string, kind: 'failed' | 'waiting' | 'stalled' = 'failed') {
    super(message)
    this.condition = condition
    this.reason = reason
    this.kind = kind
  }
}

/**
 * Reconciles a GitRepository as source-controller 1.9 does: fetches, verifies that what it includes is there, filters by
 * ignore rules, keeps the artifact, and reports. A live source takes the place of the remote.
 */
export async function reconcileGitRepository(context: EngineContext, read: KubeObject): Promise<ReconcileResult> {
  const { client, clock } = context
  const object = new ManagedObject(read, { client, now: () => clock.now(), fieldManager: controllerName })
  const owner = `GitRepository/${object.namespace}/${object.name}`
  if (object.deleting) {
    context.artifacts.remove(owner)
    object.setStatus('artifact', undefined)
    object.removeFinalizer(fluxFinalizer)
    await object.patch()
    return {}
  }
  if (!object.finalizers.includes(fluxFinalizer)) {
    object.addFinalizer(fluxFinalizer)
    await object.patch()
    return { requeue: true }
  }
  if (object.suspended) {
    object.recordReconcileRequest()
    await object.patch()
    return {}
  }
  if (context.live.isBeingWritten(object.object)) return { after: 300 }
  const before = artifactStatusOf(read)
  const hadFailed = object.conditions.some(
    ({ type }) => type === 'FetchFailed' || type === 'IncludeUnavailable' || type === 'StorageOperationFailed',
  )
  const outcome = await reconcileContent(context, object, owner)
  summarizeSource(object, outcome.outcome)
  await object.patch()
  report(context, object, { outcome, before: before?.digest, hadFailed })
  if (outcome.changed) context.onArtifact('GitRepository', object.object)
  switch (outcome.outcome.type) {
    case 'done':
      return { after: context.jittered(intervalOf(object)) }
    case 'waiting':
      return { after: context.dependencyInterval }
    case 'stalled':
      return {}
    default:
      return { error: new Error(outcome.outcome.message) }
  }
}

interface ContentOutcome {
  readonly outcome: SourceOutcome
  readonly reason?: string
  readonly message?: string
  readonly live: boolean
  /** True when the artifact is new to the store but not to the object's status: after a start. */
  readonly changed: boolean
}

async function reconcileContent(context: EngineContext, object: ManagedObject, owner: string): Promise<ContentOutcome> {
  markProgress(object, false, 'Progressing', 'reconciliation in progress')
  const observed = object.status['observedGeneration']
  if (observed !== object.generation) {
    const text = `processing object: new generation ${typeof observed === 'number' ? observed : 0} -> ${object.generation}`
    markProgress(object, false, 'Progressing', text)
    await object.patch()
  }
  object.deleteCondition('StorageOperationFailed')
  try {
    const includes = await fetchIncludes(context, object)
    object.deleteCondition('IncludeUnavailable')
    const checkout = await fetchTree(context, object)
    object.deleteCondition('FetchFailed')
    if (!checkout.live) refuseUnverified(object)
    else object.deleteCondition('SourceVerified')
    return storeArtifact(context, object, { owner, checkout, includes })
  } catch (error) {
    const failure = asFailure(error)
    // The one condition that is bad when it is False.
    object.mark(
      failure.condition,
      failure.condition === 'SourceVerified' ? 'False' : 'True',
      failure.reason,
      failure.message,
    )
    const outcome: SourceOutcome =
      failure.kind === 'stalled'
        ? { type: 'stalled', reason: failure.reason, message: failure.message }
        : failure.kind === 'waiting'
          ? { type: 'waiting' }
          : { type: 'failed', message: failure.message }
    return { outcome, reason: failure.reason, live: false, changed: false }
  }
}

/**
 * This engine cannot check signatures, and what the user wants verified must not pass unverified. A working tree has no
 * signature; that it stands in for the repository is the user's own decision.
 */
function refuseUnverified(object: ManagedObject): void {
  const mode = getString(object.spec, 'verify', 'mode')
  if (mode === undefined || mode === '') {
    object.deleteCondition('SourceVerified')
    return
  }
  const text = 'signatures of commits and tags cannot be verified by this engine'
  throw new SourceFailure('SourceVerified', 'VerificationError', text, 'stalled')
}

function asFailure(error: unknown): SourceFailure {
  if (error instanceof SourceFailure) return error
  if (error instanceof Error && error.name === 'IncludeUnavailable') {
    return new SourceFailure(
      'IncludeUnavailable',
      'reason' in error ? String(error.reason) : 'NotFound',
      error.message,
      'waiting',
    )
  }
  const text = error instanceof Error ? error.message : String(error)
  return new SourceFailure('FetchFailed', 'GitOperationFailed', `failed to checkout and determine revision: ${text}`)
}

async function fetchTree(context: EngineContext, object: ManagedObject): Promise<GitCheckout & { live: boolean }> {
  const url = getString(object.spec, 'url') ?? ''
  const live = context.live.of(object.object)
  if (live !== undefined) return { ...(await readLive(live, object)), live: true }
  if (context.git === undefined) {
    throw new SourceFailure(
      'FetchFailed',
      'GitOperationFailed',
      `failed to checkout and determine revision: unable to clone '${url}': no Git client`,
    )
  }
  return { ...(await context.git.fetch(await gitRequest(context.client, object, url))), live: false }
}

/** The working tree as if it were committed to the branch that the source follows. */
async function readLive(live: LiveSource, object: ManagedObject): Promise<GitCheckout> {
  const files = snapshotTree(live.fs, live.root, await live.paths?.())
  // An empty tree would prune all that is applied from it: it is far likelier that the folder is gone.
  if (files.length === 0) throw new Error(`the working tree ${live.root} is empty or cannot be read`)
  const branch = live.branch?.() ?? getString(object.spec, 'ref', 'branch') ?? 'main'
  const selected = sparse(files, sparsePaths(object.spec))
  const revision = `${branch}@${treeRevision(selected)}`
  return { revision, files: selected, message: `working tree ${live.root}` }
}

function sparse(files: readonly TreeFile[], dirs: readonly string[]): readonly TreeFile[] {
  if (dirs.length === 0) return files
  return files.filter(({ path }) => dirs.some((dir) => path === dir || path.startsWith(`${dir}/`)))
}

function sparsePaths(spec: JsonObject): string[] {
  const list = spec['sparseCheckout']
  if (!Array.isArray(list)) return []
  const paths = list.filter((one): one is string => typeof one === 'string')
  return paths.map((one) => one.replace(/^\.\//, '').replace(/\/+$/, ''))
}

async function gitRequest(client: KubeClient, object: ManagedObject, url: string): Promise<GitRequest> {
  const ref = object.spec['ref']
  const text = (field: string): Record<string, string> => {
    const value = isObject(ref) ? ref[field] : undefined
    return typeof value === 'string' && value !== '' ? { [field]: value } : {}
  }
  const credentials = await secretData(
    client,
    object,
    'secretRef',
    (name, why) => `failed to get secret '${object.namespace}/${name}': ${why}`,
  )
  const proxy = await secretData(
    client,
    object,
    'proxySecretRef',
    (_, why) => `failed to configure proxy options: ${why}`,
  )
  return {
    url,
    ref: { ...text('branch'), ...text('tag'), ...text('semver'), ...text('name'), ...text('commit') },
    sparseCheckout: sparsePaths(object.spec),
    recurseSubmodules: object.spec['recurseSubmodules'] === true,
    timeout: parseDuration(getString(object.spec, 'timeout') ?? '60s') ?? 60_000,
    credentials,
    proxy,
  }
}

async function secretData(
  client: KubeClient,
  object: ManagedObject,
  field: string,
  message: (name: string, why: string) => string,
): Promise<Record<string, string> | undefined> {
  const name = getString(object.spec, field, 'name')
  if (name === undefined) return undefined
  const secret = await client.get({ apiVersion: 'v1', kind: 'Secret', name, namespace: object.namespace })
  if (secret !== undefined) return variableData(secret)
  throw new SourceFailure('FetchFailed', 'AuthenticationFailed', message(name, `secrets "${name}" not found`))
}

function storeArtifact(
  context: EngineContext,
  object: ManagedObject,
  got: { owner: string; checkout: GitCheckout & { live: boolean }; includes: readonly IncludedArtifact[] },
): ContentOutcome {
  const { owner, checkout } = got
  const ignore = getString(object.spec, 'ignore')
  const artifact = makeArtifact(mergeIncludes(selectArtifactFiles(checkout.files, { ignore }), got.includes))
  const before = context.artifacts.of(owner)
  if (before !== undefined && before.digest !== artifact.digest) context.onReplace(owner, before, artifact)
  context.artifacts.put(owner, artifact)
  const known = artifactStatusOf(object.object)
  const isKnown = known?.revision === checkout.revision && known.digest === artifact.digest
  if (!isKnown) {
    object.setStatus('artifact', artifactJson(object, checkout.revision, artifact, context.clock.now()))
  }
  setObserved(object, got.includes)
  object.deleteCondition('ArtifactOutdated')
  const text = `stored artifact for revision '${checkout.revision}'`
  object.mark('ArtifactInStorage', 'True', 'Succeeded', text)
  const message = checkout.live ? text : `stored artifact for commit '${checkout.message ?? checkout.revision}'`
  return {
    outcome: { type: 'done' },
    message,
    live: checkout.live,
    changed: isKnown && before?.digest !== artifact.digest,
  }
}

function artifactJson(object: ManagedObject, revision: string, artifact: Artifact, now: number): JsonObject {
  const hash = revision.slice(revision.lastIndexOf(':') + 1)
  const path = `gitrepository/${object.namespace}/${object.name}/${hash}.tar.gz`
  return {
    digest: artifact.digest,
    lastUpdateTime: rfc3339(now),
    path,
    revision,
    size: artifact.size,
    url: `http://source-controller.flux-system.svc.cluster.local./${path}`,
  }
}

function setObserved(object: ManagedObject, includes: readonly IncludedArtifact[]): void {
  const copy = (field: string, to: string): void => {
    const value: JsonValue | undefined = object.spec[field]
    object.setStatus(to, value === undefined || value === false ? undefined : value)
  }
  copy('ignore', 'observedIgnore')
  copy('recurseSubmodules', 'observedRecurseSubmodules')
  copy('include', 'observedInclude')
  copy('sparseCheckout', 'observedSparseCheckout')
  object.setStatus('includedArtifacts', includes.length === 0 ? undefined : includes.map(({ status }) => status))
}

function report(
  context: EngineContext,
  object: ManagedObject,
  { outcome, before, hadFailed }: { outcome: ContentOutcome; before: string | undefined; hadFailed: boolean },
): void {
  if (outcome.outcome.type !== 'done') {
    const ready = object.condition('Ready')
    context.sourceEvents.record(object.object, {
      type: 'Warning',
      reason: outcome.reason ?? 'Failed',
      message: ready?.message ?? '',
    })
    return
  }
  const digest = getString(object.status['artifact'], 'digest') ?? ''
  const revision = getString(object.status['artifact'], 'revision') ?? ''
  const metadata = { [`${group}/digest`]: digest, [`${group}/revision`]: revision }
  const message = outcome.message ?? ''
  if (before !== digest) {
    context.sourceEvents.record(object.object, { type: 'Normal', reason: 'NewArtifact', message, metadata })
  } else if (hadFailed) {
    context.sourceEvents.record(object.object, { type: 'Normal', reason: 'Succeeded', message, metadata })
  } else if (!outcome.live) {
    const same = `no changes since last reconciliation: observed revision '${revision}'`
    context.sourceEvents.record(object.object, {
      type: 'Normal',
      reason: 'GitOperationSucceeded',
      message: same,
      trace: true,
    })
  }
}

function intervalOf(object: ManagedObject): number {
  const text = getIn(object.spec, ['interval'])
  return (typeof text === 'string' ? parseDuration(text) : undefined) ?? 60_000
}
