import { getString } from '../../base/index.ts'
import { formatMeta, inventoryId, inventoryOf, objectMetaOf, ownerLabels, stringMap } from '../../flux/index.ts'
import { type KubeObject, refOf } from '../../kube/index.ts'
import type { RunContext } from './apply-and-prune.ts'
import { sourceKeyOf } from './source-key.ts'

/**
 * Warns of objects that another Kustomization applies as well: as in Flux the last one wins, until the other's next turn.
 * One that merely moved from one Kustomization to another in this revision is no case of it.
 */
export async function warnOfSharedObjects(run: RunContext, overwritten: readonly KubeObject[]): Promise<void> {
  const { context, object, revision } = run
  const owners = new Map<string, KubeObject | undefined>()
  for (const existing of overwritten) {
    const labels = stringMap(existing, 'labels')
    const name = labels[ownerLabels.name]
    const namespace = labels[ownerLabels.namespace]
    if (name === undefined || namespace === undefined) continue
    if (name === object.name && namespace === object.namespace) continue
    const key = `${namespace}/${name}`
    const { apiVersion, kind } = object.object
    if (!owners.has(key)) owners.set(key, await context.client.get({ apiVersion, kind, name, namespace }))
    const owner = owners.get(key)
    if (owner === undefined || !stillApplies(owner, existing, { object: object.object, revision })) continue
    const subject = formatMeta(objectMetaOf(existing))
    context.warn({
      type: 'Warning',
      reason: 'SharedObject',
      message: `${subject} is applied by Kustomization ${key} too; the one that is reconciled last wins`,
      object: refOf(object.object),
      metadata: {},
    })
  }
}

function stillApplies(owner: KubeObject, existing: KubeObject, by: { object: KubeObject; revision: string }): boolean {
  const id = inventoryId(objectMetaOf(existing))
  if (!inventoryOf(owner).some((entry) => entry.id === id)) return false
  if (sourceKeyOf(owner) !== sourceKeyOf(by.object)) return true
  return getString(owner, 'status', 'lastAppliedRevision') === by.revision
}
