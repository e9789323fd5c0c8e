import { goQuote } from '../../kube/index.ts'
import { ApiError, DeniedError, qualified } from '../http/errors.ts'
import type { UserInfo } from '../http/types.ts'
import type { Attributes, Authorizer } from './authorizer.ts'

/** The holder of the kubeconfig's token. */
export const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

/** Whoever shows no token. */
const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

/** The groups that a service account is always in. */
export function serviceAccountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
}

/**
 * The user that a request acts as: nobody in particular without a token, and what `Impersonate-*` headers say, which need
 * the right to impersonate. `wanted` is what the request wants to do: refusals name it.
 * @throws ApiError 400, 401 for a token that nobody has, 403
 */
export function actingUser(
  known: UserInfo | undefined,
  headers: Readonly<Record<string, string>>,
  authorizer: Authorizer,
  wanted: Attributes,
): UserInfo {
  if (known === undefined && /^Bearer +\S/i.test(headers['authorization'] ?? '')) {
    throw new ApiError(401, 'Unauthorized', 'Unauthorized')
  }
  const user = known ?? ANONYMOUS
  const name = headers['impersonate-user'] ?? ''
  const groups = (headers['impersonate-group'] ?? '')
    .split(',')
    .map((group) => group.trim())
    .filter(Boolean)
  const uid = headers['impersonate-uid'] ?? ''
  const extra = extraOf(headers)
  if (name === '') {
    if (groups.length > 0 || uid !== '' || Object.keys(extra).length > 0) {
      throw new DeniedError(
        400,
        'BadRequest',
        `requested ${goUser(uid, groups, extra)} without impersonating a user name`,
      )
    }
    return user
  }
  const account = SERVICE_ACCOUNT.exec(name)
  const mode = account !== null ? 'serviceaccount' : name.startsWith('system:node:') ? 'arbitrary-node' : 'user-info'
  const all: Wanted[] = [
    account === null
      ? { resource: 'users', namespace: '', name }
      : { resource: 'serviceaccounts', namespace: account[1]!, name: account[2]! },
    ...groups.map((group) => ({ resource: 'groups', namespace: '', name: group })),
  ]
  if (!all.every((item) => mayImpersonate(user, authorizer, item))) {
    throw denied(user, { ...wanted, verb: `impersonate-on:${mode}:${wanted.verb}` })
  }
  const implied = account === null ? [] : serviceAccountGroups(account[1]!)
  const member = groups.length > 0 ? groups : implied
  const authenticated =
    member.includes('system:unauthenticated') || name === 'system:anonymous' ? [] : ['system:authenticated']
  return {
    name,
    ...(uid === '' ? {} : { uid }),
    groups: [...new Set([...member, ...authenticated])],
    extra,
  }
}

function extraOf(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  for (const [key, value] of Object.entries(headers)) {
    if (key.startsWith('impersonate-extra-')) extra[decoded(key.slice(18))] = [value]
  }
  return extra
}

/** Keys of extra headers are percent-encoded; one that is not is taken as it is. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch (error) {
    if (error instanceof URIError) return key
    throw error
  }
}

/** As Go's `%#v` writes the user that was asked for. */
function goUser(uid: string, groups: readonly string[], extra: Readonly<Record<string, readonly string[]>>): string {
  const list = (items: readonly string[]): string =>
    items.length === 0 ? '[]string(nil)' : `[]string{${items.map(goQuote).join(', ')}}`
  const entries = Object.keys(extra)
    .sort()
    .map((key) => `${goQuote(key)}:${list(extra[key]!)}`)
  const map = entries.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${entries.join(', ')}}`
  return `&user.DefaultInfo{Name:"", UID:${goQuote(uid)}, Groups:${list(groups)}, Extra:${map}}`
}

interface Wanted {
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

function mayImpersonate(user: UserInfo, authorizer: Authorizer, wanted: Wanted): boolean {
  return authorizer.decide(user, { verb: 'impersonate', group: '', subresource: '', path: '', ...wanted }).allowed
}

/** The 403 of an action that no rule allows (apiserver's `ForbiddenMessage`). */
export function denied(user: UserInfo, wanted: Attributes): ApiError {
  if (wanted.path !== '') {
    const message = `forbidden: User ${JSON.stringify(user.name)} cannot ${wanted.verb} path ${JSON.stringify(wanted.path)}`
    return new DeniedError(403, 'Forbidden', message, {})
  }
  const resource = wanted.subresource === '' ? wanted.resource : `${wanted.resource}/${wanted.subresource}`
  const scope =
    wanted.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(wanted.namespace)}`
  const why = `User ${JSON.stringify(user.name)} cannot ${wanted.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(wanted.group)} ${scope}`
  const what = qualified(wanted)
  return new DeniedError(
    403,
    'Forbidden',
    `${wanted.name === '' ? what : `${what} ${JSON.stringify(wanted.name)}`} is forbidden: ${why}`,
    {
      ...(wanted.name === '' ? {} : { name: wanted.name }),
      ...(wanted.group === '' ? {} : { group: wanted.group }),
      kind: wanted.resource,
    },
  )
}
