import { type Clock, sleep } from '../../base/index.ts'
import {
  anyInMetadata,
  applyStages,
  compareApplyOrder,
  formatMeta,
  type InventoryEntry,
  inventoryId,
  inventoryRef,
  objectMetaOf,
  parseInventoryId,
  stringMap,
} from '../../flux/index.ts'
import {
  applyResolutions,
  type CompiledIgnoreRules,
  compileIgnoreRules,
  hasDrifted,
  ignoredPaths,
  isImmutableError,
  type KubeClient,
  type KubeObject,
  type MetadataPatch,
  maskSecrets,
  type Normalizer,
  parseApiVersion,
  patchMigratingVersion,
  refOf,
  resolveDrift,
  withoutPaths,
} from '../../kube/index.ts'
import type { VerifiedObjects } from '../runtime/verified-objects.ts'
import type { ApplyPolicy, MetadataPairs } from './apply-policy.ts'
import type { Change, ChangeAction } from './change-set.ts'
import { cleanupPatch } from './cleanup.ts'
import { dryRunMessage, messageOf } from './errors.ts'
import { WaitInterrupted } from './health.ts'

/** Applies and deletes objects in the name of one field manager. */
export interface ManagerOptions {
  readonly client: KubeClient
  readonly clock: Clock
  readonly fieldManager: string
  /** Drift checks at a time. */
  readonly concurrency: number
  /** Waits until the objects are ready; rejects with the controller's message. */
  readonly waitFor: (changes: readonly Change[], timeout: number) => Promise<void>
  readonly policy: ApplyPolicy
  readonly normalizer: Normalizer
  /** What earlier runs have found in order. */
  readonly verified?: VerifiedObjects
  /** Called for an object that is there and about to be written, before it is. */
  readonly onOverwrite?: (existing: KubeObject) => void
}

const waitInterval = 2000
const stageTimeout = 60_000

/** Which objects may be deleted. */
export interface DeletionPolicy {
  /** Labels that an object must have, all of them. */
  readonly inclusions: MetadataPairs
  /** Labels or annotations of which one is enough to keep an object. */
  readonly exclusions: MetadataPairs
}

/** A failed apply with what was done before it. */
export class ApplyError extends Error {
  override readonly name = 'ApplyError'
  /** Of the stages that were complete. */
  readonly changes: readonly Change[]
  /** Whatever was written, that of the stage that failed included. */
  readonly written: readonly Change[]

  constructor(message: string, changes: readonly Change[], written: readonly Change[]) {
    super(message)
    this.changes = changes
    this.written = written
  }
}

interface Plan {
  readonly change: Change
  /** What to send; `undefined` when there is nothing to do. */
  readonly send: KubeObject | undefined
}

/** Server-side apply in stages, and pruning (fluxcd/pkg ssa `ResourceManager`). */
export class ResourceManager {
  readonly #options: ManagerOptions

  constructor(options: ManagerOptions) {
    this.#options = options
  }

