import { decodeText, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { ApiError, badRequest, unsupportedMediaType } from '../http/errors.ts'
import { deeperThan } from '../http/json.ts'
import { BODY_TYPES, bareType, PROTOBUF_TYPE, YAML_TYPE } from '../http/media.ts'
import { versionOf } from '../resources/types.ts'
import type { Exchange } from './exchange.ts'

/** What kube-apiserver takes: 3 MiB. */
export const MAX_BODY: number = 3 * 1024 * 1024
const MAX_DEPTH = 1000

/** 413 of a body beyond the limit. */
export function tooLarge(): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`)
}

/**
 * Reads a request's body in the format that Content-Type names; undefined when there is none.
 * @throws ApiError 400, 413, 415
 */
export function readBody(
  exchange: Exchange,
  hint?: { readonly apiVersion: string; readonly kind: string },
): JsonValue | undefined {
  const { body, headers } = exchange.request
  if (body === undefined || body.length === 0) return undefined
  if (body.length > MAX_BODY) throw tooLarge()
  const type = bareType(headers['content-type'])
  const { formats } = exchange.services
  if (type === PROTOBUF_TYPE || startsAsProtobuf(body)) return guarded(() => formats.protobuf(body, hint))
  if (type === YAML_TYPE || type === 'application/x-yaml') return guarded(() => formats.yaml(decodeText(body)))
  if (
    type !== '' &&
    !BODY_TYPES.includes(type) &&
    type !== 'application/x-www-form-urlencoded' &&
    type !== 'text/plain'
  ) {
    throw unsupportedMediaType(BODY_TYPES)
  }
  return guarded(() => formats.json(decodeText(body)))
}

function startsAsProtobuf(body: Uint8Array): boolean {
  return body[0] === 0x6b && body[1] === 0x38 && body[2] === 0x73 && body[3] === 0
}

/** Runs a reader; its failure, whatever it is, is the client's. Depth is bounded so that no later walk overflows. */
export function guarded<T extends JsonValue>(read: () => T): T {
  let value: T
  try {
    value = read()
  } catch (error) {
    if (error instanceof ApiError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw badRequest(`couldn't get version/kind; json parse error: ${why}`)
  }
  if (deeperThan(value, MAX_DEPTH)) throw badRequest('the object is nested too deeply')
  return value
}

/**
 * The object of a create or update, its identity checked against the resource.
 * @throws ApiError 400
 */
export function readObject(exchange: Exchange, expected: { apiVersion: string; kind: string }): KubeObject {
  const value = readBody(exchange, expected)
  if (!isObject(value)) {
    throw badRequest(
      value === undefined
        ? 'the request body is empty'
        : `the object provided is unrecognized (must be of type ${expected.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${typeof value} into Go value of type struct`,
    )
  }
  return checkedObject(value, expected)
}

/** Fills in or checks apiVersion and kind, and makes sure that metadata is an object. */
export function checkedObject(value: JsonObject, expected: { apiVersion: string; kind: string }): KubeObject {
  const { apiVersion, kind } = value
  if (apiVersion === undefined || apiVersion === '') value['apiVersion'] = expected.apiVersion
  else if (apiVersion !== expected.apiVersion) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected.apiVersion})`,
    )
  }
  if (kind === undefined || kind === '') value['kind'] = expected.kind
  else if (kind !== expected.kind) {
    const version = expected.apiVersion.slice(expected.apiVersion.indexOf('/') + 1)
    throw badRequest(
      `${String(kind)} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: converting (${expected.apiVersion}, Kind=${String(kind)}) to (${expected.apiVersion}, Kind=${expected.kind}): unknown conversion`,
    )
  }
  if (value['metadata'] === undefined || value['metadata'] === null) value['metadata'] = {}
  const metadata = value['metadata']
  if (!isObject(metadata)) {
    throw badRequest(
      `${expected.kind} in version ${JSON.stringify(expected.apiVersion.slice(expected.apiVersion.indexOf('/') + 1))} cannot be handled as a ${expected.kind}: json: cannot unmarshal ${jsonTypeName(metadata!)} into Go struct field ${expected.kind}.metadata of type v1.ObjectMeta`,
    )
  }
  checkMetadataTypes(metadata, expected)
  return value as KubeObject
}

const STRING_FIELDS = ['name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'selfLink'] as const
const MAP_FIELDS = ['labels', 'annotations'] as const

function checkMetadataTypes(metadata: JsonObject, expected: { apiVersion: string; kind: string }): void {
  const version = expected.apiVersion.slice(expected.apiVersion.indexOf('/') + 1)
  const fail = (value: JsonValue, field: string, type: string): never => {
    throw badRequest(
      `${expected.kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: json: cannot unmarshal ${jsonTypeName(value)} into Go struct field ObjectMeta.metadata.${field} of type ${type}`,
    )
  }
  for (const field of STRING_FIELDS) {
    const value = metadata[field]
    if (value === null) delete metadata[field]
    else if (value !== undefined && typeof value !== 'string')
      fail(value, field, field === 'uid' ? 'types.UID' : 'string')
  }
  for (const field of MAP_FIELDS) {
    const value = metadata[field]
    if (value === undefined || value === null) continue
    if (!isObject(value)) fail(value, field, 'map[string]string')
    for (const item of Object.values(value as JsonObject))
      if (typeof item !== 'string' && item !== null) fail(item, field, 'string')
  }
  for (const field of ['finalizers', 'ownerReferences', 'managedFields']) {
    const value = metadata[field]
    if (value !== undefined && value !== null && !Array.isArray(value)) {
      fail(
        value,
        field,
        field === 'finalizers'
          ? '[]string'
          : field === 'ownerReferences'
            ? '[]v1.OwnerReference'
            : '[]v1.ManagedFieldsEntry',
      )
    }
  }
}

function jsonTypeName(value: JsonValue): string {
  if (Array.isArray(value)) return 'array'
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'bigint' ? 'number' : typeof value
}

/** Lets fields of old Flux versions pass in the current one where the cluster is set to serve the old ones too. */
export function modernised(exchange: Exchange, object: KubeObject): KubeObject {
  const warning = exchange.type.custom === undefined ? undefined : exchange.services.modernise?.(object)
  if (warning !== undefined) exchange.warnings.push(warning)
  return object
}

/** apiVersion and kind that a resource's bodies must have. */
export function expectedOf(exchange: Exchange): { apiVersion: string; kind: string } {
  return { apiVersion: versionOf(exchange.type), kind: exchange.type.kind }
}
