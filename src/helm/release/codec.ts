import { decodeText, encodeText, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { parseJson, stringifyJson } from '../../kube/index.ts'
import { base64Decode, base64Encode } from '../functions/base-n.ts'
import { messageOf, ReleaseError } from './errors.ts'
import type { HookPhase, ReleaseHook, ReleaseRecord, ReleaseStatus } from './record.ts'

/** Compression, which only a host has. */
export interface Gzip {
  compress(data: Uint8Array): Uint8Array
  /** At most `limit` bytes come out: more is `too-large`, and must not have been made. */
  decompress(data: Uint8Array, limit: number): Uint8Array | 'too-large' | 'corrupt'
}

/**
 * A Secret holds 1 MiB, so about 700 kB of gzip. Text that packs a hundred to one still fits; a bomb, at a thousand to
 * one, does not.
 */
export const maxRecordSize: number = 64 * 1024 * 1024

/** The text of a Secret's `release` entry, before the Secret's own base64 (Helm's `encodeRelease`). */
export function encodeRelease(record: ReleaseRecord, gzip: Gzip): string {
  return base64Encode(gzip.compress(encodeText(stringifyJson(recordToJson(record)))))
}

/**
 * Reads what `encodeRelease` or Helm wrote; records from before compression are plain JSON (Helm's `decodeRelease`).
 * @throws ReleaseError `TooLarge` or `Corrupt`
 */
export function decodeRelease(
  text: string,
  gzip: Gzip,
  labels: Readonly<Record<string, string>> = {},
  limit: number = maxRecordSize,
): ReleaseRecord {
  const packed = base64Decode(text)
  if (typeof packed === 'string') throw new ReleaseError('Corrupt', packed)
  let json: Uint8Array = packed
  if (packed.length > 3 && packed[0] === 0x1f && packed[1] === 0x8b && packed[2] === 0x08) {
    const unpacked = gzip.decompress(packed, limit)
    if (unpacked === 'too-large')
      throw new ReleaseError('TooLarge', `the release record is larger than the maximum size ${limit}`)
    if (unpacked === 'corrupt') throw new ReleaseError('Corrupt', 'gzip: invalid header or checksum')
    json = unpacked
  }
  const plain = decodeText(json)
  if (isTooDeep(plain)) throw new ReleaseError('Corrupt', 'exceeded max depth')
  let value: JsonValue
  try {
    value = parseJson(plain)
  } catch (error) {
    throw new ReleaseError('Corrupt', messageOf(error), { cause: error })
  }
  if (!isObject(value)) throw new ReleaseError('Corrupt', 'the release record is not a JSON object')
  return recordFromJson(value, labels)
}

/** Go takes ten times as much; code that walks values by recursion would not. */
const maxDepth = 1_000

function isTooDeep(json: string): boolean {
  let depth = 0
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    if (depth > maxDepth) return true
  }
  return false
}

function recordToJson(record: ReleaseRecord): JsonObject {
  const { info } = record
  return withoutEmpty({
    name: record.name,
    info: withoutEmpty({
      first_deployed: info.firstDeployed ?? '',
      last_deployed: info.lastDeployed ?? '',
      deleted: info.deleted ?? '',
      description: info.description,
      status: info.status,
      notes: info.notes,
    }),
    chart: record.chart,
    config: record.config,
    manifest: record.manifest,
    hooks: record.hooks.map(hookToJson),
    version: record.version,
    namespace: record.namespace,
    apply_method: record.applyMethod,
  })
}

function hookToJson(hook: ReleaseHook): JsonObject {
  const { lastRun } = hook
  return {
    ...withoutEmpty({
      name: hook.name,
      kind: hook.kind,
      path: hook.path,
      manifest: hook.manifest,
      events: [...hook.events],
      weight: hook.weight,
      delete_policies: [...hook.deletePolicies],
      output_log_policies: [...hook.outputLogPolicies],
    }),
    last_run: {
      ...withoutEmpty({ started_at: lastRun.startedAt ?? '', completed_at: lastRun.completedAt ?? '' }),
      phase: lastRun.phase,
    },
  }
}

/** Go's `omitempty`: no empty text, list, map or zero. */
function withoutEmpty(object: JsonObject): JsonObject {
  const isEmpty = (value: JsonValue): boolean =>
    value === '' || value === 0 || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)))
}

function recordFromJson(json: JsonObject, labels: Readonly<Record<string, string>>): ReleaseRecord {
  const info = objectIn(json, 'info')
  const method = textIn(json, 'apply_method')
  return {
    name: textIn(json, 'name'),
    namespace: textIn(json, 'namespace'),
    version: wholeIn(json, 'version'),
    info: {
      ...timeIn(info, 'first_deployed', 'firstDeployed'),
      ...timeIn(info, 'last_deployed', 'lastDeployed'),
      ...timeIn(info, 'deleted', 'deleted'),
      description: textIn(info, 'description'),
      status: (textIn(info, 'status') || 'unknown') as ReleaseStatus,
      notes: textIn(info, 'notes'),
    },
    chart: objectIn(json, 'chart'),
    config: objectIn(json, 'config'),
    manifest: textIn(json, 'manifest'),
    hooks: listIn(json, 'hooks').filter(isObject).map(hookFromJson),
    labels,
    applyMethod: method === 'ssa' || method === 'csa' ? method : '',
  }
}

function hookFromJson(json: JsonObject): ReleaseHook {
  const run = objectIn(json, 'last_run')
  return {
    name: textIn(json, 'name'),
    kind: textIn(json, 'kind'),
    path: textIn(json, 'path'),
    manifest: textIn(json, 'manifest'),
    events: textsIn(json, 'events'),
    lastRun: {
      ...timeIn(run, 'started_at', 'startedAt'),
      ...timeIn(run, 'completed_at', 'completedAt'),
      phase: textIn(run, 'phase') as HookPhase,
    },
    weight: wholeIn(json, 'weight'),
    deletePolicies: textsIn(json, 'delete_policies'),
    outputLogPolicies: textsIn(json, 'output_log_policies'),
  }
}

function wrongType(key: string): never {
  throw new ReleaseError('Corrupt', `the release record's field ${key} has a wrong type`)
}

function textIn(json: JsonObject, key: string): string {
  const value = json[key] ?? ''
  return typeof value === 'string' ? value : wrongType(key)
}

function wholeIn(json: JsonObject, key: string): number {
  const value = json[key] ?? 0
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : wrongType(key)
}

function objectIn(json: JsonObject, key: string): JsonObject {
  const value = json[key] ?? {}
  return isObject(value) ? value : wrongType(key)
}

function listIn(json: JsonObject, key: string): readonly JsonValue[] {
  const value = json[key] ?? []
  return Array.isArray(value) ? value : wrongType(key)
}

function textsIn(json: JsonObject, key: string): string[] {
  return listIn(json, key).map((value) => (typeof value === 'string' ? value : wrongType(key)))
}

/** A time, unless it is Go's zero time or the empty text that old records have. */
function timeIn<K extends string>(json: JsonObject, key: string, name: K): { readonly [P in K]?: string } {
  const text = textIn(json, key)
  return (text === '' || text.startsWith('0001-01-01T00:00:00') ? {} : { [name]: text }) as { [P in K]?: string }
}