  /**
   * Applies definitions, then classes, waiting until they are ready, then the rest. Every object of a stage is validated
   * by a dry run before the first of it is written. Throws `ApplyError`.
   */
  async applyStaged(objects: readonly KubeObject[]): Promise<Change[]> {
    const stages = applyStages(objects, this.#options.policy.customStageKinds)
    const changes: Change[] = []
    const written: Change[] = []
    for (const [stage, wait] of [
      [stages.definitions, true],
      [stages.classes, true],
      [stages.custom, false],
      [stages.rest, false],
    ] as const) {
      if (stage.length === 0) continue
      try {
        const done = await this.applyAll(stage, written)
        changes.push(...done)
        if (wait) await this.#options.waitFor(done, stageTimeout)
      } catch (error) {
        if (error instanceof WaitInterrupted) throw error
        throw new ApplyError(messageOf(error), changes, written)
      }
    }
    return changes
  }

  /**
   * Deletes the objects of stale inventory entries against the apply order. An object that others have taken over, or
   * that opts out, is left. Returns what was settled; `error` names those that could not be deleted.
   */
  async deleteAll(
    entries: readonly InventoryEntry[],
    which: DeletionPolicy,
  ): Promise<{ changes: Change[]; error?: string }> {
    const changes: Change[] = []
    let errors = ''
    for (const entry of [...entries].reverse()) {
      const meta = parseInventoryId(entry.id)
      if (meta === undefined) continue
      const change = (action: ChangeAction): Change => ({ meta, version: entry.v, action })
      try {
        changes.push(change(await this.#deleteOne(entry, which)))
      } catch (error) {
        changes.push(change('unknown'))
        errors += `${formatMeta(meta)} ${messageOf(error)};`
      }
    }
    return errors === '' ? { changes } : { changes, error: `delete failed, errors: ${errors}` }
  }

  async #deleteOne(entry: InventoryEntry, which: DeletionPolicy): Promise<ChangeAction> {
    const { client } = this.#options
    const ref = inventoryRef(entry)!
    let existing: KubeObject | undefined
    try {
      existing = await client.get(ref)
    } catch (error) {
      throw new Error(`query failed: ${messageOf(error)}`)
    }
    if (existing === undefined) return 'deleted'
    // An id with a namespace that its kind does not have would name the object of another entry.
    if (inventoryId(objectMetaOf(existing)) !== entry.id) return 'skipped'
    const own = stringMap(existing, 'labels')
    if (!Object.entries(which.inclusions).every(([key, value]) => own[key] === value)) return 'skipped'
    if (anyInMetadata(existing, which.exclusions)) return 'skipped'
    try {
      await client.delete(ref, { propagationPolicy: 'Background' })
    } catch (error) {
      throw new Error(`delete failed: ${messageOf(error)}`)
    }
    return 'deleted'
  }

  /** Applies objects in one stage: each is validated by a dry run before the first of them is written. */
  async applyAll(objects: readonly KubeObject[], written: Change[] = []): Promise<Change[]> {
    const sorted = objects
      .map((object) => ({ object, meta: objectMetaOf(object) }))
      .sort((a, b) => compareApplyOrder(a.meta, b.meta))
      .map(({ object }) => object)
    const plans = await inParallel(sorted, this.#options.concurrency, (object) => this.#plan(object))
    for (const { send, change } of plans) {
      if (send === undefined) continue
      try {
        const { client, fieldManager, verified } = this.#options
        const applied = await client.apply(send, { fieldManager, force: true })
        verified?.add(inventoryId(objectMetaOf(send)), send, applied)
      } catch (error) {
        throw new Error(`${formatMeta(objectMetaOf(send))} apply failed: ${messageOf(error)}`)
      }
      written.push(change)
    }
    return plans.map(({ change }) => change)
  }

  /**
   * What an apply would change, by a dry run: the object as it is and as it would be, without managed fields and with
   * the values of Secrets masked (fluxcd/pkg ssa `Diff`). Throws with the controller's message.
   */
  async diff(object: KubeObject): Promise<{ change: Change; live?: KubeObject; merged?: KubeObject }> {
    const { policy, client, fieldManager } = this.#options
    const existing = await this.#read(object)
    const skipped = this.#skip(object, existing)
    if (skipped !== undefined) return { change: skipped }
    let dryRun: KubeObject
    try {
      dryRun = await client.apply(object, { fieldManager, force: true, dryRun: true })
    } catch (error) {
      if (existing !== undefined && this.#mayRecreate(object, existing, error))
        return { change: changeOf(object, 'created') }
      throw new Error(dryRunMessage(error, object))
    }
    if (existing === undefined) return { change: changeOf(dryRun, 'created') }
    const sides = this.#comparable(existing, dryRun, compiled(policy))
    if (!hasDrifted(sides.existing, sides.dryRun)) return { change: changeOf(dryRun, 'unchanged') }
    const before = withoutManagedFields(sides.existing)
    const after = withoutManagedFields(sides.dryRun)
    const isSecret = object.kind === 'Secret' && object.apiVersion === 'v1'
    const shown = isSecret ? maskSecrets(before, after) : { before, after }
    return { change: changeOf(object, 'configured'), live: shown.before, merged: shown.after }
  }

  #skip(object: KubeObject, existing: KubeObject | undefined): Change | undefined {
    const { policy } = this.#options
    const isExcluded =
      anyInMetadata(object, policy.exclusionSelector) || anyInMetadata(existing, policy.exclusionSelector)
    const isKept = existing !== undefined && anyInMetadata(object, policy.ifNotPresentSelector)
    return isExcluded || isKept ? changeOf(existing ?? object, 'skipped') : undefined
  }

  async #plan(object: KubeObject): Promise<Plan> {
    let existing = await this.#read(object)
    const { policy, fieldManager } = this.#options
    const skipped = this.#skip(object, existing)
    if (skipped !== undefined) return { change: skipped, send: undefined }
    const { verified } = this.#options
    const id = inventoryId(objectMetaOf(object))
    if (existing !== undefined && verified?.has(id, object, existing) === true) {
      return { change: changeOf(existing, 'unchanged'), send: undefined }
    }
    let patched = false
    if (existing !== undefined && policy.migrateApiVersion) {
      const migrated = await this.#migrate(existing, object.apiVersion)
      patched = migrated !== existing
      existing = migrated
    }
    const dry = await this.#dryRun(object, existing)
    if (dry.recreated) existing = undefined
    if (existing !== undefined) {
      const cleaned = await this.#cleanup(object, existing)
      patched ||= cleaned !== existing
      existing = cleaned
    }
    if (existing === undefined) return { change: changeOf(dry.result, 'created'), send: object }
    const rules = compiled(policy)
    const sides = this.#comparable(existing, dry.result, rules)
    if (!patched && !hasDrifted(sides.existing, sides.dryRun)) {
      verified?.add(id, object, existing)
      return { change: changeOf(dry.result, 'unchanged'), send: undefined }
    }
    this.#options.onOverwrite?.(existing)
    const send = applyResolutions(object, resolveDrift(existing, dry.result, rules, fieldManager))
    return { change: changeOf(dry.result, 'configured'), send }
  }

  /** Both sides of a drift check, without the fields that do not count. */
  #comparable(
    existing: KubeObject,
    dryRun: KubeObject,
    rules: CompiledIgnoreRules,
  ): { existing: KubeObject; dryRun: KubeObject } {
    const { normalizer } = this.#options
    const paths = ignoredPaths(rules, dryRun)
    return {
      existing: withoutPaths(normalizer.dryRun(existing), paths),
      dryRun: withoutPaths(normalizer.dryRun(dryRun), paths),
    }
  }

  /** What is there now; an unknown kind or an unreachable server shows in the dry run that follows. */
  async #read(object: KubeObject): Promise<KubeObject | undefined> {
    try {
      return await this.#options.client.get(refOf(object))
    } catch {
      return undefined
    }
  }

