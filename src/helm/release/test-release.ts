import { LiveRelease, type OperationOptions, type ReleaseContext, requireName, storageOf } from './context.ts'
import { joinErrors } from './errors.ts'
import { hooksFor, runHooks } from './hooks.ts'
import { type TestLog, testLog } from './logs.ts'
import type { ReleaseRecord } from './record.ts'

export interface TestOptions extends Pick<OperationOptions, 'timeout'> {
  /** Names of the only tests to run; all when absent. */
  readonly only?: readonly string[]
  /** Names of tests not to run. */
  readonly except?: readonly string[]
  /** Hears what the Pods of the chosen tests wrote, before they are deleted (`--logs`). */
  readonly onLog?: (log: TestLog) => void
}

/**
 * Runs the test hooks of a release's last revision and stores how each went.
 * Source: Helm 4.1 pkg/action/release_testing.go.
 * @throws ReleaseError where a test fails, after that was stored; of several failures (a test's and that of having its
 * logs) all are told
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
  const missing: unknown[] = []
  const beforeDeletion = async (): Promise<void> => {
    try {
      await tellLogs(release.record, context, options.onLog)
    } catch (error) {
      missing.push(error)
    }
  }
  try {
    await runHooks(release, 'test', context, { ...options, beforeDeletion })
  } catch (error) {
    putBack()
    await release.trySave()
    throw joinErrors([error, ...missing])
  }
  putBack()
  await release.save()
  if (missing.length > 0) throw joinErrors(missing)
  return release.record
}

/** Tests are Pods by their own names; one that did not run has no log, and ends the list as in Helm. */
async function tellLogs(
  { hooks }: ReleaseRecord,
  { client, namespace }: ReleaseContext,
  onLog: TestOptions['onLog'],
): Promise<void> {
  if (onLog === undefined) return
  for (const index of hooksFor(hooks, 'test')) onLog(await testLog(client, namespace, hooks[index]!.name))
}
