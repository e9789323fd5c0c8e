import { LiveRelease, type OperationOptions, type ReleaseContext, requireName, storageOf } from './context.ts'
import { runHooks } from './hooks.ts'
import type { ReleaseRecord } from './record.ts'

export interface TestOptions extends Pick<OperationOptions, 'timeout'> {
  /** Names of the only tests to run; all when absent. */
  readonly only?: readonly string[]
  /** Names of tests not to run. */
  readonly except?: readonly string[]
}

/**
 * Runs the test hooks of a release's last revision and stores how each went.
 * Source: Helm 4.1 pkg/action/release_testing.go.
 * @throws ReleaseError where a test fails, after that was stored
 */
export async function testRelease(
  name: string,
  context: ReleaseContext,
  options: TestOptions = {},
): Promise<ReleaseRecord> {
  requireName(name, 'releaseTest: Release name is invalid')
  const storage = storageOf(context)
  const record = await storage.last(name)
  const isChosen = (hook: string): boolean =>
    options.except?.includes(hook) !== true && (options.only === undefined || options.only.includes(hook))
  const skipped = record.hooks.filter((hook) => !isChosen(hook.name))
  const release = new LiveRelease(storage, { ...record, hooks: record.hooks.filter((hook) => isChosen(hook.name)) })
  const putBack = (): void => release.set({ ...release.record, hooks: [...skipped, ...release.record.hooks] })
  try {
    await runHooks(release, 'test', context, options)
  } catch (error) {
    putBack()
    await release.trySave()
    throw error
  }
  putBack()
  await release.save()
  return release.record
}