  async #dryRun(
    object: KubeObject,
    existing: KubeObject | undefined,
  ): Promise<{ result: KubeObject; recreated: boolean }> {
    const { client, fieldManager } = this.#options
    const options = { fieldManager, force: true, dryRun: true }
    try {
      return { result: await client.apply(object, options), recreated: false }
    } catch (error) {
      if (existing === undefined || !this.#mayRecreate(object, existing, error)) {
        throw new Error(dryRunMessage(error, object))
      }
    }
    const subject = formatMeta(objectMetaOf(object))
    try {
      await client.delete(refOf(existing), { propagationPolicy: 'Background' })
    } catch (error) {
      throw new Error(`${subject} immutable field detected, failed to delete object: ${messageOf(error)}`)
    }
    await this.#whenGone(existing, subject)
    try {
      return { result: await client.apply(object, options), recreated: true }
    } catch (error) {
      throw new Error(dryRunMessage(error, object))
    }
  }

  #mayRecreate(object: KubeObject, existing: KubeObject, error: unknown): boolean {
    if (!isImmutableError(error)) return false
    const { force, forceSelector } = this.#options.policy
    return force || anyInMetadata(object, forceSelector) || anyInMetadata(existing, forceSelector)
  }

  /** Finalizers may keep a deleted object for a while. */
  async #whenGone(object: KubeObject, subject: string): Promise<void> {
    const { client, clock } = this.#options
    const limit = clock.now() + stageTimeout
    for (;;) {
      if ((await client.get(refOf(object))) === undefined) return
      if (clock.now() >= limit) {
        throw new Error(
          `${subject} immutable field detected, failed to wait for object to be deleted: context deadline exceeded`,
        )
      }
      await sleep(clock, waitInterval)
    }
  }

  /** Takes over what other tools wrote, so that one owner is left. */
  #cleanup(object: KubeObject, existing: KubeObject): Promise<KubeObject> {
    const { policy, fieldManager } = this.#options
    const patch = cleanupPatch(object, existing, { policy: policy.cleanup, fieldManager })
    return this.#patch(existing, patch, 'metadata.managedFields cleanup failed')
  }

  #migrate(existing: KubeObject, apiVersion: string): Promise<KubeObject> {
    return this.#patch(existing, patchMigratingVersion(existing, apiVersion), 'failed to migrate API version')
  }

  /** The patched object; the same one when there was nothing to patch. */
  async #patch(existing: KubeObject, patch: MetadataPatch, failure: string): Promise<KubeObject> {
    if (patch.length === 0) return existing
    const { client, fieldManager } = this.#options
    try {
      return await client.patch(refOf(existing), 'json', [...patch], { fieldManager })
    } catch (error) {
      throw new Error(`${formatMeta(objectMetaOf(existing))} ${failure}: ${messageOf(error)}`)
    }
  }
}

function compiled(policy: ApplyPolicy): CompiledIgnoreRules {
  const rules = compileIgnoreRules(policy.ignoreRules)
  if (!rules.ok) throw new Error(rules.error)
  return rules.value
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata: metadata as KubeObject['metadata'] }
}

function changeOf(object: KubeObject, action: ChangeAction): Change {
  return { meta: objectMetaOf(object), version: parseApiVersion(object.apiVersion).version, action }
}

/** Runs an action for every item, a few at a time; results keep the order. After the first failure no more are begun. */
async function inParallel<T, R>(items: readonly T[], limit: number, action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length)
  let next = 0
  let failed = false
  let failure: unknown
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const i = next++
      try {
        results[i] = await action(items[i]!)
      } catch (error) {
        if (!failed) failure = error
        failed = true
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failed) throw failure
  return results
}
