import { decodeText, isObject, type JsonObject, type JsonValue, jsonEqual, jsonFault } from '../../../base/index.ts'
import { checkConfigMapKey, type KubeObject, parseJson } from '../../../kube/index.ts'
import { badRequest, type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../http/errors.ts'
import type { Strategy } from '../strategy.ts'
import { base64Fault, fromBase64, toBase64 } from './base64.ts'
import { presetText } from './draft.ts'

const MAX_SIZE = 1024 * 1024

function keyErrors(object: KubeObject, field: string): FieldError[] {
  const data = object[field]
  if (!isObject(data)) return []
  return Object.keys(data).flatMap((key) =>
    checkConfigMapKey(key).map((why) => invalidValue(`${field}[${key}]`, key, why)),
  )
}

function sizeErrors(object: KubeObject, fields: readonly string[]): FieldError[] {
  let size = 0
  for (const field of fields) {
    const data = object[field]
    if (isObject(data)) for (const value of Object.values(data)) size += typeof value === 'string' ? value.length : 0
  }
  return size > MAX_SIZE ? [tooLong('', MAX_SIZE)] : []
}

function frozenErrors(next: KubeObject, live: KubeObject, fields: readonly string[]): FieldError[] {
  if (live['immutable'] !== true) return []
  const errors: FieldError[] = []
  const text = 'field is immutable when `immutable` is set'
  if (next['immutable'] !== true) errors.push(forbiddenField('immutable', text))
  for (const field of fields)
    if (!jsonEqual(filled(next[field]), filled(live[field]))) errors.push(forbiddenField(field, text))
  return errors
}

function filled(value: JsonValue | undefined): JsonValue {
  return value === undefined || value === null ? {} : value
}

/** Empty maps are not written (omitempty). */
function dropEmpty(draft: KubeObject, fields: readonly string[]): void {
  for (const field of fields) {
    const data = draft[field]
    if (data === null || (isObject(data) && Object.keys(data).length === 0)) delete draft[field]
  }
}

export const configMap: Strategy = {
  defaults: (draft) => {
    checkEncoding(draft, 'binaryData')
    dropEmpty(draft, ['data', 'binaryData'])
  },
  validate: (object) => {
    const errors = [...keyErrors(object, 'data'), ...keyErrors(object, 'binaryData')]
    const { data, binaryData } = object
    if (isObject(data) && isObject(binaryData)) {
      for (const key of Object.keys(binaryData)) {
        if (Object.hasOwn(data, key))
          errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'))
      }
    }
    return [...errors, ...sizeErrors(object, ['data', 'binaryData'])]
  },
  validateUpdate: (next, live) => frozenErrors(next, live, ['data', 'binaryData']),
  updateErrorsFirst: true,
}

/** Keys that a Secret of a type must have. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
}
const ACCOUNT_NAME = 'kubernetes.io/service-account.name'

/** What a Secret's type asks of it. */
function typeErrors(object: KubeObject, data: JsonObject): FieldError[] {
  const type = String(object['type'])
  const missing = (REQUIRED_KEYS[type] ?? [])
    .filter((key) => !Object.hasOwn(data, key))
    .map((key) => required(`data[${key}]`))
  if (missing.length > 0) return missing
  const has = (key: string): boolean => Object.hasOwn(data, key)
  switch (type) {
    case 'kubernetes.io/service-account-token': {
      const annotations = object.metadata['annotations']
      const named = isObject(annotations) && (annotations[ACCOUNT_NAME] ?? '') !== ''
      return named ? [] : [required(`metadata.annotations[${ACCOUNT_NAME}]`)]
    }
    case 'kubernetes.io/dockercfg':
      return registryErrors(data, '.dockercfg')
    case 'kubernetes.io/dockerconfigjson':
      return registryErrors(data, '.dockerconfigjson')
    case 'kubernetes.io/basic-auth':
      return has('username') || has('password') ? [] : [required('data[username]'), required('data[password]')]
    case 'kubernetes.io/ssh-auth':
      return (data['ssh-privatekey'] ?? '') === '' ? [required('data[ssh-privatekey]')] : []
    default:
      return []
  }
}

/** Registry credentials have to be a JSON object; what they are stays out of the message. */
function registryErrors(data: JsonObject, key: string): FieldError[] {
  const bytes = fromBase64(String(data[key] ?? ''))
  const fault = bytes === undefined ? 'unexpected end of JSON input' : jsonObjectFault(decodeText(bytes))
  return fault === undefined ? [] : [invalidValue(`data[${key}]`, '<secret contents redacted>', fault)]
}

/** What Go says of text that is no JSON object. */
function jsonObjectFault(text: string): string | undefined {
  let value: JsonValue
  try {
    value = parseJson(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return jsonFault(text)
  }
  if (isObject(value) || value === null) return undefined
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`
}

export const secret: Strategy = {
  warnings: (object) => {
    if (object['type'] !== 'kubernetes.io/tls' || !isObject(object['data'])) return []
    const bytes = fromBase64(String(object['data']['tls.crt'] ?? '')) ?? new Uint8Array()
    // Only what cannot be a certificate at all is seen: X.509 is not read here.
    return decodeText(bytes).includes('-----BEGIN ') ? [] : ['tls: failed to find any PEM data in certificate input']
  },
  defaults: (draft) => {
    presetText(draft, 'type', 'Opaque')
    const extra = draft['stringData']
    if (isObject(extra)) {
      const data: JsonObject = isObject(draft['data']) ? draft['data'] : {}
      for (const [key, value] of Object.entries(extra)) data[key] = toBase64(typeof value === 'string' ? value : '')
      draft['data'] = data
    }
    delete draft['stringData']
    checkEncoding(draft, 'data')
    dropEmpty(draft, ['data'])
  },
  validate: (object) => [
    ...keyErrors(object, 'data'),
    ...sizeErrors(object, ['data']),
    ...typeErrors(object, isObject(object['data']) ? object['data'] : {}),
  ],
  validateUpdate: (next, live) => {
    const type = next['type'] ?? ''
    const changed = type === live['type'] ? [] : [invalidValue('type', type, 'field is immutable')]
    return [...changed, ...frozenErrors(next, live, ['data'])]
  },
  updateErrorsFirst: true,
}

/** Go refuses a body whose byte fields are no base64 before anything else is looked at. */
function checkEncoding(draft: KubeObject, field: string): void {
  const data = draft[field]
  if (!isObject(data)) return
  for (const [key, value] of Object.entries(data)) {
    if (value === null) {
      data[key] = ''
      continue
    }
    const fault = typeof value === 'string' ? base64Fault(value) : 0
    if (fault !== undefined) {
      throw badRequest(
        `${draft.kind} in version "v1" cannot be handled as a ${draft.kind}: illegal base64 data at input byte ${fault}`,
      )
    }
  }
}
