import { isObject, type JsonObject } from '../base/index.ts'

/** What stands in place of a secret value. */
export const mask = '***'

/** An object for reading: a copy with the values masked for a Secret, any other as it is. */
export function withoutSecrets<T extends JsonObject>(object: T): T {
  if (object['kind'] !== 'Secret' || object['apiVersion'] !== 'v1') return object
  const masked = (values: JsonObject): JsonObject => Object.fromEntries(Object.keys(values).map((key) => [key, mask]))
  const fields = ['data', 'stringData'].flatMap((field) => {
    const values = object[field]
    return isObject(values) ? [[field, masked(values)] as const] : []
  })
  return { ...object, ...Object.fromEntries(fields) }
}
