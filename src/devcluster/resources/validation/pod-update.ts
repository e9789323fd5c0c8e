import { isObject, type JsonObject, jsonEqual } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { type FieldError, forbiddenField } from '../../http/errors.ts'
import { goDiff, goValue } from '../go-values.ts'
import { list, sub } from '../strategies/draft.ts'
import { collect, type Field } from './field.ts'

const POD_UPDATE_TEXT =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** A running Pod's spec stands still but for a few fields (pkg/apis/core/validation, ValidatePodUpdate). */
export function podUpdateErrors(next: KubeObject, live: KubeObject): FieldError[] {
  const before = sub(live, 'spec') ?? {}
  return collect(next['spec'], 'spec', (spec) => {
    if (!sameContainers(spec, before, 'containers') || !sameContainers(spec, before, 'initContainers')) return
    if (!deadlineHolds(spec, before)) return
    checkTolerations(spec, before)
    checkGates(spec, before)
    if (jsonEqual(spec.value, before)) return
    const munged = mungedSpec(spec, before)
    const [old, now] = [goValue('PodSpec', before), goValue('PodSpec', munged)]
    if (jsonEqual(old, now)) return
    spec.errors.push(forbiddenField('spec', `${POD_UPDATE_TEXT}\n${goDiff(old, now)}`))
  })
}

function sameContainers(spec: Field, before: JsonObject, key: string): boolean {
  if (spec.count(key) !== list(before, key).length) {
    spec.forbidden(key, 'pod updates may not add or remove containers')
    return false
  }
  for (const container of spec.objects(key)) {
    const image = container.text('image')
    if (image === '') container.required('image')
    if (image.trim() !== image) container.invalid('image', image, 'must not have leading or trailing whitespace')
  }
  return true
}

/** A deadline may be set once and come nearer. */
function deadlineHolds(spec: Field, before: JsonObject): boolean {
  const key = 'activeDeadlineSeconds'
  const old = before[key]
  const now = spec.number(key)
  if (now === undefined) {
    if (typeof old === 'number') spec.invalid(key, null, 'must not update from a positive integer to nil value')
    return true
  }
  if (now < 0 || now > 2147483647) spec.invalid(key, now, 'must be between 0 and 2147483647, inclusive')
  else if (typeof old === 'number' && old < now) spec.invalid(key, now, 'must be less than or equal to previous value')
  else return true
  return false
}

function checkTolerations(spec: Field, before: JsonObject): void {
  const plain = ({ tolerationSeconds: _seconds, ...rest }: JsonObject): JsonObject => rest
  const now = list(spec.value, 'tolerations').map(plain)
  if (list(before, 'tolerations').some((old) => !now.some((item) => jsonEqual(item, plain(old))))) {
    spec.forbidden('tolerations', 'existing toleration can not be modified except its tolerationSeconds')
  }
}

function checkGates(spec: Field, before: JsonObject): void {
  const old = list(before, 'schedulingGates').map((gate) => gate['name'])
  for (const gate of spec.objects('schedulingGates')) {
    const name = gate.text('name')
    if (old.includes(name)) continue
    gate.forbidden('name', `only deletion is allowed, but found new scheduling gate '${name}'`)
  }
}

/** The new spec with what may change put back. */
function mungedSpec(spec: Field, before: JsonObject): JsonObject {
  const munged: JsonObject = { ...spec.value }
  for (const key of ['containers', 'initContainers']) {
    const old = list(before, key)
    const now = list(munged, key)
    if (now.length > 0) munged[key] = now.map((item, i) => ({ ...item, image: old[i]?.['image'] ?? '' }))
  }
  for (const key of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations']) putBack(munged, before, key)
  const grace = before['terminationGracePeriodSeconds']
  if (Number(grace) < 0 && munged['terminationGracePeriodSeconds'] === 1) {
    putBack(munged, before, 'terminationGracePeriodSeconds')
  }
  if (list(before, 'schedulingGates').length > 0) changeGated(spec, munged, before)
  return munged
}

function putBack(munged: JsonObject, before: JsonObject, key: string): void {
  const old = before[key]
  if (old === undefined) delete munged[key]
  else munged[key] = old
}

/** Where a Pod that is held back goes may be narrowed. */
function changeGated(spec: Field, munged: JsonObject, before: JsonObject): void {
  const old = sub(before, 'nodeSelector') ?? {}
  const now = sub(munged, 'nodeSelector') ?? {}
  if (Object.keys(old).some((key) => old[key] !== now[key])) {
    const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
    spec.invalid('nodeSelector', now, why)
  }
  putBack(munged, before, 'nodeSelector')
  checkAffinity(spec, before)
  const { nodeAffinity: _node, ...rest } = sub(munged, 'affinity') ?? {}
  const kept = sub(before, 'affinity', 'nodeAffinity')
  if (kept !== undefined) munged['affinity'] = { ...rest, nodeAffinity: kept }
  else if (Object.keys(rest).length > 0 || isObject(before['affinity'])) munged['affinity'] = rest
  else delete munged['affinity']
}

const REQUIRED = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'] as const

function checkAffinity(spec: Field, before: JsonObject): void {
  const old = list(sub(before, ...REQUIRED), 'nodeSelectorTerms')
  const now = list(sub(spec.value, ...REQUIRED), 'nodeSelectorTerms')
  const key = `${REQUIRED.join('.')}.nodeSelectorTerms`
  const shown = (term: JsonObject): JsonObject => goValue('NodeSelectorTerm', term)
  if (old.length > 0 && old.length !== now.length) {
    spec.invalid(key, now.map(shown), 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')
    return
  }
  for (const [i, term] of old.entries()) {
    const kept = (['matchExpressions', 'matchFields'] as const).every((part) =>
      list(term, part).every((item, n) => jsonEqual(item, list(now[i], part)[n] ?? null)),
    )
    if (!kept) spec.invalid(`${key}[${i}]`, shown(now[i]!), 'only additions are allowed (no mutations or deletions)')
  }
}
