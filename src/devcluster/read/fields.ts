import { isObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { badRequest } from '../http/errors.ts'
import type { ResourceType } from '../resources/types.ts'

/** Reads what a field selector compares. */
export type FieldReader = (object: KubeObject) => string

/** The selectable fields of a kind: selector name to the field's path, and what an absent value reads as. */
interface Selectable {
  readonly fields: Readonly<Record<string, string>>
  readonly empty?: Readonly<Record<string, string>>
  /** The text that refuses another name; the common one when absent. */
  readonly refusal?: (field: string) => string
  /** False: `metadata.namespace` is no field of it either. */
  readonly namespace?: false
}

const same = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, name]))

const INVOLVED = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']

/**
 * Kinds with fields of their own (`AddFieldLabelConversionFunc` in pkg/apis of Kubernetes 1.36, and the registries'
 * `…ToSelectableFields`), by resource and group. All others have only metadata.name and metadata.namespace.
 */
const KINDS: Readonly<Record<string, Selectable>> = {
  pods: {
    fields: {
      ...same(
        'spec.nodeName',
        'spec.restartPolicy',
        'spec.schedulerName',
        'spec.serviceAccountName',
        'spec.hostNetwork',
        'status.phase',
        'status.podIP',
        'status.nominatedNodeName',
      ),
      'status.podIPs': '',
      'spec.host': 'spec.nodeName',
    },
    empty: { 'spec.hostNetwork': 'false' },
  },
  events: {
    fields: {
      ...same(...INVOLVED.map((name) => `involvedObject.${name}`), 'reason', 'reportingComponent', 'type'),
      source: 'source.component',
    },
  },
  'events.events.k8s.io': {
    fields: {
      ...Object.fromEntries(INVOLVED.map((name) => [`regarding.${name}`, `involvedObject.${name}`])),
      ...same('reason', 'type'),
      reportingController: 'reportingComponent',
    },
  },
  secrets: { fields: same('type') },
  services: { fields: same('spec.clusterIP', 'spec.type') },
  namespaces: { fields: same('status.phase'), namespace: false },
  nodes: { fields: same('spec.unschedulable'), empty: { 'spec.unschedulable': 'false' }, namespace: false },
  replicationcontrollers: { fields: same('status.replicas'), empty: { 'status.replicas': '0' } },
  'jobs.batch': {
    fields: { 'status.successful': 'status.succeeded' },
    empty: { 'status.successful': '0' },
    refusal: (field) => `field label ${JSON.stringify(field)} not supported for Job`,
  },
  'certificatesigningrequests.certificates.k8s.io': { fields: same('spec.signerName'), namespace: false },
  'resourceslices.resource.k8s.io': {
    fields: same('spec.nodeName', 'spec.driver'),
    namespace: false,
    refusal: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
  },
}

/**
 * The reader of one field of a resource.
 * @throws ApiError 400 for a field that the resource does not offer, in the server's words for that kind
 */
export function fieldReader(type: ResourceType, field: string): FieldReader {
  if (field === 'metadata.name') return (object) => object.metadata.name
  const known = type.custom === undefined ? KINDS[keyOf(type)] : undefined
  const anyScope = type.custom === undefined && known?.namespace !== false
  if (field === 'metadata.namespace' && (type.namespaced || anyScope)) {
    return (object) => textOf(object.metadata['namespace'])
  }
  if (type.custom !== undefined) {
    if (type.custom.selectable.some((path) => path === `.${field}`)) return (object) => textOf(walk(object, field))
    throw badRequest(`field label not supported: ${field}`)
  }
  if (known === undefined) {
    throw badRequest(
      `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
    )
  }
  if (!Object.hasOwn(known.fields, field)) {
    throw badRequest(known.refusal?.(field) ?? `field label not supported: ${field}`)
  }
  const path = known.fields[field]!
  const empty = known.empty?.[field] ?? ''
  return (object) => textOf(walk(object, path)) || empty
}

function keyOf(type: ResourceType): string {
  return type.group === '' ? type.resource : `${type.resource}.${type.group}`
}

function walk(value: JsonValue, path: string): JsonValue | undefined {
  let current: JsonValue | undefined = value
  for (const step of path.split('.')) {
    if (!isObject(current) || !Object.hasOwn(current, step)) return undefined
    current = current[step]
  }
  return current
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : String(value)
}
