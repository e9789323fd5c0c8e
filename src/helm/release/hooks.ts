import { compareStrings, getString } from '../../base/index.ts'
import { createAll, deleteAll } from './apply.ts'
import {
  applyContext,
  type LiveRelease,
  type OperationOptions,
  type ReleaseContext,
  timestamp,
  waitContext,
} from './context.ts'
import { joinErrors, wrapError } from './errors.ts'
import { outputHookLogs } from './logs.ts'
import type { HookExecution, ReleaseHook } from './record.ts'
import { buildResources } from './resources.ts'
import { waitForCompletion, waitForDelete } from './wait.ts'

export type HookEvent =
  | 'pre-install'
  | 'post-install'
  | 'pre-delete'
  | 'post-delete'
  | 'pre-upgrade'
  | 'post-upgrade'
  | 'pre-rollback'
  | 'post-rollback'
  | 'test'

type DeletePolicy = 'before-hook-creation' | 'hook-succeeded' | 'hook-failed'

/**
 * The hooks of an event as indexes into a release's hooks, in the order in which they run: by weight, then by name;
 * records have them by kind already. Source: Helm 4.1 pkg/action/hooks.go (`hookByWeight`).
 */
export function hooksFor(hooks: readonly ReleaseHook[], event: HookEvent): number[] {
  return [...hooks.keys()]
    .filter((i) => hooks[i]!.events.includes(event))
    .sort((a, b) => hooks[a]!.weight - hooks[b]!.weight || compareStrings(hooks[a]!.name, hooks[b]!.name))
}

/**
 * Runs the hooks of an event one after another, each to its end, and deletes them as their policies say.
 * Source: Helm 4.1 pkg/action/hooks.go (`execHook`, `execHookWithDelayedShutdown`).
 */
export async function runHooks(
  release: LiveRelease,
  event: HookEvent,
  context: ReleaseContext,
  options: OperationOptions & {
    /** Done when the last hook has ended, or one has failed, before hooks are deleted. */
    readonly beforeDeletion?: () => Promise<void>
  },
): Promise<void> {
  const run = new HookRun(release, context, options)
  const order = hooksFor(release.record.hooks, event)
  for (const [position, index] of order.entries()) {
    run.setDefaultPolicy(index)
    await run.deleteBy(index, 'before-hook-creation')
    await run.start(index, event)
    try {
      await run.finish(index)
    } catch (error) {
      await run.outputLogs(index, 'hook-failed')
      await options.beforeDeletion?.()
      // The hook's own failure is what counts, not that of tidying up after it.
      await run.deleteBy(index, 'hook-failed').catch(() => undefined)
      for (const before of order.slice(0, position)) await run.deleteBy(before, 'hook-succeeded')
      throw error
    }
  }
  await options.beforeDeletion?.()
  for (const index of order.toReversed()) {
    await run.outputLogs(index, 'hook-succeeded')
    await run.deleteBy(index, 'hook-succeeded')
  }
}

/** The steps of running the hooks of one release. */
class HookRun {
  readonly #release: LiveRelease
  readonly #context: ReleaseContext
  readonly #options: OperationOptions

  constructor(release: LiveRelease, context: ReleaseContext, options: OperationOptions) {
    this.#release = release
    this.#context = context
    this.#options = options
  }

  setDefaultPolicy(index: number): void {
    if (this.#hook(index).deletePolicies.length === 0)
      this.#change(index, { deletePolicies: ['before-hook-creation' satisfies DeletePolicy] })
  }

  /** Definitions are never deleted: every object of their kind would go with them. */
  async deleteBy(index: number, policy: DeletePolicy): Promise<void> {
    const hook = this.#hook(index)
    if (hook.kind === 'CustomResourceDefinition' || !hook.deletePolicies.includes(policy)) return
    const { client } = this.#context
    const resources = await this.#build(hook, `unable to build kubernetes object for deleting hook ${hook.path}`)
    const errors = await deleteAll(client, resources)
    if (errors.length > 0) throw joinErrors(errors, '; ')
    await waitForDelete(resources, waitContext(this.#context, this.#options.timeout))
  }

  async outputLogs(index: number, policy: 'hook-succeeded' | 'hook-failed'): Promise<void> {
    const hook = this.#hook(index)
    await outputHookLogs(hook, policy, this.#context, async () => {
      const [resource] = await this.#build(hook, hook.path)
      return getString(resource?.object, 'metadata', 'namespace')
    })
  }

  /** Makes the hook's objects. */
  async start(index: number, event: HookEvent): Promise<void> {
    const hook = this.#hook(index)
    const resources = await this.#build(hook, `unable to build kubernetes object for ${event} hook ${hook.path}`)
    const startedAt = timestamp(this.#context.clock)
    this.#ran(index, { startedAt, phase: 'Running' })
    await this.#release.trySave()
    this.#ran(index, { startedAt, phase: 'Unknown' })
    try {
      await createAll(resources, applyContext(this.#context))
    } catch (error) {
      this.#ran(index, { startedAt, completedAt: timestamp(this.#context.clock), phase: 'Failed' })
      throw wrapError(`warning: Hook ${event} ${hook.path} failed`, error)
    }
  }

  /** Waits for the hook's end and notes how it ended. */
  async finish(index: number): Promise<void> {
    const hook = this.#hook(index)
    const resources = await this.#build(hook, hook.path)
    const done = (phase: 'Succeeded' | 'Failed'): void =>
      this.#ran(index, { ...hook.lastRun, completedAt: timestamp(this.#context.clock), phase })
    try {
      await waitForCompletion(resources, waitContext(this.#context, this.#options.timeout))
    } catch (error) {
      done('Failed')
      throw error
    }
    done('Succeeded')
  }

  async #build(hook: ReleaseHook, prefix: string): Promise<Awaited<ReturnType<typeof buildResources>>> {
    const { client, namespace } = this.#context
    try {
      return await buildResources(client, hook.manifest, namespace)
    } catch (error) {
      throw wrapError(prefix, error)
    }
  }

  #hook(index: number): ReleaseHook {
    return this.#release.record.hooks[index]!
  }

  #ran(index: number, lastRun: HookExecution): void {
    this.#change(index, { lastRun })
  }

  #change(index: number, change: Partial<ReleaseHook>): void {
    const { record } = this.#release
    this.#release.set({ ...record, hooks: record.hooks.with(index, { ...record.hooks[index]!, ...change }) })
  }
}
