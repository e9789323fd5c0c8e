import { isObject, type JsonObject, jsonClone, jsonEqual } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { internalError } from '../http/errors.ts'
import type { AdmissionRequest } from '../operations/admission.ts'
import type { Machine } from '../operations/machine.ts'
import { strategyOf } from '../operations/pipeline.ts'
import type { ResourceType } from '../resources/types.ts'

/**
 * Takes an object that a webhook or policy patched over into the request, in place, decoded and defaulted anew. `type` is
 * the version it was patched in, `who` names the author in errors. Answers whether that changed anything.
 * With `strict`, fields that a built-in kind does not have are an error.
 * @throws ApiError 500 for an object that is none of its kind, or under another name
 */
export function takeOver(
  machine: Machine,
  request: AdmissionRequest,
  patched: JsonObject,
  { type, who, strict }: { readonly type: ResourceType; readonly who: string; readonly strict?: boolean },
): boolean {
  const object = request.object as KubeObject
  const draft = jsonClone(patched) as KubeObject
  if (!isObject(draft.metadata)) throw internalError(`${who} took the object's metadata away`)
  if (draft.metadata.name !== object.metadata.name || draft.metadata['namespace'] !== object.metadata['namespace']) {
    throw internalError(`${who} may not change the object's name or namespace`)
  }
  const { error, unknown } = machine.schemas.decode(type, draft)
  if (error !== undefined) throw internalError(error)
  if (strict === true && type.custom === undefined && unknown.length > 0) {
    const fields = unknown.map((path) => `unknown field ${JSON.stringify(path)}`)
    throw internalError(`strict decoding error: ${fields.join(', ')}`)
  }
  const next = machine.fields.convert(draft, request.type)
  machine.schemas.setDefaults(request.type, next)
  if (request.type === machine.registry.ofCollection(request.type.collection)) {
    strategyOf(machine, request.type).defaults?.(next)
  }
  if (jsonEqual(object as JsonObject, next as JsonObject)) return false
  for (const key of Object.keys(object)) delete object[key]
  Object.assign(object, next)
  return true
}
