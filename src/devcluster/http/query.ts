import { badRequest } from './errors.ts'

export type Query = ReadonlyMap<string, readonly string[]>

/** The options of list, watch and deletecollection. */
export interface ListQuery {
  readonly labelSelector: string
  readonly fieldSelector: string
  readonly limit: number
  readonly continueToken: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
  readonly watch: boolean
  readonly allowBookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
  readonly timeoutSeconds: number | undefined
}

/** The first value of a parameter, `''` when it is absent. */
export function queryText(query: Query, name: string): string {
  return query.get(name)?.[0] ?? ''
}

/** Go's strconv.ParseBool as apimachinery's query conversion uses it: empty and anything but a false word is true. */
export function queryFlag(query: Query, name: string): boolean {
  const values = query.get(name)
  if (values === undefined || values.length === 0) return false
  const text = values[0]!.toLowerCase()
  return text !== 'false' && text !== '0'
}

function queryNumber(query: Query, name: string): number | undefined {
  const text = queryText(query, name)
  if (text === '') return undefined
  if (!/^[-+]?[0-9]+$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  }
  const value = BigInt(text.slice(0, 40))
  if (BigInt.asIntN(64, value) !== value) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`)
  }
  return Number(text)
}

/** Reads list options; throws `ApiError` 400 for numbers that are none. */
export function listQuery(query: Query, watchPrefix: boolean): ListQuery {
  return {
    labelSelector: queryText(query, 'labelSelector'),
    fieldSelector: queryText(query, 'fieldSelector'),
    limit: Math.max(0, queryNumber(query, 'limit') ?? 0),
    continueToken: queryText(query, 'continue'),
    resourceVersion: queryText(query, 'resourceVersion'),
    resourceVersionMatch: queryText(query, 'resourceVersionMatch'),
    watch: watchPrefix || queryFlag(query, 'watch'),
    allowBookmarks: queryFlag(query, 'allowWatchBookmarks'),
    sendInitialEvents: query.has('sendInitialEvents') ? queryFlag(query, 'sendInitialEvents') : undefined,
    timeoutSeconds: queryNumber(query, 'timeoutSeconds'),
  }
}
