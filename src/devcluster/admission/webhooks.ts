import { decodeText, getString, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { CelEntries } from '../../cel/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { badRequest, forbidden, internalError } from '../http/errors.ts'
import { writeJson } from '../http/json.ts'
import type { Admission, AdmissionRequest } from '../operations/admission.ts'
import type { Machine } from '../operations/machine.ts'
import { noWebhooks } from '../operations/webhook-session.ts'
import { fromBase64 } from '../resources/strategies/base64.ts'
import { matchedType } from './match-constraints.ts'
import { takeOver } from './patched-object.ts'
import { objectsIn, type PolicyExpressions, policyInput } from './policy-expressions.ts'
import { reviewOf, verdictOf, WebhookFailure, type WebhookUse } from './webhook-review.ts'

const GROUP = 'admissionregistration.k8s.io'
const MUTATING = `mutatingwebhookconfigurations.${GROUP}`
const VALIDATING = `validatingwebhookconfigurations.${GROUP}`
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Mutating and validating webhooks on loopback (k8s.io/apiserver pkg/admission/plugin/webhook). A webhook behind a Service
 * or on another host cannot be reached from here: its failurePolicy says what becomes of the request.
 */
export function webhooks(expressions: PolicyExpressions): Admission {
  return {
    mutate: (machine, request, rounds) => {
      const plugin = rounds.plugin(MUTATING)
      plugin.run(request.object as JsonObject | undefined, () => {
        for (const use of usesOf(machine, MUTATING, request)) {
          const key = `${use.configuration}/${use.name}`
          if (!plugin.takesPart(key)) continue
          const changed = ask(machine, expressions, request, use, rounds.again ? 'mutate again' : 'mutate')
          plugin.asked(key, changed, use.spec['reinvocationPolicy'] === 'IfNeeded')
        }
      })
    },
    validate: (machine, request) => {
      for (const use of usesOf(machine, VALIDATING, request)) ask(machine, expressions, request, use, 'validate')
    },
  }
}

/** The webhooks whose rules and selectors take a request, in order. */
function usesOf(machine: Machine, collection: string, request: AdmissionRequest): WebhookUse[] {
  const stored = machine.store.collection(collection)
  // What guards the cluster may not lock its owner out.
  if (stored.size === 0 || request.type.group === GROUP) return []
  const configurations = stored
    .list(undefined)
    .map((entry) => entry.object)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  return configurations.flatMap((configuration) =>
    objectsIn(configuration as JsonObject, 'webhooks').flatMap((spec): WebhookUse[] => {
      const type = matched(machine, spec, request)
      if (type === undefined) return []
      return [{ configuration: configuration.metadata.name, name: String(spec['name'] ?? ''), spec, type }]
    }),
  )
}

function matched(machine: Machine, spec: JsonObject, request: AdmissionRequest): AdmissionRequest['type'] | undefined {
  const rules = objectsIn(spec, 'rules')
  if (rules.length === 0) return undefined
  const constraints = {
    resourceRules: rules,
    matchPolicy: spec['matchPolicy'] ?? 'Equivalent',
    ...(spec['namespaceSelector'] === undefined ? {} : { namespaceSelector: spec['namespaceSelector'] }),
    ...(spec['objectSelector'] === undefined ? {} : { objectSelector: spec['objectSelector'] }),
  }
  return matchedType(machine, constraints, request)
}

/** Asks a webhook; answers whether it changed the object. */
function ask(
  machine: Machine,
  expressions: PolicyExpressions,
  request: AdmissionRequest,
  use: WebhookUse,
  phase: 'mutate' | 'mutate again' | 'validate',
): boolean {
  const { context, type } = request
  const show = (object: KubeObject | undefined): KubeObject | undefined =>
    object === undefined ? undefined : machine.fields.convert(object, use.type)
  const object = show(request.object)
  const old = show(request.old)
  try {
    if (!wanted(machine, expressions, { ...request, object, old }, use)) return false
    if (context.dryRun && use.spec['sideEffects'] !== 'None' && use.spec['sideEffects'] !== 'NoneOnDryRun') {
      throw badRequest(`admission webhook ${JSON.stringify(use.name)} does not support dry run`)
    }
    const url = urlOf(use)
    const key = [use.configuration, use.name, phase, identity(request, object, old)].join('\n')
    const uid = uidOf(key)
    const timeoutMs = Number(use.spec['timeoutSeconds'] ?? 10) * 1000
    const body = reviewOf(use, request, { object, old, uid })
    const answer = (context.webhooks ?? machine.webhooks ?? noWebhooks).ask({
      key,
      url,
      authority: authorityOf(use),
      timeoutMs,
      body,
    })
    const verdict = verdictOf(use, answer, { object, uid, mutating: phase !== 'validate' })
    context.warnings.push(...verdict.warnings)
    if (verdict.patched === undefined) return false
    const who = `webhook ${JSON.stringify(use.name)}`
    return takeOver(machine, request, verdict.patched, { type: use.type, who })
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error
    const why = `failed calling webhook ${JSON.stringify(use.name)}: ${error.message}`
    if (use.spec['failurePolicy'] !== 'Ignore') throw internalError(why)
    if (type.kind !== 'Event' && type.kind !== 'Lease') context.warnings.push(`${why} (ignored)`)
    return false
  }
}

/** The webhook's matchConditions: all must be true; one that cannot be evaluated is a failure unless another is false. */
function wanted(machine: Machine, expressions: PolicyExpressions, request: AdmissionRequest, use: WebhookUse): boolean {
  const conditions = objectsIn(use.spec, 'matchConditions')
  if (conditions.length === 0) return true
  const input = policyInput(machine, request, null)
  let broken: string | undefined
  for (const condition of conditions) {
    const outcome = expressions.evaluate(String(condition['expression'] ?? ''), input, new CelEntries())
    if ('error' in outcome) broken ??= `${String(condition['name'] ?? '')}: ${outcome.error}`
    else if (outcome.value !== true) return false
  }
  if (broken === undefined) return true
  if (use.spec['failurePolicy'] === 'Ignore') return false
  throw forbidden(
    request.type,
    request.name,
    `evaluating matchConditions of webhook ${JSON.stringify(use.name)}: ${broken}`,
  )
}

function urlOf(use: WebhookUse): string {
  const config = isObject(use.spec['clientConfig']) ? use.spec['clientConfig'] : {}
  const { url, service } = config
  if (typeof url !== 'string') {
    const name = isObject(service) ? `${getString(service, 'namespace') ?? ''}/${getString(service, 'name') ?? ''}` : ''
    throw new WebhookFailure(
      `the dev cluster runs no containers, so Service ${JSON.stringify(name)} has nothing behind it: give clientConfig.url on 127.0.0.1 instead`,
    )
  }
  const parsed = urlIn(url)
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || !LOOPBACK.has(parsed.hostname)) {
    throw new WebhookFailure(
      `the dev cluster calls webhooks on 127.0.0.1 and localhost only, not ${JSON.stringify(url)}`,
    )
  }
  return url
}

