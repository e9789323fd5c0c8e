import { getString, isObject, rfc3339 } from '../../base/index.ts'
import {
  fieldManagers,
  fluxFinalizer,
  formatDuration,
  inventoryOf,
  isReady,
  reasons,
  securePath,
  upsertHistory,
} from '../../flux/index.ts'
import type { KubeClient, KubeObject } from '../../kube/index.ts'
import { type Artifact, artifactStatusOf } from '../runtime/artifact-store.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ReconcileResult } from '../runtime/controller.ts'
import { ManagedObject } from '../runtime/managed-object.ts'
import { announce, applyAndPrune, type RunContext } from './apply-and-prune.ts'
import { checkDependencies, DependencyError } from './dependencies.ts'
import { messageOf } from './errors.ts'
import { finalizeKustomization } from './finalize.ts'
import { WaitInterrupted } from './health.ts'
import { healthExpressions } from './health-expressions.ts'
import { buildFromArtifact } from './prepare.ts'
import { KustomizationEvents } from './report.ts'
import { type KustomizationSpec, readSpec } from './spec.ts'
import { targetClient } from './target-client.ts'

/** A step that failed, with the reason of the Ready condition. */
class StepError extends Error {
  override readonly name = 'StepError'
  readonly reason: string
  /** What the condition says, where that is not what the event says. */
  readonly shown: string

  constructor(reason: string, message: string, shown: string = message) {
    super(message)
    this.reason = reason
    this.shown = shown
  }
}

interface Source {
  readonly object: KubeObject
  readonly revision: string
  readonly originRevision: string | undefined
  readonly digest: string
}

/** How a Kustomization is reconciled; `interrupted` asks whether a newer request waits for the same object. */
export type KustomizationInterrupt = (key: string) => boolean

/**
 * Reconciles a Kustomization as kustomize-controller 1.9 does, with its conditions, events and status
 * (internal/controller/kustomization_controller.go).
 */
export async function reconcileKustomization(
  context: EngineContext,
  read: KubeObject,
  interrupted: KustomizationInterrupt,
): Promise<ReconcileResult> {
  const { client, clock } = context
  const start = clock.now()
  const object = new ManagedObject(read, {
    client,
    now: () => clock.now(),
    fieldManager: fieldManagers.kustomizeStatus,
  })
  const events = new KustomizationEvents(context.kustomizeEvents, object)
  let result: ReconcileResult
  try {
    result = await decide(context, object, { events, interrupted })
  } finally {
    await finalizeStatus(object)
  }
  if (!object.suspended && !object.deleting && isReady(object.conditions)) {
    const interval = formatDuration(readSpec(object.spec, object.namespace).interval)
    const text = `Reconciliation finished in ${formatDuration(clock.now() - start)}, next run in ${interval}`
    events.finished(text)
  }
  return result
}

interface Tools {
  readonly events: KustomizationEvents
  readonly interrupted: KustomizationInterrupt
}

async function decide(context: EngineContext, object: ManagedObject, tools: Tools): Promise<ReconcileResult> {
  if (object.deleting) return finalizeKustomization(context, object, tools.events)
  if (!object.finalizers.includes(fluxFinalizer)) {
    object.addFinalizer(fluxFinalizer)
    return { requeue: true }
  }
  if (object.suspended) return {}
  const checks = healthExpressions(context.cel, object.spec)
  if ('error' in checks) return terminal(object, tools, checks.error)
  const spec = readSpec(object.spec, object.namespace)
  const source = await findSource(context, object, spec)
  if ('result' in source) return source.result
  try {
    await checkDependencies(context, object, { ref: spec.sourceRef, revision: source.revision })
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error
    if (error.terminal) return terminal(object, tools, error.message, source)
    object.mark('Ready', 'False', reasons.dependencyNotReady, error.message)
    const text = `Dependencies do not meet ready condition, retrying in ${formatDuration(context.dependencyInterval)}`
    tools.events.record('Normal', text, source)
    return { after: context.dependencyInterval }
  }
  return run(context, object, { ...tools, spec, source, custom: checks.statusOf })
}

/** An error that only a change of the object can mend: Ready=False and Stalled, no retry. */
function terminal(object: ManagedObject, tools: Tools, message: string, source?: Source): ReconcileResult {
  const text = `${reasons.terminal}: ${message}`
  object.mark('Ready', 'False', reasons.invalidCelExpression, text)
  object.markStalled(reasons.invalidCelExpression, text)
  object.setStatus('observedGeneration', object.generation)
  tools.events.record('Warning', text, source)
  return {}
}

async function findSource(
  context: EngineContext,
  object: ManagedObject,
  spec: KustomizationSpec,
): Promise<Source | { readonly result: ReconcileResult }> {
  const { kind, name, namespace } = spec.sourceRef
  const fail = (message: string): void => object.mark('Ready', 'False', reasons.artifactFailed, message)
  if (!['OCIRepository', 'GitRepository', 'Bucket', 'ExternalArtifact'].includes(kind)) {
    const message = `source \`${name}\` kind '${kind}' not supported`
    fail(message)
    return { result: { error: new Error(message) } }
  }
  let found: KubeObject | undefined
  try {
    found = await context.client.get({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind, name, namespace })
  } catch (error) {
    const message = `unable to get source '${namespace}/${name}': ${messageOf(error)}`
    fail(message)
    return { result: { error: new Error(message) } }
  }
  if (found === undefined) {
    fail(`${kind}.source.toolkit.fluxcd.io "${name}" not found`)
    context.log('info', `Source '${kind}/${namespace}/${name}' not found`)
    return { result: { after: spec.retryInterval } }
  }
  const artifact = artifactStatusOf(found)
  if (artifact === undefined) {
    fail(`Source artifact not found, retrying in ${formatDuration(context.dependencyInterval)}`)
    return { result: { after: context.dependencyInterval } }
  }
  return { object: found, ...artifact }
}

