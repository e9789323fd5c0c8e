import type { JsonObject } from '../../base/index.ts'
import { ApiError, badRequest, expired } from '../http/errors.ts'
import type { ListQuery } from '../http/query.ts'
import type { Machine } from '../operations/machine.ts'
import type { ResourceType } from '../resources/types.ts'
import { type Entry, entryKey } from '../store/store.ts'
import { checkListOptions } from './options.ts'
import { parseSelection, type Selection } from './selection.ts'
import { decodeToken, encodeToken } from './token.ts'

export interface ListResult {
  readonly entries: readonly Entry[]
  readonly metadata: JsonObject
}

/**
 * A list with selectors, paging and the resourceVersion rules of
 * kubernetes.io/docs/reference/using-api/api-concepts#resource-versions.
 * @throws ApiError 400, 410, 422, 504
 */
export function listEntries(
  machine: Machine,
  type: ResourceType,
  namespace: string | undefined,
  query: ListQuery,
): ListResult {
  const selection = parseSelection(type, query.labelSelector, query.fieldSelector)
  checkListOptions(query)
  const token = query.continueToken === '' ? undefined : decodeToken(query.continueToken)
  const revision = token === undefined ? wantedRevision(machine, query) : token.revision
  const found =
    revision === undefined
      ? candidates(machine, type, namespace, selection)
      : machine.store.listAt(type.collection, namespace, revision)
  if (found === undefined) {
    throw token === undefined
      ? expired(`The resourceVersion for the provided list is too old.`)
      : expired(
          'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
        )
  }
  const shown = String(revision ?? machine.store.revision)
  let entries = selection.all ? found : found.filter((entry) => selection.matches(entry.object))
  if (token !== undefined) entries = entries.filter((entry) => afterKey(entry, token.after))
  const metadata: JsonObject = { resourceVersion: shown }
  if (query.limit > 0 && entries.length > query.limit) {
    const page = entries.slice(0, query.limit)
    metadata['continue'] = encodeToken({ revision: Number(shown), after: entryKey(page[page.length - 1]!) })
    if (selection.all) metadata['remainingItemCount'] = entries.length - page.length
    entries = page
  }
  return { entries, metadata }
}

/** What can match: one object where the selector names it. */
export function candidates(
  machine: Machine,
  type: ResourceType,
  namespace: string | undefined,
  selection: Selection,
): readonly Entry[] {
  if (selection.name !== undefined && (namespace !== undefined || !type.namespaced)) {
    const entry = machine.store.get(type.collection, namespace ?? '', selection.name)
    return entry === undefined ? [] : [entry]
  }
  return machine.store.collection(type.collection).list(namespace)
}

/** Order of `entryKey` in code points; keys are ASCII, so plain comparison is right. */
function afterKey(entry: Entry, after: string): boolean {
  return entryKey(entry) > after
}

function wantedRevision(machine: Machine, query: ListQuery): number | undefined {
  const { resourceVersion } = query
  if (resourceVersion === '' || resourceVersion === '0') return undefined
  const wanted = parseRevision(resourceVersion)
  if (wanted > machine.store.revision) throw tooLargeVersion(wanted, machine.store.revision)
  // A page of a past list must stay consistent; otherwise anything at least as new will do.
  return query.resourceVersionMatch === 'Exact' || (query.limit > 0 && query.resourceVersionMatch === '')
    ? wanted
    : undefined
}

/** 504 of a version that the server has not seen yet. */
export function tooLargeVersion(wanted: number, current: number): ApiError {
  return new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}

/** Reads a resourceVersion. Throws `ApiError` 400; 500 for a watch, as upstream. */
export function parseRevision(text: string, watch = false): number {
  const digits = /^[0-9]+$/.test(text)
  if (digits && BigInt.asUintN(64, BigInt(text.slice(0, 40))) === BigInt(text.slice(0, 40))) return Number(text)
  const quoted = JSON.stringify(text)
  const fault = digits ? 'value out of range' : 'invalid syntax'
  const why = `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${fault}`
  if (watch) throw new ApiError(500, '', why)
  throw badRequest(`invalid resource version: ${why}`)
}
