import { isObject, type JsonObject, rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import type { FieldError } from '../../http/errors.ts'
import { collect, type Field } from '../validation/field.ts'

/** What only the approval subresource may say. */
const VERDICTS = ['Approved', 'Denied']
/** Conditions that are never withdrawn, and never anything but true. */
const FINAL = [...VERDICTS, 'Failed']

function conditionsOf(object: KubeObject): JsonObject[] {
  const status = object['status']
  const all = isObject(status) ? status['conditions'] : undefined
  return Array.isArray(all) ? all.filter(isObject) : []
}

function ofType(object: KubeObject, type: string): JsonObject[] {
  return conditionsOf(object).filter((condition) => condition['type'] === type)
}

/** Times that the client left out: of the same condition before, else now (milliseconds since 1970). */
function timed(conditions: readonly JsonObject[], live: KubeObject, now: number): JsonObject[] {
  const time = rfc3339(now)
  return conditions.map((condition) => {
    const before = ofType(live, String(condition['type'])).find((old) => old['status'] === condition['status'])
    return {
      ...condition,
      lastUpdateTime: condition['lastUpdateTime'] ?? time,
      lastTransitionTime: condition['lastTransitionTime'] ?? before?.['lastTransitionTime'] ?? time,
    }
  })
}

function withConditions(status: JsonObject, conditions: readonly JsonObject[]): JsonObject {
  const { conditions: _replaced, ...rest } = status
  return conditions.length === 0 ? rest : { conditions: [...conditions], ...rest }
}

/** An approval changes the conditions and nothing else (registry/certificates, `csrApprovalStrategy`). */
export function prepareApproval(draft: KubeObject, live: KubeObject, now: number): void {
  const status = isObject(live['status']) ? live['status'] : {}
  draft['status'] = withConditions(status, timed(conditionsOf(draft), live, now))
}

/** A status update cannot touch the verdicts (`csrStatusStrategy`). */
export function prepareRequestStatus(draft: KubeObject, live: KubeObject, now: number): void {
  const kept = conditionsOf(draft)
  for (const type of VERDICTS) {
    const old = ofType(live, type)
    if (old.length !== ofType(draft, type).length) continue
    for (const [i, condition] of kept.entries()) {
      if (condition['type'] === type) kept[i] = old.shift() ?? condition
    }
  }
  const status = isObject(draft['status']) ? draft['status'] : {}
  draft['status'] = withConditions(status, timed(kept, live, now))
}

/** Faults of conditions after an approval (pkg/apis/certificates/validation). */
export function approvalErrors(next: KubeObject, live: KubeObject): FieldError[] {
  return collect(next['status'], 'status', (status) => {
    checkConditions(status)
    checkKept(status, next, live)
  })
}

/** Faults of a status update: those of an approval, and the verdicts are not its business. */
export function requestStatusErrors(next: KubeObject, live: KubeObject): FieldError[] {
  return collect(next['status'], 'status', (status) => {
    checkConditions(status)
    checkKept(status, next, live)
    for (const type of VERDICTS) {
      if (ofType(next, type).length > ofType(live, type).length) {
        status.forbidden('conditions', `updates may not add a condition of type ${JSON.stringify(type)}`)
      }
    }
  })
}

function checkConditions(status: Field): void {
  const seen = new Set<string>()
  for (const condition of status.objects('conditions')) {
    const type = condition.text('type')
    if (type === '') condition.required('type')
    condition.oneOf('status', FINAL.includes(type) ? ['True'] : ['False', 'True', 'Unknown'], true)
    const other = VERDICTS.find((verdict) => verdict !== type)
    if (VERDICTS.includes(type) && other !== undefined && seen.has(other)) {
      status.invalid('conditions', type, 'Approved and Denied conditions are mutually exclusive')
    }
    if (seen.has(type)) condition.duplicate('type', type)
    seen.add(type)
  }
}

function checkKept(status: Field, next: KubeObject, live: KubeObject): void {
  for (const type of FINAL) {
    if (ofType(next, type).length < ofType(live, type).length) {
      status.forbidden('conditions', `updates may not remove a condition of type ${JSON.stringify(type)}`)
    }
  }
}
