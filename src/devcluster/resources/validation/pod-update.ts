import { type JsonObject, jsonEqual } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { type FieldError, forbiddenField } from '../../http/errors.ts'
import { list, sub } from '../strategies/draft.ts'

const POD_UPDATE_TEXT =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** A running Pod's spec stands still but for a few fields. */
export function podUpdateErrors(next: KubeObject, live: KubeObject): FieldError[] {
  const before = comparable(live)
  const after = comparable(next)
  return jsonEqual(before, after) ? [] : [forbiddenField('spec', POD_UPDATE_TEXT)]
}

function comparable(pod: KubeObject): JsonObject {
  const spec = sub(pod, 'spec') ?? {}
  const {
    activeDeadlineSeconds: _deadline,
    tolerations: _tolerations,
    terminationGracePeriodSeconds: _grace,
    nodeName: _node,
    schedulingGates: _gates,
    ...rest
  } = spec
  const images = (field: string): JsonObject[] => list(spec, field).map(({ image: _image, ...container }) => container)
  return { ...rest, containers: images('containers'), initContainers: images('initContainers') }
}
