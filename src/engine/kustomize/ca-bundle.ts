import { decodeBase64, decodeText, getString, isObject, type JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'

const path = ['spec', 'conversion', 'webhook', 'clientConfig'] as const

/**
 * A custom resource definition without a CA bundle that the API server would refuse: one that is no certificate, as the
 * placeholder for cert-manager's injection (fluxcd/pkg ssa/utils `RemoveCABundleFromCRD`). Other objects as they are.
 */
export function withoutInvalidCaBundle(object: KubeObject): KubeObject {
  if (object.kind.toLowerCase() !== 'customresourcedefinition') return object
  const bundle = getString(object, ...path, 'caBundle')
  if (bundle === undefined || bundle === '' || isCertificate(bundle)) return object
  return without(object, [...path, 'caBundle']) as KubeObject
}

function isCertificate(bundle: string): boolean {
  const decoded = decodeBase64(bundle)
  if (decoded === undefined) return false
  return decoded.length === 0 || /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(decodeText(decoded))
}

function without(object: JsonObject, steps: readonly string[]): JsonObject {
  const [step, ...rest] = steps
  if (step === undefined || !Object.hasOwn(object, step)) return object
  const { [step]: inner, ...others } = object
  if (rest.length === 0) return others
  return { ...object, [step]: isObject(inner) ? without(inner, rest) : inner! }
}
