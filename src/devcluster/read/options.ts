import { type FieldError, forbiddenField, invalid, notSupported } from '../http/errors.ts'
import type { ListQuery } from '../http/query.ts'

const ABOUT = { group: 'meta.k8s.io', kind: 'ListOptions' }
const MATCH = 'resourceVersionMatch'

/**
 * Checks which options go together in a list (apimachinery `metainternalversion/validation`).
 * @throws ApiError 422 with one cause an option
 */
export function checkListOptions(query: ListQuery): void {
  const errors: FieldError[] = []
  const { resourceVersionMatch: match, resourceVersion } = query
  if (match !== '') {
    if (resourceVersion === '') {
      errors.push(forbiddenField(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'))
    }
    errors.push(...continued(query))
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']))
    }
    if (match === 'Exact' && resourceVersion === '0') {
      errors.push(forbiddenField(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    }
  }
  if (query.sendInitialEvents !== undefined) {
    errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  }
  if (errors.length > 0) throw invalid(ABOUT, '', errors)
}

/**
 * The same for a watch.
 * @throws ApiError 422 with one cause an option
 */
export function checkWatchOptions(query: ListQuery): void {
  const errors: FieldError[] = []
  const { resourceVersionMatch: match, sendInitialEvents } = query
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(forbiddenField(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
  }
  if (match !== '') {
    if (sendInitialEvents === undefined) {
      const why = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
      errors.push(forbiddenField(MATCH, why))
    }
    if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']))
  }
  errors.push(...continued(query))
  if (errors.length > 0) throw invalid(ABOUT, '', errors)
}

function continued(query: ListQuery): FieldError[] {
  if (query.continueToken === '') return []
  return [forbiddenField(MATCH, 'resourceVersionMatch is forbidden when continue is provided')]
}