interface Run extends Tools {
  readonly spec: KustomizationSpec
  readonly source: Source
  readonly custom: RunContext['custom']
}

async function run(context: EngineContext, object: ManagedObject, job: Run): Promise<ReconcileResult> {
  const { spec, source, events } = job
  const artifact = context.artifacts.of(`${spec.sourceRef.kind}/${spec.sourceRef.namespace}/${spec.sourceRef.name}`)
  if (artifact === undefined || artifact.digest !== source.digest) {
    const text = `Source is not ready, artifact not found, retrying in ${formatDuration(context.dependencyInterval)}`
    object.mark('Ready', 'False', reasons.artifactFailed, text)
    return { after: context.dependencyInterval }
  }
  try {
    await reconcileRevision(context, object, { ...job, artifact })
  } catch (error) {
    if (error instanceof WaitInterrupted) return { requeue: true }
    const text = messageOf(error)
    if (error instanceof StepError) object.mark('Ready', 'False', error.reason, error.shown)
    events.record('Warning', text, source)
    context.log('error', `Kustomization/${object.namespace}/${object.name}: ${text}`)
    return { after: spec.retryInterval }
  }
  return { after: context.jittered(spec.interval) }
}

async function reconcileRevision(
  context: EngineContext,
  object: ManagedObject,
  job: Run & { readonly artifact: Artifact },
): Promise<void> {
  const start = context.clock.now()
  const { spec, source, artifact } = job
  const { revision, originRevision } = source
  object.mark('Ready', 'Unknown', reasons.progressing, 'Reconciliation in progress')
  const before = inventoryOf(object.object)
  const dir = securePath(artifact.root, getString(object.spec, 'path') ?? '')
  if (artifact.fs.stat(dir) === undefined) {
    throw new StepError(reasons.artifactFailed, `kustomization path not found: stat ${dir}: no such file or directory`)
  }
  object.setStatus('lastAttemptedRevision', revision)
  // Until here nothing takes time, so that the steps before are not reported one by one as the controller does.
  object.markReconciling(
    reasons.progressing,
    `Building manifests for revision ${revision} with a timeout of ${spec.timeoutText}`,
  )
  const target = await connect(context, object)
  const built = await step(reasons.buildFailed, () => buildFromArtifact(context, object, artifact))
  await step(reasons.reconciliationFailed, () => announce(object, target, { objects: built.objects, before }))
  object.markReconciling(
    reasons.progressing,
    `Detecting drift for revision ${revision} with a timeout of ${spec.timeoutText}`,
  )
  await object.patch()
  const record = historyOf(context, object, { start, source, digest: built.digest })
  try {
    if (built.encrypted !== undefined) throw new Error(built.encrypted)
    await applyAndPrune({
      context,
      object,
      target,
      objects: built.objects,
      before,
      spec,
      revision,
      originRevision,
      events: job.events,
      custom: job.custom,
      interrupted: () => context.stopping() || job.interrupted(`${object.namespace}/${object.name}`),
    })
  } catch (error) {
    if (error instanceof WaitInterrupted) throw error
    const reason =
      isObject(error) && typeof error['reason'] === 'string' ? error['reason'] : reasons.reconciliationFailed
    record(reason)
    throw new StepError(reason, messageOf(error))
  }
  object.setStatus('lastAppliedRevision', revision)
  object.setStatus('lastAppliedOriginRevision', originRevision)
  object.mark('Ready', 'True', reasons.reconciliationSucceeded, `Applied revision: ${revision}`)
  record(reasons.reconciliationSucceeded)
}

/** Writes to `status.history` how a run over what was built has ended. */
function historyOf(
  context: EngineContext,
  object: ManagedObject,
  { start, source, digest }: { readonly start: number; readonly source: Source; readonly digest: string },
): (status: string) => void {
  const { revision, originRevision } = source
  const metadata = { revision, ...(originRevision === undefined ? {} : { originRevision }) }
  return (status) => {
    const now = context.clock.now()
    const duration = formatDuration(now - start)
    const entry = { digest, time: rfc3339(now), duration, status, metadata }
    object.setStatus('history', upsertHistory(object.status['history'], entry))
  }
}

async function connect(context: EngineContext, object: ManagedObject): Promise<KubeClient> {
  try {
    return await targetClient(context, object)
  } catch (error) {
    const text = messageOf(error)
    throw new StepError(reasons.reconciliationFailed, `failed to build kube client: ${text}`, text)
  }
}

async function step<T>(reason: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw new StepError(reason, messageOf(error))
  }
}

/** The end of every reconciliation: reconcile request, Reconciling, observed generation (`finalizeStatus`). */
async function finalizeStatus(object: ManagedObject): Promise<void> {
  object.recordReconcileRequest()
  const ready = object.condition('Ready')
  if (ready?.status === 'True') {
    object.deleteCondition('Reconciling')
    object.setStatus('observedGeneration', object.generation)
  }
  const reconciling = object.condition('Reconciling')
  if (ready?.status === 'False' && reconciling !== undefined) {
    object.mark('Reconciling', reconciling.status, reasons.progressingWithRetry, reconciling.message ?? '')
  }
  await object.patch()
}
