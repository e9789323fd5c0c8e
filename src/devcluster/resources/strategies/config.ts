import { isObject, type JsonObject, type JsonValue, jsonEqual } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { badRequest, type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../http/errors.ts'
import type { Strategy } from '../strategy.ts'
import { base64Fault, toBase64 } from './base64.ts'
import { presetText } from './draft.ts'

const MAX_SIZE = 1024 * 1024
const KEY = /^[-._a-zA-Z0-9]+$/
const KEY_TEXT =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

function keyErrors(object: KubeObject, field: string): FieldError[] {
  const data = object[field]
  if (!isObject(data)) return []
  return Object.keys(data)
    .filter((key) => !KEY.test(key) || key === '.' || key === '..' || key.length > 253)
    .map((key) => invalidValue(`${field}[${key}]`, key, KEY_TEXT))
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
  defaults: (draft) => dropEmpty(draft, ['data', 'binaryData']),
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
}

/** Keys that a Secret of a type must have. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

export const secret: Strategy = {
  defaults: (draft) => {
    presetText(draft, 'type', 'Opaque')
    const extra = draft['stringData']
    if (isObject(extra)) {
      const data: JsonObject = isObject(draft['data']) ? draft['data'] : {}
      for (const [key, value] of Object.entries(extra)) data[key] = toBase64(typeof value === 'string' ? value : '')
      draft['data'] = data
    }
    delete draft['stringData']
    checkEncoding(draft)
    dropEmpty(draft, ['data'])
  },
  validate: (object) => {
    const errors = [...keyErrors(object, 'data'), ...sizeErrors(object, ['data'])]
    const data = isObject(object['data']) ? object['data'] : {}
    for (const key of REQUIRED_KEYS[String(object['type'])] ?? []) {
      if (!Object.hasOwn(data, key)) errors.push(required(`data[${key}]`))
    }
    return errors
  },
  validateUpdate: (next, live) => {
    const errors = frozenErrors(next, live, ['data'])
    if (next['type'] !== live['type']) errors.push(invalidValue('type', next['type'] ?? '', 'field is immutable'))
    return errors
  },
}

/** Go refuses a body whose byte fields are no base64 before anything else is looked at. */
function checkEncoding(draft: KubeObject): void {
  const data = draft['data']
  if (!isObject(data)) return
  for (const [key, value] of Object.entries(data)) {
    if (value === null) {
      data[key] = ''
      continue
    }
    const fault = typeof value === 'string' ? base64Fault(value) : 0
    if (fault !== undefined) {
      throw badRequest(
        `Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte ${fault}`,
      )
    }
  }
}
