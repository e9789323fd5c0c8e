import { rangeAt } from '../../fleet/index.ts'
import type { FileRule } from '../types.ts'

/** Objects that make further objects in a way that is not followed. */
export const resourceSet: FileRule = {
  scope: 'file',
  code: 'flux/resource-set-not-expanded',
  severity: 'info',
  doc: 'A ResourceSet of flux-operator makes objects of a template and inputs, some of which only the cluster knows. They are not expanded here, so that whatever they make is missing from builds and graphs; references that lead nowhere are warnings then, since a ResourceSet may make their target.',
  check({ file, report }) {
    for (const { ref, root } of file.objects) {
      if (ref.kind !== 'ResourceSet' || !ref.apiVersion.startsWith('fluxcd.controlplane.io/')) continue
      report({
        message: 'the objects that this ResourceSet makes are not shown: it is not expanded here',
        range: rangeAt(root, ['kind']),
        object: ref,
      })
    }
  },
}
