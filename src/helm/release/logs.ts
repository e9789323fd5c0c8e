import { getIn, getString } from '../../base/index.ts'
import { errorFromResponse, type KubeClient, type KubeObject } from '../../kube/index.ts'
import type { ReleaseContext } from './context.ts'
import { messageOf, wrapError } from './errors.ts'
import type { ReleaseHook } from './record.ts'

/** What a container of a hook wrote; `error` says why that cannot be had, which fails no operation. */
export interface HookLog {
  readonly hook: string
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly text: string
  readonly error?: string
}

/** What the Pod of a test wrote. */
export interface TestLog {
  readonly pod: string
  readonly text: string
}

/** Bytes that are read of a container; Helm reads all. */
const maxBytes = 10 << 20

/**
 * Hands on the logs of a hook's Pods where its `helm.sh/hook-output-log-policy` asks for them: of a Job its Pods', of a
 * Pod its own. Source: Helm 4.1 pkg/action/hooks.go (outputLogsByPolicy), pkg/kube/client.go (OutputContainerLogsForPodList).
 */
export async function outputHookLogs(
  hook: ReleaseHook,
  policy: 'hook-succeeded' | 'hook-failed',
  { client, namespace, onHookLog }: Pick<ReleaseContext, 'client' | 'namespace' | 'onHookLog'>,
  /** The namespace of the hook's object. */
  own: () => Promise<string | undefined>,
): Promise<void> {
  if (onHookLog === undefined || !hook.outputLogPolicies.includes(policy)) return
  const selector =
    hook.kind === 'Job'
      ? { labelSelector: `job-name=${hook.name}` }
      : hook.kind === 'Pod'
        ? { fieldSelector: `metadata.name=${hook.name}` }
        : undefined
  if (selector === undefined) return
  let at = { hook: hook.name, namespace }
  try {
    at = { ...at, namespace: (await own()) ?? namespace }
    const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: at.namespace, ...selector })
    for (const pod of items) {
      for (const container of containersOf(pod)) {
        const text = await podLog(client, at.namespace, pod.metadata.name, container)
        onHookLog({ ...at, pod: pod.metadata.name, container, text })
      }
    }
  } catch (error) {
    onHookLog({ ...at, pod: '', container: '', text: '', error: messageOf(error) })
  }
}

/**
 * The log of a test's Pod, as `helm test --logs` prints it.
 * Source: Helm 4.1 pkg/action/release_testing.go (GetPodLogs). @throws ReleaseError where there is none
 */
export async function testLog(client: KubeClient, namespace: string, pod: string): Promise<TestLog> {
  try {
    return { pod, text: await podLog(client, namespace, pod) }
  } catch (error) {
    throw wrapError(`unable to get pod logs for ${pod}`, error)
  }
}

async function podLog(client: KubeClient, namespace: string, pod: string, container?: string): Promise<string> {
  const query = `limitBytes=${maxBytes}${container === undefined ? '' : `&container=${encodeURIComponent(container)}`}`
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`
  const answer = await client.transport.request({ method: 'GET', path })
  if (answer.status !== 200) throw errorFromResponse(answer)
  return answer.body
}

function containersOf(pod: KubeObject): string[] {
  const list = getIn(pod, ['spec', 'containers'])
  return (Array.isArray(list) ? list : []).flatMap((each) => getString(each, 'name') ?? [])
}
