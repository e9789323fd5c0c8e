import { getString, type JsonObject, type ObjectRef, rfc3339 } from '../../base/index.ts'
import { reconcileRequestAnnotation, referencesOf } from '../../flux/index.ts'
import type { KubeClient, KubeObject } from '../../kube/index.ts'
import type { ActionOutcome, ActionVerb } from '../../protocol/index.ts'
import { messageOf } from '../dispatch.ts'

const fieldManager = 'fluxkit'

/** Acts on each object by itself; one that fails does not keep the others from their turn. Behaviour of the flux CLI. */
export async function actOn(
  client: KubeClient,
  verb: ActionVerb,
  refs: readonly ObjectRef[],
  now: number,
): Promise<ActionOutcome[]> {
  return Promise.all(
    refs.map(async (ref): Promise<ActionOutcome> => {
      try {
        return { ref, ok: true, message: await actOnOne(client, verb, ref, now) }
      } catch (error) {
        return { ref, ok: false, message: messageOf(error) }
      }
    }),
  )
}

async function actOnOne(client: KubeClient, verb: ActionVerb, ref: ObjectRef, now: number): Promise<string> {
  const object = await client.get(ref)
  if (object === undefined) throw new Error('no longer in the cluster')
  const suspended = (object['spec'] as { suspend?: unknown } | undefined)?.suspend === true
  switch (verb) {
    case 'suspend':
      if (suspended) return 'was suspended already'
      await merge(client, ref, { spec: { suspend: true } })
      return 'suspended'
    case 'resume':
      if (!suspended) return 'was not suspended'
      await merge(client, ref, { spec: { suspend: false }, ...request(now) })
      return 'resumed, reconciliation requested'
    case 'reconcile':
      // A suspended object does not answer a request: say so instead of doing nothing.
      if (suspended) throw new Error('is suspended; resume it first')
      await merge(client, ref, request(now))
      return 'reconciliation requested'
    case 'reconcile-with-source':
      if (suspended) throw new Error('is suspended; resume it first')
      await requestSources(client, object, now)
      await merge(client, ref, request(now))
      return 'reconciliation of source and object requested'
  }
}

/** Asks for the source first: its new artifact makes the object reconcile once more. */
async function requestSources(client: KubeClient, object: KubeObject, now: number): Promise<void> {
  const source = referencesOf(object).find(({ role }) => role === 'source' || role === 'chart')
  if (source === undefined) return
  const { apiVersion, kind, name, namespace } = source
  const ref: ObjectRef = { apiVersion, kind, name, ...(namespace === '' ? {} : { namespace }) }
  const found = await client.get(ref)
  if (found === undefined) throw new Error(`its source ${kind}/${namespace}/${name} is not in the cluster`)
  if (kind === 'ExternalArtifact') {
    const owner = getString(found, 'spec', 'sourceRef', 'name')
    const ownerKind = getString(found, 'spec', 'sourceRef', 'kind')
    const ownerVersion = getString(found, 'spec', 'sourceRef', 'apiVersion')
    if (owner === undefined || ownerKind === undefined || ownerVersion === undefined) return
    await merge(client, { apiVersion: ownerVersion, kind: ownerKind, name: owner, namespace }, request(now))
    return
  }
  await merge(client, ref, request(now))
}

function request(now: number): JsonObject {
  return { metadata: { annotations: { [reconcileRequestAnnotation]: nanoseconds(now) } } }
}

/** RFC 3339 with a fraction, so that two requests within a second differ. */
function nanoseconds(now: number): string {
  return `${rfc3339(now).slice(0, -1)}.${String(now % 1000).padStart(3, '0')}000000Z`
}

async function merge(client: KubeClient, ref: ObjectRef, patch: JsonObject): Promise<void> {
  await client.patch(ref, 'merge', patch, { fieldManager })
}
