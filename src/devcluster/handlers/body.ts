import { decodeText, getString, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { ApiError, badRequest, invalid, invalidValue, unsupportedMediaType } from '../http/errors.ts'
import { deeperThan, writeJson } from '../http/json.ts'
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
  if (type !== '' && !BODY_TYPES.includes(type)) throw unsupportedMediaType(BODY_TYPES)
  if (type === PROTOBUF_TYPE || startsAsProtobuf(body)) return guarded(() => formats.protobuf(body, hint), PARSE)
  if (type === YAML_TYPE) return guarded(() => formats.yaml(decodeText(body)), '')
  return guarded(() => formats.json(decodeText(body)), PARSE)
}

const PARSE = "couldn't get version/kind; json parse error: "

function startsAsProtobuf(body: Uint8Array): boolean {
  return body[0] === 0x6b && body[1] === 0x38 && body[2] === 0x73 && body[3] === 0
}

/** Runs a reader; its failure, whatever it is, is the client's, and told after `prefix`. Depth is bounded so that no later walk overflows. */
export function guarded<T extends JsonValue>(read: () => T, prefix: string): T {
  let value: T
  try {
    value = read()
  } catch (error) {
    if (error instanceof ApiError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw badRequest(`${prefix}${why}`)
  }
  if (deeperThan(value, MAX_DEPTH)) throw badRequest('the object is nested too deeply')
  return value
}

/**
 * The object of a create or update, its identity checked against the resource.
 * @throws ApiError 400
 */
export function readObject(exchange: Exchange, expected: Expected): KubeObject {
  let value: JsonValue | undefined
  try {
    value = readBody(exchange, expected)
    if (value === undefined) throw badRequest(`${PARSE}unexpected end of JSON input`)
    // An empty object: what it lacks is told by its validation.
    if (value === null) value = {}
    if (!isObject(value)) {
      throw badRequest(`${PARSE}json: cannot unmarshal ${jsonTypeName(value)} into Go value of type ${TYPE_META}`)
    }
    checkTypeMeta(value)
    if (expected.custom === true && !value['kind']) {
      throw badRequest(`Object 'Kind' is missing in '${decodeText(exchange.request.body ?? new Uint8Array())}'`)
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400) throw error
    const about = `the object provided is unrecognized (must be of type ${expected.kind}): ${error.message}`
    throw badRequest(`${about} (${summary(exchange.request.body)})`)
  }
  return checkedObject(value, expected)
}

const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

/** The beginning of a body in a message: short JSON as it is, other bytes in hexadecimal. */
function summary(body: Uint8Array | undefined): string {
  if (body === undefined || body.length === 0) return '<empty>'
  const isJson = body[0] === 0x7b
  if (isJson) return body.length <= 30 ? decodeText(body) : `${decodeText(body.subarray(0, 30))} ...`
  const hex = Array.from(body.subarray(0, 30), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return body.length > 30 ? `${hex} ...` : hex
}

/** Go reads apiVersion and kind as texts before anything else. */
export function checkTypeMeta(value: JsonObject): void {
  for (const key of ['apiVersion', 'kind']) {
    const said = value[key]
    if (said === undefined || said === null || typeof said === 'string') continue
    throw badRequest(`${PARSE}json: cannot unmarshal ${jsonTypeName(said)} into Go struct field .${key} of type string`)
  }
}

/** What a body has to be. */
export interface Expected {
  readonly apiVersion: string
  readonly kind: string
  /** Custom resources are decoded by other code, with other refusals. */
  readonly custom?: boolean
}

/** Custom resources say what they are. */
function checkCustomType(value: JsonObject, expected: Expected): void {
  const { apiVersion, kind } = value
  if (typeof apiVersion === 'string' && apiVersion !== '' && apiVersion !== expected.apiVersion) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`,
    )
  }
  if (typeof kind !== 'string' || kind === '' || kind === expected.kind) return
  const group = expected.apiVersion.slice(0, expected.apiVersion.indexOf('/'))
  throw invalid({ group, kind }, getString(value, 'metadata', 'name') ?? '', [
    invalidValue('kind', kind, `must be ${expected.kind}`),
  ])
}

/** Fills in or checks apiVersion and kind, and makes sure that metadata is an object. */
export function checkedObject(value: JsonObject, expected: Expected): KubeObject {
  if (expected.custom === true) checkCustomType(value, expected)
  const { apiVersion, kind } = value
  if (apiVersion === undefined || apiVersion === null || apiVersion === '') value['apiVersion'] = expected.apiVersion
  else if (apiVersion !== expected.apiVersion) {
    throw badRequest(
      `${String(kind ?? '')} in version ${JSON.stringify(versionPart({ apiVersion: String(apiVersion) }))} cannot be handled as a ${expected.kind}: no kind ${writeJson(kind ?? '')} is registered for version ${writeJson(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    )
  }
  if (kind === undefined || kind === null || kind === '') value['kind'] = expected.kind
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

function versionPart(expected: { apiVersion: string }): string {
  return expected.apiVersion.slice(expected.apiVersion.indexOf('/') + 1)
}

const STRING_FIELDS = ['name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'selfLink'] as const
const TIME_FIELDS = ['creationTimestamp', 'deletionTimestamp'] as const
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
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
  for (const field of TIME_FIELDS) {
    const value = metadata[field]
    if (typeof value !== 'string' || value === '' || RFC3339.test(value)) continue
    const rest = /^\d{4}/.test(value) ? value.slice(4) : value
    const layout = rest === value ? '2006' : '-'
    throw badRequest(
      `${expected.kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(layout)}`,
    )
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
export function expectedOf(exchange: Exchange): Expected {
  const { type } = exchange
  return { apiVersion: versionOf(type), kind: type.kind, custom: type.custom !== undefined }
}
