import { type JsonObject, jsonClone } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import type { Environment } from '../environment.ts'
import { controllerReference, numberAt, objectAt } from './pod-objects.ts'

export const REVISIONS = 'controllerrevisions.apps'

export interface Revision {
  readonly name: string
  /** What marks it besides the labels of the template. */
  readonly labels: JsonObject
}

/**
 * Keeps the template of a DaemonSet or StatefulSet as a ControllerRevision, which `kubectl rollout history` and
 * `undo` read. A template that was there before becomes the newest revision again (kubernetes pkg/controller/history);
 * the oldest ones beyond the history limit go, but for those that `live` says are in use.
 */
export function keepRevision(
  env: Environment,
  set: KubeObject,
  owned: readonly KubeObject[],
  wanted: Revision,
  live: ReadonlySet<string>,
): void {
  const namespace = String(set.metadata['namespace'])
  const number = (item: KubeObject): number => Number(item['revision'] ?? 0)
  const newest = Math.max(0, ...owned.map(number))
  const known = owned.find((item) => item.metadata.name === wanted.name)
  if (known === undefined) {
    if (env.get(REVISIONS, namespace, wanted.name) !== undefined) return
    const annotations = objectAt(set, 'metadata', 'annotations')
    env.create(REVISIONS, namespace, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: wanted.name,
        namespace,
        labels: { ...objectAt(set, 'spec', 'template', 'metadata', 'labels'), ...wanted.labels },
        ...(Object.keys(annotations).length > 0 ? { annotations: { ...annotations } } : {}),
        ownerReferences: [controllerReference(set)],
      },
      data: { spec: { template: { ...jsonClone(objectAt(set, 'spec', 'template')), $patch: 'replace' } } },
      revision: newest + 1,
    })
  } else if (number(known) < newest) {
    env.update(REVISIONS, namespace, wanted.name, (draft) => {
      draft['revision'] = newest + 1
    })
  }
  const old = owned.filter((item) => item.metadata.name !== wanted.name && !live.has(item.metadata.name))
  const surplus = old.length - numberAt(set, 10, 'spec', 'revisionHistoryLimit')
  for (const item of old.sort((a, b) => number(a) - number(b)).slice(0, Math.max(0, surplus)))
    env.remove(REVISIONS, item)
}
