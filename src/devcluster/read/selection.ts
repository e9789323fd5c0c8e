import { isObject, type JsonValue } from '../../base/index.ts'
import {
  type FieldTerm,
  type KubeObject,
  matchesLabels,
  type Outcome,
  parseFieldSelector,
  parseLabelSelector,
} from '../../kube/index.ts'
import { badRequest } from '../http/errors.ts'
import { labelsOf } from '../operations/metadata.ts'
import type { ResourceType } from '../resources/types.ts'

/** Which objects a list, watch or deletecollection means. */
export interface Selection {
  /** True when it takes everything. */
  readonly all: boolean
  /** Set when only one name can match. */
  readonly name: string | undefined
  /** Looks at an object in its storage version. */
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
  const labels = labelSelector === '' ? undefined : readOr400(parseLabelSelector(labelSelector))
  const terms: readonly FieldTerm[] = fieldSelector === '' ? [] : readOr400(parseFieldSelector(fieldSelector))
  const fields = terms.map((term) => ({ ...term, read: readerOf(type, term.field) }))
  const name = terms.find((term) => term.field === 'metadata.name' && term.op === '=')?.value
  return {
    all: labels === undefined && fields.length === 0,
    name,
    matches: (object) => {
      for (const term of fields) if ((term.read(object) === term.value) !== (term.op === '=')) return false
      return labels === undefined || matchesLabels(labels, labelsOf(object))
    },
  }
}

function readOr400<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw badRequest(outcome.error)
  return outcome.value
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
  if (type.custom !== undefined || FIELDS[type.collection] !== undefined) {
    throw badRequest(`field label not supported: ${field}`)
  }
  throw badRequest(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)
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
