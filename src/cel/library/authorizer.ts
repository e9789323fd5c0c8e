import { type CelType, objectType } from '../types.ts'
import { CelOpaque, type CelValue } from '../values/value.ts'
import { define, type FunctionDefinition } from './define.ts'

/** What an expression asks to be allowed. */
export interface AccessQuestion {
  readonly verb: string
  /** For a path that is no resource; `''` else. */
  readonly path: string
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** Set when it is asked for a service account and not for who made the request. */
  readonly serviceAccount: { readonly namespace: string; readonly name: string } | undefined
}

export interface AccessDecision {
  readonly allowed: boolean
  readonly reason: string
}

/** Decides; must not throw. */
export type DecideAccess = (question: AccessQuestion) => AccessDecision

const PREFIX = 'kubernetes.authorization.'
/** Type of the variable `authorizer`. */
export const authorizerType: CelType = objectType(`${PREFIX}Authorizer`)
/** Type of the variable `authorizer.requestResource`. */
export const resourceCheckType: CelType = objectType(`${PREFIX}ResourceCheck`)
const types = {
  Authorizer: authorizerType,
  ResourceCheck: resourceCheckType,
  PathCheck: objectType(`${PREFIX}PathCheck`),
  GroupCheck: objectType(`${PREFIX}GroupCheck`),
}
const decisionType = objectType(`${PREFIX}Decision`)
/** What one check costs (apiserver pkg/cel/library/cost.go). */
const CHECK_COST = 350_000
const NOTHING: AccessQuestion = {
  verb: '',
  path: '',
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  serviceAccount: undefined,
}

/** A question under way: an authorizer, or a check of a path, group or resource. */
class Asking extends CelOpaque {
  readonly type: CelType
  readonly decide: DecideAccess
  readonly question: AccessQuestion
  constructor(type: CelType, decide: DecideAccess, question: AccessQuestion) {
    super()
    this.type = type
    this.decide = decide
    this.question = question
  }
  with(type: CelType, more: Partial<AccessQuestion>): Asking {
    return new Asking(type, this.decide, { ...this.question, ...more })
  }
  equals(other: CelOpaque): boolean {
    return this.text() === other.text()
  }
  text(): string {
    return `${this.type.name} ${JSON.stringify(this.question)}`
  }
}

class Decision extends CelOpaque {
  readonly type: CelType = decisionType
  readonly decision: AccessDecision
  constructor(decision: AccessDecision) {
    super()
    this.decision = decision
  }
  equals(other: CelOpaque): boolean {
    return this.text() === other.text()
  }
  text(): string {
    return JSON.stringify(this.decision)
  }
}

/** The value of `authorizer`. */
export function authorizerValue(decide: DecideAccess): CelValue {
  return new Asking(types.Authorizer, decide, NOTHING)
}

/** The value of `authorizer.requestResource`: a check of the resource that the request is about. */
export function resourceCheckValue(decide: DecideAccess, about: Partial<AccessQuestion>): CelValue {
  return new Asking(types.ResourceCheck, decide, { ...NOTHING, ...about })
}

/** Kubernetes' authorizer library (apiserver pkg/cel/library/authz.go); selectors are taken and not looked at. */
export function authorizerLibrary(): readonly FunctionDefinition[] {
  const step = (
    name: string,
    from: keyof typeof types,
    to: keyof typeof types,
    more: (text: string) => Partial<AccessQuestion>,
  ): FunctionDefinition =>
    define(name, [`${PREFIX}${from}.(string) ${PREFIX}${to}`], ([asking, text]) =>
      asking instanceof Asking && asking.type === types[from] && typeof text === 'string'
        ? asking.with(types[to], more(text))
        : undefined,
    )
  const told = (name: string, result: string, read: (decision: AccessDecision) => CelValue): FunctionDefinition =>
    define(name, [`${PREFIX}Decision.() ${result}`], ([decision]) =>
      decision instanceof Decision ? read(decision.decision) : undefined,
    )
  return [
    step('path', 'Authorizer', 'PathCheck', (path) => ({ path })),
    step('group', 'Authorizer', 'GroupCheck', (group) => ({ group })),
    step('resource', 'GroupCheck', 'ResourceCheck', (resource) => ({ resource })),
    step('subresource', 'ResourceCheck', 'ResourceCheck', (subresource) => ({ subresource })),
    step('namespace', 'ResourceCheck', 'ResourceCheck', (namespace) => ({ namespace })),
    step('name', 'ResourceCheck', 'ResourceCheck', (name) => ({ name })),
    step('fieldSelector', 'ResourceCheck', 'ResourceCheck', () => ({})),
    step('labelSelector', 'ResourceCheck', 'ResourceCheck', () => ({})),
    define(
      'serviceAccount',
      [`${PREFIX}Authorizer.(string, string) ${PREFIX}Authorizer`],
      ([asking, namespace, name]) =>
        asking instanceof Asking && typeof namespace === 'string' && typeof name === 'string'
          ? asking.with(types.Authorizer, { serviceAccount: { namespace, name } })
          : undefined,
    ),
    define(
      'check',
      [`${PREFIX}PathCheck.(string) ${PREFIX}Decision`, `${PREFIX}ResourceCheck.(string) ${PREFIX}Decision`],
      ([asking, verb], context) => {
        if (!(asking instanceof Asking) || typeof verb !== 'string') return undefined
        context.reserve(CHECK_COST)
        return new Decision(asking.decide({ ...asking.question, verb }))
      },
    ),
    told('allowed', 'bool', ({ allowed }) => allowed),
    told('reason', 'string', ({ reason }) => reason),
    told('errored', 'bool', () => false),
    told('error', 'string', () => ''),
  ]
}