function urlIn(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

function authorityOf(use: WebhookUse): string | undefined {
  const bundle = isObject(use.spec['clientConfig']) ? use.spec['clientConfig']['caBundle'] : undefined
  if (typeof bundle !== 'string' || bundle === '') return undefined
  const bytes = fromBase64(bundle)
  if (bytes === undefined) throw new WebhookFailure('clientConfig.caBundle is no base64')
  return decodeText(bytes)
}

/** What makes two questions the same: all but what differs from one run of a write to the next. */
function identity(request: AdmissionRequest, object: KubeObject | undefined, old: KubeObject | undefined): string {
  const { context, operation, namespace, type } = request
  const text = writeJson([
    operation,
    type.group,
    type.version,
    type.resource,
    context.subresource,
    context.dryRun,
    context.user.name,
    namespace,
    object === undefined ? null : lasting(object),
    old === undefined ? null : lasting(old),
  ])
  // The volume of a Pod's token has a random name.
  return text.replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access')
}

function lasting(object: KubeObject): JsonValue {
  const { uid: _uid, creationTimestamp: _time, managedFields: _managed, ...metadata } = object.metadata
  const { name: _name, ...unnamed } = metadata
  return { ...object, metadata: metadata['generateName'] === undefined ? metadata : unnamed }
}

/** A uid that is the same whenever the question is. */
function uidOf(text: string): string {
  const parts: string[] = []
  for (let seed = 1; seed <= 4; seed++) {
    let hash = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)) >>> 0
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
    parts.push(hash.toString(16).padStart(8, '0'))
  }
  const all = parts.join('')
  return `${all.slice(0, 8)}-${all.slice(8, 12)}-4${all.slice(13, 16)}-8${all.slice(17, 20)}-${all.slice(20, 32)}`
}
