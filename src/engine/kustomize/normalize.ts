import { encodeText, getIn, isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'

const podTemplates: Readonly<Record<string, readonly string[]>> = {
  'v1/Pod': ['spec'],
  'apps/v1/Deployment': ['spec', 'template', 'spec'],
  'apps/v1/StatefulSet': ['spec', 'template', 'spec'],
  'apps/v1/DaemonSet': ['spec', 'template', 'spec'],
  'apps/v1/ReplicaSet': ['spec', 'template', 'spec'],
  'batch/v1/Job': ['spec', 'template', 'spec'],
  'batch/v1/CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}

/**
 * The object as kustomize-controller sends it (fluxcd/pkg ssa/normalize): no status except that of a CRD, no creation
 * time, ports with their protocol, Secrets with `data` in place of `stringData`, CRDs without an invalid CA bundle.
 */
export function normalizeObject(object: KubeObject): KubeObject {
  const { status, ...rest } = object
  const crd = object.kind === 'CustomResourceDefinition'
  let out = { ...rest, ...(crd && status !== undefined ? { status } : {}) } as KubeObject
  if (out.metadata['creationTimestamp'] !== undefined) {
    const { creationTimestamp: _, ...metadata } = out.metadata
    out = { ...out, metadata: metadata as KubeObject['metadata'] }
  }
  const type = `${object.apiVersion}/${object.kind}`
  const podPath = Object.hasOwn(podTemplates, type) ? podTemplates[type] : undefined
  if (podPath !== undefined) return mapAt(out, podPath, withPodProtocols) as KubeObject
  if (type === 'v1/Service') return mapAt(out, ['spec'], withPortProtocols) as KubeObject
  return type === 'v1/Secret' ? withoutStringData(out) : out
}

function mapAt(value: JsonObject, path: readonly string[], change: (value: JsonObject) => JsonObject): JsonObject {
  const [head, ...rest] = path
  if (head === undefined) return change(value)
  const inner = value[head]
  return isObject(inner) ? { ...value, [head]: mapAt(inner, rest, change) } : value
}

function withPodProtocols(pod: JsonObject): JsonObject {
  const containers = pod['containers']
  if (!Array.isArray(containers)) return pod
  return { ...pod, containers: containers.map((one) => (isObject(one) ? withPortProtocols(one) : one)) }
}

function withPortProtocols(holder: JsonObject): JsonObject {
  const ports = holder['ports']
  if (!Array.isArray(ports)) return holder
  const withProtocol = (port: JsonValue): JsonValue =>
    isObject(port) && (port['protocol'] === undefined || port['protocol'] === '') ? { ...port, protocol: 'TCP' } : port
  return { ...holder, ports: ports.map(withProtocol) }
}

function withoutStringData(secret: KubeObject): KubeObject {
  const plain = secret['stringData']
  if (plain === undefined) return secret
  const { stringData: _, ...rest } = secret
  if (!isObject(plain) || Object.keys(plain).length === 0) return rest as KubeObject
  const data: JsonObject = {}
  const before = getIn(secret, ['data'])
  if (isObject(before)) for (const [key, value] of Object.entries(before)) setOwn(data, key, value)
  for (const [key, value] of Object.entries(plain)) {
    // What is no string cannot be encoded: leave the object for the API server to refuse.
    if (typeof value !== 'string') return secret
    setOwn(data, key, encodeBase64(encodeText(value)))
  }
  return { ...rest, data } as KubeObject
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function encodeBase64(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    out += alphabet[group >> 18]! + alphabet[(group >> 12) & 63]!
    out += i + 1 < bytes.length ? alphabet[(group >> 6) & 63]! : '='
    out += i + 2 < bytes.length ? alphabet[group & 63]! : '='
  }
  return out
}
