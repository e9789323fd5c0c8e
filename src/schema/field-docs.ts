import { commonFields } from './docs/common-fields.ts'
import { kindFields } from './docs/kind-fields.ts'

const topLevel: Readonly<Record<string, string>> = {
  apiVersion: 'API group and version of the object.',
  kind: 'Kind of the object.',
  metadata: 'Name, namespace, labels and annotations.',
  spec: 'What the object should be.',
  status: 'What the controller found; not for manifests.',
}

/**
 * Explains a field of a Flux kind in a sentence; `undefined` where there is nothing to say. Steps into lists may be left
 * in the path or not.
 * @example fieldDoc('Kustomization', ['spec', 'dependsOn', 0, 'name'])
 */
export function fieldDoc(kind: string, path: readonly (string | number)[]): string | undefined {
  const steps = path.filter((step): step is string => typeof step === 'string')
  if (steps.length === 1) return own(topLevel, steps[0]!)
  if (steps[0] !== 'spec' || !Object.hasOwn(kindFields, kind)) return undefined
  const field = steps.slice(1).join('.')
  const fields = kindFields[kind]!
  const text = own(fields, field) ?? own(commonFields, field)
  if (text !== undefined) return text
  // Shared structures keep their texts wherever they stand: `chart.spec.sourceRef.name`.
  for (let i = 2; i < steps.length; i++) {
    const tail = own(commonFields, steps.slice(i).join('.'))
    if (tail !== undefined) return tail
  }
  return undefined
}

function own(texts: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(texts, key) ? texts[key] : undefined
}
