import { getIn, getString, isObject, type JsonObject, rfc3339, setOwn } from '../../base/index.ts'
import type { Attributes } from '../auth/authorizer.ts'
import { badRequest, invalid, invalidValue, notFound } from '../http/errors.ts'
import { queryText } from '../http/query.ts'
import type { ApiResponse, UserInfo } from '../http/types.ts'
import { uidOf } from '../operations/metadata.ts'
import { expectedOf, readBody, readObject } from './body.ts'
import { answerValue, type Exchange } from './exchange.ts'
import { checkBinding } from './token-binding.ts'
import type { ServiceAccountTokens } from './tokens.ts'

/** Answers the create-only resources of authentication.k8s.io and authorization.k8s.io. Throws `ApiError`. */
export function handleReview(exchange: Exchange, tokens: ServiceAccountTokens): ApiResponse {
  const review = readObject(exchange, expectedOf(exchange))
  const spec = isObject(review['spec']) ? review['spec'] : {}
  const done = (status: JsonObject): ApiResponse => answerValue(exchange, 201, { ...review, status })
  switch (exchange.type.kind) {
    case 'SelfSubjectReview':
      return answerValue(exchange, 201, {
        ...review,
        metadata: { ...review.metadata, creationTimestamp: rfc3339(exchange.services.machine.clock.now()) },
        status: { userInfo: userObject(exchange.user) },
      })
    case 'TokenReview':
      return done(tokenStatus(getString(spec, 'token') ?? '', tokens))
    case 'SelfSubjectRulesReview':
      return done(rulesStatus(exchange, getString(spec, 'namespace') ?? ''))
    case 'SelfSubjectAccessReview':
      return done(accessStatus(exchange, exchange.user, spec))
    default: {
      const groups = Array.isArray(spec['groups']) ? spec['groups'].filter((group) => typeof group === 'string') : []
      const name = getString(spec, 'user') ?? ''
      if (name === '' && groups.length === 0) throw badRequest('at least one of user or group must be specified')
      const namespace = exchange.route.namespace
      if (namespace !== '' && getString(spec, 'resourceAttributes', 'namespace') !== namespace) {
        throw badRequest(`spec.resourceAttributes.namespace must match namespace ${namespace}`)
      }
      return done(accessStatus(exchange, { name, groups }, spec))
    }
  }
}

function userObject(user: UserInfo): JsonObject {
  const extra: JsonObject = {}
  for (const [key, values] of Object.entries(user.extra ?? {})) setOwn(extra, key, [...values])
  return {
    username: user.name,
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    groups: [...user.groups],
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

function accessStatus(exchange: Exchange, user: UserInfo, spec: JsonObject): JsonObject {
  const resource = spec['resourceAttributes']
  const path = spec['nonResourceAttributes']
  const source = isObject(resource) ? resource : isObject(path) ? path : undefined
  if (source === undefined)
    throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified')
  const text = (name: string): string => getString(source, name) ?? ''
  const wanted: Attributes = {
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
    path: isObject(resource) ? '' : text('path'),
  }
  const { allowed, reason } = exchange.services.authorizer.decide(user, wanted)
  return { allowed, ...(reason === '' ? {} : { reason }) }
}

function rulesStatus(exchange: Exchange, namespace: string): JsonObject {
  const rules = exchange.services.authorizer.rules(exchange.user, namespace)
  return {
    resourceRules: rules
      .filter((rule) => rule.resources.length > 0)
      .map((rule) => ({
        verbs: [...rule.verbs],
        apiGroups: [...rule.apiGroups],
        resources: [...rule.resources],
        ...(rule.resourceNames.length > 0 ? { resourceNames: [...rule.resourceNames] } : {}),
      })),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs.length > 0)
      .map((rule) => ({ verbs: [...rule.verbs], nonResourceURLs: [...rule.nonResourceURLs] })),
    incomplete: false,
  }
}

function tokenStatus(token: string, tokens: ServiceAccountTokens): JsonObject {
  const user = tokens.userOf(token)
  if (user === undefined) return { authenticated: false, error: 'invalid bearer token', user: {} }
  return { authenticated: true, user: userObject(user) }
}

/** POST of serviceaccounts/token: a token that authenticates as the account until it expires. Throws `ApiError`. */
export function handleTokenRequest(exchange: Exchange, tokens: ServiceAccountTokens): ApiResponse {
  const { machine } = exchange.services
  const { route, type } = exchange
  const account = machine.store.get(type.collection, route.namespace, route.name)
  if (account === undefined) throw notFound(type, route.name)
  const body = readBody(exchange)
  const spec = isObject(body) && isObject(body['spec']) ? body['spec'] : {}
  const wanted = Number(getIn(spec, ['expirationSeconds']) ?? 3600)
  const limits = [
    [!(wanted >= 600), 'may not specify a duration less than 10 minutes'],
    [wanted > 2 ** 32, 'may not specify a duration larger than 2^32 seconds'],
  ] as const
  const faults = limits.filter(([wrong]) => wrong).map(([, why]) => invalidValue('spec.expirationSeconds', wanted, why))
  if (faults.length > 0) throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', faults)
  checkBinding(machine, route, spec['boundObjectRef'] ?? null)
  const seconds = wanted
  const expires = machine.clock.now() + seconds * 1000
  const dryRun = queryText(exchange.query, 'dryRun') !== ''
  const token = dryRun
    ? ''
    : tokens.issue({ namespace: route.namespace, name: route.name, uid: uidOf(account.object), expires })
  return answerValue(exchange, 201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: route.name,
      namespace: route.namespace,
      uid: uidOf(account.object),
      creationTimestamp: rfc3339(machine.clock.now()),
    },
    spec: {
      audiences: spec['audiences'] ?? ['https://kubernetes.default.svc.cluster.local'],
      expirationSeconds: seconds,
      boundObjectRef: spec['boundObjectRef'] ?? null,
    },
    status: { token, expirationTimestamp: rfc3339(expires) },
  })
}
