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
import { fieldReader } from './fields.ts'

/** Which objects a list, watch or deletecollection means. */
export interface Selection {
  /** True when it takes everything. */
  readonly all: boolean
  /** Set when only one name can match. */
  readonly name: string | undefined
  /** Looks at an object in its storage version. */
  matches(object: KubeObject): boolean
}

/**
 * Reads both selectors of a request.
 * @throws ApiError 400 when one cannot be parsed or names a field that the resource does not offer
 */
export function parseSelection(type: ResourceType, labelSelector: string, fieldSelector: string): Selection {
  const labels = labelSelector === '' ? undefined : readOr400(parseLabelSelector(labelSelector))
  const terms: readonly FieldTerm[] = fieldSelector === '' ? [] : readOr400(parseFieldSelector(fieldSelector))
  const fields = terms.map((term) => ({ ...term, read: fieldReader(type, term.field) }))
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
