import { isObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { badRequest } from '../http/errors.ts'
import type { ResourceType } from '../resources/types.ts'
import { parseFieldTerms, parseLabelTerms } from './terms.ts'

/** Which objects a list, watch or deletecollection means. */
export interface Selection {
  /** True when it takes everything. */
  readonly all: boolean
  /** Set when only one name can match. */
  readonly name: string | undefined
  matches(object: KubeObject): boolean
}

/** Fields that can be selected on besides metadata.name and metadata.namespace (registry `SelectableFields`). */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  secrets: ['type'],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  'replicasets.apps': ['status.replicas'],
  replicationcontrollers: ['status.replicas'],
  'jobs.batch': ['status.successful'],
  'certificatesigningrequests.certificates.k8s.io': ['spec.signerName'],
}

/** Names that events.k8s.io gives to the fields of a core Event. */
const EVENT_ALIASES: Readonly<Record<string, string>> = {
  'regarding.kind': 'involvedObject.kind',
  'regarding.namespace': 'involvedObject.namespace',
  'regarding.name': 'involvedObject.name',
  'regarding.uid': 'involvedObject.uid',
  'regarding.apiVersion': 'involvedObject.apiVersion',
  'regarding.resourceVersion': 'involvedObject.resourceVersion',
  'regarding.fieldPath': 'involvedObject.fieldPath',
  reportingController: 'reportingComponent',
}

/**
 * Reads both selectors of a request.
 * @throws ApiError 400 when one cannot be parsed or names a field that the resource does not offer
 */
export function parseSelection(type: ResourceType, labelSelector: string, fieldSelector: string): Selection {
  const labels = labelSelector === '' ? undefined : parseLabelTerms(labelSelector)
  const terms = fieldSelector === '' ? [] : parseFieldTerms(fieldSelector)
  const fields = terms.map((term) => ({ ...term, read: readerOf(type, term.field) }))
  const name = terms.find((term) => term.field === 'metadata.name' && !term.negated)?.value
  return {
    all: labels === undefined && fields.length === 0,
    name,
    matches: (object) => {
      for (const term of fields) if ((term.read(object) === term.value) === term.negated) return false
      return labels === undefined || labels(isObject(object.metadata['labels']) ? object.metadata['labels'] : {})
    },
  }
}

function readerOf(type: ResourceType, field: string): (object: KubeObject) => string {
  if (field === 'metadata.name') return (object) => object.metadata.name
  if (field === 'metadata.namespace' && type.namespaced) return (object) => text(object.metadata['namespace'])
  if (type.custom !== undefined) {
    if (type.custom.selectable.some((path) => path === `.${field}`)) return (object) => text(walk(object, field))
  } else {
    const name = type.collection === 'events' ? (EVENT_ALIASES[field] ?? field) : field
    if (FIELDS[type.collection]?.includes(name)) {
      if (type.collection === 'events' && name === 'source') return (object) => text(walk(object, 'source.component'))
      const empty =
        name === 'spec.unschedulable' || name === 'spec.hostNetwork'
          ? 'false'
          : name.startsWith('status.') &&
              name.endsWith('s') &&
              type.collection !== 'pods' &&
              type.collection !== 'namespaces'
            ? '0'
            : ''
      return (object) => text(walk(object, name)) || empty
    }
  }
  throw badRequest(`field label not supported: ${field}`)
}

function walk(value: JsonValue, path: string): JsonValue | undefined {
  let current: JsonValue | undefined = value
  for (const step of path.split('.')) {
    if (!isObject(current) || !Object.hasOwn(current, step)) return undefined
    current = current[step]
  }
  return current
}

function text(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : String(value)
}
