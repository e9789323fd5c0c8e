import { badRequest } from './errors.ts'
import type { Query } from './query.ts'
import { queryText } from './query.ts'

/** How an object is to be written. */
export interface OutputForm {
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'
  /** Version of meta.k8s.io for Table and PartialObjectMetadata. */
  readonly version: 'v1' | 'v1beta1'
  readonly includeObject: 'Metadata' | 'Object' | 'None'
  /** For tables inside a watch after the first one: kubectl prints headers once. */
  readonly yaml: boolean
  readonly pretty: boolean
}

export interface MediaType {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

/** The media types of an Accept header, best first (by `q`, then by order). */
export function parseAccept(header: string): MediaType[] {
  const out: { media: MediaType; q: number }[] = []
  for (const clause of header.split(',')) {
    const [type, ...rest] = clause.split(';').map((part) => part.trim())
    if (type === undefined || type === '') continue
    const parameters = new Map<string, string>()
    let q = 1
    for (const part of rest) {
      const equals = part.indexOf('=')
      if (equals < 0) continue
      const key = part.slice(0, equals).trim().toLowerCase()
      const value = part.slice(equals + 1).trim()
      if (key === 'q') q = Number(value) || 0
      else parameters.set(key, value)
    }
    out.push({ media: { type: type.toLowerCase(), parameters }, q })
  }
  return out.sort((a, b) => b.q - a.q).map((item) => item.media)
}

export const OUTPUT_TYPES: readonly string[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
]
/** What lists are written in besides. */
export const STREAM_TYPES: readonly string[] = [
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
]

/** True when Accept asks for JSON or YAML, in a form that could not be given. */
export function asksForForm(accept: string | undefined): boolean {
  return parseAccept(accept ?? '').some(({ type }) => type === 'application/json' || type === 'application/yaml')
}

/** Chooses the answer's form; `undefined` when nothing acceptable can be written. */
export function negotiate(accept: string | undefined, query: Query): OutputForm | undefined {
  const include = queryText(query, 'includeObject')
  const tables = (accept ?? '').includes('as=Table')
  if (tables && !['', 'Metadata', 'Object', 'None'].includes(include)) {
    throw badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`,
    )
  }
  const base: Omit<OutputForm, 'as'> = {
    version: 'v1',
    includeObject: include === 'Object' || include === 'None' ? include : 'Metadata',
    yaml: false,
    pretty: queryText(query, 'pretty') !== '' && queryText(query, 'pretty') !== 'false',
  }
  const wanted = parseAccept(accept ?? '')
  if (wanted.length === 0) return { ...base, as: 'object' }
  for (const { type, parameters } of wanted) {
    const yaml = type === 'application/yaml'
    if (!yaml && type !== 'application/json' && type !== '*/*') continue
    const as = parameters.get('as')
    if (as === undefined) return { ...base, yaml, as: 'object' }
    const version = parameters.get('v') ?? 'v1'
    if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue
    if (as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
      return { ...base, yaml, as, version }
    }
  }
  return undefined
}
