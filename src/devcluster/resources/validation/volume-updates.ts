import { isObject, type JsonObject, type JsonValue, jsonEqual } from '../../../base/index.ts'
import { compareQuantities, type KubeObject, parseQuantity } from '../../../kube/index.ts'
import { type FieldError, forbiddenField, invalidValue } from '../../http/errors.ts'
import { goDiff, goValue } from '../go-values.ts'
import { sub, text } from '../strategies/draft.ts'

const CLAIM_TEXT =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** What of a claim may change: its size and class of attributes, once it is bound (`ValidatePersistentVolumeClaimUpdate`). */
export function claimUpdateErrors(next: KubeObject, live: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  const old = { ...(sub(live, 'spec') ?? {}) }
  const now = { ...(sub(next, 'spec') ?? {}) }
  const before = text(sub(live, 'metadata', 'annotations'), CLASS_ANNOTATION)
  const after = text(sub(next, 'metadata', 'annotations'), CLASS_ANNOTATION)
  if (before !== after) {
    errors.push(invalidValue(`metadata.${CLASS_ANNOTATION}`, after, 'field is immutable'))
  }
  if (text(old, 'volumeName') === '') copy(now, old, 'volumeName')
  if (old['storageClassName'] === undefined && text(now, 'storageClassName') !== '' && before === '') {
    copy(old, now, 'storageClassName')
  }
  const sizes = [sizeOf(old), sizeOf(now)] as const
  if (text(sub(next, 'status'), 'phase') === 'Bound') {
    const resources = sub(now, 'resources') ?? {}
    if (isObject(resources['requests'])) {
      now['resources'] = { ...resources, requests: { ...resources['requests'], storage: sizes[0] ?? '0' } }
    }
    copy(old, now, 'volumeAttributesClassName')
  }
  const [shownOld, shownNow] = [goValue('PersistentVolumeClaimSpec', old), goValue('PersistentVolumeClaimSpec', now)]
  if (!jsonEqual(shownOld, shownNow)) {
    errors.push(forbiddenField('spec', `${CLAIM_TEXT}\n${goDiff(shownOld, shownNow)}`))
  }
  if (less(sizes[1], sizes[0]) && !less(sub(live, 'status', 'capacity')?.['storage'], sizes[1])) {
    errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'))
  }
  errors.push(...sameMode(next, live))
  return errors
}

/** What of a volume may change (`ValidatePersistentVolumeUpdate`). */
export function volumeUpdateErrors(next: KubeObject, live: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  const old = goValue('PersistentVolumeSource', live['spec'])
  const now = goValue('PersistentVolumeSource', next['spec'])
  const [csi, newCsi] = [old['CSI'], now['CSI']]
  if (isObject(csi) && isObject(newCsi) && csi['ControllerExpandSecretRef'] === null) {
    newCsi['ControllerExpandSecretRef'] = null
  }
  if (!jsonEqual(old, now)) {
    const why = `spec.persistentvolumesource is immutable after creation\n${goDiff(old, now)}`
    errors.push(forbiddenField('spec.persistentvolumesource', why))
  }
  errors.push(...sameMode(next, live))
  const affinity = sub(live, 'spec', 'nodeAffinity')
  const changed = sub(next, 'spec', 'nodeAffinity')
  if (affinity !== undefined && !jsonEqual(affinity, changed ?? null)) {
    const shown = changed === undefined ? null : goValue('VolumeNodeAffinity', changed)
    const why = 'field is immutable, except for updating from beta label to GA'
    errors.push(invalidValue('nodeAffinity', shown, why))
  }
  const key = 'volumeAttributesClassName'
  if (sub(live, 'spec')?.[key] !== undefined && sub(next, 'spec')?.[key] === undefined) {
    errors.push(forbiddenField(`spec.${key}`, 'update from non-nil value to nil is forbidden'))
  }
  return errors
}

function sameMode(next: KubeObject, live: KubeObject): FieldError[] {
  const [old, now] = [sub(live, 'spec')?.['volumeMode'] ?? null, sub(next, 'spec')?.['volumeMode'] ?? null]
  return jsonEqual(old, now) ? [] : [invalidValue('volumeMode', now, 'field is immutable')]
}

function sizeOf(spec: JsonObject): JsonValue | undefined {
  return sub(spec, 'resources', 'requests')?.['storage']
}

/** Both absent counts as nothing. */
function less(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const [left, right] = [parseQuantity(String(a ?? '0')), parseQuantity(String(b ?? '0'))]
  return left.ok && right.ok && compareQuantities(left.value, right.value) < 0
}

function copy(from: JsonObject, to: JsonObject, key: string): void {
  const value = from[key]
  if (value === undefined) delete to[key]
  else to[key] = value
}
