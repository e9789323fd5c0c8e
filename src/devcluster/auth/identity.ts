import { ApiError, badRequest, forbidden } from '../http/errors.ts'
import type { UserInfo } from '../http/types.ts'
import type { Attributes, Authorizer } from './authorizer.ts'

/** The holder of the kubeconfig's token. */
export const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

/** The groups that a service account is always in. */
export function serviceAccountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
}

/**
 * The user that a request acts as: `Impersonate-*` headers, which need the right to impersonate.
 * @throws ApiError 401, 403
 */
export function actingUser(
  user: UserInfo | undefined,
  headers: Readonly<Record<string, string>>,
  authorizer: Authorizer,
): UserInfo {
  if (user === undefined) throw new ApiError(401, 'Unauthorized', 'Unauthorized')
  const name = headers['impersonate-user'] ?? ''
  const groups = (headers['impersonate-group'] ?? '')
    .split(',')
    .map((group) => group.trim())
    .filter(Boolean)
  const uid = headers['impersonate-uid'] ?? ''
  if (name === '') {
    if (groups.length > 0 || uid !== '') {
      throw badRequest('requested [{UserExtra   } {Group}] without impersonating a user')
    }
    return user
  }
  const account = SERVICE_ACCOUNT.exec(name)
  if (account === null) allow(user, authorizer, { resource: 'users', namespace: '', name })
  else allow(user, authorizer, { resource: 'serviceaccounts', namespace: account[1]!, name: account[2]! })
  for (const group of groups) allow(user, authorizer, { resource: 'groups', namespace: '', name: group })
  const implied = account === null ? [] : serviceAccountGroups(account[1]!)
  const all = groups.length > 0 ? groups : implied
  const authenticated =
    all.includes('system:unauthenticated') || name === 'system:anonymous' ? [] : ['system:authenticated']
  return {
    name,
    ...(uid === '' ? {} : { uid }),
    groups: [...new Set([...all, ...authenticated])],
    extra: extraOf(headers),
  }
}

function extraOf(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  for (const [key, value] of Object.entries(headers)) {
    if (key.startsWith('impersonate-extra-')) extra[key.slice(18)] = [value]
  }
  return extra
}

function allow(
  user: UserInfo,
  authorizer: Authorizer,
  wanted: { resource: string; namespace: string; name: string },
): void {
  const attributes: Attributes = { verb: 'impersonate', group: '', subresource: '', path: '', ...wanted }
  if (!authorizer.decide(user, attributes).allowed) throw denied(user, attributes)
}

/** The 403 of an action that no rule allows (apiserver's `ForbiddenMessage`). */
export function denied(user: UserInfo, wanted: Attributes): ApiError {
  if (wanted.path !== '') {
    const message = `forbidden: User ${JSON.stringify(user.name)} cannot ${wanted.verb} path ${JSON.stringify(wanted.path)}`
    return new ApiError(403, 'Forbidden', message, {})
  }
  const resource = wanted.subresource === '' ? wanted.resource : `${wanted.resource}/${wanted.subresource}`
  const scope =
    wanted.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(wanted.namespace)}`
  const why = `User ${JSON.stringify(user.name)} cannot ${wanted.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(wanted.group)} ${scope}`
  return forbidden({ group: wanted.group, resource: wanted.resource }, wanted.name, why)
}
