import { compareStrings, decodeText, isObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { ApiError, badRequest } from '../http/errors.ts'
import { duplicateKeys, visitJsonKeys } from '../http/json-keys.ts'
import { bareType, YAML_TYPE } from '../http/media.ts'
import { queryText } from '../http/query.ts'
import type { Exchange } from './exchange.ts'
import { patchInvalid } from './patch-faults.ts'

/** What is strictly wrong with a body that can be read all the same. */
export interface Findings {
  /** Paths of members that JSON text gives twice, in the order of the text. */
  readonly duplicates: readonly string[]
  /** The same of YAML text, in go-yaml's words: `line 3: key "a" already set in map`. */
  readonly yaml: readonly string[]
  /** Paths of all members in the order of the JSON text; empty without duplicates. */
  readonly order: readonly string[]
}

const NOTHING: Findings = { duplicates: [], yaml: [], order: [] }
const PATCH_MEMBERS = new Set(['op', 'path', 'from', 'value'])

/** Looks for duplicate keys in a request's body, which must have been read before. */
export function findingsOf(exchange: Exchange): Findings {
  const { body, headers } = exchange.request
  if (body === undefined || body.length === 0 || validationOf(exchange) === 'Ignore') return NOTHING
  if (body[0] === 0x6b && body[1] === 0x38 && body[2] === 0x73 && body[3] === 0) return NOTHING
  const text = decodeText(body)
  const type = bareType(headers['content-type'])
  if (type === YAML_TYPE || type === 'application/x-yaml') {
    return { ...NOTHING, yaml: exchange.services.formats.yamlDuplicates(text) }
  }
  const duplicates = duplicateKeys(text)
  if (duplicates.length === 0) return NOTHING
  const order: string[] = []
  visitJsonKeys(text, (key) => order.push(key.path()))
  return { duplicates, yaml: [], order }
}

/**
 * Drops what the schema does not know and reports it, and what `findings` has, as fieldValidation asks: 400 for Strict,
 * Warning headers for Warn.
 */
export function checkFields(exchange: Exchange, object: KubeObject, findings: Findings = NOTHING): void {
  const { type } = exchange
  const unknown = decodeFields(exchange, object)
  const texts = [...strictTexts(exchange, unknown, findings)]
  if (texts.length === 0) return
  const directive = validationOf(exchange)
  if (directive === 'Strict') {
    throw badRequest(
      `${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: strict decoding error: ${texts.join(', ')}`,
    )
  }
  if (directive === 'Warn') exchange.warnings.push(...findings.yaml, ...texts.slice(findings.yaml.length === 0 ? 0 : 1))
}

function decodeFields(exchange: Exchange, object: KubeObject, reader?: 'json' | 'converter'): readonly string[] {
  const { type } = exchange
  keepReset(object)
  const { error, unknown } = exchange.services.machine.schemas.decode(type, object, reader)
  if (error !== undefined) {
    throw badRequest(
      `${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: ${error}`,
    )
  }
  return unknown
}

/** An empty list of managedFields takes all entries away, as one empty entry does; only that survives being decoded. */
function keepReset(object: KubeObject): void {
  const { metadata } = object
  if (!isObject(metadata)) return
  const entries = metadata['managedFields']
  if (Array.isArray(entries) && entries.length === 0) metadata['managedFields'] = [{}]
}

/** Go's strict errors in its order: a typed JSON decoder goes by the text, everything else by sorted keys. */
function strictTexts(exchange: Exchange, unknown: readonly string[], findings: Findings): string[] {
  const field = (kind: string, path: string): string => `${kind} field ${JSON.stringify(path)}`
  if (findings.yaml.length > 0) {
    return [yamlError(findings.yaml), ...[...unknown].sort(byPath).map((path) => field('unknown', path))]
  }
  if (findings.duplicates.length === 0) return unknown.map((path) => field('unknown', path))
  if (exchange.type.custom !== undefined) {
    return [
      ...findings.duplicates.map((path) => field('duplicate', path)),
      ...unknown.map((path) => field('unknown', path)),
    ]
  }
  // What Go's decoder skips for being unknown it does not look into.
  const hidden = new Set(unknown)
  const shown = findings.duplicates.filter((path) => !isUnder(path, hidden))
  const first = new Map<string, number>()
  const last = new Map<string, number>()
  findings.order.forEach((path, i) => {
    if (!first.has(path)) first.set(path, i)
    else if (!last.has(path)) last.set(path, i)
  })
  return [
    ...unknown.map((path) => ({ at: first.get(path) ?? 0, text: field('unknown', path) })),
    ...shown.map((path) => ({ at: last.get(path) ?? 0, text: field('duplicate', path) })),
  ]
    .sort((a, b) => a.at - b.at)
    .map((item) => item.text)
}

function isUnder(path: string, parents: ReadonlySet<string>): boolean {
  for (let end = path.length; end > 0; end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1))) {
    if (parents.has(path.slice(0, end))) return true
  }
  return false
}

