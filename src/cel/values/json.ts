import { encodeBase64, isObject, type JsonArray, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import { formatSeconds } from '../go/duration.ts'
import { formatRfc3339 } from '../go/timestamp.ts'
import {
  CelDuration,
  CelList,
  CelMap,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
} from './value.ts'

/** A view of JSON as CEL values; whole numbers are ints. Nothing is copied. */
export function fromJson(value: JsonValue): CelValue {
  if (typeof value === 'number') return Number.isInteger(value) ? intOrDouble(value) : value
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : Number(value)
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? new JsonList(value) : new JsonMap(value)
}

/** Whole numbers beyond 2^53 came from text that was no integer literal. */
function intOrDouble(value: number): CelValue {
  return Number.isSafeInteger(value) ? BigInt(value) : value
}

class JsonList extends CelList {
  override readonly raw: JsonArray
  constructor(raw: JsonArray) {
    super()
    this.raw = raw
  }
  get size(): number {
    return this.raw.length
  }
  at(index: number): CelValue {
    return fromJson(this.raw[index]!)
  }
}

class JsonMap extends CelMap {
  override readonly raw: JsonObject
  constructor(raw: JsonObject) {
    super()
    this.raw = raw
  }
  get size(): number {
    return Object.keys(this.raw).length
  }
  get(key: CelValue): CelValue | undefined {
    return typeof key === 'string' && Object.hasOwn(this.raw, key) ? fromJson(this.raw[key]!) : undefined
  }
  keys(): Iterable<CelValue> {
    return Object.keys(this.raw)
  }
}

/**
 * The JSON form of a value: ints as numbers where safe, else bigint; timestamps and durations as text; bytes as base64.
 * `undefined` for what has none (types, optionals without a value, library objects).
 */
export function toJson(value: CelValue): JsonValue | undefined {
  if (value instanceof CelList) return listToJson(value)
  if (value instanceof CelMap) return mapToJson(value)
  if (typeof value === 'bigint') return safeNumber(value)
  if (value instanceof CelUint) return safeNumber(value.value)
  if (value instanceof CelTimestamp) return formatRfc3339(value.nanos, value.offset)
  if (value instanceof CelDuration) return formatSeconds(value.nanos)
  if (value instanceof Uint8Array) return encodeBase64(value)
  if (value instanceof CelOptional) return value.value === undefined ? undefined : toJson(value.value)
  if (value instanceof CelTypeValue || value instanceof CelOpaque) return undefined
  return value
}

function listToJson(list: CelList): JsonValue | undefined {
  const out: JsonValue[] = []
  for (const item of list) {
    const json = toJson(item)
    if (json === undefined) return undefined
    out.push(json)
  }
  return out
}

function mapToJson(map: CelMap): JsonValue | undefined {
  const out: JsonObject = {}
  for (const key of map.keys()) {
    const json = toJson(map.get(key)!)
    const name = toJson(key)
    if (json === undefined || name === undefined || isObject(name)) return undefined
    setOwn(out, String(name), json)
  }
  return out
}

function safeNumber(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
