import { getString, isObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { readSpec } from './spec.ts'

/** The source that a Kustomization reads, as `Kind/namespace/name`. */
export function sourceKeyOf(kustomization: KubeObject): string {
  const own = getString(kustomization, 'metadata', 'namespace') ?? ''
  const spec = kustomization['spec']
  const ref = readSpec(isObject(spec) ? spec : {}, own).sourceRef
  return `${ref.kind}/${ref.namespace}/${ref.name}`
}
