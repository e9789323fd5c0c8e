import { encodeBase64, encodeText, getIn, isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import type { SchemaRegistry, StructuralSchema } from '../../schema/index.ts'
import { nullFields } from '../managedfields/type-converter.ts'
import { MessageTable } from '../protobuf/table.ts'
import { compareValues } from '../smd/value-order.ts'
import { gvkOf, type KubeObject, type ObjectMeta } from '../types.ts'
import { parseQuantity, quantityText } from '../values/quantity.ts'

/** Brings objects into the form in which Flux applies and compares them. */
export interface Normalizer {
  /**
   * A desired object as Flux applies it: built-in kinds in the form that Go gives them (unknown fields gone, empty structs
   * and required fields there, quantities canonical), protocols of ports set, a Secret's stringData in data, no status but
   * of definitions, no creation time (fluxcd/pkg ssa/normalize). Roles stay as they are.
   */
  desired(object: KubeObject): KubeObject
  /** A dry-run's answer with known faults of old servers mended: doubled metrics of autoscalers. */
  dryRun(object: KubeObject): KubeObject
  /**
   * A built-in object as the API server holds it once it has read it: in Go's form as for `desired`, with nothing else
   * changed. Custom resources, and objects that do not fit their type, stay as they are.
   */
  stored(object: KubeObject): KubeObject
}

/** A normalizer over the built-in types of a registry. */
export function createNormalizer(registry: SchemaRegistry): Normalizer {
  const structs = new GoStructs(registry)
  return {
    desired: (object) => {
      const isRole = object.kind === 'Role' || object.kind === 'ClusterRole'
      if (isRole && object.apiVersion === 'rbac.authorization.k8s.io/v1') return object
      return cleared(structs.roundTrip(object, defaultDesired) ?? object)
    },
    dryRun: (object) => {
      if (object.kind !== 'HorizontalPodAutoscaler') return object
      const stored = structs.roundTrip(object, (unchanged) => unchanged)
      return stored === undefined ? object : (structs.roundTrip(stored, withoutDoubledMetrics) ?? object)
    },
    stored: (object) => structs.roundTrip(object, (unchanged) => unchanged) ?? object,
  }
}

/** No creation time, no status: neither is the user's to say. */
function cleared(object: KubeObject): KubeObject {
  const metadata = { ...(isObject(object['metadata']) ? object.metadata : {}), creationTimestamp: null } as ObjectMeta
  const out: KubeObject = { ...object, metadata }
  const isDefinition =
    object.kind.toLowerCase() === 'customresourcedefinition' && object.apiVersion.startsWith('apiextensions.k8s.io/')
  if (!isDefinition) delete out['status']
  return out
}

const podSpecs: Readonly<Record<string, readonly string[]>> = {
  'v1 Pod': ['spec'],
  'apps/v1 Deployment': ['spec', 'template', 'spec'],
  'apps/v1 StatefulSet': ['spec', 'template', 'spec'],
  'apps/v1 DaemonSet': ['spec', 'template', 'spec'],
  'apps/v1 ReplicaSet': ['spec', 'template', 'spec'],
  'batch/v1 Job': ['spec', 'template', 'spec'],
  'batch/v1 CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}

function defaultDesired(object: KubeObject): KubeObject {
  const kind = `${object.apiVersion} ${object.kind}`
  if (kind === 'v1 Secret') return withData(object)
  if (kind === 'v1 Service') return mapAt(object, ['spec', 'ports'], withProtocol) as KubeObject
  const path = Object.hasOwn(podSpecs, kind) ? podSpecs[kind]! : undefined
  if (path === undefined) return object
  return mapAt(object, [...path, 'containers'], (container) => mapAt(container, ['ports'], withProtocol)) as KubeObject
}

function withProtocol(port: JsonObject): JsonObject {
  return port['protocol'] === undefined ? { ...port, protocol: 'TCP' } : port
}

/** Changes the objects in the list at a path. */
function mapAt(object: JsonObject, path: readonly string[], change: (item: JsonObject) => JsonObject): JsonObject {
  const [step, ...rest] = path as [string, ...string[]]
  const inner = object[step]
  if (rest.length > 0) return isObject(inner) ? { ...object, [step]: mapAt(inner, rest, change) } : object
  if (!Array.isArray(inner)) return object
  return { ...object, [step]: inner.map((item) => (isObject(item) ? change(item) : item)) }
}

function withData(secret: KubeObject): KubeObject {
  const { stringData, ...rest } = secret
  if (!isObject(stringData)) return secret
  const data: JsonObject = isObject(rest['data']) ? { ...rest['data'] } : {}
  for (const [key, value] of Object.entries(stringData)) {
    const text = value ?? ''
    if (typeof text !== 'string') throw new MisfitFault()
    setOwn(data, key, encodeBase64(encodeText(text)))
  }
  return { ...rest, data } as KubeObject
}

function withoutDoubledMetrics(object: KubeObject): KubeObject {
  const metrics = getIn(object, ['spec', 'metrics'])
  if (object.apiVersion !== 'autoscaling/v2' || !Array.isArray(metrics)) return object
  const kept: JsonValue[] = []
  for (const metric of metrics) {
    const known = kept.some((other) => compareValues(other, metric) === 0)
    if (!known && isObject(metric) && (metric['type'] ?? '') !== '') kept.push(metric)
  }
  return { ...object, spec: { ...(object['spec'] as JsonObject), metrics: kept } } as KubeObject
}

/** The value does not fit the Go type; the object stays as it is. */
class MisfitFault extends Error {}

/** Struct members that are written though unset and have no default in the schema: struct values with a text form. */
const alwaysWritten: Readonly<Record<string, JsonValue>> = {
  'Counter.value': '0',
  'DeviceCapacity.value': '0',
  'HTTPGetAction.port': 0,
  'ServicePort.targetPort': 0,
  'TCPSocketAction.port': 0,
  'ResourceFieldSelector.divisor': '0',
}

/** Struct members with a default in the schema that are left out all the same. */
const leftOut: ReadonlySet<string> = new Set([
  'AzureDiskVolumeSource.readOnly',
  'ConfigMapEnvSource.name',
  'ConfigMapKeySelector.name',
  'ConfigMapProjection.name',
  'ConfigMapVolumeSource.name',
  'FileKeySelector.optional',
  'LocalObjectReference.name',
  'ReplicationControllerSpec.minReadySeconds',
  'SecretEnvSource.name',
  'SecretKeySelector.name',
  'SecretProjection.name',
])

/** What reading JSON into Go's structs and writing it again makes of built-in objects. */
class GoStructs {
  readonly #registry: SchemaRegistry
  readonly #messages: MessageTable = new MessageTable()

  constructor(registry: SchemaRegistry) {
    this.#registry = registry
  }

  /** The object after a round trip, changed on the way; `undefined` for kinds without a struct, and misfits. */
  roundTrip(object: KubeObject, change: (object: KubeObject) => KubeObject): KubeObject | undefined {
    const typeName = this.#registry.typeName(gvkOf(object))
    // Definitions and API services are not in the scheme that Flux uses here.
    if (typeName === undefined || !typeName.startsWith('io.k8s.api.')) return undefined
    try {
      return this.#struct(typeName, change(object)) as KubeObject
    } catch (error) {
      if (error instanceof MisfitFault) return undefined
      throw error
    }
  }

  #struct(typeName: string, value: JsonValue): JsonValue {
    const schema = this.#registry.definitions().get(typeName) as StructuralSchema | undefined
    if (schema?.properties === undefined) return value
    if (!isObject(value)) throw new MisfitFault()
    const struct = typeName.slice(typeName.lastIndexOf('.') + 1)
    const nulls = Object.hasOwn(nullFields, struct) ? nullFields[struct]!.split(' ') : []
    const kept = this.#keptFields(typeName)
    const out: JsonObject = {}
    for (const [name, property] of Object.entries(schema.properties)) {
      const given = Object.hasOwn(value, name) ? value[name]! : null
      if (given === null) {
        const empty = nulls.includes(name) ? null : this.#unset(property, `${struct}.${name}`)
        if (empty !== undefined) out[name] = empty
        continue
      }
      const inner = this.#value(property, given)
      if (nulls.includes(name) || kept.has(name) || !isZero(inner, property)) out[name] = inner
    }
    return out
  }

  /** What an unset field is written as, `undefined` when it is left out. */
  #unset(property: StructuralSchema, path: string): JsonValue | undefined {
    const fallback = property.default
    const reference = referenceOf(property)
    if (reference !== undefined) return isObject(fallback) ? this.#struct(reference, {}) : undefined
    if (fallback === '' || fallback === 0 || fallback === false) return leftOut.has(path) ? undefined : fallback
    return Object.hasOwn(alwaysWritten, path) ? alwaysWritten[path] : undefined
  }

  #value(schema: StructuralSchema, value: JsonValue): JsonValue {
    const reference = referenceOf(schema)
    if (reference !== undefined) return this.#struct(reference, value)
    if (schema.format === 'quantity') return canonicalQuantity(value)
    switch (schema.type) {
      case 'array':
        if (!Array.isArray(value)) throw new MisfitFault()
        return schema.items === undefined ? value : value.map((item) => this.#item(schema.items!, item))
      case 'object':
        return this.#map(schema, value)
      case 'string':
        if (typeof value !== 'string') throw new MisfitFault()
        return value
      case 'integer':
        if (typeof value === 'bigint' || Number.isInteger(value)) return value
        throw new MisfitFault()
      case 'number':
        if (typeof value === 'number' || typeof value === 'bigint') return value
        throw new MisfitFault()
      case 'boolean':
        if (typeof value !== 'boolean') throw new MisfitFault()
        return value
      default:
        return value
    }
  }

  #item(schema: StructuralSchema, value: JsonValue): JsonValue {
    if (value !== null) return this.#value(schema, value)
    const reference = referenceOf(schema)
    return reference === undefined ? zeroOf(schema) : this.#struct(reference, {})
  }

  #map(schema: StructuralSchema, value: JsonValue): JsonValue {
    if (!isObject(value)) throw new MisfitFault()
    const { additionalProperties } = schema
    if (typeof additionalProperties !== 'object') return value
    const out: JsonObject = {}
    for (const key of Object.keys(value)) setOwn(out, key, this.#item(additionalProperties, value[key]!))
    return out
  }

  /** Scalars that are pointers, or have no `omitempty`: they are written even when zero. */
  #keptFields(typeName: string): ReadonlySet<string> {
    const message = this.#messages.find(typeName.slice('io.k8s.'.length))
    const kept = new Set<string>()
    for (const field of message?.values() ?? []) {
      if (field.kept) kept.add(field.name)
      if (!field.inlined) continue
      for (const inner of this.#messages.find(field.type)?.values() ?? []) if (inner.kept) kept.add(inner.name)
    }
    return kept
  }
}

function referenceOf(schema: StructuralSchema): string | undefined {
  const reference = (schema as { $ref?: unknown }).$ref
  return typeof reference === 'string' ? reference : undefined
}

/** Go's `omitempty`: false, zero, and empty text, lists and maps; structs and objects of any kind are never empty. */
function isZero(value: JsonValue, schema: StructuralSchema): boolean {
  if (value === '' || value === 0 || value === false) return schema['x-kubernetes-int-or-string'] !== true
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) && isObject(schema.additionalProperties) && Object.keys(value).length === 0
}

/** What Go makes of null as a list's item or a map's value. */
function zeroOf(schema: StructuralSchema): JsonValue {
  if (schema.format === 'quantity') return '0'
  if (schema.type === 'string') return schema.format === 'byte' ? null : ''
  if (schema.type === 'boolean') return false
  return schema.type === 'integer' || schema.type === 'number' ? 0 : null
}

function canonicalQuantity(value: JsonValue): JsonValue {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') throw new MisfitFault()
  const parsed = parseQuantity(String(value).trim())
  if (!parsed.ok) throw new MisfitFault()
  return quantityText(parsed.value)
}