function yamlError(lines: readonly string[]): string {
  return `yaml: unmarshal errors:\n${lines.map((line) => `  ${line}`).join('\n')}`
}

function byPath(a: string, b: string): number {
  const left = a.split(/[.[\]]+/)
  const right = b.split(/[.[\]]+/)
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] === right[i]) continue
    const numbers = Number(left[i]) - Number(right[i])
    return Number.isNaN(numbers) ? (left[i]! < right[i]! ? -1 : 1) : numbers
  }
  return left.length - right.length
}

/**
 * As `checkFields`, for the outcome of a patch: what is wrong with the patch itself comes first, and the error is one of
 * the patch (apiserver's patch.go).
 */
export function checkPatchedFields(
  exchange: Exchange,
  next: KubeObject,
  patch: JsonValue,
  shown: () => string,
  reader: 'json' | 'converter' = 'json',
): void {
  const { duplicates } = findingsOf(exchange)
  const directive = validationOf(exchange)
  const found = decodeFields(exchange, next, reader)
  const unknown = reader === 'converter' ? [...found].sort(compareStrings) : inTextOrder(found, patch)
  const texts = [
    ...(Array.isArray(patch)
      ? operationTexts(patch, duplicates)
      : duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`)),
    ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
  ]
  if (texts.length === 0) return
  if (directive === 'Warn') exchange.warnings.push(...texts)
  if (directive !== 'Strict') return
  throw patchInvalid(shown(), `strict decoding error: ${texts.join(', ')}`)
}

/** Members of what an operation brings come in their order, everything else is sorted: the server writes it anew. */
function inTextOrder(unknown: readonly string[], patch: JsonValue): string[] {
  const brought = (Array.isArray(patch) ? patch : []).flatMap((operation) => {
    const path = isObject(operation) && operation['op'] !== 'remove' ? operation['path'] : undefined
    return typeof path === 'string' ? [dotted(path)] : []
  })
  const from = (path: string): string | undefined => brought.find((start) => path.startsWith(start))
  return [...unknown].sort((a, b) => {
    const start = from(a)
    return start !== undefined && start === from(b) ? 0 : byPath(a, b)
  })
}

/** `/spec/rules/0/x` as `spec.rules[0].x`. */
function dotted(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part.replaceAll('~1', '/').replaceAll('~0', '~')}`))
    .join('')
    .slice(1)
}

/** A JSON patch's operations have four members; their values are not looked into. */
function operationTexts(patch: readonly JsonValue[], duplicates: readonly string[]): string[] {
  const own = duplicates.filter((path) => /^\[\d+\]\.(op|path|from|value)$/.test(path))
  return patch.flatMap((operation, i) => {
    if (typeof operation !== 'object' || operation === null || Array.isArray(operation)) return []
    return [
      ...own
        .filter((path) => path.startsWith(`[${i}].`))
        .map((path) => `json patch duplicate field ${JSON.stringify(path)}`),
      ...Object.keys(operation)
        .filter((name) => !PATCH_MEMBERS.has(name))
        .map((name) => `json patch unknown field ${JSON.stringify(`[${i}].${name}`)}`),
    ]
  })
}

/** Duplicate keys of an applied configuration, which is YAML whatever it looks like. Throws `ApiError` 400 for Strict. */
export function checkApplied(exchange: Exchange): void {
  const { body } = exchange.request
  const directive = validationOf(exchange)
  if (body === undefined || directive === 'Ignore') return
  const text = decodeText(body)
  // JSON without duplicates needs no YAML parser.
  const looksLikeJson = /^\s*\{/.test(text)
  if (looksLikeJson && isJson(exchange, text) && duplicateKeys(text).length === 0) return
  const lines = exchange.services.formats.yamlDuplicates(text)
  if (lines.length === 0) return
  if (directive === 'Strict')
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${yamlError(lines)}`)
  exchange.warnings.push(...lines)
}

function isJson(exchange: Exchange, text: string): boolean {
  try {
    exchange.services.formats.json(text)
    return true
  } catch {
    return false
  }
}

/** The fieldValidation parameter; Warn when it is absent. Throws `ApiError` 422 for anything else. */
export function validationOf(exchange: Exchange): 'Strict' | 'Warn' | 'Ignore' {
  const text = queryText(exchange.query, 'fieldValidation')
  if (text === '') return 'Warn'
  if (text === 'Strict' || text === 'Warn' || text === 'Ignore') return text
  const kind =
    exchange.request.method === 'PATCH'
      ? 'PatchOptions'
      : exchange.request.method === 'PUT'
        ? 'UpdateOptions'
        : 'CreateOptions'
  throw new ApiError(
    422,
    'Invalid',
    `${kind}.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: ${JSON.stringify(text)}: supported values: "", "Ignore", "Strict", "Warn"`,
    {
      group: 'meta.k8s.io',
      kind,
      causes: [
        {
          reason: 'FieldValueNotSupported',
          message: `Unsupported value: ${JSON.stringify(text)}: supported values: "", "Ignore", "Strict", "Warn"`,
          field: 'fieldValidation',
        },
      ],
    },
  )
}
