import { getIn, getString, isObject, type JsonValue } from '../../base/index.ts'
import { badRequest, conflict, notFound } from '../http/errors.ts'
import type { Machine } from '../operations/machine.ts'
import { uidOf } from '../operations/metadata.ts'

/** What a token can be bound to: collection by kind, and whether it is in the account's namespace. */
const BINDABLE: ReadonlyMap<string, { readonly resource: string; readonly namespaced: boolean }> = new Map([
  ['Pod', { resource: 'pods', namespaced: true }],
  ['Secret', { resource: 'secrets', namespaced: true }],
  ['Node', { resource: 'nodes', namespaced: false }],
])

/**
 * Checks `spec.boundObjectRef` of a TokenRequest as registry/core/serviceaccount does. Throws `ApiError`: 404 when the
 * object is not there, 400 for kinds that tokens cannot be bound to and Pods of other accounts, 409 for another uid.
 */
export function checkBinding(machine: Machine, account: { namespace: string; name: string }, ref: JsonValue): void {
  if (!isObject(ref)) return
  const [version = '', kind = '', name = ''] = ['apiVersion', 'kind', 'name'].map((key) => getString(ref, key))
  const found = version === 'v1' ? BINDABLE.get(kind) : undefined
  if (found === undefined) {
    const [group, short] = version.includes('/') ? version.split('/') : ['', version]
    throw badRequest(`cannot bind token to object of type ${group}/${short}, Kind=${kind}`)
  }
  const entry = machine.store.get(found.resource, found.namespaced ? account.namespace : '', name)
  if (entry === undefined) throw notFound({ group: '', resource: found.resource }, name)
  if (kind === 'Pod' && getIn(entry.object, ['spec', 'serviceAccountName']) !== account.name) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account.name)} to pod running with different serviceaccount name.`,
    )
  }
  const uid = getString(ref, 'uid') ?? ''
  if (uid !== '' && uid !== uidOf(entry.object)) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw conflict({ group: '', resource: kind }, name, why)
  }
}
