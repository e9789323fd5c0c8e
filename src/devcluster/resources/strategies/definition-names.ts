import { type JsonObject, type JsonValue, jsonEqual, rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import type { StrategyContext } from '../strategy.ts'
import { list, sub, text } from './draft.ts'

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io'
const APPROVAL = 'api-approved.kubernetes.io'

interface Verdict {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

/**
 * The status of a definition as the API server's own controllers leave it: which names it got, whether it is
 * established, whether a group of Kubernetes has its approval. Undefined when nothing is to be changed. Sources:
 * apiextensions-apiserver `pkg/controller/status`, `establish` and `apiapproval`.
 */
export function settledStatus(definition: KubeObject, context: StrategyContext): JsonObject | undefined {
  const status = sub(definition, 'status') ?? {}
  const { names, verdict } = acceptedNames(definition, context)
  const time = rfc3339(context.now)
  let conditions = withCondition(list(status, 'conditions'), 'NamesAccepted', verdict, time)
  const established = conditions.find((condition) => condition['type'] === 'Established')
  if (established?.['status'] !== 'True') {
    const accepted = verdict.status === 'True'
    const next: Verdict = accepted
      ? { status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
      : { status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
    if (accepted || established === undefined) conditions = withCondition(conditions, 'Established', next, time)
  }
  const approval = approvalOf(definition)
  if (approval !== undefined) {
    conditions = withCondition(conditions, 'KubernetesAPIApprovalPolicyConformant', approval, time)
  }
  const settled = { ...status, acceptedNames: names, conditions }
  return jsonEqual(settled, status) ? undefined : settled
}

function withCondition(conditions: readonly JsonObject[], type: string, verdict: Verdict, time: string): JsonObject[] {
  const { status, reason, message } = verdict
  const old = conditions.find((condition) => condition['type'] === type)
  const lastTransitionTime = old?.['status'] === status ? (old['lastTransitionTime'] ?? time) : time
  const condition: JsonObject = { type, status, lastTransitionTime, reason, message }
  return old === undefined ? [...conditions, condition] : conditions.map((item) => (item === old ? condition : item))
}

function acceptedNames(definition: KubeObject, context: StrategyContext): { names: JsonObject; verdict: Verdict } {
  const wanted = sub(definition, 'spec', 'names') ?? {}
  const before = sub(definition, 'status', 'acceptedNames') ?? {}
  const { resources, kinds } = takenNames(definition, context)
  const names: JsonObject = { plural: '', kind: '', ...before }
  let verdict: Verdict = { status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
  const take = (key: string, taken: ReadonlySet<string>, reason: string, values: readonly string[]): void => {
    const clashes = [...new Set(values.filter((value) => taken.has(value)))]
    if (clashes.length === 0) put(names, key, wanted[key])
    else {
      const texts = clashes.map((value) => `${JSON.stringify(value)} is already in use`)
      verdict = { status: 'False', reason, message: texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]` }
    }
  }
  const fresh = (key: string): string[] => (text(wanted, key) === text(before, key) ? [] : [text(wanted, key)])
  take('plural', resources, 'PluralConflict', fresh('plural'))
  take('singular', resources, 'SingularConflict', fresh('singular'))
  const own = new Set(textsOf(before['shortNames']))
  const short = textsOf(wanted['shortNames']).filter((name) => !own.has(name))
  take('shortNames', resources, 'ShortNamesConflict', short)
  take('kind', kinds, 'KindConflict', fresh('kind'))
  take('listKind', kinds, 'ListKindConflict', fresh('listKind'))
  put(names, 'categories', wanted['categories'])
  return { names, verdict }
}

function put(names: JsonObject, key: string, value: JsonValue | undefined): void {
  if (value === undefined) delete names[key]
  else names[key] = value
}

/** The names that the definitions of the group have. */
function takenNames(
  definition: KubeObject,
  context: StrategyContext,
): { readonly resources: ReadonlySet<string>; readonly kinds: ReadonlySet<string> } {
  const group = text(sub(definition, 'spec'), 'group')
  const resources = new Set<string>()
  const kinds = new Set<string>()
  for (const other of context.list(DEFINITIONS)) {
    if (text(sub(other, 'spec'), 'group') !== group) continue
    const taken = sub(other, 'status', 'acceptedNames') ?? {}
    for (const name of [text(taken, 'plural'), text(taken, 'singular'), ...textsOf(taken['shortNames'])]) {
      if (name !== '') resources.add(name)
    }
    for (const key of ['kind', 'listKind']) if (text(taken, key) !== '') kinds.add(text(taken, key))
  }
  return { resources, kinds }
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** Groups of the Kubernetes community name the review of their API. */
export function isProtectedGroup(group: string): boolean {
  return /(^|\.)(k8s|kubernetes)\.io$/.test(group)
}

/** How an approval annotation is to be read; undefined for groups that need none. */
export function approvalOf(definition: KubeObject): Verdict | undefined {
  if (!isProtectedGroup(text(sub(definition, 'spec'), 'group'))) return undefined
  const annotation = text(sub(definition, 'metadata', 'annotations'), APPROVAL)
  if (annotation === '') {
    const message = `protected groups must have approval annotation "${APPROVAL}", see https://github.com/kubernetes/enhancements/pull/1111`
    return { status: 'False', reason: 'MissingAnnotation', message }
  }
  if (annotation.startsWith('unapproved')) {
    const message = `not approved: ${JSON.stringify(annotation)}`
    return { status: 'False', reason: 'UnapprovedAnnotation', message }
  }
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/\s]+/.test(annotation)) {
    return { status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${annotation}` }
  }
  const message = `protected groups must have approval annotation "${APPROVAL}" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`
  return { status: 'False', reason: 'InvalidAnnotation', message }
}
